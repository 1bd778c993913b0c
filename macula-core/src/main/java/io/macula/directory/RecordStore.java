/*
 * Copyright 2026 the Macula for Spring authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.macula.directory;

import java.time.Duration;

import io.macula.ServiceName;
import reactor.core.publisher.Mono;

/**
 * Where the records of one node are put in a system that keeps them as long as a session
 * of the node lives: a lease of etcd, a session of ZooKeeper. One record for each
 * service, all bound to one session. Used by {@link RemoteRegistry} alone.
 * <p>
 * Each {@code Mono} begins its work when it is subscribed to, by the loop of the engine,
 * by a timer or by a thread of this store, and must not block; it may answer on any
 * thread, and fail with anything. What takes longer than the registry waits is cancelled
 * and its outcome taken as unknown.
 */
public interface RecordStore {

	/**
	 * Open a session.
	 * @param lease how long after the last sign of life of this node its records stay; a
	 * system that cannot keep it exactly takes a little more rather than less
	 * @param listener is told of the session from now on, by any thread
	 * @return the session; fails if the system cannot be reached or refuses
	 */
	Mono<Session> open(Duration lease, Listener listener);

	/**
	 * How long a record that says that its node departs must stay before it is deleted,
	 * so that each watcher reads it. At most half a second.
	 * @return zero for a system whose watches bring each value
	 */
	default Duration departureNotice() {
		return Duration.ZERO;
	}

	/**
	 * Time-bounded hold of this node in the system.
	 */
	interface Session {

		/**
		 * Read a record, whoever wrote it; up to date, not from a cache.
		 * @param service of the record
		 * @param nodeId of the record
		 * @return the record, or empty if there is none
		 */
		Mono<Held> read(ServiceName service, String nodeId);

		/**
		 * Write a record and bind it to this session, also if it was bound to another.
		 * @param service of the record
		 * @param nodeId of the record
		 * @param record its text
		 * @param expected what was read there before, {@link Held#NONE} for nothing
		 * @return whether it was written: false if something else was there than expected
		 */
		Mono<Boolean> put(ServiceName service, String nodeId, byte[] record, Held expected);

		/**
		 * Delete a record if it is bound to this session.
		 * @param service of the record
		 * @param nodeId of the record
		 * @return completes when it is gone
		 */
		Mono<Void> delete(ServiceName service, String nodeId);

		/**
		 * Renew the hold; asked for at each third of the lease.
		 * @return completes when the system has renewed it; at once for a client that
		 * renews by itself and tells the {@link Listener} if it cannot. A session that
		 * was not renewed for a lease is lost
		 */
		default Mono<Void> renew() {
			return Mono.empty();
		}

		/**
		 * End the hold: all that is bound to it goes. Called once, also of a session that
		 * was lost.
		 * @return completes when the system knows
		 */
		Mono<Void> close();

	}

	/**
	 * What a session's client hears of it. Safe for all threads; none of them waits.
	 */
	interface Listener {

		/**
		 * The system cannot be reached; the session may still live there.
		 * @param reason a clause for messages
		 */
		void suspended(String reason);

		/**
		 * The system can be reached again, and the session lives.
		 */
		void resumed();

		/**
		 * The session is over, and its records with it; another one is opened.
		 * @param reason a clause for messages
		 */
		void lost(String reason);

		/**
		 * A record of this node may have been changed or deleted by somebody else: it is
		 * looked at now instead of within half a lease.
		 */
		void disturbed();

	}

	/**
	 * A record as it was read.
	 *
	 * @param record its text
	 * @param bound whether it is bound to the session that read it
	 * @param version what the system compares to know that it is still there unchanged;
	 * for the store alone
	 */
	record Held(byte[] record, boolean bound, Object version) {

		/** Nothing was there. */
		public static final Held NONE = new Held(new byte[0], false, 0);

	}

}
