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

package io.macula.client;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.macula.CallOptions;
import io.macula.Code;
import io.macula.Deadline;
import io.macula.MaculaCall;
import io.macula.Metadata;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.contract.ResultAdapter;
import io.macula.contract.ReturnShape;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The interceptors around the calls of one method. Immutable; there is none where nobody
 * intercepts.
 */
final class Interception {

	private final List<ClientInterceptor> interceptors;

	private final ServiceClient client;

	private final String wireName;

	private final String method;

	private final @Nullable Method javaMethod;

	private final ResultAdapter results;

	Interception(ServiceClient client, String wireName, String method, @Nullable Method javaMethod,
			ResultAdapter results) {
		this.interceptors = client.interceptors();
		this.client = client;
		this.wireName = wireName;
		this.method = method;
		this.javaMethod = javaMethod;
		this.results = results;
	}

	/**
	 * Call the method, in the shape that it has.
	 * @param values its arguments
	 * @param method the method under the settings with which a call begins
	 * @param call makes the call itself
	 */
	@Nullable Object call(@Nullable Object[] values, Function<ServiceRules, BoundMethod> method, Call call) throws Throwable {
		CallOptions ambient = MaculaCall.current();
		return switch (this.results.shape()) {
			case VALUE, VOID, OPTIONAL -> new Intercepted(values, ambient, Context.empty(), method, call).proceed(0);
			case FUTURE -> new Intercepted(values, ambient, Context.empty(), method, call).future();
			case MONO ->
				Mono.deferContextual((context) -> Mono.from(subscribed(values, ambient, context, method, call)));
			case FLUX -> Flux.deferContextual((context) -> subscribed(values, ambient, context, method, call));
		};
	}

