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

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.transport.Connection.State;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The state of a dialled connection, why it is so, and those who want to know. Changed by
 * the connection's owner only; readers on all threads see volatile copies. Listeners may
 * throw: the connection goes on.
 */
final class ConnectionStates {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(ConnectionStates.class));

	private final Endpoint endpoint;

	private final Sinks.Many<State> states = Sinks.unsafe().many().replay().latest();

	private final Sinks.One<Status> closed = Sinks.one();

	private volatile State present = State.READY;

	private volatile @Nullable Status reason;

	private volatile boolean drained;

	ConnectionStates(Endpoint endpoint) {
		this.endpoint = endpoint;
	}

	State present() {
		return this.present;
	}

	/** Whether the connection has not begun to end. */
	boolean takeCalls() {
		State now = this.present;
		return now == State.READY || now == State.SUSPECTED;
	}

	/** Why it drains, or is closed. */
	@Nullable Status reason() {
		return this.reason;
	}

	/** Whether it was drained, by either side. */
	boolean drained() {
		return this.drained;
	}

	/** What calls are told that come too late. */
	Status refusal() {
		Status why = this.reason;
		return Status.notProcessed(Code.UNAVAILABLE, "the connection to " + this.endpoint + " takes no new calls: "
				+ ((why != null) ? why.message() : "no reason known"));
	}

	Flux<State> flux() {
		return this.states.asFlux();
	}

	Mono<Status> closed() {
		return this.closed.asMono();
	}

	void enter(State next) {
		this.present = next;
		told(() -> this.states.tryEmitNext(next));
	}

	void enter(State next, Status why) {
		this.reason = why;
		enter(next);
	}

	/** It drains now, or the peer says that it did. */
	void markDrained(boolean now) {
		this.drained |= now;
	}

	/** There will be no further state. */
	void end(Status why) {
		told(this.states::tryEmitComplete);
		told(() -> this.closed.tryEmitValue(why));
	}

	private void told(Runnable signal) {
		try {
			signal.run();
		}
		catch (Throwable ex) {
			faults.error("A listener to the states of the connection to " + this.endpoint + " failed", ex);
		}
	}

}
