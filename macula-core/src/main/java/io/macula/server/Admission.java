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
package io.macula.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import io.macula.Code;
import io.macula.Priority;
import io.macula.Status;
import io.macula.transport.InboundCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Decides which calls a node takes, and counts those in flight. Safe for all threads.
 */
final class Admission {

	/*
	 * States: serving <-> suspended, by the operator; each -> draining, for good. A call
	 * is in flight from its admission until it is released, once. Those of reserved
	 * services are not counted: the links of the directory end when the directory stops
	 * serving. Those that are left after that are ended here.
	 */

	/** A connection may have so many calls open, in terms of what is left for others. */
	private static final int TIMES_FREE = 7;

	/** Calls of low priority are refused beyond so many quarters. */
	private static final int LOW_QUARTERS = 3;

	private final Refusals refusals;

	private final MemoryBackOff memory;

	private volatile int maxInFlight;

	private final AtomicInteger inFlight = new AtomicInteger();

	private final LongAdder refused = new LongAdder();

	private final CallRecorder recorder = new CallRecorder();

	/** Open streams of reserved services. */
	private final Set<NonBlockingCall> links = ConcurrentHashMap.newKeySet();

	private volatile boolean linksEnd;

	private final Sinks.Empty<Void> idle = Sinks.empty();

	private volatile boolean draining;

	/** An operator wants no calls of the user's services for now. */
	private volatile boolean suspended;

	Admission(Refusals refusals, MemoryBackOff memory, int maxInFlight) {
		this.refusals = refusals;
		this.memory = memory;
		this.maxInFlight = maxInFlight;
	}

	/**
	 * Take a call, which is in flight from now on.
	 * @return {@code null}, or why it is not taken
	 */
	@Nullable Status admit(ServedService service, InboundCall call) {
		if (this.draining) {
			return this.refusals.draining();
		}
		if (service.reserved()) {
			return null;
		}
		if (this.suspended) {
			return this.refusals.suspended();
		}
		if (this.memory.refusing() && !this.memory.resume()) {
			return this.refusals.outOfMemory();
		}
		int most = this.maxInFlight;
		int open = this.inFlight.incrementAndGet();
		if (open > most || (open > most / 2 && call.inFlight() > TIMES_FREE * (long) (most - open) + TIMES_FREE)) {
			left();
			return this.refusals.tooManyInFlight(most);
		}
		if (open > maxLow(most) && Priority.of(call.metadata()) == Priority.LOW) {
			left();
			return this.refusals.keptForOthers(maxLow(most), most);
		}
		if (!service.enter()) {
			left();
			return this.refusals.withdrawn(service.name());
		}
		return null;
	}

	/** Take so many calls at once from the next one on; those in flight go on. */
	void maxInFlight(int most) {
		this.maxInFlight = most;
	}

	/** A call was refused, here or for want of a thread. */
	void refused() {
		this.refused.increment();
	}

	/** Why a call that was admitted finds no thread. */
	Status noThread() {
		return this.draining ? this.refusals.draining() : this.refusals.noThread();
	}

	/** An admitted call answers with a stream. */
	void opened(NonBlockingCall call) {
		if (call.servedMethod().service().reserved()) {
			this.links.add(call);
			if (this.linksEnd) {
				end(call);
			}
		}
	}

	/** By each admitted call, once. */
	void released(ServedCall call, Code code) {
		ServedService service = call.servedMethod().service();
		try {
			service.ended(code);
			if (this.recorder.on() && !service.reserved()) {
				this.recorder.over(call, code, call.begun());
			}
		}
		finally {
			if (service.reserved()) {
				this.links.remove(call);
			}
			else {
				service.left();
				left();
			}
		}
	}

	/** A handler, or what it returned, failed. */
	void failed(Throwable thrown) {
		this.memory.failed(thrown);
	}

	private static int maxLow(int most) {
		return (int) Math.max(1, most * (long) LOW_QUARTERS / 4);
	}

	private void left() {
		if (this.inFlight.decrementAndGet() == 0 && this.draining) {
			this.idle.tryEmitEmpty();
		}
	}

	/**
	 * Refuse new calls from now on.
	 * @return completes when no call is in flight
	 */
	Mono<Void> drain() {
		this.draining = true;
		if (this.inFlight.get() == 0) {
			this.idle.tryEmitEmpty();
		}
		return this.idle.asMono();
	}

	/** Refuse new calls of the user's services, or take them again. */
	void suspend(boolean refuse) {
		this.suspended = refuse;
	}

	boolean suspended() {
		return this.suspended;
	}

	/**
	 * End the streams of reserved services that are left, which would hold up a drain.
	 */
	void endLinks() {
		this.linksEnd = true;
		this.links.forEach(this::end);
	}

	private void end(NonBlockingCall link) {
		link.endEarly(Failure.of(this.refusals.draining()));
	}

	Refusals refusals() {
		return this.refusals;
	}

	boolean draining() {
		return this.draining;
	}

	int inFlight() {
		return this.inFlight.get();
	}

	/** Counts calls for those who want to know. */
	CallRecorder recorder() {
		return this.recorder;
	}

	/** Calls refused for overload or because of a drain. */
	long refusedCalls() {
		return this.refused.sum();
	}

}
