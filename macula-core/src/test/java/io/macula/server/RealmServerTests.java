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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.MaculaMethod;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.ArgumentsCodec;
import io.macula.codec.Codecs;
import io.macula.codec.PayloadCodec;
import io.macula.contract.MethodContract;
import io.macula.contract.ServiceContract;
import io.macula.testing.LogLines;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import io.macula.transport.Connection;
import io.macula.transport.FailureException;
import io.macula.transport.NodeInfo;
import io.macula.transport.OutboundCall;
import io.macula.transport.QuicConnector;
import io.macula.transport.StreamCall;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import io.macula.wire.Failure;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * The serving part over real QUIC on loopback.
 */
class RealmServerTests {

	private static final Realm REALM = new Realm("test");

	private static final Codecs CODECS = Codecs.defaults();

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");

	private static final TlsContexts TLS = SecretTls.of(REALM, "node1", SECRET);

	private static final TlsContexts CALLER_TLS = SecretTls.of(REALM, "caller", SECRET);

	@RegisterExtension
	final LogLines log = LogLines.of(RealmServer.class).from(Level.INFO);

	private final Transport transport = Transport.create(TransportSettings.defaults());

	private final Handler handler = new Handler();

	private RealmServer server = server(ProviderSettings.defaults());

	private @Nullable Connection connection;

	@AfterEach
	void close() {
		if (this.connection != null) {
			this.connection.close(Status.unknown(Code.CANCELLED, "the test is over"));
		}
		this.server.close();
		this.transport.close();
		await().until(() -> this.server.inFlight() == 0 && this.server.handlers().threads() == 0);
	}

	private static ProviderSettings settings(int maxThreads, int queueCapacity) {
		ProviderSettings defaults = ProviderSettings.defaults();
		return new ProviderSettings("127.0.0.1", 0, null, 0, 100, defaults.metadata(), maxThreads, queueCapacity,
				defaults.maxInFlight(), defaults.grace(), true);
	}

	private RealmServer server(ProviderSettings settings) {
		return new RealmServer(this.transport, TLS, new NodeInfo(REALM, "node1", 1, CODECS.names()), settings,
				List.of(ServiceDefinition.of("test.work", Work.class, this.handler)), CODECS, null,
				ObservationRegistry.NOOP);
	}

	private void start() {
		start(settings(20, 1000));
	}

	private void start(ProviderSettings settings) {
		this.server = server(settings);
		this.server.start();
		this.connection = connect();
	}

	private Connection connect() {
		Connection connected = new QuicConnector(this.transport, CALLER_TLS,
				new NodeInfo(REALM, "caller", 1, CODECS.names()))
			.connect(new Endpoint("127.0.0.1", this.server.port()), Duration.ofSeconds(10))
			.block();
		if (connected == null) {
			throw new IllegalStateException("not connected");
		}
		return connected;
	}

	private Connection connection() {
		Connection present = this.connection;
		if (present == null) {
			throw new IllegalStateException("not started");
		}
		return present;
	}

	@Test
	void blockingAndNonBlockingMethodsAnswer() {
		start();
		assertThat(call("twice", 21).value()).isEqualTo(42);
		assertThat(call("twiceHere", 21).value()).isEqualTo(42);
		assertThat(call("twiceLater", 21).value()).isEqualTo(42);
		assertThat(this.server.connections()).isEqualTo(1);
		ServiceReport report = this.server.services().get(0);
		assertThat(report.name().value()).isEqualTo("test.work");
		assertThat(report.calls()).isEqualTo(3);
		assertThat(report.failures()).isEmpty();
	}

	@Test
	void manyCallsAtOnceAreAnsweredEachWithItsOwnResult() {
		start(settings(4, 10_000));
		List<Call> calls = new ArrayList<>();
		for (int i = 0; i < 5000; i++) {
			calls.add(call((i % 2 == 0) ? "twice" : "twiceHere", i));
		}
		for (int i = 0; i < calls.size(); i++) {
			assertThat(calls.get(i).value()).isEqualTo(2 * i);
		}
	}

	@Test
	void failuresKeepTheirCodeTypeAndDetail() {
		start();
		Failure declared = call("fail", 1).failure();
		assertThat(declared.status()).isEqualTo(Status.processed(Code.APPLICATION, "refused 1"));
		assertThat(declared.type()).isEqualTo(Refused.class.getName());
		assertThat(declared.detail()).isNotEmpty();
		Failure undeclared = call("fail", -1).failure();
		assertThat(undeclared.status())
			.isEqualTo(Status.processed(Code.UNKNOWN, "java.lang.IllegalArgumentException: negative"));
		Failure unknown = new Call("test.other/twice", new byte[0], null).send(connection()).failure();
		assertThat(unknown.status().code()).isEqualTo(Code.UNIMPLEMENTED);
		assertThat(unknown.status().processed()).isEqualTo(Processed.NO);
		assertThat(unknown.status().message()).contains("test.other", "node1", "test.work");
	}

