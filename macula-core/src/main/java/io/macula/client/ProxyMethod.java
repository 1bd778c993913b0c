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

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import io.macula.CallOptions;
import io.macula.Code;
import io.macula.FailedCall;
import io.macula.MaculaCall;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.ArgumentsCodec;
import io.macula.codec.ExceptionCodecs;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ThrownType;
import io.macula.codec.ValueCodec;
import io.macula.contract.MethodContract;
import io.macula.contract.ResultAdapter;
import io.macula.contract.ReturnShape;
import io.macula.kotlin.KotlinMethod;
import io.macula.wire.Failure;
import io.macula.wire.FailureDetail;
import io.macula.wire.FrameCodec;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A remote method of a proxy: encodes the arguments, starts the call, hands over the
 * result in the shape that the contract declares. Safe for all threads.
 */
final class ProxyMethod implements Invocation {

	private final ServiceClient client;

	private final MethodContract contract;

	/** {@code null} for contracts in Java. */
	private final @Nullable KotlinMethod kotlin;

	private final String wireName;

	/** Name of the payload codec. */
	private final String codec;

	/**
	 * The method under the settings that were seen last. Without a barrier, since it is
	 * immutable: at worst two threads make the same one.
	 */
	private BoundMethod bound;

	private final ArgumentsCodec arguments;

	private final ResultDecoder result;

	private final @Nullable ValueCodec element;

	private final ExceptionCodecs exceptions;

	private final CallErrors errors;

	/** {@code null} where nobody intercepts. */
	private final @Nullable Interception interception;

	private final Function<ServiceRules, BoundMethod> bindings = this::under;

	ProxyMethod(ServiceClient client, MethodContract contract, PayloadCodec codec) {
		this.client = client;
		this.contract = contract;
		this.kotlin = KotlinMethod.of(contract);
		this.arguments = ArgumentsCodec.of(codec, contract.signature(), contract.parameterTypes(),
				(this.kotlin != null) ? this.kotlin.parameterNames() : contract.parameterNames());
		this.element = (contract.streamType() != null)
				? codec.forType(contract.streamType(), "An element sent to " + contract.signature()) : null;
		this.exceptions = ExceptionCodecs.of(codec, contract.method().getDeclaringClass(), contract.signature(),
				contract.exceptions());
		this.exceptions.warnOfUnfit();
		this.wireName = client.service().value() + '/' + contract.wireName();
		FrameCodec.requireProcedure(this.wireName);
		this.codec = codec.name();
		this.bound = bind(client.calls().rules());
		this.errors = new CallErrors(client.errorMappers(), this.wireName,
				(thrown) -> contract.declaredException(thrown) != null);
		this.result = new ResultDecoder(this.wireName,
				codec.forType(contract.resultType(), "The result of " + contract.signature()),
				this.kotlin != null && this.kotlin.resultRequired());
		this.interception = (!client.interceptors().isEmpty()) ? new Interception(client, this.wireName,
				contract.wireName(), contract.method(), ResultAdapter.of(contract)) : null;
	}

	private BoundMethod bind(ServiceRules rules) {
		return BoundMethod.of(this.client, this.contract, this.codec, rules, this::exception);
	}

	/** Costs nothing but while settings change. */
	private BoundMethod under(ServiceRules rules) {
		BoundMethod present = this.bound;
		if (present.rules() != rules) {
			present = bind(rules);
			this.bound = present;
		}
		return present;
	}

	/** What a proxy calls, with all Java arguments. */
	Invocation invocation() {
		KotlinMethod present = this.kotlin;
		if (present == null || !present.bridged()) {
			return this;
		}
		return (arguments) -> present.call(arguments, this::invoke);
	}

	@Override
	public @Nullable Object invoke(@Nullable Object[] values) throws Throwable {
		if (!this.errors.mapped()) {
			return intercepted(values);
		}
		try {
			return this.errors.in(intercepted(values));
		}
		catch (Throwable ex) {
			throw this.errors.told(ex);
		}
	}

	private @Nullable Object intercepted(@Nullable Object[] values) throws Throwable {
		Interception around = this.interception;
		if (around == null) {
			return call(values, MaculaCall.current(), null, null);
		}
		if (this.contract.shape().blocking()) {
			refuseToBlockEventLoop();
		}
		return around.call(values, this.bindings,
				(arguments, terms, rules) -> call(arguments, MaculaCall.current(), terms, rules));
	}

