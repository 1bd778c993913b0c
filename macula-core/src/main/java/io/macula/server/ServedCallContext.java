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

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.macula.CallContext;
import io.macula.Deadline;
import io.macula.Metadata;
import io.macula.ServiceName;
import io.macula.tls.PeerIdentity;
import io.macula.tls.ProvenCaller;
import io.macula.transport.InboundCall;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;

/**
 * What a handler can know of the call it serves: the called method, and what the caller
 * sent. Safe for all threads. The call itself is its context, so that a call costs one
 * object.
 */
abstract class ServedCallContext implements CallContext, ProvenCaller {

	private static final AtomicReferenceFieldUpdater<ServedCallContext, Metadata> ANSWER_METADATA = AtomicReferenceFieldUpdater
		.newUpdater(ServedCallContext.class, Metadata.class, "answerMetadata");

	/** An object of its own, by which it is known: nothing can be added any more. */
	private static final Metadata TOLD = Metadata.EMPTY.with("told", "");

	private final ServedMethod method;

	private final InboundCall call;

	/** For the caller beside the answer; {@link #TOLD} once that is on its way. */
	private volatile @Nullable Metadata answerMetadata;

	ServedCallContext(ServedMethod method, InboundCall call) {
		this.method = method;
		this.call = call;
	}

	final ServedMethod servedMethod() {
		return this.method;
	}

	final InboundCall call() {
		return this.call;
	}

	@Override
	public final ServiceName service() {
		return this.method.service().name();
	}

	@Override
	public final String method() {
		return this.method.contract().wireName();
	}

	@Override
	public final Metadata metadata() {
		return this.call.metadata();
	}

	@Override
	public final @Nullable Deadline deadline() {
		long nanoTime = this.call.deadlineNanoTime();
		return (nanoTime != StreamCall.NO_DEADLINE) ? new Deadline(nanoTime) : null;
	}

	/** Without an object; {@code now} is of {@link System#nanoTime()}. */
	final boolean deadlineOver(long now) {
		long nanoTime = this.call.deadlineNanoTime();
		return nanoTime != StreamCall.NO_DEADLINE && nanoTime - now <= 0;
	}

	@Override
	public final String callerNodeId() {
		return this.call.peer().nodeId();
	}

	@Override
	public final @Nullable String callerIdentity() {
		return this.call.peer().identity();
	}

	@Override
	public final @Nullable PeerIdentity provenCaller() {
		return this.call.peer().proof();
	}

	@Override
	public final @Nullable String callerAddress() {
		return (this.call.caller() instanceof Caller caller) ? caller.address() : null;
	}

	@Override
	public final boolean cancelled() {
		return this.call.cancelled();
	}

	/** Whether the call has its one outcome. */
	abstract boolean ended();

	@Override
	public final void addResponseMetadata(String key, String value) {
		if (cancelled()) {
			return;
		}
		Metadata present = this.answerMetadata;
		while (present != TOLD && !ended()) {
			Metadata added = ((present != null) ? present : Metadata.EMPTY).add(key, value);
			if (ANSWER_METADATA.compareAndSet(this, present, added)) {
				return;
			}
			present = this.answerMetadata;
		}
		throw new IllegalStateException("Response metadata '" + key + "' comes too late: " + this.method.procedure()
				+ " was answered already, or its first element is on its way");
	}

	/** Once, by whoever answers, right before the answer or the first element. */
	final void tellMetadata() {
		Metadata said = this.answerMetadata;
		if (said != TOLD) {
			said = ANSWER_METADATA.getAndSet(this, TOLD);
		}
		if (said != null && said != TOLD) {
			this.call.answerMetadata(said);
		}
	}

	@Override
	public final String toString() {
		return "call of " + this.method.procedure() + " by " + callerNodeId();
	}

}