	private Publisher<Object> subscribed(@Nullable Object[] values, CallOptions ambient, ContextView context,
			Function<ServiceRules, BoundMethod> method, Call call) {
		try {
			return publisher(
					new Intercepted(values, ambient.and(MaculaCall.from(context)), context, method, call).proceed(0));
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static Publisher<Object> publisher(@Nullable Object result) {
		return (result != null) ? (Publisher<Object>) result : Mono.empty();
	}

	/**
	 * Makes the call itself.
	 */
	@FunctionalInterface
	interface Call {

		/**
		 * Make it, in the shape that its method has.
		 * @param values the arguments
		 * @param terms of this call
		 * @param rules the settings with which it began
		 */
		@Nullable Object make(@Nullable Object[] values, CallTerms terms, ServiceRules rules) throws Throwable;

	}

	/**
	 * One call.
	 */
	private final class Intercepted implements ResultAdapter.Wait {

		private final @Nullable Object[] values;

		private final ContextView context;

		/** With which it began, however long the interceptors take. */
		private final ServiceRules rules;

		private final Procedure procedure;

		private final CallTerms terms;

		private final Call call;

		private final AtomicBoolean begun = new AtomicBoolean();

		private final AtomicBoolean subscribed = new AtomicBoolean();

		/** What the call itself returned, if that is a future. */
		private volatile @Nullable CompletableFuture<?> inner;

		private volatile boolean cancelled;

		Intercepted(@Nullable Object[] values, CallOptions options, ContextView context,
				Function<ServiceRules, BoundMethod> method, Call call) {
			this.values = values;
			this.context = context;
			this.rules = Interception.this.client.calls().rules();
			BoundMethod bound = method.apply(this.rules);
			this.procedure = bound.procedure();
			CallOptions said = Priorities.said(options, this.procedure.priority(), context);
			long deadline = Deadlines.of(now(), CallTerms.of(said), this.procedure, bound.bounded(), context);
			this.terms = CallTerms.of(said, Interception.this.interceptors, deadline);
			this.call = call;
		}

		@Nullable Object proceed(int index) throws Throwable {
			if (index == Interception.this.interceptors.size()) {
				return begin();
			}
			ClientInterceptor interceptor = Interception.this.interceptors.get(index);
			Step step = new Step(this, index);
			try {
				Object answer = interceptor.intercept(step);
				return step.passed(answer) ? answer : Interception.this.results.adapt(interceptor, answer, this);
			}
			catch (Throwable ex) {
				throw declared(interceptor, ex);
			}
		}

		/** The call itself; of what it returns there is one subscription. */
		private @Nullable Object begin() throws Throwable {
			if (over()) {
				throw deadlineOver("its interceptors passed it on");
			}
			this.begun.set(true);
			Object made = this.call.make(this.values, this.terms, this.rules);
			if (made instanceof Mono<?> mono) {
				return Mono.defer(() -> subscribeOnce() ? mono : Mono.error(again()));
			}
			if (made instanceof Flux<?> flux) {
				return Flux.defer(() -> subscribeOnce() ? flux : Flux.error(again()));
			}
			if (made instanceof CompletableFuture<?> future) {
				this.inner = future;
				if (this.cancelled) {
					future.cancel(true);
				}
			}
			return made;
		}

		private boolean subscribeOnce() {
			return this.subscribed.compareAndSet(false, true);
		}

		private IllegalStateException again() {
			return new IllegalStateException("An interceptor began the call of " + Interception.this.wireName
					+ " a second time: a further attempt is not its business; set failover.max-attempts");
		}

		/** A method that returns a future does not throw; cancelling it cancels all. */
		CompletableFuture<?> future() {
			Object result;
			try {
				result = proceed(0);
			}
			catch (Throwable ex) {
				return CompletableFuture.failedFuture(ex);
			}
			CompletableFuture<?> outer = (CompletableFuture<?>) result;
			if (outer == null || outer == this.inner) {
				return (outer != null) ? outer : CompletableFuture.completedFuture(null);
			}
			outer.whenComplete((value, thrown) -> {
				if (outer.isCancelled()) {
					this.cancelled = true;
					CompletableFuture<?> present = this.inner;
					if (present != null) {
						present.cancel(true);
					}
				}
			});
			return outer;
		}

		/** Callers of blocking methods must not be thrown what these do not declare. */
		private Throwable declared(ClientInterceptor interceptor, Throwable thrown) {
			if (!Interception.this.results.shape().blocking() || thrown instanceof RuntimeException
					|| thrown instanceof Error || declares(thrown)) {
				return thrown;
			}
			if (thrown instanceof InterruptedException) {
				Thread.currentThread().interrupt();
			}
			String message = "interceptor " + interceptor.getClass().getName() + " failed the call of "
					+ Interception.this.wireName + " with what it does not declare: " + Failures.text(thrown);
			return new RpcException(unanswered(Code.INTERNAL, message), thrown);
		}

		private boolean declares(Throwable thrown) {
			Method method = Interception.this.javaMethod;
			return method != null
					&& Arrays.stream(method.getExceptionTypes()).anyMatch((declared) -> declared.isInstance(thrown));
		}

		/** What an interceptor answers is nothing that the call itself would end. */
		@Override
		public @Nullable Object await(CompletableFuture<?> answer) throws Throwable {
			try {
				return answer.get(this.terms.deadlineNanos() - now(), TimeUnit.NANOSECONDS);
			}
			catch (TimeoutException ex) {
				answer.cancel(true);
				throw deadlineOver("an interceptor had its answer");
			}
			catch (ExecutionException ex) {
				throw (ex.getCause() != null) ? ex.getCause() : ex;
			}
			catch (InterruptedException ex) {
				answer.cancel(true);
				Thread.currentThread().interrupt();
				throw Failures.exception(Interception.this.wireName, unanswered(Code.CANCELLED, "the calling thread '"
						+ Thread.currentThread().getName() + "' was interrupted while it waited"), ex);
			}
		}

		private RpcException deadlineOver(String before) {
			String wireName = Interception.this.wireName;
			return Failures.exception(wireName,
					unanswered(Code.DEADLINE_EXCEEDED, "the deadline of " + wireName + " was over before " + before),
					null);
		}

		private boolean over() {
			long deadline = this.terms.deadlineNanos();
			return deadline != StreamCall.NO_DEADLINE && deadline - now() <= 0;
		}

		private long now() {
			return Interception.this.client.calls().now();
		}

		private Status unanswered(Code code, String message) {
			return this.begun.get() ? Status.unknown(code, message) : Status.notProcessed(code, message);
		}

	}

	/**
	 * The call as one interceptor sees it.
	 */
	private final class Step implements ClientInvocation {

		private final Intercepted all;

		private final int index;

		private final AtomicBoolean proceeded = new AtomicBoolean();

		private volatile @Nullable Object result;

		private volatile boolean returned;

		Step(Intercepted all, int index) {
			this.all = all;
			this.index = index;
		}

		/** Whether it is what the next one returned, so that it fits the method. */
		boolean passed(@Nullable Object answer) {
			return this.returned && answer == this.result;
		}

		@Override
		public ServiceName service() {
			return Interception.this.client.service();
		}

		@Override
		public String client() {
			return Interception.this.client.name();
		}

		@Override
		public String method() {
			return Interception.this.method;
		}

		@Override
		public @Nullable Method javaMethod() {
			return Interception.this.javaMethod;
		}

		@Override
		public @Nullable Deadline deadline() {
			long deadline = this.all.terms.deadlineNanos();
			return (deadline != StreamCall.NO_DEADLINE) ? new Deadline(deadline) : null;
		}

		@Override
		public boolean nonBlocking() {
			return !Interception.this.results.shape().blocking();
		}

		@Override
		public boolean manyResults() {
			return Interception.this.results.shape() == ReturnShape.FLUX;
		}

		@Override
		public List<@Nullable Object> arguments() {
			return Collections.unmodifiableList(Arrays.asList(this.all.values));
		}

		@Override
		public boolean idempotent() {
			return this.all.procedure.idempotent();
		}

		@Override
		public Metadata metadata() {
			return this.all.terms.metadata();
		}

		@Override
		public void addMetadata(String key, String value) {
			if (this.all.begun.get()) {
				throw new IllegalStateException("Metadata entry '" + key + "' comes too late for the call of "
						+ Interception.this.wireName + ": add it before proceed()");
			}
			this.all.terms.add(key, value);
		}

		@Override
		public ContextView reactorContext() {
			return this.all.context;
		}

		@Override
		public Metadata responseMetadata() {
			return this.all.terms.responseMetadata();
		}

		@Override
		public @Nullable Object proceed() throws Throwable {
			if (!this.proceeded.compareAndSet(false, true)) {
				throw this.all.again();
			}
			Object next = this.all.proceed(this.index + 1);
			this.result = next;
			this.returned = true;
			return next;
		}

		@Override
		public String toString() {
			return "call of " + Interception.this.wireName;
		}

	}

}
