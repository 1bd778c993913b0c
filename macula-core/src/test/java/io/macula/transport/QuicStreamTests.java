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

package io.macula.transport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streaming calls over real QUIC on loopback.
 */
class QuicStreamTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private TestNet net;

	private Connection connection;

	@BeforeEach
	void connect() {
		this.net = new TestNet();
		this.connection = this.net.connect();
	}

	@AfterEach
	void close() {
		this.net.close();
	}

	@Test
	void resultsArriveInOrder() {
		for (String procedure : List.of("test/range", "test/range-elsewhere")) {
			List<String> results = results(procedure, "5000").collectList().block(LIMIT);
			assertThat(results).isEqualTo(IntStream.range(0, 5000).mapToObj(Integer::toString).toList());
		}
		nothingIsLeft();
	}

	@Test
	void anEmptyStreamCompletes() {
		StepVerifier.create(results("test/range", "0")).expectComplete().verify(LIMIT);
		nothingIsLeft();
	}

	@Test
	void theCallersElementsAreCounted() {
		Flux<byte[]> elements = Flux.range(0, 5000).map((i) -> new byte[i % 50]);
		StepVerifier.create(stream("test/sum", "", elements, false).map(String::new))
			.expectNext("5000")
			.expectComplete()
			.verify(LIMIT);
		StepVerifier.create(stream("test/sum", "", elements.publishOn(Schedulers.parallel()), false).map(String::new))
			.expectNext("5000")
			.expectComplete()
			.verify(LIMIT);
		nothingIsLeft();
	}

	@Test
	void elementsTravelBothWays() {
		Flux<byte[]> elements = Flux.range(0, 5000).map((i) -> Integer.toString(i).getBytes());
		List<String> mirrored = stream("test/mirror", "", elements, true).map(String::new).collectList().block(LIMIT);
		assertThat(mirrored).isEqualTo(IntStream.range(0, 5000).mapToObj(Integer::toString).toList());
		nothingIsLeft();
	}

	@Test
	void anErrorOfTheMethodComesAfterItsElements() {
		StepVerifier.create(results("test/fail", "")).expectNextCount(3).expectErrorSatisfies((error) -> {
			Status status = ((FailureException) error).status();
			assertThat(status.code()).isEqualTo(Code.UNKNOWN);
			assertThat(status.message()).isEqualTo("broken");
			assertThat(((FailureException) error).remoteType()).isEqualTo(IllegalArgumentException.class.getName());
		}).verify(LIMIT);
		nothingIsLeft();
	}

	@Test
	void anErrorOfTheCallersElementsFailsTheCall() {
		Flux<byte[]> elements = Flux.range(0, 10)
			.map((i) -> new byte[1])
			.concatWith(Flux.error(new IllegalStateException("no more")));
		StepVerifier.create(stream("test/sum", "", elements, false))
			.expectErrorSatisfies((error) -> assertThat(error).hasMessageContaining("no more"))
			.verify(LIMIT);
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
		nothingIsLeft();
	}

	@Test
	void anUnknownStreamFails() {
		StepVerifier.create(results("test/unknown", ""))
			.expectErrorSatisfies(
					(error) -> assertThat(((FailureException) error).code()).isEqualTo(Code.UNIMPLEMENTED))
			.verify(LIMIT);
		nothingIsLeft();
	}

	@Test
	void aSlowConsumerBoundsTheSender() {
		StepVerifier.create(results("test/range", "1000000"), 10)
			.expectNextCount(10)
			.then(() -> assertThat(this.net.handler.emitted.get()).isLessThanOrEqualTo(10))
			.thenRequest(5)
			.expectNextCount(5)
			.thenCancel()
			.verify(LIMIT);
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
		assertThat(this.net.handler.emitted.get()).isLessThanOrEqualTo(15);
		nothingIsLeft();
	}

	@Test
	void largeElementsAreBoundedInBytes() {
		StepVerifier.create(stream("test/large", "200", null, true))
			.expectNextCount(200)
			.expectComplete()
			.verify(LIMIT);
		nothingIsLeft();
	}

	@Test
	void takingAFewCancelsTheRest() {
		assertThat(results("test/range", "1000000").take(100).count().block(LIMIT)).isEqualTo(100);
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
		nothingIsLeft();
	}

	@Test
	void cancellingStopsTheCallersElements() {
		AtomicInteger cancelled = new AtomicInteger();
		Flux<byte[]> elements = Flux.<byte[]>never().doOnCancel(cancelled::incrementAndGet);
		StepVerifier.create(stream("test/mirror", "", elements, true))
			.thenAwait(Duration.ofMillis(50))
			.thenCancel()
			.verify(LIMIT);
		Awaitility.await().until(() -> cancelled.get() == 1 && this.net.handler.cancelled.get() == 1);
		nothingIsLeft();
	}

	@Test
	void theDeadlineEndsAStream() {
		StreamCall call = new StreamCall("test/never", "raw", new byte[0], Metadata.EMPTY,
				System.nanoTime() + Duration.ofMillis(100).toNanos(), null, true);
		StepVerifier.create(this.connection.stream(call)).expectErrorSatisfies((error) -> {
			assertThat(((FailureException) error).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
			assertThat(((FailureException) error).status().processed()).isEqualTo(Processed.UNKNOWN);
		}).verify(LIMIT);
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
		nothingIsLeft();
	}

	@Test
	void whenTheConnectionIsClosedThenStreamsFail() {
		StepVerifier.create(results("test/never", ""))
			.then(() -> Awaitility.await().until(() -> this.net.handler.calls.get() == 1))
			.then(() -> this.connection.close(Status.unknown(Code.UNAVAILABLE, "because")))
			.expectErrorSatisfies((error) -> assertThat(error).hasMessageContaining("because"))
			.verify(LIMIT);
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
	}

	@Test
	void manyStreamsOneAfterTheOtherReuseTheLimit() {
		long sum = Flux.range(0, 3000)
			.flatMap((i) -> results("test/range", "3").count(), 50)
			.reduce(0L, Long::sum)
			.block(LIMIT);
		assertThat(sum).isEqualTo(9000);
		nothingIsLeft();
	}

	@Test
	void whenTheCallersElementsThrowWhenAskedThenOnlyTheirCallFails() {
		for (Throwable thrown : List.of(new NoClassDefFoundError("asked"), new IllegalStateException("asked"))) {
			endsAlone(stream("test/sum", "", elements((n) -> doThrow(thrown), () -> {
			}), false), "asked");
		}
		endsAlone(
				stream("test/sum", "",
						Flux.range(0, 10).<byte[]>map((i) -> doThrow(new NoClassDefFoundError("mapped"))), false),
				"mapped");
	}

	@Test
	void whenTheCallersElementsThrowOnSubscriptionThenTheCallFailsAtOnce() {
		endsAlone(stream("test/sum", "", Flux.<byte[]>defer(() -> doThrow(new NoClassDefFoundError("subscribed"))),
				false), "subscribed");
	}

	@Test
	void whenTheCallersElementsThrowOnCancellationThenTheCallIsCancelledAllTheSame() {
		Flux<byte[]> elements = elements((n) -> {
		}, () -> doThrow(new IllegalStateException("cancelled")));
		StepVerifier.create(stream("test/mirror", "", elements, true))
			.then(() -> Awaitility.await().until(() -> this.net.handler.calls.get() == 1))
			.thenCancel()
			.verify(LIMIT);
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
		nothingIsLeft();
		assertThat(this.connection.state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void whenTheSubscriberOfResultsThrowsThenOnlyItsCallFails() {
		endsAlone(
				stream("test/few", "", null, true).<byte[]>map((result) -> doThrow(new NoClassDefFoundError("taken"))),
				"taken");
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == 1);
	}

	@Test
	void whenTheSubscriberOfResultsThrowsAtTheEndThenTheCallHasAnOutcome() {
		endsAlone(stream("test/range", "3", null, true)
			.doOnComplete(() -> doThrow(new NoClassDefFoundError("completed"))), "completed");
		endsAlone(stream("test/sum", "", Flux.just(new byte[1]), false)
			.doOnNext((result) -> doThrow(new NoClassDefFoundError("taken"))), "taken");
	}

	/** The call fails, and neither its connection nor the other call there with it. */
	private void endsAlone(Flux<byte[]> call, String message) {
		AtomicReference<Throwable> other = new AtomicReference<>();
		Disposable open = stream("test/never", "", null, true).subscribe((result) -> {
		}, other::set);
		StepVerifier.create(call)
			.thenConsumeWhile((result) -> true)
			.expectErrorSatisfies((error) -> assertThat(error).hasMessageContaining(message))
			.verify(LIMIT);
		Awaitility.await().until(() -> this.connection.inFlight() == 1 && this.net.listener.inFlight() == 1);
		assertThat(this.connection.state()).isEqualTo(Connection.State.READY);
		assertThat(other).hasNullValue();
		int before = this.net.handler.cancelled.get();
		open.dispose();
		nothingIsLeft();
		Awaitility.await().until(() -> this.net.handler.cancelled.get() == before + 1);
		this.net.handler.cancelled.set(before);
	}

	private static Flux<byte[]> elements(LongConsumer onRequest, Runnable onCancel) {
		return Flux.from((subscriber) -> subscriber.onSubscribe(new Subscription() {

			@Override
			public void request(long n) {
				onRequest.accept(n);
			}

			@Override
			public void cancel() {
				onCancel.run();
			}

		}));
	}

	private static <T> T doThrow(Throwable thrown) {
		if (thrown instanceof Error error) {
			throw error;
		}
		throw (RuntimeException) thrown;
	}

	private void nothingIsLeft() {
		Awaitility.await().until(() -> this.connection.inFlight() == 0 && this.net.listener.inFlight() == 0);
	}

	private Flux<String> results(String procedure, String argument) {
		return stream(procedure, argument, null, true).map(String::new);
	}

	private Flux<byte[]> stream(String procedure, String argument, @Nullable Publisher<byte[]> elements, boolean many) {
		return this.connection.stream(new StreamCall(procedure, "raw", argument.getBytes(), Metadata.EMPTY,
				StreamCall.NO_DEADLINE, elements, many));
	}

}
