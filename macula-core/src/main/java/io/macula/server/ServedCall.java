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

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.observation.ObservationScope;
import io.macula.transport.InboundCall;
import io.macula.transport.InboundStream;
import io.macula.wire.Failure;
import io.macula.wire.FailureDetail;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import reactor.util.context.Context;

/**
 * One call from its admission to its answer. Whatever is thrown by a handler, a codec or
 * what observes the call, it is answered at most once and released exactly once; a call
 * that the caller gave up is not answered. Safe for all threads: the state is changed by
 * compare-and-set, and who changed it does what belongs to the change.
 */
abstract class ServedCall extends ServedCallContext {

	/*
	 * States. WAITING for its turn; OPEN: between start and answer; DONE: answered or
	 * given up, final. WAITING -> OPEN -> DONE, and WAITING -> DONE. A blocking call has
	 * further ones while its handler's method is on a stack.
	 *
	 * start() and invoke() are called by one thread, the one that serves the call; what
	 * follows comes from any.
	 */

	static final int WAITING = 0;

	static final int OPEN = 1;

	static final int DONE = 2;

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(ServedCall.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Admission admission;

	static final Status GAVE_UP = Status.unknown(Code.CANCELLED, "the caller gave up");

	private static final Status OK = Status.processed(Code.OK, "");

	private volatile int state = WAITING;

	/** When its handler began, or 0; published by OPEN. */
	private long begun;

	/** {@code null} where nobody intercepts; published by OPEN. */
	private @Nullable InterceptedCall intercepted;

	/** Owned by whoever starts the call, then by whoever makes it DONE. */
	private @Nullable Observation observation;

	ServedCall(Admission admission, ServedMethod method, InboundCall call) {
		super(method, call);
		this.admission = admission;
	}

	/**
	 * Start the call.
	 * @param now the present, of {@link System#nanoTime()}
	 * @return the arguments for the handler, or {@code null} if the call is over instead
	 */
	final @Nullable Object @Nullable [] start(long now) {
		try {
			return begin(now) ? arguments() : null;
		}
		catch (Exception ex) {
			failArguments(ex);
		}
		catch (Throwable ex) {
			failThrown(ex);
		}
		return null;
	}

	/** The transport keeps nothing of the payload of a call that is cancelled. */
	private void failArguments(Exception thrown) {
		if (call().cancelled()) {
			giveUp();
		}
		else if (thrown instanceof CodecException misfit) {
			fail(servedMethod().failures().argumentsNotDecodable(misfit), misfit);
		}
		else {
			failThrown(thrown);
		}
	}

	private boolean begin(long now) {
		if (call().cancelled()) {
			giveUp();
			return false;
		}
		if (deadlineOver(now)) {
			refuse(refusals().deadlineOver(servedMethod().procedure()));
			return false;
		}
		ServerInterceptors interceptors = servedMethod().interceptors();
		InterceptedCall around = (interceptors.none()) ? null : new InterceptedCall(this, interceptors, now);
		this.intercepted = around;
		this.begun = now;
		if (!change(WAITING, OPEN)) {
			return false;
		}
		if (around != null) {
			around.started();
		}
		this.observation = servedMethod().observations().start(servedMethod(), call());
		return true;
	}

	private @Nullable Object[] arguments() {
		ServedMethod method = servedMethod();
		@Nullable Object[] values = method.decodeArguments(call().payload());
		if (method.contract().streamIndex() < 0) {
			return values;
		}
		return method.contract().arguments(values, new ArgumentElements(this, ((InboundStream) call()).elements()));
	}

	/** Run the handler's method; it finds this call as the present one of its thread. */
	final @Nullable Object invoke(@Nullable Object[] arguments) throws Throwable {
		try (CallContext.Scope ignored = open()) {
			return (this.observation != null) ? observed(arguments)
					: servedMethod().invoke(this.intercepted, arguments);
		}
	}

	private @Nullable Object observed(@Nullable Object[] arguments) throws Throwable {
		try (ObservationScope ignored = servedMethod().observations().open(this.observation)) {
			return servedMethod().invoke(this.intercepted, arguments);
		}
	}

	/** Go on with an intercepted call on a thread that is not known to serve it. */
	final @Nullable Object resume(InterceptedCall.Rest rest) throws Throwable {
		try (CallContext.Scope ignored = open();
				ObservationScope observed = servedMethod().observations().open(this.observation)) {
			return servedMethod().resume(rest);
		}
	}

	/** For what the handler returned, of this server's own subscriber to it. */
	final Context reactorContext() {
		return Context.of(KEY, this);
	}

	/**
	 * For what the handler returned, to be written above that subscriber: so Reactor
	 * restores the observation on the threads of the handler's operators, if the
	 * application has it do so, and this server is outside of it. {@code null} if the
	 * call is not observed.
	 */
	final @Nullable Context observedContext() {
		Observation observation = this.observation;
		return (observation != null) ? Context.of(ObservationScope.KEY, observation) : null;
	}

	/** The handler's one result. */
	final void answer(@Nullable Object result) {
		byte[] payload;
		try {
			payload = servedMethod().encodeResult(result);
		}
		catch (Throwable ex) {
			failEncoding(result, ex);
			return;
		}
		if (done()) {
			try {
				tellMetadata();
				call().result(payload);
			}
			catch (Throwable ex) {
				servedMethod().failures().notAnswerable(ex);
			}
			finally {
				release(OK, null);
			}
		}
	}

	/** What the handler answered cannot be encoded. */
	final void failEncoding(@Nullable Object result, Throwable thrown) {
		this.admission.failed(thrown);
		fail(servedMethod().failures().resultNotEncodable(result, thrown), thrown);
	}

	/** The handler, or what it returned, failed. */
	final void failThrown(Throwable raised) {
		if (ended()) {
			return;
		}
		Throwable thrown = HandlerFailures.unwrap(raised);
		this.admission.failed(thrown);
		if (thrown instanceof CancellationException && call().cancelled()) {
			giveUp();
			return;
		}
		fail(refusedByInterceptor(thrown) ? refusal((RpcException) thrown)
				: servedMethod().failures().thrown(this, thrown), thrown);
	}

	private static Failure refusal(RpcException thrown) {
		return FailureDetail.with(thrown.status(), thrown.remoteType(), thrown.detail());
	}

	/** Only of a call that its handler has not seen may be said that it has not. */
	private boolean refusedByInterceptor(Throwable thrown) {
		InterceptedCall around = this.intercepted;
		return around != null && thrown instanceof RpcException rpc && rpc.status().processed() == Processed.NO
				&& rpc.code() != Code.OK && around.refused();
	}

	/** An element that the caller sent cannot be decoded. */
	final Throwable elementFailure(Throwable thrown) {
		this.admission.failed(thrown);
		return servedMethod().failures().elementNotDecodable(thrown);
	}

	/** The handler broke while it took an element: it will not answer any more. */
	void failTaking(Throwable thrown) {
		failThrown(thrown);
	}

	/** Instead of running it. */
	final void refuse(Status status) {
		fail(Failure.of(status), null);
	}

	/** Only in this state; whether it was. */
	final boolean refuseFrom(int present, Status status) {
		boolean ended = change(present, DONE);
		if (ended) {
			conclude(Failure.of(status), null);
		}
		return ended;
	}

	final void fail(Failure failure, @Nullable Throwable thrown) {
		if (done()) {
			conclude(failure, thrown);
		}
	}

	private void conclude(Failure failure, @Nullable Throwable thrown) {
		try {
			tellMetadata();
			deliver(failure);
		}
		catch (Throwable ex) {
			servedMethod().failures().notAnswerable(ex);
		}
		finally {
			release(failure.status(), thrown);
		}
	}

	/** The one answer. */
	void deliver(Failure failure) {
		call().fail(failure);
	}

	/** A stream of results is at its end. */
	final void complete(Subscriber<?> transport) {
		if (done()) {
			try {
				tellMetadata();
				transport.onComplete();
			}
			catch (Throwable ex) {
				servedMethod().failures().notAnswerable(ex);
			}
			finally {
				release(OK, null);
			}
		}
	}

	/** Nobody wants an answer. */
	final void giveUp() {
		if (done()) {
			release(GAVE_UP, null);
		}
	}

	/** Whether it is up to the caller of this method to answer and release. */
	private boolean done() {
		return this.state != DONE && (int) STATE.getAndSet(this, DONE) != DONE;
	}

	@Override
	final boolean ended() {
		return this.state == DONE;
	}

	final int state() {
		return this.state;
	}

	/** Whether it was up to the caller of this method. */
	final boolean change(int from, int to) {
		return STATE.compareAndSet(this, from, to);
	}

	final long begun() {
		return this.begun;
	}

	final Admission admission() {
		return this.admission;
	}

	final Refusals refusals() {
		return this.admission.refusals();
	}

	/** By who made it DONE, after the answer. */
	final void release(Status status, @Nullable Throwable thrown) {
		servedMethod().observations().stop(this.observation, status.code(), thrown);
		InterceptedCall around = this.intercepted;
		if (around != null) {
			around.over(status);
		}
		this.admission.released(this, status.code());
	}

}
