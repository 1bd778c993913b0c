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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import io.macula.CallContext;
import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.contract.ServiceContract;
import io.macula.tls.AllowLists;
import io.macula.testing.LogLines;
import io.macula.tls.PeerAccess;
import io.macula.transport.NodeInfo;
import io.macula.wire.Failure;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

class DispatcherTests {

	private static final String HIDDEN = "; the provider's log says more (its macula.provider.expose-messages is false)";

	private static final NodeInfo NODE = new NodeInfo(new Realm("test"), "node1", 1, List.of("json"));

	@RegisterExtension
	final LogLines log = LogLines.of(Dispatcher.class).from(Level.DEBUG).onlyHere();

	private final TestHandler handler = new TestHandler();

	private HandlerExecutor executor = HandlerExecutor.batching(4, 100);

	private Dispatcher dispatcher = dispatcher(1000, ObservationRegistry.NOOP);

	@AfterEach
	void nothingIsLeftInFlight() {
		await().until(() -> this.dispatcher.inFlight() == 0);
		this.executor.close();
	}

	private Dispatcher dispatcher(int maxInFlight, ObservationRegistry observations) {
		Dispatcher dispatcher = new Dispatcher(NODE,
				Codecs.of(List.of(JacksonPayloadCodec.json(), JacksonPayloadCodec.cbor())), this.executor, maxInFlight,
				false, observations);
		dispatcher.register(ServiceDefinition.of("test.shapes", Shapes.class, this.handler));
		return dispatcher;
	}

	private FakeCall call(String method, String payload) {
		return new FakeCall("test.shapes/" + method, payload);
	}

	@Test
	void valueIsComputedOnAHandlerThread() throws Exception {
		assertThat(call("value", "21").arrive(this.dispatcher).awaitResult()).isEqualTo("42");
		assertThat(this.handler.thread.getName()).startsWith("macula-handler-");
		assertThat(this.handler.thread.isDaemon()).isTrue();
		await().untilAsserted(() -> assertThat(report().calls()).isEqualTo(1));
		assertThat(report().failures()).isEmpty();
	}

	@Test
	void eachCallThatIsHandledIsToldAtDebug() throws Exception {
		call("value", "21").arrive(this.dispatcher).awaitResult();
		call("unknown", "21").arrive(this.dispatcher);
		assertThat(this.log.at(Level.DEBUG)).containsExactly("Handling call of test.shapes/value from node caller");
	}

	@Test
	void nonBlockingValueIsComputedWhereTheCallArrives() throws Exception {
		FakeCall call = call("here", "21").deliver(this.dispatcher);
		assertThat(call.answered()).isTrue();
		assertThat(call.awaitResult()).isEqualTo("42");
		assertThat(this.handler.thread).isSameAs(Thread.currentThread());
	}

	@Test
	void otherSingleShapesAreAnswered() throws Exception {
		assertThat(call("nothing", "").arrive(this.dispatcher).awaitResult()).isEmpty();
		assertThat(call("maybe", "true").arrive(this.dispatcher).awaitResult()).isEqualTo("\"there\"");
		assertThat(call("maybe", "false").arrive(this.dispatcher).awaitResult()).isEqualTo("null");
		assertThat(call("stage", "21").arrive(this.dispatcher).awaitResult()).isEqualTo("42");
		assertThat(call("mono", "21").arrive(this.dispatcher).awaitResult()).isEqualTo("42");
		assertThat(call("empty", "").arrive(this.dispatcher).awaitResult()).isEmpty();
	}

	@Test
	void futureIsAnsweredWhenItCompletes() throws Exception {
		FakeCall call = call("future", "").arrive(this.dispatcher);
		assertThat(call.answered()).isFalse();
		assertThat(this.dispatcher.inFlight()).isEqualTo(1);
		this.handler.future.complete("done");
		assertThat(call.awaitResult()).isEqualTo("\"done\"");
		assertThat(this.dispatcher.inFlight()).isZero();
	}

	@Test
	void fluxIsAnsweredAsElements() throws Exception {
		FakeCall call = call("count", "3").expectingElements().arrive(this.dispatcher);
		call.await();
		assertThat(call.elements).containsExactly("1", "2", "3");
	}