	@Test
	void streamsGoBothWays() {
		start();
		Flux<Object> counted = stream("count", new @Nullable Object[] { 5000 }, null);
		StepVerifier.create(counted, 10)
			.expectNextCount(10)
			.thenRequest(Long.MAX_VALUE)
			.expectNextCount(4990)
			.expectComplete()
			.verify(Duration.ofSeconds(10));
		Flux<Object> summed = stream("sum", new @Nullable Object[0], Flux.range(1, 1000));
		StepVerifier.create(summed).expectNext(500_500).expectComplete().verify(Duration.ofSeconds(10));
		Flux<Object> scaled = stream("scale", new @Nullable Object[] { 10 }, Flux.range(1, 3));
		StepVerifier.create(scaled).expectNext(10, 20, 30).expectComplete().verify(Duration.ofSeconds(10));
		await().until(() -> this.server.inFlight() == 0);
	}

	@Test
	void cancelledStreamIsCancelledOnTheProvider() {
		start();
		StepVerifier.create(stream("endless", new @Nullable Object[0], null).take(100))
			.expectNextCount(100)
			.expectComplete()
			.verify(Duration.ofSeconds(10));
		await().untilTrue(this.handler.streamCancelled);
		await().until(() -> this.server.inFlight() == 0);
		assertThat(this.server.services().get(0).failures()).containsEntry(Code.CANCELLED, 1L);
	}

	@Test
	void cancelInterruptsTheHandler() {
		start();
		Call call = call("block", 0);
		await().until(() -> this.handler.blocked.get() == 1);
		connection().cancel(call);
		await().until(() -> this.handler.interrupted.get() == 1);
		await().until(() -> this.server.inFlight() == 0);
		assertThat(this.server.services().get(0).failures()).containsEntry(Code.CANCELLED, 1L);
	}

	@Test
	void lostConnectionInterruptsTheHandlersOfItsCalls() {
		start();
		call("block", 0);
		call("block", 0);
		await().until(() -> this.handler.blocked.get() == 2);
		connection().close(Status.unknown(Code.UNAVAILABLE, "gone"));
		await().until(() -> this.handler.interrupted.get() == 2);
		await().until(() -> this.server.inFlight() == 0);
	}

	@Test
	void callsBeyondThreadsAndQueueAreRefusedAsNotProcessed() {
		start(settings(2, 50));
		List<Call> calls = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			calls.add(call("await", i));
			if (i == 1) {
				// Only when both threads are taken is the number of refusals exact.
				await().until(() -> this.handler.blocked.get() == 2);
			}
		}
		await().until(() -> this.server.refused() >= 248);
		assertThat(this.server.handlers()).isEqualTo(new HandlerFigures(2, 2, 50, 248));
		assertThat(this.server.inFlight()).isEqualTo(52);
		this.handler.release.countDown();
		int answered = 0;
		for (Call call : calls) {
			call.await();
			if (!call.answer.isCompletedExceptionally()) {
				answered++;
				continue;
			}
			Status status = call.failure().status();
			assertThat(status.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
			assertThat(status.processed()).isEqualTo(Processed.NO);
			assertThat(status.message()).contains("node1", "macula.provider.queue-capacity");
		}
		assertThat(answered).isEqualTo(52);
	}

