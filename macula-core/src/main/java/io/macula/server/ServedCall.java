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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.Deadline;
import io.macula.Metadata;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.transport.FailureException;
import io.macula.transport.InboundCall;
import io.macula.transport.InboundStream;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SignalType;
import reactor.util.context.Context;

/**
 * One call from its admission to its answer. Whatever happens, it is answered at most
 * once and released exactly once; a call that the caller gave up is not answered.
 */
final class ServedCall extends HandlerTask implements CallContext {

	/*
	 * States. WAITING for its turn; RUNNING: a blocking handler's method is on the stack
	 * of its thread and may be interrupted; INTERRUPTING, INTERRUPTED: it is being, it
	 * was interrupted; OPEN: everything else between start and answer; DONE: answered or
	 * given up, final.
	 *
	 * WAITING -> OPEN -> RUNNING -> OPEN -> DONE, RUNNING -> INTERRUPTING -> INTERRUPTED
	 * -> DONE, and from WAITING and OPEN to DONE. The thread of the handler does not go
	 * on while the state is INTERRUPTING, so that no interrupt hits the next call of this
	 * thread (java.util.concurrent.FutureTask does the same).
	 *
	 * A call whose blocking handler runs is released when the handler has ended, however
	 * early its caller gave up: it still occupies a thread.
	 */

	private static final int WAITING = 0;

	private static final int OPEN = 1;

	private static final int RUNNING = 2;

	private static final int INTERRUPTING = 3;

	private static final int INTERRUPTED = 4;

	private static final int DONE = 5;