	@Test
	void elementsOfTheCallerReachTheHandler() throws Exception {
		FakeCall blocking = call("sum", "").sending(Flux.just("1", "2", "3")).arrive(this.dispatcher);
		assertThat(blocking.awaitResult()).isEqualTo("6");
		assertThat(this.handler.thread.getName()).startsWith("macula-handler-");
		FakeCall mono = call("sumLater", "").sending(Flux.just("1", "2", "3")).arrive(this.dispatcher);
		assertThat(mono.awaitResult()).isEqualTo("6");
		FakeCall both = call("scale", "10").sending(Flux.just("1", "2")).expectingElements().arrive(this.dispatcher);
		both.await();
		assertThat(both.elements).containsExactly("10", "20");
	}

	@Test
	void undecodableElementFailsTheCall() throws Exception {
		call("sumLater", "").sending(Flux.just("1", "\"x\""))
			.arrive(this.dispatcher)
			.awaitFailure(Code.INVALID_ARGUMENT, Processed.YES, "test.shapes/sumLater");
	}

	@Test
	void unknownServiceIsRefusedAsNotProcessed() throws Exception {
		new FakeCall("test.other/value", "").arrive(this.dispatcher)
			.awaitFailure(Code.UNIMPLEMENTED, Processed.NO, "'test.other'", "node1", "test.shapes");
		new FakeCall("nonsense", "").arrive(this.dispatcher)
			.awaitFailure(Code.UNIMPLEMENTED, Processed.NO, "'nonsense'");
		assertThat(this.dispatcher.unserved()).isEqualTo(2);
	}

	@Test
	void whoMayNotCallIsToldNeitherServicesNorMethods() throws Exception {
		PeerAccess nobody = new PeerAccess(
				List.of(new AllowLists(Map.of("test.shapes", List.of("spiffe://web")), Map.of())), System::nanoTime);
		Dispatcher closed = new Dispatcher(NODE, Codecs.of(List.of(JacksonPayloadCodec.json())), this.executor, 10,
				HandlerRules.NONE, false, ObservationRegistry.NOOP, nobody);
		closed.register(ServiceDefinition.of("test.shapes", Shapes.class, this.handler));
		Failure service = new FakeCall("test.other/value", "").arrive(closed).awaitFailure();
		assertThat(service.status().code()).isEqualTo(Code.UNIMPLEMENTED);
		assertThat(service.status().message()).isEqualTo("service 'test.other' is not served by node node1");
		Failure method = call("other", "").arrive(closed).awaitFailure();
		assertThat(method.status().code()).isEqualTo(Code.PERMISSION_DENIED);
		assertThat(method.status().message()).doesNotContain("broken");
		Failure codec = call("value", "1").codec("xml").arrive(closed).awaitFailure();
		assertThat(codec.status().code()).isEqualTo(Code.PERMISSION_DENIED);
		assertThat(List.of(service, method, codec)).allMatch((failure) -> failure.detail().length == 0);
	}

	@Test
	void unknownMethodAndCodecAreRefusedAsNotProcessed() throws Exception {
		call("other", "").arrive(this.dispatcher)
			.awaitFailure(Code.UNIMPLEMENTED, Processed.NO, "'other'", "broken", "12 more");
		call("value", "1").codec("xml")
			.arrive(this.dispatcher)
			.awaitFailure(Code.UNIMPLEMENTED, Processed.NO, "'xml'", "json, cbor");
	}

	@Test
	void whoeverIsRefusedForItsVersionOfTheContractIsToldWhichOneThisIs() throws Exception {
		byte[] version = ServiceContract.of(Shapes.class)
			.fingerprint(JacksonPayloadCodec.cbor()::describe)
			.version()
			.getBytes(StandardCharsets.US_ASCII);
		for (FakeCall refused : List.of(call("other", ""), call("value", "\"x\""), call("count", "1"))) {
			assertThat(refused.arrive(this.dispatcher).awaitFailure().detail()).isEqualTo(version);
		}
		FakeCall codec = call("value", "1").codec("xml").arrive(this.dispatcher);
		assertThat(codec.awaitFailure().detail()).isEmpty();
		FakeCall service = new FakeCall("test.other/value", "").arrive(this.dispatcher);
		assertThat(service.awaitFailure().detail()).isEmpty();
	}