	/**
	 * The call itself.
	 * @param options of the present thread
	 * @param fixed what holds for the call whatever the options say, or {@code null}
	 * @param begun settings with which it began, or {@code null} if it begins now
	 */
	private @Nullable Object call(@Nullable Object[] values, CallOptions options, @Nullable CallTerms fixed,
			@Nullable ServiceRules begun) throws Throwable {
		if (this.contract.streaming()) {
			return stream(values, options, fixed, begun);
		}
		return switch (this.contract.shape()) {
			case VALUE, VOID -> block(values, options, fixed, begun);
			case OPTIONAL -> Optional.ofNullable(block(values, options, fixed, begun));
			case FUTURE -> future(values, options, fixed, begun);
			case MONO -> mono(values, options, fixed, begun);
			case FLUX -> throw new IllegalStateException("streaming methods return above");
		};
	}

	/** Once for each call: what it reads here is all that it ever looks at. */
	private ServiceCalls calls(@Nullable ServiceRules begun) {
		ServiceCalls present = this.client.calls();
		return (begun != null) ? present.under(begun) : present;
	}

	private static CallTerms terms(Procedure procedure, CallOptions options, @Nullable CallTerms fixed) {
		return (fixed != null) ? fixed : CallTerms.of(Priorities.said(options, procedure.priority()));
	}

	/** Of a call that begins with a subscription. */
	private static CallTerms terms(Procedure procedure, CallOptions options, @Nullable CallTerms fixed,
			ContextView context) {
		return (fixed != null) ? fixed
				: CallTerms.of(Priorities.said(options.and(MaculaCall.from(context)), procedure.priority(), context));
	}

	private @Nullable Object block(@Nullable Object[] values, CallOptions options, @Nullable CallTerms fixed,
			@Nullable ServiceRules begun) throws Throwable {
		refuseToBlockEventLoop();
		BlockingOutcome outcome = new BlockingOutcome();
		ServiceCalls calls = calls(begun);
		BoundMethod method = under(calls.rules());
		CallTerms terms = terms(method.procedure(), options, fixed);
		UnaryCall call = call(calls, method.procedure(), values, encoded(values), terms, outcome,
				deadline(calls, method, terms, Context.empty()), Context.empty());
		call.start();
		return this.result.decode(outcome.await(call));
	}

	private FutureOutcome future(@Nullable Object[] values, CallOptions options, @Nullable CallTerms fixed,
			@Nullable ServiceRules begun) {
		FutureOutcome outcome = new FutureOutcome(this.result);
		byte[] payload;
		try {
			payload = encoded(values);
		}
		catch (RpcException ex) {
			outcome.completeExceptionally(ex);
			return outcome;
		}
		ServiceCalls calls = calls(begun);
		BoundMethod method = under(calls.rules());
		CallTerms terms = terms(method.procedure(), options, fixed);
		outcome.begin(call(calls, method.procedure(), values, payload, terms, outcome,
				deadline(calls, method, terms, Context.empty()), Context.empty()));
		return outcome;
	}

	private Mono<Object> mono(@Nullable Object[] values, CallOptions options, @Nullable CallTerms fixed,
			@Nullable ServiceRules begun) {
		return Mono.create((sink) -> {
			ServiceCalls calls = calls(begun);
			BoundMethod method = under(calls.rules());
			ContextView context = sink.contextView();
			CallTerms terms = terms(method.procedure(), options, fixed, context);
			UnaryCall call = call(calls, method.procedure(), values, encoded(values), terms,
					new MonoOutcome(this.result, sink), deadline(calls, method, terms, context), context);
			sink.onCancel(call::cancel);
			call.start();
		});
	}

	/**
	 * The arguments as they are sent.
	 * @throws RpcException if they cannot be encoded: nothing was sent, and the message
	 * names the argument and the place inside it
	 */
	private byte[] encoded(@Nullable Object[] values) {
		try {
			if (this.kotlin != null) {
				this.kotlin.requireFit(values);
			}
			return this.arguments.encode(values);
		}
		catch (Throwable ex) {
			throw Failures.notEncodable(this.wireName, "the call of " + this.wireName, ex, Processed.NO);
		}
	}

	private UnaryCall call(ServiceCalls calls, Procedure procedure, @Nullable Object[] values, byte[] payload,
			CallTerms terms, CallOutcome outcome, long deadlineNanos, ContextView context) {
		return new UnaryCall(calls, procedure, payload, terms, this.contract.key(values), deadlineNanos, outcome,
				context);
	}

	private static long deadline(ServiceCalls calls, BoundMethod method, CallTerms terms, ContextView context) {
		return deadline(calls, method, terms, context, true);
	}

	private static long deadline(ServiceCalls calls, BoundMethod method, CallTerms terms, ContextView context,
			boolean always) {
		return Deadlines.of(calls.now(), terms, method.procedure(), always, context);
	}