	@Test
	void slowCallDoesNotDelayTheFastOnesThatCameWithIt() {
		start();
		call("twice", 1).value();
		Call slow = call("await", 0);
		List<Call> fast = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			fast.add(call("twice", i));
		}
		fast.forEach(Call::await);
		assertThat(slow.answer).isNotDone();
		this.handler.release.countDown();
		slow.await();
	}

	@Test
	void whenNothingIsInFlightThenADrainWithoutGraceIsCompleteAsWell() {
		start();
		this.server.drain(Duration.ZERO).block(Duration.ofSeconds(5));
		this.server.drain(Duration.ZERO).block(Duration.ofSeconds(5));
		assertThat(this.log.at(Level.INFO)).endsWith("Node node1 drained: all calls complete").hasSize(2);
	}

	@Test
	void drainFinishesWhatIsInFlightAndFreesThePort() {
		start();
		Call open = call("await", 0);
		await().until(() -> this.handler.blocked.get() == 1);
		int port = this.server.port();
		CompletableFuture<Void> drained = this.server.drain(Duration.ofSeconds(10)).toFuture();
		assertThat(this.server.draining()).isTrue();
		Failure refused = call("twice", 1).failure();
		assertThat(refused.status().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(refused.status().processed()).isEqualTo(Processed.NO);
		assertThat(drained).isNotDone();
		assertThat(this.log.at(Level.INFO)).containsExactly("Node node1 drains: 1 calls in flight have 10 s to finish");
		this.handler.release.countDown();
		assertThat(open.value()).isEqualTo(0);
		assertThat(drained).succeedsWithin(5, TimeUnit.SECONDS);
		assertThat(this.log.at(Level.INFO)).endsWith("Node node1 drained: all calls complete").hasSize(2);
		assertThat(this.server.handlers().queued()).isZero();
		this.handler.release.countDown();
		RealmServer next = server(settings(1, 10).withPort(port));
		next.start();
		assertThat(next.port()).isEqualTo(port);
		next.close();
	}

	@Test
	void handlerThatOutlivesTheGracePeriodIsInterrupted() {
		start();
		Call open = call("block", 0);
		await().until(() -> this.handler.blocked.get() == 1);
		CompletableFuture<Void> drained = this.server.drain(Duration.ofMillis(100)).toFuture();
		assertThat(drained).succeedsWithin(5, TimeUnit.SECONDS);
		await().until(() -> this.handler.interrupted.get() == 1);
		await().untilAsserted(() -> assertThat(this.log.at(Level.INFO))
			.endsWith("Node node1 drained: not all calls were complete after 100 ms")
			.hasSize(2));
		assertThat(open.failure().status().processed()).isEqualTo(Processed.UNKNOWN);
	}

	@Test
	void whenAnOperatorOfAHandlerThrowsAnErrorThenItsCallFailsAndTheOthersOfTheConnectionGoOn() {
		start();
		Call open = call("await", 5);
		await().until(() -> this.handler.blocked.get() == 1);
		List<Flux<Object>> broken = List.of(stream("count", new @Nullable Object[] { -1 }, null),
				stream("scale", new @Nullable Object[] { -1 }, Flux.range(1, 3)),
				stream("sum", new @Nullable Object[0], Flux.just(1, -1)));
		for (Flux<Object> stream : broken) {
			StepVerifier.create(stream).consumeErrorWith((thrown) -> {
				assertThat(((FailureException) thrown).failure().status().code()).isEqualTo(Code.INTERNAL);
				assertThat(thrown).hasMessageContaining("NoClassDefFoundError");
			}).verify(Duration.ofSeconds(10));
		}
		assertThat(call("twice", 21).value()).isEqualTo(42);
		this.handler.release.countDown();
		assertThat(open.value()).isEqualTo(5);
		await().until(() -> this.server.inFlight() == 0);
		assertThat(this.server.connections()).isEqualTo(1);
	}

	@Test
	void whenTheNodeDrainsThenStreamsOfReservedServicesEndAndDoNotHoldItUp() {
		start();
		this.server.register(ServiceDefinition.reserved("macula.test", Work.class, this.handler));
		Flux<Object> link = stream("macula.test", "endless", new @Nullable Object[0], null);
		CompletableFuture<Void> drained = new CompletableFuture<>();
		StepVerifier.create(link, 3).expectNextCount(3).then(() -> {
			this.server.drain(Duration.ofSeconds(60)).subscribe(null, null, () -> drained.complete(null));
		}).consumeErrorWith((thrown) -> {
			Status status = ((FailureException) thrown).failure().status();
			assertThat(status.code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(status.processed()).isEqualTo(Processed.NO);
			assertThat(status.message()).contains("node1 is draining");
		}).verify(Duration.ofSeconds(10));
		assertThat(drained).succeedsWithin(Duration.ofSeconds(10));
		assertThat(this.handler.streamCancelled).isTrue();
	}

	@Test
	void portInUseIsToldWithTheSettingToChange() {
		start();
		RealmServer second = server(settings(1, 10).withPort(this.server.port()));
		assertThatThrownBy(second::start).isInstanceOf(RpcException.class)
			.hasMessageContaining(String.valueOf(this.server.port()))
			.hasMessageContaining("macula.provider.port");
		assertThat(second.port()).isEqualTo(-1);
		second.close();
	}

	@Test
	void closedServerDoesNotStart() {
		this.server.close();
		assertThatThrownBy(this.server::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("node1");
	}

	private Call call(String method, int argument) {
		MethodContract contract = contract(method);
		PayloadCodec codec = CODECS.get("cbor");
		byte[] payload = ArgumentsCodec.of(codec, method, contract.parameterTypes())
			.encode(new @Nullable Object[] { argument });
		return new Call("test.work/" + method, payload, contract).send(connection());
	}

	private Flux<Object> stream(String method, @Nullable Object[] values, @Nullable Flux<Integer> elements) {
		return stream("test.work", method, values, elements);
	}

	private Flux<Object> stream(String service, String method, @Nullable Object[] values,
			@Nullable Flux<Integer> elements) {
		MethodContract contract = contract(method);
		PayloadCodec codec = CODECS.get("cbor");
		byte[] payload = ArgumentsCodec.of(codec, method, contract.parameterTypes()).encode(values);
		Flux<byte[]> encoded = (elements != null) ? elements.map((element) -> codec.forType(int.class).encode(element))
				: null;
		return connection()
			.stream(new StreamCall(service + "/" + method, "cbor", payload, Metadata.EMPTY, StreamCall.NO_DEADLINE,
					encoded, contract.shape() == io.macula.contract.ReturnShape.FLUX))
			.mapNotNull((element) -> codec.forType(contract.resultType()).decode(element));
	}

	private static MethodContract contract(String method) {
		MethodContract contract = ServiceContract.of(Work.class).method(method);
		if (contract == null) {
			throw new IllegalArgumentException(method);
		}
		return contract;
	}

	interface Work {

		int twice(int number);

		@MaculaMethod(nonBlocking = true)
		int twiceHere(int number);

		Mono<Integer> twiceLater(int number);

		int fail(int number) throws Refused;

		int await(int number) throws InterruptedException;

		int block(int number) throws InterruptedException;

		Flux<Integer> count(int to);

		Flux<Integer> endless();

		int sum(Flux<Integer> numbers);

		Flux<Integer> scale(int factor, Flux<Integer> numbers);

	}

	static final class Refused extends Exception {

		private static final long serialVersionUID = 1L;

		Refused(String message) {
			super(message);
		}

	}

	private static final class Handler implements Work {

		final AtomicInteger blocked = new AtomicInteger();

		final AtomicInteger interrupted = new AtomicInteger();

		final AtomicBoolean streamCancelled = new AtomicBoolean();

		final CountDownLatch release = new CountDownLatch(1);

		@Override
		public int twice(int number) {
			return 2 * number;
		}

		@Override
		public int twiceHere(int number) {
			return 2 * number;
		}

		@Override
		public Mono<Integer> twiceLater(int number) {
			return Mono.just(2 * number).delayElement(Duration.ofMillis(1));
		}

		@Override
		public int fail(int number) throws Refused {
			if (number < 0) {
				throw new IllegalArgumentException("negative");
			}
			throw new Refused("refused " + number);
		}

		@Override
		public int await(int number) throws InterruptedException {
			this.blocked.incrementAndGet();
			this.release.await();
			return number;
		}

		@Override
		public int block(int number) throws InterruptedException {
			this.blocked.incrementAndGet();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.interrupted.incrementAndGet();
				throw ex;
			}
			return number;
		}

		@Override
		public Flux<Integer> count(int to) {
			return (to < 0) ? Flux.range(1, 3).map(Handler::broken) : Flux.range(1, to);
		}

		/** Reactor does not signal such an error, but throws it. */
		private static int broken(int number) {
			throw new NoClassDefFoundError("expected by the test");
		}

		@Override
		public Flux<Integer> endless() {
			return Flux.range(1, Integer.MAX_VALUE).doOnCancel(() -> this.streamCancelled.set(true));
		}

		@Override
		public int sum(Flux<Integer> numbers) {
			return numbers.map((number) -> (number < 0) ? broken(number) : number)
				.reduce(0, Integer::sum)
				.blockOptional()
				.orElseThrow();
		}

		@Override
		public Flux<Integer> scale(int factor, Flux<Integer> numbers) {
			return numbers.map((number) -> (factor < 0) ? broken(number) : number * factor);
		}

	}

	private static final class Call extends OutboundCall {

		final CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();

		private final @Nullable MethodContract contract;

		Call(String procedure, byte[] payload, @Nullable MethodContract contract) {
			super(procedure, "cbor", payload, Metadata.EMPTY, System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
			this.contract = contract;
		}

		Call send(Connection connection) {
			connection.send(this);
			return this;
		}

		@Override
		protected boolean leavesSuspectedPeer() {
			return false;
		}

		@Override
		public void onResult(byte[] payload) {
			MethodContract present = this.contract;
			this.answer
				.complete((present != null) ? CODECS.get("cbor").forType(present.resultType()).decode(payload) : null);
		}

		@Override
		protected void onFailure(Failure failure) {
			this.answer.completeExceptionally(new FailureException(failure));
		}

		@Nullable Object value() {
			return this.answer.orTimeout(10, TimeUnit.SECONDS).join();
		}

		void await() {
			this.answer.orTimeout(10, TimeUnit.SECONDS).handle((value, thrown) -> value).join();
		}

		Failure failure() {
			try {
				throw new AssertionError("answered with " + value());
			}
			catch (CompletionException ex) {
				if (ex.getCause() instanceof FailureException failed) {
					return failed.failure();
				}
				throw ex;
			}
		}

	}

}
