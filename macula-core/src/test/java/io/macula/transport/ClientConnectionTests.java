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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.socket.ChannelOutputShutdownException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The life of a dialled connection, without a network and by a clock of the test.
 */
class ClientConnectionTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private final FakeNet net = new FakeNet(FakeNet.lanes(2));

	private final List<Connection.State> states = new ArrayList<>();

	@AfterEach
	void close() {
		this.net.close();
	}

	@Test
	void whenTheLanesAreOpenThenTheConnectionTakesCalls() {
		assertThat(this.net.ready).isTrue();
		assertThat(this.net.channel.streams).hasSize(3);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
		assertThat(this.net.connection.closeReason()).isNull();
	}

	@Test
	void whenThePeerIsSilentThenItIsSuspectedUntilItAnswers() {
		this.net.connection.states().subscribe(this.states::add);
		FakeCall stays = this.net.call(LONG);
		stays.leaves = false;
		this.net.send(stays);
		FakeCall leaves = this.net.send(LONG);
		this.net.pass(FakeNet.SUSPICION.plusMillis(20));
		assertThat(leaves.failure().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(leaves.failure().message()).contains("is suspected");
		assertThat(stays.outcomes).isEmpty();
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		this.net.pass(Duration.ofMillis(20));
		assertThat(stays.outcomes).hasSize(1);
		assertThat(this.states).containsExactly(Connection.State.READY, Connection.State.SUSPECTED,
				Connection.State.READY);
	}

	@Test
	void whenThePortIsUnreachableAndNothingArrivesThenTheConnectionEnds() {
		FakeCall call = this.net.call(LONG);
		call.leaves = false;
		this.net.send(call);
		this.net.connection.unreachable();
		this.net.pass(Duration.ofMillis(200));
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.net.channel.closeCode).isEqualTo((int) ErrorCode.UNRESPONSIVE.number());
		assertThat(call.failure().message()).contains("port is unreachable");
	}

	@Test
	void whenThePeerPingsThenItsTokenComesBack() {
		this.net.control().receive(new Frame.Ping(77));
		assertThat(this.net.control().written).containsExactly(new Frame.Pong(77));
	}

	@Test
	void whenSomethingElseComesOnTheControlStreamThenTheConnectionIsClosed() {
		this.net.control().receive(new Frame.Refused(ErrorCode.OVERLOADED, "late"));
		assertThat(this.net.channel.closeCode).isEqualTo((int) ErrorCode.PROTOCOL_VIOLATION.number());
	}

	@Test
	void whenThePeerFinishesALaneThenTheConnectionIsClosed() {
		this.net.lane(1).receiveEnd();
		assertThat(this.net.channel.closeCode).isEqualTo((int) ErrorCode.PROTOCOL_VIOLATION.number());
	}

	// Drain

	@Test
	void whenThisSideDrainsThenCallsInFlightEndFirst() {
		FakeCall call = this.net.send(LONG);
		FakeCall queued = this.net.call(LONG);
		this.net.connection.send(queued);
		this.net.connection.drain();
		this.net.channel.run();
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.DRAINING);
		FakeCall late = this.net.send(LONG);
		assertThat(late.failure().processed()).isEqualTo(Processed.NO);
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.DRAINING);
		this.net.lane(1).receive(new Frame.Result(2, new byte[0]));
		assertThat(call.outcomes).hasSize(1);
		assertThat(queued.outcomes).hasSize(1);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.net.channel.closeCode).isZero();
		assertThat(this.net.connection.closeReason().code()).isEqualTo(Code.OK);
	}

	@Test
	void whenThePeerDrainsThenWhatWasNotWrittenGoesElsewhere() {
		FakeCall written = this.net.send(LONG);
		this.net.lanes().forEach((lane) -> lane.writable(false));
		FakeCall waiting = this.net.send(LONG);
		FakeCall queued = this.net.call(LONG);
		this.net.connection.send(queued);
		this.net.control().receive(new Frame.GoAway(ErrorCode.DRAINED, "bye", List.of()));
		assertThat(waiting.failure().processed()).isEqualTo(Processed.NO);
		assertThat(queued.failure().message()).contains("is draining: bye");
		assertThat(written.outcomes).isEmpty();
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		assertThat(this.net.channel.closeCode).isEqualTo((int) ErrorCode.DRAINED.number());
	}

	@Test
	void whenThePeerDrainsThenStreamsWhoseCallersWatchOverItEndAfterItsLastWordsAndOthersGoOn() {
		List<Throwable> watching = new ArrayList<>();
		List<Throwable> others = new ArrayList<>();
		this.net.connection
			.stream(new StreamCall("test/range", "raw", new byte[0], Metadata.EMPTY, StreamCall.NO_DEADLINE, null, true,
					false, true))
			.subscribe((element) -> {
			}, watching::add);
		this.net.connection.stream(range()).subscribe((element) -> {
		}, others::add);
		this.net.channel.run();
		this.net.control().receive(new Frame.GoAway(ErrorCode.DRAINED, "bye", List.of()));
		this.net.pass(Duration.ofMillis(490));
		assertThat(watching).isEmpty();
		this.net.pass(Duration.ofMillis(20));
		assertThat(watching).hasSize(1);
		assertThat(((FailureException) watching.get(0)).status().message()).contains("is draining: bye");
		assertThat(others).isEmpty();
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.DRAINING);
	}

	@Test
	void whenThePeerTellsWhatItAcceptedThenTheRestWasNotProcessed() {
		FakeCall first = this.net.send(LONG);
		FakeCall second = this.net.send(LONG);
		FakeCall third = this.net.send(LONG);
		this.net.control()
			.receive(new Frame.GoAway(ErrorCode.DRAINED, "bye",
					List.of(new Frame.GoAway.Accepted(0, 0), new Frame.GoAway.Accepted(4, 1))));
		assertThat(first.outcomes).isEmpty();
		assertThat(second.failure().processed()).isEqualTo(Processed.NO);
		assertThat(third.failure().processed()).isEqualTo(Processed.NO);
	}

	@Test
	void whenTheLastWaitingCallExpiresThenADrainIsOver() {
		this.net.lanes().forEach((lane) -> lane.writable(false));
		FakeCall waiting = this.net.send(Duration.ofMillis(50));
		this.net.connection.drain();
		this.net.channel.run();
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.DRAINING);
		this.net.pass(Duration.ofMillis(80));
		assertThat(waiting.outcomes).hasSize(1);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.CLOSED);
	}

	// The end

	@Test
	void whenItIsClosedThenEachCallLearnsWhetherItWasWritten() {
		FakeCall written = this.net.send(LONG);
		this.net.lanes().forEach((lane) -> lane.writable(false));
		FakeCall waiting = this.net.send(LONG);
		FakeCall queued = this.net.call(LONG);
		this.net.connection.send(queued);
		this.net.connection.close(Status.unknown(Code.UNAVAILABLE, "because"));
		this.net.channel.run();
		assertThat(written.failure().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(waiting.failure().processed()).isEqualTo(Processed.NO);
		assertThat(queued.failure().processed()).isEqualTo(Processed.NO);
		assertThat(this.net.channel.closeReason).isEqualTo("because");
		assertThat(this.net.connection.closed().block(Duration.ofSeconds(1)).message()).isEqualTo("because");
	}

	@Test
	void whenAListenerToItsStatesFailsThenItEndsAllTheSame() {
		this.net.connection.states().subscribe(new Failing());
		FakeCall call = this.net.send(LONG);
		this.net.connection.drain();
		this.net.channel.run();
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		assertThat(call.outcomes).hasSize(1);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.net.channel.closeCode).isZero();
		assertThat(this.net.connection.closed().block(Duration.ofSeconds(1))).isNotNull();
	}

	@Test
	void whenAStreamsSubscriberFailsThenTheOthersHearOfTheEnd() {
		List<Throwable> errors = new ArrayList<>();
		this.net.connection.stream(range()).subscribe(new Failing());
		this.net.connection.stream(range()).subscribe((element) -> {
		}, errors::add);
		this.net.channel.run();
		assertThat(this.net.connection.inFlight()).isEqualTo(2);
		this.net.connection.close(Status.unknown(Code.UNAVAILABLE, "because"));
		this.net.channel.run();
		assertThat(errors).hasSize(1).first().asString().contains("because");
		assertThat(this.net.connection.closed().block(Duration.ofSeconds(1))).isNotNull();
	}

	@Test
	void whenTheStreamsOfACallAreLimitedThenAStreamWaitsAndHearsOfTheEnd() {
		this.net.channel.allowed = 0;
		List<Throwable> errors = new ArrayList<>();
		this.net.connection.stream(range()).subscribe((element) -> {
		}, errors::add);
		this.net.channel.run();
		this.net.connection.close(Status.unknown(Code.UNAVAILABLE, "because"));
		this.net.channel.run();
		assertThat(((FailureException) errors.get(0)).status().processed()).isEqualTo(Processed.NO);
	}

	@Test
	void whenAnElementIsBeyondTheLimitThenTheCallerIsAtFault() {
		FakeNet small = new FakeNet(FakeNet.settings(1, 1 << 20, 100), new PeerLimits(5000, 100), null);
		List<Throwable> errors = new ArrayList<>();
		small.connection
			.stream(new StreamCall("test/sum", "raw", new byte[0], Metadata.EMPTY, StreamCall.NO_DEADLINE,
					Flux.just(new byte[5001]), false))
			.subscribe((element) -> {
			}, errors::add);
		small.channel.run();
		small.lane(1).receive(new Frame.Credit(1, 10));
		small.channel.run();
		Status status = ((FailureException) errors.get(0)).status();
		assertThat(status.code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(status.message()).contains("5001 bytes", "5000 bytes", "macula.transport.max-payload");
		assertThat(small.lane(1).written(Frame.Cancel.class)).hasSize(1);
		small.close();
	}

	@Test
	void whenAStreamIsResetByThePeerThenOnlyItsCallEnds() {
		List<Throwable> errors = new ArrayList<>();
		this.net.connection.stream(range()).subscribe((element) -> {
		}, errors::add);
		this.net.channel.run();
		this.net.lane(2).pipeline().fireExceptionCaught(new ChannelOutputShutdownException("stopped"));
		this.net.channel.run();
		assertThat(errors).hasSize(1);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
		this.net.lane(0).pipeline().fireExceptionCaught(new ChannelOutputShutdownException("stopped"));
		assertThat(this.net.channel.closeCode).isEqualTo((int) ErrorCode.PROTOCOL_VIOLATION.number());
	}

	@Test
	void whenAStreamEndsBeforeItsConnectionThenTheConnectionTellsWhy() {
		List<Throwable> errors = new ArrayList<>();
		this.net.connection.stream(range()).subscribe((element) -> {
		}, errors::add);
		this.net.channel.run();
		this.net.lane(2).pipeline().fireChannelInactive();
		assertThat(errors).isEmpty();
		this.net.connection.inactive();
		this.net.channel.run();
		assertThat(errors).hasSize(1).first().asString().contains("the connection to 10.0.0.1:9643 is over");
	}

	@Test
	void whenNothingArrivedForTheIdleTimeoutThenTheCallsAreToldHowLong() {
		FakeCall call = this.net.send(Duration.ofMinutes(1));
		this.net.channel.timedOut = true;
		this.net.connection.inactive();
		this.net.channel.run();
		assertThat(call.failure().message())
			.contains("the connection to 10.0.0.1:9643 is over: nothing arrived for 30 s");
	}

	@Test
	void whenAStreamAloneIsGoneThenItsCallSaysSo() {
		List<Throwable> errors = new ArrayList<>();
		this.net.connection.stream(range()).subscribe((element) -> {
		}, errors::add);
		this.net.channel.run();
		this.net.lane(2).pipeline().fireChannelInactive();
		this.net.channel.run();
		assertThat(errors).hasSize(1).first().asString().contains("the stream of the call to 10.0.0.1:9643 is gone");
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
	}

	// Without an event loop

	@Test
	void whenTheEventLoopIsGoneThenEveryCallEnds() {
		DefaultEventLoop loop = new DefaultEventLoop();
		FakeNet gone = onLoop(loop);
		FakeCall open = gone.call(LONG);
		gone.connection.send(open);
		Awaitility.await().until(() -> gone.connection.pump().callsSent() == 1);
		loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
		FakeCall late = gone.call(LONG);
		gone.connection.send(late);
		assertThat(open.failure().message()).isEqualTo("this node was closed");
		assertThat(late.failure().processed()).isEqualTo(Processed.NO);
		assertThat(gone.connection.state()).isEqualTo(Connection.State.CLOSED);
		FakeCall later = gone.call(LONG);
		gone.connection.send(later);
		FakeCall queued = gone.call(LONG);
		gone.connection.pump().send(queued);
		assertThat(later.failure().processed()).isEqualTo(Processed.NO);
		assertThat(queued.failure().processed()).isEqualTo(Processed.NO);
		List<Throwable> errors = new ArrayList<>();
		gone.connection.stream(range()).subscribe((element) -> {
		}, errors::add);
		assertThat(((FailureException) errors.get(0)).status().processed()).isEqualTo(Processed.NO);
		gone.transport.close();
	}

	@Test
	void whenManyThreadsFindTheEventLoopGoneThenEachOfTheirCallsEndsOnce() throws Exception {
		for (int round = 0; round < 20; round++) {
			DefaultEventLoop loop = new DefaultEventLoop();
			FakeNet gone = onLoop(loop);
			List<FakeCall> calls = new ArrayList<>();
			List<Thread> threads = new ArrayList<>();
			CountDownLatch begin = new CountDownLatch(1);
			for (int t = 0; t < 4; t++) {
				List<FakeCall> mine = new ArrayList<>();
				for (int i = 0; i < 200; i++) {
					mine.add(gone.call(LONG));
				}
				calls.addAll(mine);
				Thread thread = new Thread(() -> {
					awaitQuietly(begin);
					mine.forEach(gone.connection::send);
				});
				threads.add(thread);
				thread.start();
			}
			begin.countDown();
			loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
			for (Thread thread : threads) {
				thread.join();
			}
			loop.terminationFuture().syncUninterruptibly();
			gone.connection.close(Status.unknown(Code.UNAVAILABLE, "the end"));
			Awaitility.await().until(() -> calls.stream().noneMatch((call) -> call.outcomes.isEmpty()));
			assertThat(calls)
				.allSatisfy((call) -> assertThat(call.outcomes).hasSize(1).first().isInstanceOf(Failure.class));
			gone.transport.close();
		}
	}

	private static FakeNet onLoop(DefaultEventLoop loop) {
		return new FakeNet(FakeNet.lanes(1), new PeerLimits(1 << 20, 10_000), loop);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static StreamCall range() {
		return new StreamCall("test/range", "raw", new byte[0], Metadata.EMPTY, StreamCall.NO_DEADLINE, null, true);
	}

	/** Fails at whatever it hears. */
	private static final class Failing implements CoreSubscriber<Object> {

		private boolean begun;

		@Override
		public void onSubscribe(Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
			this.begun = true;
		}

		@Override
		public void onNext(Object element) {
			if (this.begun) {
				throw new AssertionError("listener");
			}
		}

		@Override
		public void onError(Throwable error) {
			throw new AssertionError("listener");
		}

		@Override
		public void onComplete() {
			throw new AssertionError("listener");
		}

	}

}
