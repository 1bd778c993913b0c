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

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.Deadline;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.contract.ResultAdapter;
import io.macula.contract.ReturnShape;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * What stands between a call and its handler where somebody intercepts. Safe for all
 * threads.
 */
final class InterceptedCall implements ResultAdapter.Wait {

	/*
	 * The handler: NOT_CALLED -> CALLED, or NOT_CALLED -> REFUSED once the caller is told
	 * that it was not.
	 */

	private static final int NOT_CALLED = 0;

	private static final int CALLED = 1;

	private static final int REFUSED = 2;

	/*
	 * The end is told once the call was started and is over, by whoever brings the second
	 * of both: a call may be over while the thread that starts it is about to say so.
	 */

	private static final int STARTED = 1;

	private static final int OVER = 2;

	private final ServedCall call;

	private final ServerInterceptors interceptors;

	private final long startNanos;

	private final AtomicInteger handler = new AtomicInteger();

	private final AtomicInteger life = new AtomicInteger();

	/** How the call ended; written before OVER. */
	private volatile @Nullable Status status;

	/**
	 * Around a call that is about to be started.
	 * @param now the present, of {@link System#nanoTime()}
	 */
	InterceptedCall(ServedCall call, ServerInterceptors interceptors, long now) {
		this.call = call;
		this.interceptors = interceptors;
		this.startNanos = now;
	}

	void started() {
		turn(STARTED);
	}

	void over(Status end) {
		this.status = end;
		turn(OVER);
	}

	private void turn(int part) {
		int before = this.life.getAndUpdate((parts) -> parts | part);
		Status end = this.status;
		if (before + part == (STARTED | OVER) && before != part && end != null) {
			this.interceptors.ended(this.call, end, Duration.ofNanos(System.nanoTime() - this.startNanos));
		}
	}

	/** Whether the handler was not called, and will not be from now on. */
	boolean refused() {
		return this.handler.compareAndSet(NOT_CALLED, REFUSED) || this.handler.get() == REFUSED;
	}

	@Nullable Object invoke(@Nullable Object[] arguments) throws Throwable {
		return proceed(0, arguments);
	}

	private @Nullable Object proceed(int index, @Nullable Object[] arguments) throws Throwable {
		if (index == this.interceptors.size()) {
			if (!this.handler.compareAndSet(NOT_CALLED, CALLED)) {
				throw new IllegalStateException("The call of " + this.call.servedMethod().procedure()
						+ " was refused already: proceed() comes too late");
			}
			return this.call.servedMethod().call(arguments);
		}
		ServerInterceptor interceptor = this.interceptors.get(index);
		Step step = new Step(index, arguments);
		Object answer = interceptor.intercept(step);
		return step.passed(answer) ? answer : this.call.servedMethod().results().adapt(interceptor, answer, this);
	}

	/** Blocks the thread of a handler that may block, and no other. */
	@Override
	public @Nullable Object await(CompletableFuture<?> answer) throws Throwable {
		try {
			if (answer.isDone()) {
				return answer.get();
			}
			if (this.call.servedMethod().nonBlocking()) {
				throw new IllegalStateException("An interceptor of " + this.call.servedMethod().procedure()
						+ " answered with what is to come, for which a non-blocking method cannot wait:"
						+ " answer with a value, or leave nonBlocking out of @MaculaMethod");
			}
			Deadline deadline = this.call.deadline();
			return (deadline != null)
					? answer.get(Math.max(0, deadline.remainingNanos(System.nanoTime())), TimeUnit.NANOSECONDS)
					: answer.get();
		}
		catch (TimeoutException ex) {
			answer.cancel(true);
			throw new RpcException(Status.processed(Code.DEADLINE_EXCEEDED, "the deadline of "
					+ this.call.servedMethod().procedure() + " was over before an interceptor had its answer"));
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
		catch (InterruptedException ex) {
			answer.cancel(true);
			throw ex;
		}
	}

	@Override
	public Context context() {
		return this.call.reactorContext();
	}

	/**
	 * What is left of a call.
	 */
	@FunctionalInterface
	interface Rest {

		@Nullable Object run() throws Throwable;

	}

	/**
	 * The call as one interceptor sees it.
	 */
	private final class Step implements ServerInvocation {

		private final int index;

		private final @Nullable Object[] arguments;

		private final AtomicBoolean proceeded = new AtomicBoolean();

		private volatile @Nullable Object result;

		private volatile boolean returned;

		Step(int index, @Nullable Object[] arguments) {
			this.index = index;
			this.arguments = arguments;
		}

		/**
		 * Whether it is what the next one returned; the handler's own is judged later.
		 */
		boolean passed(@Nullable Object answer) {
			return this.returned && answer == this.result;
		}

		@Override
		public CallContext call() {
			return InterceptedCall.this.call;
		}

		@Override
		public Method javaMethod() {
			return InterceptedCall.this.call.servedMethod().contract().method();
		}

		@Override
		public boolean manyResults() {
			return InterceptedCall.this.call.servedMethod().results().shape() == ReturnShape.FLUX;
		}

		@Override
		public Object handler() {
			return InterceptedCall.this.call.servedMethod().service().definition().handler();
		}

		@Override
		public List<@Nullable Object> arguments() {
			return Collections.unmodifiableList(Arrays.asList(this.arguments));
		}

		@Override
		public boolean nonBlocking() {
			return InterceptedCall.this.call.servedMethod().nonBlocking();
		}

		@Override
		public @Nullable Object proceed() throws Throwable {
			if (!this.proceeded.compareAndSet(false, true)) {
				throw new IllegalStateException(
						"An interceptor of " + InterceptedCall.this.call.servedMethod().procedure()
								+ " called proceed() a second time: a handler serves a call once");
			}
			ServedCall call = InterceptedCall.this.call;
			Object next = (CallContext.current() == call) ? rest() : call.resume(this::rest);
			this.result = next;
			this.returned = true;
			return next;
		}

		private @Nullable Object rest() throws Throwable {
			return InterceptedCall.this.proceed(this.index + 1, this.arguments);
		}

		@Override
		public String toString() {
			return InterceptedCall.this.call.toString();
		}

	}

}