	@Test
	void undecodableArgumentWasNotProcessedAndNamesMethodAndParameter() throws Exception {
		for (String method : List.of("value", "here")) {
			call(method, "\"x\"").arrive(this.dispatcher)
				.awaitFailure(Code.INVALID_ARGUMENT, Processed.NO, "test.shapes/" + method, "number");
		}
	}

	@Test
	void streamingMethodNeedsAStreamAndViceVersa() throws Exception {
		call("count", "1").arrive(this.dispatcher).awaitFailure(Code.INVALID_ARGUMENT, Processed.NO, "stream");
		call("value", "1").expectingElements()
			.arrive(this.dispatcher)
			.awaitFailure(Code.INVALID_ARGUMENT, Processed.NO, "one result");
		call("value", "1").sending(Flux.just("1"))
			.arrive(this.dispatcher)
			.awaitFailure(Code.INVALID_ARGUMENT, Processed.NO, "takes no stream");
	}

	@Test
	void deadlineThatIsOverKeepsTheHandlerFromRunning() throws Exception {
		long past = System.nanoTime() - 1;
		for (String method : List.of("value", "here", "mono")) {
			call(method, "1").deadline(past)
				.arrive(this.dispatcher)
				.awaitFailure(Code.DEADLINE_EXCEEDED, Processed.NO, method);
		}
		assertThat(this.handler.calls).isZero();
		await().untilAsserted(() -> assertThat(report().failures()).containsEntry(Code.DEADLINE_EXCEEDED, 3L));
	}

	@Test
	void declaredExceptionTravelsAsItself() throws Exception {
		for (String method : List.of("fail", "failLater", "failMono", "failInBlock")) {
			Failure failure = call(method, "\"declared\"").arrive(this.dispatcher).awaitFailure();
			assertThat(failure.status()).isEqualTo(Status.processed(Code.APPLICATION, "sold out"));
			assertThat(failure.type()).isEqualTo(SoldOut.class.getName());
			assertThat(new String(failure.detail())).contains("sold out", "\"left\":3");
		}
	}

	@Test
	void undeclaredExceptionTellsNeitherTypeNorMessage() throws Exception {
		for (String method : List.of("fail", "failLater", "failMono")) {
			Failure failure = call(method, "\"undeclared\"").arrive(this.dispatcher).awaitFailure();
			assertThat(failure.status().code()).isEqualTo(Code.UNKNOWN);
			assertThat(failure.status().processed()).isEqualTo(Processed.YES);
			assertThat(failure.status().message())
				.endsWith("/" + method + " failed with what its contract does not declare" + HIDDEN);
			assertThat(failure.type()).isNull();
			assertThat(failure.detail()).isEmpty();
		}
	}

	@Test
	void declaredExceptionThatCannotBeRebuiltTravelsAsTypeAndMessageOnly() throws Exception {
		this.dispatcher.register(ServiceDefinition.of("test.files", Files.class, (Files) () -> {
			throw new UncheckedIOException("disk full", new IOException());
		}));
		Failure failure = new FakeCall("test.files/read", "").arrive(this.dispatcher).awaitFailure();
		assertThat(failure.status())
			.isEqualTo(Status.processed(Code.UNKNOWN, "java.io.UncheckedIOException: disk full"));
		assertThat(failure.type()).isEqualTo("java.io.UncheckedIOException");
		assertThat(failure.detail()).isEmpty();
	}

	@Test
	void exceptionOfANestedCallIsFinalForThisCall() throws Exception {
		call("fail", "\"nested\"").arrive(this.dispatcher).awaitFailure(Code.UNAVAILABLE, Processed.YES, "no instance");
	}

	@Test
	void errorIsAnsweredAsInternal() throws Exception {
		call("fail", "\"stack\"").arrive(this.dispatcher)
			.awaitFailure(Code.INTERNAL, Processed.YES, "StackOverflowError");
		assertThat(call("value", "1").arrive(this.dispatcher).awaitResult()).isEqualTo("2");
	}