	private @Nullable Object stream(@Nullable Object[] values, CallOptions options, @Nullable CallTerms fixed,
			@Nullable ServiceRules begun) throws Throwable {
		return switch (this.contract.shape()) {
			case FLUX -> results(values, options, fixed, begun);
			case MONO -> results(values, options, fixed, begun).singleOrEmpty();
			case FUTURE -> one(results(values, options, fixed, begun)).toFuture();
			case OPTIONAL -> Optional.ofNullable(await(values, options, fixed, begun));
			case VALUE, VOID -> await(values, options, fixed, begun);
		};
	}

	private Flux<Object> results(@Nullable Object[] values, CallOptions options, @Nullable CallTerms fixed,
			@Nullable ServiceRules begun) {
		boolean many = this.contract.shape() == ReturnShape.FLUX;
		return Flux.deferContextual((context) -> {
			ServiceCalls calls = calls(begun);
			BoundMethod method = under(calls.rules());
			CallTerms terms = terms(method.procedure(), options, fixed, context);
			return StreamingCall.results(calls, method.procedure(), encoded(this.contract.values(values)),
					elements(values), many, terms, this.contract.key(values),
					deadline(calls, method, terms, context, method.bounded()));
		}).handle((payload, sink) -> {
			Object value = this.result.decode(payload);
			if (value != null) {
				sink.next(value);
			}
			else if (many) {
				sink.error(this.result.undecodable(new NullPointerException("a stream element is null")));
			}
		});
	}

	private @Nullable Object await(@Nullable Object[] values, CallOptions options, @Nullable CallTerms fixed,
			@Nullable ServiceRules begun) throws Throwable {
		refuseToBlockEventLoop();
		ServiceCalls calls = calls(begun);
		BoundMethod method = under(calls.rules());
		CallTerms terms = terms(method.procedure(), options, fixed);
		Duration bound = Duration.ofNanos(deadline(calls, method, terms, Context.empty()) - calls.now());
		return BlockingStream.await(one(results(values, options, fixed, calls.rules())), this.wireName, bound,
				calls.timer());
	}

	/** The one result, in the context of the present thread where nobody subscribes. */
	private static Mono<Object> one(Flux<Object> results) {
		return results.singleOrEmpty().contextCapture();
	}

	private @Nullable Publisher<byte[]> elements(@Nullable Object[] values) {
		ValueCodec codec = this.element;
		if (codec == null) {
			return null;
		}
		Object stream = values[this.contract.streamIndex()];
		if (stream == null) {
			throw Failures.exception(this.wireName, Status.notProcessed(Code.INVALID_ARGUMENT,
					"the Flux argument of " + this.contract.signature() + " is null"), null);
		}
		return Flux.from((Publisher<?>) stream).map((value) -> encoded(codec, value));
	}

	/**
	 * Reactor lets some errors through to the event loop: the stream has to end instead.
	 */
	private byte[] encoded(ValueCodec codec, Object value) {
		try {
			return codec.encode(value);
		}
		catch (Throwable ex) {
			throw Failures.notEncodable(this.wireName, "an element for " + this.contract.signature(), ex,
					Processed.YES);
		}
	}

	/** What the caller is thrown: the declared exception, or the status. */
	private Throwable exception(Failure failure, FailedCall call) {
		String type = failure.type();
		if (failure.status().code() != Code.APPLICATION || type == null || FailureDetail.isType(type)) {
			return Failures.exception(failure, call, null);
		}
		ThrownType thrown = ThrownType.parse(type);
		ExceptionCodecs.Coded coded = this.exceptions.received(thrown);
		ValueCodec codec = (coded != null) ? coded.codec() : null;
		if (coded != null && codec != null) {
			try {
				Object decoded = codec.decode(failure.detail());
				if (decoded instanceof Throwable throwable) {
					return coded.exact() ? throwable : named(throwable, failure.status(), thrown.thrown());
				}
			}
			catch (Throwable ex) {
				return Failures.exception(failure, call, ex);
			}
		}
		Status status = failure.status();
		return new RpcException(new Status(status.code(),
				thrown.thrown() + ", which cannot be thrown here as itself: " + status.message(), status.processed()),
				thrown.thrown(), null, Map.of(), call);
	}

	/** A declared exception in the place of a subclass that this end does not know. */
	private static Throwable named(Throwable declared, Status status, String thrown) {
		declared.addSuppressed(new RpcException(
				new Status(status.code(), "thrown as " + thrown + ", which is not known here", status.processed()),
				thrown, null));
		return declared;
	}

	private void refuseToBlockEventLoop() {
		if (Schedulers.isInNonBlockingThread()) {
			throw Failures.exception(this.wireName,
					Status.notProcessed(Code.INTERNAL, "blocking call of " + this.contract.signature()
							+ " on the non-blocking thread '" + Thread.currentThread().getName()
							+ "': return Mono or CompletableFuture in the contract, or call from another thread"),
					null);
		}
	}

}