	/** The name that Micrometer's context propagation looks for. */
	private static final String OBSERVATION_KEY = "micrometer.observation";

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(ServedCall.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Dispatcher dispatcher;

	private final ServedMethod method;

	private final InboundCall call;

	private volatile int state = WAITING;

	/** Written before RUNNING. */
	private @Nullable Thread runner;

	/** Cancels what the handler returned; run by whoever makes the call DONE early. */
	private volatile @Nullable Runnable upstream;

	/** Owned by whoever starts the call, then by whoever makes it DONE. */
	private @Nullable Observation observation;

	/** Outcome of a stream of results, written before its last signal. */
	private Code streamCode = Code.OK;

	ServedCall(Dispatcher dispatcher, ServedMethod method, InboundCall call) {
		this.dispatcher = dispatcher;
		this.method = method;
		this.call = call;
	}

	ServedMethod servedMethod() {
		return this.method;
	}

	/** On a handler thread. */
	@Override
	void run(long now) {
		@Nullable Object[] arguments;
		try {
			if (!start(now)) {
				return;
			}
			arguments = arguments();
		}
		catch (CodecException ex) {
			fail(this.method.argumentsNotDecodable(ex), ex);
			return;
		}
		catch (Throwable ex) {
			failThrown(ex);
			return;
		}
		this.runner = Thread.currentThread();
		if (!STATE.compareAndSet(this, OPEN, RUNNING)) {
			return;
		}
		this.call.onCancel(this::cancel);
		Object result = null;
		Throwable thrown = null;
		try {
			result = invoke(arguments);
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		boolean interrupted = leaveRunning();
		if (interrupted && this.call.cancelled()) {
			end(Code.CANCELLED, null);
		}
		else if (interrupted && thrown != null) {
			fail(Failure.of(this.dispatcher.closedWhileRunning()), null);
		}
		else if (thrown != null) {
			failThrown(thrown);
		}
		else {
			answer(result);
		}
	}

	/** On the event loop where the call arrived. */
	void runHere(long now) {
		@Nullable Object[] arguments;
		try {
			if (!start(now)) {
				return;
			}
			arguments = arguments();
		}
		catch (CodecException ex) {
			fail(this.method.argumentsNotDecodable(ex), ex);
			return;
		}
		catch (Throwable ex) {
			failThrown(ex);
			return;
		}
		try {
			Object result = invoke(arguments);
			switch (this.method.contract().shape()) {
				case VALUE, VOID, OPTIONAL -> answer(result);
				case FUTURE -> answerLater((CompletionStage<?>) present(result));
				case MONO -> answerLater((Publisher<?>) present(result));
				case FLUX -> answerMany((Publisher<?>) present(result));
			}
		}
		catch (Throwable ex) {
			failThrown(ex);
		}
	}

	@Override
	boolean slow() {
		return this.method.slow();
	}

	@Override
	void took(long nanos) {
		this.method.took(nanos);
	}

	@Override
	void drop() {
		refuse(this.dispatcher.closing());
	}

	@Override
	void abort() {
		if (STATE.compareAndSet(this, WAITING, DONE)) {
			answerFailure(Failure.of(this.dispatcher.closing()), null);
		}
		else {
			cancel();
		}
	}

	/** Instead of running it. */
	void refuse(Status status) {
		fail(Failure.of(status), null);
	}

	/** The node drains: an open stream of results ends. */
	void cancelStream(Status status) {
		if (STATE.compareAndSet(this, OPEN, DONE)) {
			answerFailure(Failure.of(status), null);
			cancelUpstream();
		}
	}

	private boolean start(long now) {
		if (this.call.cancelled()) {
			end(Code.CANCELLED, null);
			return false;
		}
		long deadline = this.call.deadlineNanoTime();
		if (deadline != StreamCall.NO_DEADLINE && deadline - now <= 0) {
			fail(Failure.of(this.dispatcher.deadlineOver(this.method)), null);
			return false;
		}
		if (!STATE.compareAndSet(this, WAITING, OPEN)) {
			return false;
		}
		this.observation = this.dispatcher.observe(this.method, this.call);
		return true;
	}

	private @Nullable Object[] arguments() {
		@Nullable Object[] values = this.method.decodeArguments(this.call.payload());
		if (this.method.contract().streamIndex() < 0) {
			return values;
		}
		Flux<Object> elements = ((InboundStream) this.call).elements().map(this.method::decodeElement);
		return this.method.contract().arguments(values, elements);
	}

	private @Nullable Object invoke(@Nullable Object[] arguments) throws Throwable {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		if (before != this.method.classLoader()) {
			thread.setContextClassLoader(this.method.classLoader());
		}
		Observation observation = this.observation;
		try (CallContext.Scope ignored = open()) {
			if (observation == null) {
				return this.method.invoke(arguments);
			}
			try (Observation.Scope scope = observation.openScope()) {
				return this.method.invoke(arguments);
			}
		}
		finally {
			if (thread.getContextClassLoader() != before) {
				thread.setContextClassLoader(before);
			}
		}
	}

	/** Whether the handler was interrupted; the thread is not any more. */
	private boolean leaveRunning() {
		if (STATE.compareAndSet(this, RUNNING, OPEN)) {
			return false;
		}
		while (this.state == INTERRUPTING) {
			Thread.onSpinWait();
		}
		Thread.interrupted();
		return true;
	}

	private Object present(@Nullable Object result) {
		if (result == null) {
			throw new NullPointerException(this.method.contract().signature() + " returned null instead of a "
					+ this.method.contract().method().getReturnType().getSimpleName());
		}
		return result;
	}

	private void answerLater(CompletionStage<?> stage) {
		// The common case of a handler that does not wait needs none of the objects
		// below.
		// Subclasses may refuse to be asked, such as CompletableFuture.completedStage().
		if (stage.getClass() == CompletableFuture.class) {
			CompletableFuture<?> future = (CompletableFuture<?>) stage;
			if (future.isDone() && !future.isCompletedExceptionally()) {
				answer(future.getNow(null));
				return;
			}
		}
		this.upstream = () -> stage.toCompletableFuture().cancel(true);
		stage.whenComplete((value, thrown) -> {
			if (thrown == null) {
				answer(value);
			}
			else {
				failThrown(thrown);
			}
		});
		// The hook of a call that is answered already would cost for nothing.
		if (this.state != DONE) {
			this.call.onCancel(this::cancel);
		}
	}

	private void answerLater(Publisher<?> mono) {
		mono.subscribe(new MonoAnswer());
		if (this.state != DONE) {
			this.call.onCancel(this::cancel);
		}
	}

	private void answerMany(Publisher<?> results) {
		InboundStream stream = (InboundStream) this.call;
		Flux<byte[]> encoded = Flux.<Object>from(results).onErrorMap(this::streamFailed).map(this::encodeElement);
		this.dispatcher.opened(this);
		stream.onCancel(this::cancel);
		stream.respond(encoded.doOnSubscribe(this::streaming).doFinally(this::streamed).contextWrite(context()));
	}

	private void streaming(Subscription subscription) {
		this.upstream = subscription::cancel;
		if (this.state == DONE) {
			subscription.cancel();
		}
	}

	private Throwable streamFailed(Throwable thrown) {
		this.dispatcher.watchMemory(thrown);
		return streamFailure(this.method.thrown(thrown));
	}

	private byte[] encodeElement(Object element) {
		try {
			return this.method.encodeResult(element);
		}
		catch (Throwable ex) {
			this.dispatcher.watchMemory(ex);
			throw streamFailure(this.method.resultNotEncodable(element, ex));
		}
	}

	private FailureException streamFailure(Failure failure) {
		this.streamCode = failure.status().code();
		return new FailureException(failure);
	}

	private void streamed(SignalType signal) {
		end((signal == SignalType.CANCEL) ? Code.CANCELLED : this.streamCode, null);
	}

	private Context context() {
		Observation observation = this.observation;
		return (observation != null) ? Context.of(KEY, this, OBSERVATION_KEY, observation) : Context.of(KEY, this);
	}

	private void answer(@Nullable Object result) {
		byte[] payload;
		try {
			payload = this.method.encodeResult(result);
		}
		catch (Throwable ex) {
			this.dispatcher.watchMemory(ex);
			fail(this.method.resultNotEncodable(result, ex), ex);
			return;
		}
		if (done()) {
			try {
				this.call.result(payload);
			}
			finally {
				release(Code.OK, null);
			}
		}
	}

	private void failThrown(Throwable thrown) {
		if (this.state == DONE) {
			return;
		}
		this.dispatcher.watchMemory(thrown);
		if (thrown instanceof CancellationException && this.call.cancelled()) {
			end(Code.CANCELLED, null);
			return;
		}
		fail(this.method.thrown(thrown), thrown);
	}

	private void fail(Failure failure, @Nullable Throwable thrown) {
		if (done()) {
			answerFailure(failure, thrown);
		}
	}

	private void answerFailure(Failure failure, @Nullable Throwable thrown) {
		try {
			this.call.fail(failure);
		}
		finally {
			release(failure.status().code(), thrown);
		}
	}

	/** Without an answer, or after one that the transport gave. */
	private void end(Code code, @Nullable Throwable thrown) {
		if (done()) {
			release(code, thrown);
		}
	}

	/** Whether it is up to the caller of this method to answer and release. */
	private boolean done() {
		return this.state != DONE && (int) STATE.getAndSet(this, DONE) != DONE;
	}

	/** The caller gave up, or this node closes. */
	private void cancel() {
		for (;;) {
			int present = this.state;
			if (present == RUNNING) {
				Thread thread = this.runner;
				if (STATE.compareAndSet(this, RUNNING, INTERRUPTING)) {
					if (thread != null) {
						thread.interrupt();
					}
					this.state = INTERRUPTED;
					return;
				}
			}
			else if (present == OPEN) {
				if (STATE.compareAndSet(this, OPEN, DONE)) {
					cancelUpstream();
					release(Code.CANCELLED, null);
					return;
				}
			}
			else {
				return;
			}
		}
	}

	private void cancelUpstream() {
		Runnable upstream = this.upstream;
		if (upstream != null) {
			try {
				upstream.run();
			}
			catch (RuntimeException ex) {
				this.dispatcher.notCancellable(this.method, ex);
			}
		}
	}

	private void release(Code code, @Nullable Throwable thrown) {
		Observation observation = this.observation;
		if (observation != null) {
			this.dispatcher.observed(observation, code, thrown);
		}
		this.dispatcher.released(this, code);
	}

	@Override
	public ServiceName service() {
		return this.method.service().name();
	}

	@Override
	public String method() {
		return this.method.contract().wireName();
	}

	@Override
	public Metadata metadata() {
		return this.call.metadata();
	}

	@Override
	public @Nullable Deadline deadline() {
		long nanoTime = this.call.deadlineNanoTime();
		return (nanoTime != StreamCall.NO_DEADLINE) ? new Deadline(nanoTime) : null;
	}

	@Override
	public String callerNodeId() {
		return this.call.peer().nodeId();
	}

	@Override
	public boolean cancelled() {
		return this.call.cancelled();
	}

	@Override
	public String toString() {
		return "call of " + this.method.procedure() + " by " + callerNodeId();
	}

	/**
	 * Answers with the value of a {@code Mono}.
	 */
	private final class MonoAnswer implements CoreSubscriber<Object> {

		private final Context context = context();

		@Override
		public Context currentContext() {
			return this.context;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			ServedCall.this.upstream = subscription::cancel;
			if (ServedCall.this.state == DONE) {
				subscription.cancel();
			}
			else {
				subscription.request(Long.MAX_VALUE);
			}
		}

		@Override
		public void onNext(Object value) {
			answer(value);
		}

		@Override
		public void onError(Throwable thrown) {
			failThrown(thrown);
		}

		@Override
		public void onComplete() {
			if (ServedCall.this.state != DONE) {
				answer(null);
			}
		}

	}

}