	@Test
	void outOfMemoryMakesTheNodeRefuseForABackOff() throws Exception {
		call("fail", "\"memory\"").arrive(this.dispatcher)
			.awaitFailure(Code.INTERNAL, Processed.YES, "OutOfMemoryError");
		call("value", "1").arrive(this.dispatcher).awaitFailure(Code.UNAVAILABLE, Processed.NO, "out of memory");
		await()
			.untilAsserted(() -> assertThat(call("value", "1").arrive(this.dispatcher).awaitResult()).isEqualTo("2"));
	}

	@Test
	void resultThatCannotBeEncodedIsInternalAndNamesItsType() throws Exception {
		for (String method : List.of("broken", "brokenMono")) {
			call(method, "").arrive(this.dispatcher)
				.awaitFailure(Code.INTERNAL, Processed.YES, "test.shapes/" + method, Broken.class.getName());
		}
		FakeCall stream = call("brokenFlux", "").expectingElements().arrive(this.dispatcher);
		stream.awaitFailure(Code.INTERNAL, Processed.YES, "test.shapes/brokenFlux", Broken.class.getName());
	}

	@Test
	void nullInsteadOfAReactiveTypeIsReported() throws Exception {
		call("nullMono", "").arrive(this.dispatcher)
			.awaitFailure(Code.UNKNOWN, Processed.YES, "returned null instead of a Mono");
	}

	@Test
	void failingFluxDeliversWhatCameBefore() throws Exception {
		FakeCall call = call("countAndFail", "").expectingElements().arrive(this.dispatcher);
		Failure failure = call.awaitFailure();
		assertThat(call.elements).containsExactly("1");
		assertThat(failure.status().code()).isEqualTo(Code.APPLICATION);
		assertThat(failure.type()).isEqualTo(SoldOut.class.getName());
	}

	@Test
	void fluxThatEmitsBeforeItHasSubscribedIsAFailureOfItsMethod() throws Exception {
		FakeCall call = call("hastyFlux", "").expectingElements().arrive(this.dispatcher);
		call.awaitFailure(Code.UNKNOWN, Processed.YES, "before onSubscribe");
		assertThat(call.elements).isEmpty();
		assertThat(this.dispatcher.inFlight()).isZero();
	}

	@Test
	void cancelInterruptsTheBlockingHandlerButNotTheNextCallOfItsThread() throws Exception {
		this.executor.close();
		this.executor = HandlerExecutor.batching(1, 100);
		this.dispatcher = dispatcher(1000, ObservationRegistry.NOOP);
		for (int i = 0; i < 200; i++) {
			FakeCall blocked = call("block", "").arrive(this.dispatcher);
			FakeCall next = call("interrupted", "").arrive(this.dispatcher);
			if (i % 2 == 0) {
				this.handler.blocked.poll(5, TimeUnit.SECONDS);
			}
			blocked.cancel();
			assertThat(next.awaitResult()).isEqualTo("false");
			assertThat(blocked.answered()).isFalse();
		}
		await().untilAsserted(
				() -> assertThat(report().failures()).containsExactlyEntriesOf(Map.of(Code.CANCELLED, 200L)));
	}

	@Test
	void cancelReachesMonoFutureAndFlux() {
		FakeCall mono = call("never", "").arrive(this.dispatcher);
		FakeCall future = call("future", "").arrive(this.dispatcher);
		FakeCall flux = call("elements", "").expectingElements().arrive(this.dispatcher);
		assertThat(this.dispatcher.inFlight()).isEqualTo(3);
		assertThat(this.handler.never.currentSubscriberCount()).isEqualTo(1);
		assertThat(this.handler.many.currentSubscriberCount()).isEqualTo(1);
		List.of(mono, future, flux).forEach(FakeCall::cancel);
		assertThat(this.handler.never.currentSubscriberCount()).isZero();
		assertThat(this.handler.many.currentSubscriberCount()).isZero();
		assertThat(this.handler.future).isCancelled();
		assertThat(this.dispatcher.inFlight()).isZero();
		assertThat(report().failures()).containsExactlyEntriesOf(Map.of(Code.CANCELLED, 3L));
		assertThat(mono.answered() || future.answered()).isFalse();
	}

