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

package io.macula.embedded;

import io.macula.directory.DirectoryLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * The calls of other nodes on this one, each joined to a session: open, then ended for
 * good once this node serves no more. Serving is safe for all threads.
 */
final class ServedStreams {

	private final DirectoryLoop loop;

	/** Owned by the loop. */
	private boolean ended;

	ServedStreams(DirectoryLoop loop) {
		this.loop = loop;
	}

	/**
	 * Serve a call.
	 * @param session tells the other node
	 * @param told what the other node tells
	 * @param owner looks after the session; not called if this node serves no more
	 * @return what the other node is told
	 */
	<S extends DirectorySession, T> Flux<DirectoryUpdate> serve(S session, Flux<T> told, SessionOwner<S, T> owner) {
		DirectoryInbound<T> inbound = new DirectoryInbound<>(this.loop,
				(value, heard) -> owner.admit(session, value, heard), (value) -> owner.heard(session, value),
				(error) -> end(session, error, owner));
		session.onEnd(() -> {
			inbound.leave();
			owner.close(session);
		});
		this.loop.execute(() -> {
			if (this.ended) {
				session.close();
			}
			else {
				owner.opened(session);
			}
		});
		told.subscribe(inbound);
		return session.outgoing();
	}

	private static <S extends DirectorySession> void end(S session, @Nullable Throwable error,
			SessionOwner<S, ?> owner) {
		if (error != null) {
			owner.failed(session, error);
		}
		else {
			owner.close(session);
		}
	}

	/**
	 * Refuse further calls.
	 */
	void end() {
		assert this.loop.inLoop();
		this.ended = true;
	}

}
