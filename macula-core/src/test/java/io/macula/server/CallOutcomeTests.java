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

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.codec.CodecException;
import io.macula.codec.Codecs;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.transport.NodeInfo;
import io.macula.wire.Failure;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * No call is left without an outcome: whatever is thrown around a handler, its call gets
 * one answer, and nothing stays in flight.
 */
class CallOutcomeTests {

	private static final NodeInfo NODE = new NodeInfo(new Realm("test"), "node1", 1, List.of("json"));

	private final BrittleCodec codec = new BrittleCodec();

	private final Handler handler = new Handler();

	private HandlerExecutor executor = HandlerExecutor.batching(4, 100);

	private Dispatcher dispatcher = dispatcher(ObservationRegistry.NOOP);

	@AfterEach
	void nothingIsLeftInFlight() {
		await().pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> this.dispatcher.inFlight() == 0);
		this.executor.close();
	}

	private Dispatcher dispatcher(ObservationRegistry observations) {
		Dispatcher dispatcher = new Dispatcher(NODE, Codecs.of(List.of(this.codec, new BrittleCodec("other"))),
				this.executor, 1000, true, observations);
		dispatcher.register(ServiceDefinition.of("test.risky", Risky.class, this.handler));
		return dispatcher;
	}

	private void executor(Executor executor) {
		this.executor.close();
		this.executor = HandlerExecutor.of(executor, 100);
		this.dispatcher = dispatcher(ObservationRegistry.NOOP);
	}

	private FakeCall call(Shape shape, Object... arguments) {
		FakeCall call = new FakeCall("test.risky/" + shape.method, payload(arguments));
		if (shape.takesElements) {
			call.sending(Flux.just("1", "2", "3"));
		}
		return shape.streams ? call.expectingElements() : call;
	}

	/** As {@code ArgumentsCodec}: a single argument stands alone. */
	private static String payload(Object... arguments) {
		assertThat(arguments).hasSizeLessThanOrEqualTo(1);
		return (arguments.length == 0) ? "" : "\"" + arguments[0] + "\"";
	}

	static Stream<Object[]> everyFailureInEveryShape() {
		List<Object[]> all = new ArrayList<>();
		for (Shape shape : Shape.values()) {
			for (Fault fault : Fault.values()) {
				all.add(new Object[] { shape, fault });
			}
		}
		return all.stream();
	}

	@ParameterizedTest
	@MethodSource("everyFailureInEveryShape")
	void whenTheMethodThrowsThenItsCallFails(Shape shape, Fault fault) throws Exception {
		call(shape, "throw " + fault).arrive(this.dispatcher).awaitFailure(fault.code, Processed.YES, fault.told());
	}

	@ParameterizedTest
	@MethodSource("everyFailureInEveryShape")
	void whenWhatTheMethodReturnedFailsThenItsCallFails(Shape shape, Fault fault) throws Exception {
		call(shape, "signal " + fault).arrive(this.dispatcher).awaitFailure(fault.code, Processed.YES, fault.told());
	}

	@ParameterizedTest
	@MethodSource("everyFailureInEveryShape")
	void whenAnOperatorOfTheHandlerThrowsThenItsCallFails(Shape shape, Fault fault) throws Exception {
		// A CompletableFuture describes what its function throws, and fails at that.
		boolean retold = shape == Shape.FUTURE && fault == Fault.INDESCRIBABLE;
		call(shape, "operator " + fault).arrive(this.dispatcher)
			.awaitFailure(fault.code, Processed.YES, retold ? "IllegalStateException" : fault.told());
	}

	@ParameterizedTest
	@MethodSource("everyFailureInEveryShape")
	void whenTheArgumentsCannotBeDecodedThenTheCallFails(Shape shape, Fault fault) throws Exception {
		this.codec.decoding = fault.maker;
		FakeCall call = call(shape, "result").arrive(this.dispatcher);
		// Arguments that do not fit were not processed; anything else may be a fault.
		if (fault == Fault.CODEC) {
			call.awaitFailure(Code.INVALID_ARGUMENT, Processed.NO, shape.method);
		}
		else {
			assertThat(call.awaitFailure().status().processed()).isEqualTo(Processed.YES);
		}
		this.codec.decoding = null;
	}

	@ParameterizedTest
	@MethodSource("everyFailureInEveryShape")
	void whenTheResultCannotBeEncodedThenTheCallFails(Shape shape, Fault fault) throws Exception {
		if (!shape.hasResult) {
			return;
		}
		this.codec.encoding = fault.maker;
		call(shape, "result").arrive(this.dispatcher).awaitFailure(Code.INTERNAL, Processed.YES, shape.method);
	}

	@ParameterizedTest
	@MethodSource("everyFailureInEveryShape")
	void whenMessagesAreNotExposedThenTheCallerLearnsTheTypeAndWhereToLook(Shape shape, Fault fault) throws Exception {
		Dispatcher discreet = new Dispatcher(NODE, Codecs.of(List.of(this.codec)), this.executor, 1000, false,
				ObservationRegistry.NOOP);
		discreet.register(ServiceDefinition.of("test.risky", Risky.class, this.handler));
		// After a lack of memory calls are refused for a while.
		for (String how : (fault == Fault.MEMORY) ? List.of("throw ") : List.of("throw ", "signal ", "operator ")) {
			Failure failure = call(shape, how + fault).arrive(discreet).awaitFailure();
			assertThat(failure.status().message()).as(how)
				.contains("macula.provider.expose-messages")
				.doesNotContain("expected by the test", "no message");
			assertThat(failure.status().code()).isEqualTo(fault.code);
		}
		if (shape.hasResult && fault != Fault.MEMORY) {
			this.codec.encoding = fault.maker;
			Failure failure = call(shape, "result").arrive(discreet).awaitFailure();
			assertThat(failure.status().message()).contains(shape.method, "macula.provider.expose-messages")
				.doesNotContain("expected by the test");
		}
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	void whenADeclaredExceptionCannotBeEncodedThenTheCallFails(Fault fault) throws Exception {
		this.codec.encoding = fault.maker;
		call(Shape.VALUE, "declared").arrive(this.dispatcher).awaitFailure(Code.INTERNAL, Processed.YES, "value");
	}

	@ParameterizedTest
	@MethodSource("everyFailureInEveryShape")
	void whenAnElementOfTheCallerCannotBeDecodedThenTheCallFails(Shape shape, Fault fault) throws Exception {
		if (!shape.takesElements) {
			return;
		}
		this.codec.decodingNumbers = fault.maker;
		FakeCall call = call(shape, "result").arrive(this.dispatcher);
		assertThat(call.awaitFailure().status().processed()).isEqualTo(Processed.YES);
	}

	@ParameterizedTest
	@ValueSource(strings = { "start", "scope opened", "scope closed", "stop", "error" })
	void whenAnObservationHandlerThrowsThenTheCallIsAnsweredAllTheSame(String moment) throws Exception {
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig().observationHandler(new BrittleObservations(moment));
		this.dispatcher = dispatcher(observations);
		for (Shape shape : Shape.values()) {
			call(shape, "result").arrive(this.dispatcher).await();
			call(shape, "signal " + Fault.EXCEPTION).arrive(this.dispatcher).await();
		}
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	void whenTheExecutorOfTheUserThrowsThenEveryCallOfTheBatchIsRefused(Fault fault) throws Exception {
		AtomicInteger executed = new AtomicInteger();
		executor((task) -> {
			if (executed.incrementAndGet() > 1) {
				throw fault.<Error>sneaky();
			}
			task.run();
		});
		List<FakeCall> calls = Stream.generate(() -> call(Shape.VALUE, "result").deliver(this.dispatcher))
			.limit(3)
			.toList();
		this.dispatcher.onReadComplete();
		assertThat(calls.get(0).awaitResult()).isEqualTo("\"result\"");
		for (FakeCall call : calls.subList(1, 3)) {
			call.awaitFailure(Code.RESOURCE_EXHAUSTED, Processed.NO, "node1");
		}
		assertThat(this.executor.figures()).isEqualTo(new HandlerFigures(0, 0, 0, 2));
	}

	@Test
	void whenTheExecutorOfTheUserThrowsAfterItRanTheTaskThenTheAnswerCounts() throws Exception {
		executor((task) -> {
			task.run();
			throw new IllegalStateException("expected by the test");
		});
		assertThat(call(Shape.VALUE, "result").arrive(this.dispatcher).awaitResult()).isEqualTo("\"result\"");
		assertThat(this.executor.figures().queued()).isZero();
	}

	@Test
	void whenTheExecutorOfTheUserRejectsATaskAndRunsItLaterThenTheRefusalCounts() throws Exception {
		BlockingQueue<Runnable> kept = new LinkedBlockingQueue<>();
		executor((task) -> {
			kept.add(task);
			throw new RejectedExecutionException("expected by the test");
		});
		FakeCall call = call(Shape.VALUE, "result").arrive(this.dispatcher);
		call.awaitFailure(Code.RESOURCE_EXHAUSTED, Processed.NO, "node1");
		kept.take().run();
		assertThat(call.answers).hasValue(1);
		assertThat(this.executor.figures()).isEqualTo(new HandlerFigures(0, 0, 0, 1));
	}

	@Test
	void whenTheExecutorOfTheUserNeverRunsATaskThenItsCallIsAnsweredAtClose() throws Exception {
		executor((task) -> {
			// As after shutdownNow(): the task is forgotten.
		});
		FakeCall call = call(Shape.VALUE, "result").arrive(this.dispatcher);
		assertThat(this.executor.figures()).isEqualTo(new HandlerFigures(0, 0, 1, 0));
		this.executor.close();
		call.awaitFailure(Code.UNAVAILABLE, Processed.NO, "draining");
		assertThat(this.executor.figures().queued()).isZero();
	}

	@Test
	void whenTheCallerCannotBeToldThatAnotherIsRefusedThenTheOthersOfTheBatchAreAnswered() throws Exception {
		executor((task) -> {
			throw new RejectedExecutionException("expected by the test");
		});
		FakeCall broken = new FakeCall("test.risky/value", "\"result\"") {

			@Override
			public void fail(io.macula.wire.Failure failure) {
				throw new NoClassDefFoundError("expected by the test");
			}

		};
		broken.deliver(this.dispatcher);
		FakeCall next = call(Shape.VALUE, "result").arrive(this.dispatcher);
		next.awaitFailure(Code.RESOURCE_EXHAUSTED, Processed.NO, "node1");
		assertThat(this.dispatcher.inFlight()).isZero();
	}

	@Test
	void whenTheCallCannotBeWatchedForItsCancellationThenItFails() throws Exception {
		for (String method : List.of("value", "future", "mono")) {
			FakeCall call = new FakeCall("test.risky/" + method, "\"never\"") {

				@Override
				public void onCancel(Runnable action) {
					throw new NoClassDefFoundError("expected by the test");
				}

			};
			call.arrive(this.dispatcher).awaitFailure(Code.INTERNAL, Processed.YES, "NoClassDefFoundError");
		}
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	void whenWhatTheHandlerReturnedCannotBeCancelledThenTheCallIsReleasedAllTheSame(Fault fault) {
		this.handler.cancelling = fault;
		List<FakeCall> calls = Stream.of(Shape.FUTURE, Shape.MONO, Shape.FLUX)
			.map((shape) -> call(shape, "never").arrive(this.dispatcher))
			.toList();
		assertThat(this.dispatcher.inFlight()).isEqualTo(3);
		for (FakeCall call : calls) {
			call.cancel();
			assertThat(call.answered()).isFalse();
		}
		assertThat(this.dispatcher.inFlight()).isZero();
	}

	@Test
	void whenAnInterceptorOfReactorThrowsThenTheCallFails() throws Exception {
		Hooks.onLastOperator("test", (publisher) -> {
			throw new IllegalStateException("expected by the test");
		});
		try {
			for (Shape shape : List.of(Shape.MONO, Shape.FLUX)) {
				call(shape, "result").arrive(this.dispatcher)
					.awaitFailure(Code.UNKNOWN, Processed.YES, "expected by the test");
			}
		}
		finally {
			Hooks.resetOnLastOperator("test");
		}
	}

	@Test
	void whenAPublisherThrowsInsteadOfSubscribingThenTheCallFails() throws Exception {
		for (Shape shape : List.of(Shape.MONO, Shape.FLUX)) {
			call(shape, "subscribe").arrive(this.dispatcher)
				.awaitFailure(Code.UNKNOWN, Processed.YES, "expected by the test");
		}
	}

	@Test
	void whenAFluxFailsAfterElementsThenTheseWereDeliveredAndTheCallFailsOnce() throws Exception {
		FakeCall call = call(Shape.FLUX, "late").arrive(this.dispatcher);
		call.awaitFailure(Code.INTERNAL, Processed.YES, "NoClassDefFoundError");
		assertThat(call.elements).containsExactly("\"one\"");
	}

	@Test
	void whenAStreamOfAReservedServiceIsEndedByADrainThenItsCallerIsTold() throws Exception {
		this.dispatcher.register(ServiceDefinition.reserved("macula.test", Risky.class, this.handler));
		FakeCall link = new FakeCall("macula.test/flux", "\"never\"").expectingElements().arrive(this.dispatcher);
		this.dispatcher.drain().block();
		this.dispatcher.endLinks();
		link.awaitFailure(Code.UNAVAILABLE, Processed.NO, "draining");
		assertThat(this.handler.never.currentSubscriberCount()).isZero();
	}

	@Test
	void whenTheNodeClosesWhileArgumentsAreDecodedThenTheCallIsAnswered() throws Exception {
		FakeCall call = new FakeCall("test.risky/value", "\"result\"") {

			@Override
			public byte[] payload() {
				CallOutcomeTests.this.executor.close();
				return super.payload();
			}

		};
		call.arrive(this.dispatcher).awaitFailure(Code.UNAVAILABLE, Processed.UNKNOWN, "closed");
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	void whenAServiceCannotBeServedWithACodecThenItsCallsAreRefused(Fault fault) throws Exception {
		BrittleCodec other = new BrittleCodec("other");
		Dispatcher dispatcher = new Dispatcher(NODE, Codecs.of(List.of(this.codec, other)), this.executor, 1000, true,
				ObservationRegistry.NOOP);
		dispatcher.register(ServiceDefinition.of("test.risky", Risky.class, this.handler));
		other.preparing = fault.maker;
		call(Shape.VALUE, "result").codec("other")
			.arrive(dispatcher)
			.awaitFailure(Code.UNIMPLEMENTED, Processed.NO, "'other'");
	}

	@Test
	void whenAFutureFailsForLackOfMemoryThenTheNodeRefusesCalls() throws Exception {
		call(Shape.FUTURE, "async " + Fault.MEMORY).arrive(this.dispatcher)
			.awaitFailure(Code.INTERNAL, Processed.YES, "OutOfMemoryError");
		call(Shape.VALUE, "result").arrive(this.dispatcher)
			.awaitFailure(Code.UNAVAILABLE, Processed.NO, "out of memory");
	}

	/** How a method takes and returns. */
	enum Shape {

		VALUE("value"), VOID("nothing"), OPTIONAL("maybe"), HERE("here"), FUTURE("future"), MONO("mono"), FLUX("flux"),
		SUM("sum"), SUM_LATER("sumLater"), SCALE("scale");

		final String method;

		final boolean hasResult = !name().equals("VOID");

		final boolean takesElements = name().startsWith("SUM") || name().equals("SCALE");

		final boolean streams = name().equals("FLUX") || name().equals("SCALE");

		Shape(String method) {
			this.method = method;
		}

	}

	/** What is thrown. */
	enum Fault {

		EXCEPTION(() -> new IllegalStateException("expected by the test"), Code.UNKNOWN),

		MEMORY(() -> new OutOfMemoryError("expected by the test"), Code.INTERNAL),

		STACK(() -> new StackOverflowError("expected by the test"), Code.INTERNAL),

		LINKAGE(() -> new NoClassDefFoundError("expected by the test"), Code.INTERNAL),

		ASSERTION(() -> new AssertionError("expected by the test"), Code.INTERNAL),

		CHECKED(() -> new java.io.IOException("expected by the test"), Code.UNKNOWN),

		CODEC(() -> new CodecException("expected by the test", null), Code.UNKNOWN),

		INDESCRIBABLE(Indescribable::new, Code.UNKNOWN);

		final Supplier<Throwable> maker;

		final Code code;

		Fault(Supplier<Throwable> maker, Code code) {
			this.maker = maker;
			this.code = code;
		}

		String told() {
			return (this == INDESCRIBABLE) ? "Indescribable" : "expected by the test";
		}

		static Fault in(String how) {
			return valueOf(how.substring(how.indexOf(' ') + 1));
		}

		@SuppressWarnings("unchecked")
		<T extends Throwable> T sneaky() throws T {
			throw (T) this.maker.get();
		}

	}

	/** Fails while it is described. */
	static final class Indescribable extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			throw new IllegalStateException("no message");
		}

	}

	static final class Declared extends Exception {

		private static final long serialVersionUID = 1L;

		Declared(String message) {
			super(message);
		}

	}

	interface Risky {

		String value(String how) throws Declared;

		void nothing(String how);

		Optional<String> maybe(String how);

		@MaculaMethod(nonBlocking = true)
		String here(String how);

		CompletableFuture<String> future(String how);

		Mono<String> mono(String how);

		Flux<String> flux(String how);

		int sum(String how, Flux<Integer> numbers);

		Mono<Integer> sumLater(String how, Flux<Integer> numbers);

		Flux<Integer> scale(String how, Flux<Integer> numbers);

	}

	private static final class Handler implements Risky {

		final Sinks.Many<String> never = Sinks.many().multicast().directBestEffort();

		volatile @Nullable Fault cancelling;

		/** Fails in the method, whatever else is wanted. */
		private String now(String how) {
			if (how.contains(" ")) {
				throw Fault.in(how).<RuntimeException>sneaky();
			}
			return how;
		}

		private void thrown(String how) {
			if (how.startsWith("throw")) {
				now(how);
			}
		}

		private void cancelled() {
			Fault fault = this.cancelling;
			if (fault != null) {
				fault.<RuntimeException>sneaky();
			}
		}

		@Override
		public String value(String how) throws Declared {
			if (how.equals("declared")) {
				throw new Declared("expected by the test");
			}
			if (how.equals("never")) {
				try {
					new CountDownLatch(1).await(5, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
			return now(how);
		}

		@Override
		public void nothing(String how) {
			now(how);
		}

		@Override
		public Optional<String> maybe(String how) {
			return Optional.of(now(how));
		}

		@Override
		public String here(String how) {
			return now(how);
		}

		@Override
		public CompletableFuture<String> future(String how) {
			thrown(how);
			if (how.equals("never")) {
				return new CompletableFuture<>() {

					@Override
					public boolean cancel(boolean mayInterruptIfRunning) {
						cancelled();
						return super.cancel(mayInterruptIfRunning);
					}

				};
			}
			if (how.startsWith("signal")) {
				return CompletableFuture.failedFuture(Fault.in(how).maker.get());
			}
			if (how.startsWith("async")) {
				return CompletableFuture.supplyAsync(() -> now(how));
			}
			return CompletableFuture.completedFuture(how).thenApply(this::now);
		}

		@Override
		public Mono<String> mono(String how) {
			thrown(how);
			if (how.equals("subscribe")) {
				return new Mono<>() {

					@Override
					public void subscribe(CoreSubscriber<? super String> actual) {
						throw new IllegalStateException("expected by the test");
					}

				};
			}
			return flux(how).next();
		}

		@Override
		public Flux<String> flux(String how) {
			thrown(how);
			if (how.equals("never")) {
				return this.never.asFlux().doOnCancel(this::cancelled);
			}
			if (how.equals("subscribe")) {
				return new Flux<>() {

					@Override
					public void subscribe(CoreSubscriber<? super String> actual) {
						throw new IllegalStateException("expected by the test");
					}

				};
			}
			if (how.equals("late")) {
				return Flux.just("one", "late LINKAGE").map(this::now);
			}
			return how.startsWith("signal") ? Flux.error(Fault.in(how).maker.get()) : Flux.just(how).map(this::now);
		}

		@Override
		public int sum(String how, Flux<Integer> numbers) {
			thrown(how);
			return numbers(how, numbers).reduce(0, Integer::sum).blockOptional().orElseThrow();
		}

		@Override
		public Mono<Integer> sumLater(String how, Flux<Integer> numbers) {
			thrown(how);
			return numbers(how, numbers).reduce(0, Integer::sum);
		}

		@Override
		public Flux<Integer> scale(String how, Flux<Integer> numbers) {
			thrown(how);
			return numbers(how, numbers);
		}

		private Flux<Integer> numbers(String how, Flux<Integer> numbers) {
			if (how.startsWith("signal")) {
				return numbers.thenMany(Flux.error(Fault.in(how).maker.get()));
			}
			return numbers.map((number) -> {
				now(how);
				return number;
			});
		}

	}

	/** JSON, until it is told to fail. */
	private static final class BrittleCodec implements PayloadCodec {

		private final PayloadCodec json = JacksonPayloadCodec.json();

		private final String name;

		volatile @Nullable Supplier<Throwable> preparing;

		volatile @Nullable Supplier<Throwable> encoding;

		volatile @Nullable Supplier<Throwable> decoding;

		volatile @Nullable Supplier<Throwable> decodingNumbers;

		BrittleCodec() {
			this("json");
		}

		BrittleCodec(String name) {
			this.name = name;
		}

		@Override
		public String name() {
			return this.name;
		}

		@Override
		public ValueCodec forType(Type type) {
			fail(this.preparing);
			ValueCodec values = this.json.forType(type);
			return new ValueCodec() {

				@Override
				public byte[] encode(@Nullable Object value) {
					fail(BrittleCodec.this.encoding);
					return values.encode(value);
				}

				@Override
				public @Nullable Object decode(byte[] payload) {
					fail(BrittleCodec.this.decoding);
					if (type == Integer.class) {
						fail(BrittleCodec.this.decodingNumbers);
					}
					return values.decode(payload);
				}

				@Override
				public @Nullable Object decode(byte[] payload, int offset, int length) {
					return decode(Arrays.copyOfRange(payload, offset, offset + length));
				}

			};
		}

		private static void fail(@Nullable Supplier<Throwable> maker) {
			if (maker != null) {
				BrittleCodec.<RuntimeException>sneaky(maker.get());
			}
		}

		@SuppressWarnings("unchecked")
		private static <T extends Throwable> void sneaky(Throwable thrown) throws T {
			throw (T) thrown;
		}

	}

	/** Throws at one moment in the life of an observation. */
	private static final class BrittleObservations implements ObservationHandler<Observation.Context> {

		private final String moment;

		BrittleObservations(String moment) {
			this.moment = moment;
		}

		private void at(String present) {
			if (this.moment.equals(present)) {
				throw new IllegalStateException("expected by the test");
			}
		}

		@Override
		public void onStart(Observation.Context context) {
			at("start");
		}

		@Override
		public void onError(Observation.Context context) {
			at("error");
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			at("scope opened");
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			at("scope closed");
		}

		@Override
		public void onStop(Observation.Context context) {
			at("stop");
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