	@Test
	void callThatWasCancelledWhileItWaitedIsNotRun() throws Exception {
		this.executor.close();
		this.executor = HandlerExecutor.batching(1, 100);
		this.dispatcher = dispatcher(1000, ObservationRegistry.NOOP);
		FakeCall blocked = call("block", "").arrive(this.dispatcher);
		this.handler.blocked.poll(5, TimeUnit.SECONDS);
		FakeCall waiting = call("value", "1").arrive(this.dispatcher);
		waiting.cancel();
		blocked.cancel();
		await().until(() -> this.dispatcher.inFlight() == 0);
		assertThat(this.handler.calls).isZero();
		assertThat(waiting.answered()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "value", "here", "mono" })
	void callThatIsCancelledWhileItsArgumentsAreDecodedIsGivenUp(String method) {
		FakeCall call = new FakeCall("test.shapes/" + method, "") {

			/**
			 * Asked for last before the payload, of which the transport keeps nothing
			 * after a cancellation.
			 */
			@Override
			public long deadlineNanoTime() {
				cancel();
				return super.deadlineNanoTime();
			}

		};
		call.arrive(this.dispatcher);
		await().until(() -> this.dispatcher.inFlight() == 0);
		assertThat(report().failures()).containsExactlyEntriesOf(Map.of(Code.CANCELLED, 1L));
		assertThat(call.answered()).isFalse();
		assertThat(this.handler.calls).isZero();
	}

	@Test
	void callsBeyondTheLimitInFlightAreRefused() throws Exception {
		this.dispatcher = dispatcher(2, ObservationRegistry.NOOP);
		List<FakeCall> calls = List.of(call("future", "").arrive(this.dispatcher),
				call("future", "").arrive(this.dispatcher));
		call("here", "1").arrive(this.dispatcher)
			.awaitFailure(Code.RESOURCE_EXHAUSTED, Processed.NO, "2 calls", "macula.provider.max-in-flight");
		this.handler.future.complete("done");
		for (FakeCall call : calls) {
			call.awaitResult();
		}
		assertThat(call("here", "1").arrive(this.dispatcher).awaitResult()).isEqualTo("2");
		assertThat(this.dispatcher.refused()).isEqualTo(1);
	}

	@Test
	void callsBeyondTheQueueAreRefused() throws Exception {
		this.executor.close();
		this.executor = HandlerExecutor.batching(1, 10);
		this.dispatcher = dispatcher(1000, ObservationRegistry.NOOP);
		FakeCall blocked = call("block", "").arrive(this.dispatcher);
		this.handler.blocked.poll(5, TimeUnit.SECONDS);
		List<FakeCall> calls = IntStream.range(0, 15)
			.mapToObj((i) -> call("value", "1").deliver(this.dispatcher))
			.toList();
		this.dispatcher.onReadComplete();
		for (FakeCall call : calls.subList(10, 15)) {
			call.awaitFailure(Code.RESOURCE_EXHAUSTED, Processed.NO, "macula.provider.queue-capacity");
		}
		assertThat(this.executor.figures()).isEqualTo(new HandlerFigures(1, 1, 10, 5));
		blocked.cancel();
		for (FakeCall call : calls.subList(0, 10)) {
			assertThat(call.awaitResult()).isEqualTo("2");
		}
	}

	@Test
	void drainFinishesWhatIsInFlightAndRefusesTheRest() throws Exception {
		FakeCall open = call("future", "").arrive(this.dispatcher);
		AtomicReference<@Nullable Boolean> drained = new AtomicReference<>();
		this.dispatcher.drain().doOnSuccess((nothing) -> drained.set(true)).subscribe();
		call("here", "1").arrive(this.dispatcher).awaitFailure(Code.UNAVAILABLE, Processed.NO, "node1 is draining");
		assertThat(drained).hasNullValue();
		this.handler.future.complete("done");
		assertThat(open.awaitResult()).isEqualTo("\"done\"");
		await().untilAsserted(() -> assertThat(drained).hasValue(true));
	}

