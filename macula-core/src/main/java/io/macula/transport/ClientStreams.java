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

package io.macula.transport;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.netty.channel.EventLoop;

/**
 * The streaming calls of a dialled connection that are open. {@link #open} is safe for
 * all threads, the rest is owned by the connection's owner.
 */
final class ClientStreams {

	private static final long LAST_WORDS_MILLIS = 500;

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(ClientStreams.class));

	private final Set<ClientCallStream> streams = new HashSet<>();

	/** Those that go on elsewhere if the peer is suspected. */
	private int leaving;

	/** Those whose callers notice a silent peer by themselves. */
	private int watching;

	private volatile int open;

	int open() {
		return this.open;
	}

	boolean isEmpty() {
		return this.streams.isEmpty();
	}

	/** Whether one of them relies on PINGs to notice a silent peer. */
	boolean needPings() {
		return this.streams.size() > this.watching;
	}

	void add(ClientCallStream stream) {
		if (this.streams.add(stream) && stream.watchesPeer()) {
			this.watching++;
		}
		this.open = this.streams.size();
	}

	void remove(ClientCallStream stream) {
		if (this.streams.remove(stream) && stream.watchesPeer()) {
			this.watching--;
		}
		this.open = this.streams.size();
	}

	/** One of them may now leave a suspected peer, or no longer. */
	void mayLeave(boolean may) {
		this.leaving += (may) ? 1 : -1;
	}

	boolean mayLeave() {
		return this.leaving > 0;
	}

	/** The peer is suspected, for so long that nothing should wait for it any more. */
	void suspected(Status status, boolean lasting) {
		tell((stream) -> stream.peerSuspected(status, lasting));
	}

	/**
	 * The peer drains: those whose callers watch over it never end by themselves and
	 * would only be waited for. The last they bring is on its way, and may need to be
	 * sent again.
	 */
	void drainLater(Status status, EventLoop loop) {
		loop.schedule(() -> tell((stream) -> stream.peerDrains(status)), LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
	}

	void end(Status status) {
		tell((stream) -> stream.connectionEnded(status));
	}

	/** Where a subscriber fails, the others must hear of it all the same. */
	private void tell(Consumer<ClientCallStream> what) {
		for (ClientCallStream stream : List.copyOf(this.streams)) {
			try {
				what.accept(stream);
			}
			catch (Throwable ex) {
				faults.error("The subscriber of a streaming call failed", ex);
			}
		}
	}

}