	@Test
	void drainLeavesTheStreamsOfReservedServicesTimeForTheirOwnEnd() throws Exception {
		this.dispatcher.register(ServiceDefinition.reserved("macula.test", Shapes.class, this.handler));
		FakeCall link = new FakeCall("macula.test/elements", "").expectingElements().arrive(this.dispatcher);
		assertThat(this.dispatcher.inFlight()).isZero();
		this.dispatcher.drain().block();
		assertThat(this.handler.many.currentSubscriberCount()).isOne();
		this.dispatcher.endLinks();
		link.awaitFailure(Code.UNAVAILABLE, Processed.NO, "draining");
		assertThat(this.handler.many.currentSubscriberCount()).isZero();
	}

	@Test
	void closedExecutorAnswersWhatWaitsAndInterruptsWhatRuns() throws Exception {
		this.executor.close();
		this.executor = HandlerExecutor.batching(1, 100);
		this.dispatcher = dispatcher(1000, ObservationRegistry.NOOP);
		FakeCall running = call("block", "").arrive(this.dispatcher);
		this.handler.blocked.poll(5, TimeUnit.SECONDS);
		FakeCall waiting = call("value", "1").arrive(this.dispatcher);
		this.executor.close();
		waiting.awaitFailure(Code.UNAVAILABLE, Processed.NO, "draining");
		running.awaitFailure(Code.UNAVAILABLE, Processed.UNKNOWN, "macula.provider.grace");
	}

	@Test
	void usersExecutorRunsHandlersAndIsBounded() throws Exception {
		BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
		this.executor.close();
		this.executor = HandlerExecutor.of(tasks::add, 2);
		this.dispatcher = dispatcher(1000, ObservationRegistry.NOOP);
		FakeCall first = call("value", "1").arrive(this.dispatcher);
		FakeCall second = call("value", "2").arrive(this.dispatcher);
		call("value", "3").arrive(this.dispatcher).awaitFailure(Code.RESOURCE_EXHAUSTED, Processed.NO, "node1");
		tasks.take().run();
		tasks.take().run();
		assertThat(first.awaitResult()).isEqualTo("2");
		assertThat(second.awaitResult()).isEqualTo("4");
		await().untilAsserted(() -> assertThat(this.executor.figures()).isEqualTo(new HandlerFigures(0, 0, 0, 1)));
	}

	@Test
	void handlerSeesTheContextOfItsCall() throws Exception {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
		String expected = "\"test.shapes/%s caller blue true\"";
		for (String method : List.of("context", "contextMono", "contextLater")) {
			FakeCall call = call(method, "").deadline(deadline).metadata("color", "blue").arrive(this.dispatcher);
			assertThat(call.awaitResult()).isEqualTo(expected.formatted(method));
		}
		FakeCall flux = call("contextFlux", "").deadline(deadline)
			.metadata("color", "blue")
			.expectingElements()
			.arrive(this.dispatcher);
		flux.await();
		assertThat(flux.elements).containsExactly(expected.formatted("contextFlux"));
		assertThat(CallContext.current()).isNull();
	}

	@Test
	void callIsObservedWithTheTraceOfItsCaller() throws Exception {
		TestObservationRegistry observations = TestObservationRegistry.create();
		this.dispatcher = dispatcher(1000, observations);
		for (String method : List.of("observed", "observedMono")) {
			assertThat(call(method, "").arrive(this.dispatcher).awaitResult()).isEqualTo("\"macula.server.call\"");
		}
		call("fail", "\"undeclared\"").arrive(this.dispatcher).awaitFailure();
		await().until(() -> this.dispatcher.inFlight() == 0);
		TestObservationRegistryAssert.assertThat(observations)
			.hasNumberOfObservationsWithNameEqualTo("macula.server.call", 3)
			.hasAnObservationWithAKeyValue("macula.method", "observedMono")
			.hasAnObservationWithAKeyValue("macula.code", "UNKNOWN")
			.hasAnObservationWithAKeyValue("macula.caller", "caller");
		TestObservationRegistryAssert.assertThat(observations).hasAnObservation((observation) -> {
			observation.hasNameEqualTo("macula.server.call");
			observation.hasError();
		});
	}

	@Test
	void serviceIsRefusedWhenItsDefinitionIsNotValid() {
		assertThatIllegalArgumentException().isThrownBy(() -> ServiceDefinition.of("a", Shapes.class, "text"))
			.withMessageContaining("java.lang.String")
			.withMessageContaining(Shapes.class.getName());
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ServiceDefinition.of("macula.a", Shapes.class, this.handler))
			.withMessageContaining("'macula.'");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.dispatcher.register(ServiceDefinition.of("test.shapes", Shapes.class, this.handler)))
			.withMessageContaining("served twice");
	}

	@Test
	void privateHandlersJdkProxiesAndLambdasAreCalled() throws Exception {
		Greeter lambda = (name) -> "hello " + name;
		Greeter proxy = (Greeter) java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Greeter.class }, (self, method, arguments) -> method.invoke(lambda, arguments));
		this.dispatcher.register(ServiceDefinition.of("lambda", Greeter.class, lambda));
		this.dispatcher.register(ServiceDefinition.of("proxy", Greeter.class, proxy));
		for (String service : List.of("lambda", "proxy")) {
			assertThat(new FakeCall(service + "/greet", "\"you\"").arrive(this.dispatcher).awaitResult())
				.isEqualTo("\"hello you\"");
		}
	}

	private ServiceReport report() {
		return this.dispatcher.services().iterator().next().report();
	}

	interface Greeter {

		String greet(String name);

	}

	interface Files {

		String read() throws UncheckedIOException;

	}

	interface Shapes {

		int value(int number);

		@MaculaMethod(nonBlocking = true)
		int here(int number);

		void nothing();

		Optional<String> maybe(boolean there);

		CompletionStage<Integer> stage(int number);

		CompletableFuture<String> future();

		Mono<Integer> mono(int number);

		Mono<Void> empty();

		Mono<String> never();

		Flux<Integer> count(int to);

		Flux<Integer> countAndFail() throws SoldOut;

		Flux<String> elements();

		int sum(Flux<Integer> numbers);

		Mono<Integer> sumLater(Flux<Integer> numbers);

		Flux<Integer> scale(int factor, Flux<Integer> numbers);

		String fail(String how) throws SoldOut;

		CompletableFuture<String> failLater(String how) throws SoldOut;

		Mono<String> failMono(String how) throws SoldOut;

		String failInBlock(String how) throws SoldOut;

		Broken broken();

		Mono<Broken> brokenMono();

		Flux<Broken> brokenFlux();

		Flux<Integer> hastyFlux();

		Mono<String> nullMono();

		void block() throws InterruptedException;

		boolean interrupted();

		String context();

		Mono<String> contextMono();

		CompletableFuture<String> contextLater();

		Flux<String> contextFlux();

		String observed();

		Mono<String> observedMono();

	}

	static final class SoldOut extends Exception {

		private static final long serialVersionUID = 1L;

		private final int left;

		SoldOut(int left) {
			super("sold out");
			this.left = left;
		}

		public int getLeft() {
			return this.left;
		}

	}

	static final class Broken {

		public String getName() {
			throw new IllegalStateException("no name");
		}

	}

	private static final class TestHandler implements Shapes {

		final CompletableFuture<String> future = new CompletableFuture<>();

		final Sinks.Many<String> never = Sinks.many().multicast().directBestEffort();

		final Sinks.Many<String> many = Sinks.many().multicast().directBestEffort();

		final BlockingQueue<String> blocked = new LinkedBlockingQueue<>();

		volatile Thread thread = Thread.currentThread();

		volatile int calls;

		private int twice(int number) {
			this.thread = Thread.currentThread();
			this.calls++;
			return 2 * number;
		}

		@Override
		public int value(int number) {
			return twice(number);
		}

		@Override
		public int here(int number) {
			return twice(number);
		}

		@Override
		public void nothing() {
			twice(0);
		}

		@Override
		public Optional<String> maybe(boolean there) {
			return there ? Optional.of("there") : Optional.empty();
		}

		@Override
		public CompletionStage<Integer> stage(int number) {
			return CompletableFuture.completedStage(twice(number));
		}

		@Override
		public CompletableFuture<String> future() {
			return this.future;
		}

		@Override
		public Mono<Integer> mono(int number) {
			return Mono.fromSupplier(() -> twice(number));
		}

		@Override
		public Mono<Void> empty() {
			return Mono.empty();
		}

		@Override
		public Mono<String> never() {
			return this.never.asFlux().next();
		}

		@Override
		public Flux<Integer> count(int to) {
			return Flux.range(1, to);
		}

		@Override
		public Flux<Integer> countAndFail() {
			return Flux.concat(Mono.just(1), Mono.error(new SoldOut(1)));
		}

		@Override
		public Flux<String> elements() {
			return this.many.asFlux();
		}

		@Override
		public int sum(Flux<Integer> numbers) {
			twice(0);
			return numbers.reduce(0, Integer::sum).blockOptional().orElseThrow();
		}

		@Override
		public Mono<Integer> sumLater(Flux<Integer> numbers) {
			return numbers.reduce(0, Integer::sum);
		}

		@Override
		public Flux<Integer> scale(int factor, Flux<Integer> numbers) {
			return numbers.map((number) -> number * factor);
		}

		@Override
		public String fail(String how) throws SoldOut {
			Throwable failure = failure(how);
			if (failure instanceof SoldOut soldOut) {
				throw soldOut;
			}
			if (failure instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) failure;
		}

		private Throwable failure(String how) {
			return switch (how) {
				case "declared" -> new SoldOut(3);
				case "nested" -> Status.notProcessed(Code.UNAVAILABLE, "no instance").toException();
				case "stack" -> new StackOverflowError();
				case "memory" -> new OutOfMemoryError("Java heap space");
				default -> new IllegalStateException("broken");
			};
		}

		@Override
		public CompletableFuture<String> failLater(String how) {
			return CompletableFuture.completedFuture(how).thenApply((ignored) -> {
				throw new java.util.concurrent.CompletionException(failure(how));
			});
		}

		@Override
		public Mono<String> failMono(String how) {
			return Mono.error(failure(how));
		}

		@Override
		public String failInBlock(String how) {
			return String.valueOf(failMono(how).block());
		}

		@Override
		public Broken broken() {
			return new Broken();
		}

		@Override
		public Mono<Broken> brokenMono() {
			return Mono.just(new Broken());
		}

		@Override
		public Flux<Broken> brokenFlux() {
			return Flux.just(new Broken());
		}

		@Override
		public Flux<Integer> hastyFlux() {
			return new Flux<>() {

				@Override
				public void subscribe(CoreSubscriber<? super Integer> actual) {
					actual.onNext(1);
				}

			};
		}

		@Override
		@SuppressWarnings("NullAway")
		public Mono<String> nullMono() {
			return null;
		}

		@Override
		public void block() throws InterruptedException {
			this.blocked.add("");
			new CountDownLatch(1).await();
		}

		@Override
		public boolean interrupted() {
			return Thread.currentThread().isInterrupted();
		}

		@Override
		public String context() {
			return describe(CallContext.current());
		}

		@Override
		public Mono<String> contextMono() {
			return Mono.deferContextual((context) -> Mono.just(describe(CallContext.from(context))));
		}

		@Override
		public CompletableFuture<String> contextLater() {
			return CompletableFuture.completedFuture(describe(CallContext.current()));
		}

		@Override
		public Flux<String> contextFlux() {
			return Flux.deferContextual((context) -> Flux.just(describe(CallContext.from(context))));
		}

		private static String describe(@Nullable CallContext context) {
			if (context == null) {
				return "none";
			}
			return context.service() + "/" + context.method() + " " + context.callerNodeId() + " "
					+ context.metadata().get("color") + " " + (context.deadline() != null);
		}

		@Override
		public String observed() {
			return "macula.server.call";
		}

		@Override
		public Mono<String> observedMono() {
			return Mono.deferContextual(
					(context) -> Mono.just(context.<io.micrometer.observation.Observation>get("micrometer.observation")
						.getContext()
						.getName()));
		}

	}

}
