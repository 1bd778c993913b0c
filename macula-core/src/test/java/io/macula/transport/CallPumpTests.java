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
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.FrameType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Queue, lanes, deadlines and cancellation of unary calls, without a network and by a
 * clock of the test.
 */
class CallPumpTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private FakeNet net = new FakeNet(FakeNet.lanes(2));

	@AfterEach
	void close() {
		this.net.close();
	}

	@Test
	void whenCallsAreQueuedTogetherThenTheyAreOneWrite() {
		for (int i = 0; i < 100; i++) {
			this.net.connection.send(this.net.call(LONG));
		}
		assertThat(this.net.lane(0).writes).isZero();
		this.net.channel.run();
		assertThat(this.net.lane(0).writes).isEqualTo(1);
		assertThat(this.net.lane(0).written(Frame.Call.class)).hasSize(100);
		assertThat(this.net.lane(1).writes).isZero();
		assertThat(this.net.connection.inFlight()).isEqualTo(100);
	}

	@Test
	void whenAnAnswerComesThenItsCallIsOver() {
		FakeCall first = this.net.send(LONG);
		FakeCall second = this.net.send(LONG);
		this.net.lane(1).receive(new Frame.Result(2, new byte[] { 7 }));
		this.net.lane(0).receive(new Frame.Failed(1, Failure.of(Status.processed(Code.UNKNOWN, "no"))));
		assertThat(second.outcomes).containsExactly(new byte[] { 7 });
		assertThat(first.failure().message()).isEqualTo("no");
		assertThat(this.net.connection.inFlight()).isZero();
	}

	@Test
	void whenAnAnswerComesTwiceThenTheSecondIsIgnored() {
		FakeCall call = this.net.send(LONG);
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]), new Frame.Result(1, new byte[0]));
		assertThat(call.outcomes).hasSize(1);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void whenAnAnswerComesBeforeItsCallThenTheConnectionIsClosed() {
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		assertThat(this.net.channel.closeCode).isEqualTo((int) ErrorCode.PROTOCOL_VIOLATION.number());
	}

	@Test
	void whenNoAnswerComesInTimeThenTheCallFailsAndThePeerIsTold() {
		FakeCall call = this.net.send(Duration.ofMillis(100));
		this.net.pass(Duration.ofMillis(99));
		assertThat(call.outcomes).isEmpty();
		this.net.pass(Duration.ofMillis(20));
		assertThat(call.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(call.failure().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(this.net.lane(0).written(Frame.Cancel.class)).containsExactly(new Frame.Cancel(1));
	}

	@Test
	void whenTheTimeIsOverBeforeTheWriteThenTheCallWasNotProcessed() {
		FakeCall call = this.net.send(Duration.ZERO);
		assertThat(call.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(call.failure().processed()).isEqualTo(Processed.NO);
		assertThat(this.net.lane(0).written).isEmpty();
	}

	@Test
	void whenNoLaneTakesDataThenCallsWaitAndTheirTimeIsWatched() {
		this.net.lanes().forEach((lane) -> lane.writable(false));
		FakeCall brief = this.net.send(Duration.ofMillis(50));
		FakeCall patient = this.net.send(LONG);
		this.net.pass(Duration.ofMillis(70));
		assertThat(brief.failure().processed()).isEqualTo(Processed.NO);
		assertThat(patient.outcomes).isEmpty();
		assertThat(this.net.connection.inFlight()).isEqualTo(1);
		this.net.lane(1).writable(true);
		this.net.channel.run();
		assertThat(this.net.lane(1).written(Frame.Call.class)).hasSize(1);
	}

	@Test
	void whenALearnedTimeIsOverBeforeTheWriteThenTheCallWaitsOnAtNoCost() {
		this.net.lanes().forEach((lane) -> lane.writable(false));
		LearnedCall call = new LearnedCall(this.net.clock.getAsLong(), Duration.ofMillis(500), LONG);
		this.net.connection.send(call);
		this.net.channel.run();
		keepAlive(Duration.ofSeconds(3));
		assertThat(call.failures).isEmpty();
		assertThat(call.asked).isZero();
		this.net.lanes().forEach((lane) -> lane.writable(true));
		this.net.channel.run();
		assertThat(calls()).isEqualTo(1);
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		assertThat(call.results).isEqualTo(1);
	}

	@Test
	void whenACallWaitsForItsWriteThenItsLearnedTimeCountsFromThere() {
		this.net.lanes().forEach((lane) -> lane.writable(false));
		LearnedCall call = new LearnedCall(this.net.clock.getAsLong(), Duration.ofMillis(500), LONG);
		this.net.connection.send(call);
		this.net.channel.run();
		this.net.pass(Duration.ofMillis(400));
		this.net.lanes().forEach((lane) -> lane.writable(true));
		this.net.channel.run();
		keepAlive(Duration.ofMillis(480));
		assertThat(call.asked).isZero();
		keepAlive(Duration.ofMillis(40));
		assertThat(call.asked).isEqualTo(1);
		assertThat(call.failures).hasSize(1);
		assertThat(call.failures.get(0).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
	}

	@Test
	void whenTheTurnComesAfterTheLearnedTimeThenTheCallIsWrittenAllTheSame() {
		LearnedCall call = new LearnedCall(this.net.clock.getAsLong(), Duration.ofMillis(500), LONG);
		this.net.connection.send(call);
		this.net.ticker.advance(900, TimeUnit.MILLISECONDS);
		this.net.channel.run();
		assertThat(call.failures).isEmpty();
		assertThat(this.net.lane(0).written(Frame.Call.class)).hasSize(1);
	}

	@Test
	void whenALearnedTimeEndsWithTheDeadlineThenAnUnwrittenCallWasNotProcessed() {
		this.net.lanes().forEach((lane) -> lane.writable(false));
		LearnedCall call = new LearnedCall(this.net.clock.getAsLong(), Duration.ofMillis(500), Duration.ofSeconds(2));
		this.net.connection.send(call);
		this.net.channel.run();
		this.net.pass(Duration.ofMillis(1990));
		assertThat(call.failures).isEmpty();
		this.net.pass(Duration.ofMillis(30));
		assertThat(call.failures).hasSize(1);
		assertThat(call.failures.get(0).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(call.failures.get(0).processed()).isEqualTo(Processed.NO);
	}

	@Test
	void whenThisLoopWasLateThenALearnedTimeIsPutOff() {
		LearnedCall call = new LearnedCall(this.net.clock.getAsLong(), Duration.ofMillis(500), LONG);
		this.net.connection.send(call);
		this.net.channel.run();
		keepAlive(Duration.ofMillis(100));
		this.net.ticker.advance(800, TimeUnit.MILLISECONDS);
		this.net.channel.run();
		assertThat(call.asked).isZero();
		assertThat(this.net.connection.stoodStillNanos(call.sentNanoTime())).isBetween(700_000_000L, 800_000_000L);
		keepAlive(Duration.ofMillis(600));
		assertThat(call.asked).isEqualTo(1);
	}

	@Test
	void whenCallsAreWrittenThenTheLaneTellsTheTimeNowAndThen() {
		this.net.close();
		this.net = new FakeNet();
		this.net.send(LONG);
		keepAlive(Duration.ofMillis(20));
		this.net.send(LONG);
		keepAlive(Duration.ofMillis(40));
		this.net.send(LONG);
		assertThat(this.net.lane(0).written).extracting(Frame::type)
			.containsExactly(FrameType.TIME, FrameType.CALL, FrameType.CALL, FrameType.TIME, FrameType.CALL);
		assertThat(this.net.lane(0).written(Frame.Time.class)).containsExactly(new Frame.Time(1, 0),
				new Frame.Time(1, 60));
		this.net.send(new FakeCall(StreamCall.NO_DEADLINE, new byte[20_000]));
		assertThat(this.net.lane(1).written).extracting(Frame::type).containsExactly(FrameType.TIME, FrameType.CALL);
	}

	// A peer in doubt

	@Test
	void whenThePeerIsSuspectedThenWhatMustNotBeRepeatedIsWrittenOnceItLives() {
		suspect();
		FakeCall call = stays(this.net.call(LONG));
		this.net.send(call);
		FakeCall large = stays(new FakeCall(this.net.clock.getAsLong() + LONG.toNanos(), new byte[20_000]));
		this.net.send(large);
		this.net.pass(Duration.ofSeconds(3));
		assertThat(call.outcomes).isEmpty();
		assertThat(large.outcomes).isEmpty();
		assertThat(this.net.connection.inFlight()).isEqualTo(2);
		assertThat(calls()).isEqualTo(1);
		this.net.control().receive(new Frame.Pong(1));
		this.net.pass(Duration.ofMillis(20));
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
		assertThat(calls()).isEqualTo(3);
	}

	@Test
	void whenACallWasQueuedBeforeTheSuspicionThenItIsNotWrittenEither() {
		this.net.send(this.net.call(LONG));
		this.net.lanes().forEach((lane) -> lane.writable(false));
		FakeCall call = this.net.send(stays(this.net.call(LONG)));
		this.net.pass(FakeNet.SUSPICION.plusMillis(50));
		this.net.lanes().forEach((lane) -> lane.writable(true));
		this.net.pass(Duration.ofMillis(20));
		assertThat(call.outcomes).isEmpty();
		assertThat(calls()).isEqualTo(1);
	}

	@Test
	void whenThePeerIsSuspectedThenWhatFindsAnotherInstanceGoesThere() {
		suspect();
		FakeCall call = stays(this.net.call(LONG));
		call.leavesUnwritten = true;
		this.net.send(call);
		this.net.pass(FakeNet.SUSPICION.plusMillis(20));
		assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(call.failure().processed()).isEqualTo(Processed.NO);
	}

	@Test
	void whenTheTimeOfAParkedCallIsOverThenItWasNotProcessed() {
		suspect();
		FakeCall call = this.net.send(stays(this.net.call(Duration.ofSeconds(2))));
		this.net.pass(Duration.ofMillis(2020));
		assertThat(call.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(call.failure().processed()).isEqualTo(Processed.NO);
		assertThat(calls()).isEqualTo(1);
		assertThat(this.net.connection.inFlight()).isZero();
	}

	@Test
	void whenASuspectedConnectionIsReplacedThenParkedCallsGoOnElsewhere() {
		suspect();
		FakeCall call = this.net.send(stays(this.net.call(LONG)));
		FakeCall large = stays(new FakeCall(StreamCall.NO_DEADLINE, new byte[20_000]));
		this.net.send(large);
		this.net.connection.drain();
		this.net.channel.run();
		assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(call.failure().processed()).isEqualTo(Processed.NO);
		assertThat(large.failure().processed()).isEqualTo(Processed.NO);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.CLOSED);
	}

	@Test
	void whenAParkedCallIsCancelledThenItIsNeverWritten() {
		suspect();
		FakeCall call = this.net.send(stays(this.net.call(LONG)));
		this.net.connection.cancel(call);
		this.net.control().receive(new Frame.Pong(1));
		this.net.pass(Duration.ofMillis(20));
		assertThat(call.outcomes).isEmpty();
		assertThat(calls()).isEqualTo(1);
		assertThat(this.net.connection.inFlight()).isZero();
	}

	@Test
	void whenTooManyCallsAreParkedThenFurtherOnesAreRefused() {
		this.net.close();
		this.net = new FakeNet(FakeNet.settings(1, 1 << 20, 3));
		suspect();
		for (int i = 0; i < 3; i++) {
			this.net.send(stays(this.net.call(LONG)));
		}
		FakeCall further = this.net.send(stays(this.net.call(LONG)));
		assertThat(further.failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
	}

	@Test
	void whenThisNodeStoodStillThenWhatMustNotBeRepeatedWaitsForTheAnswerToAPing() {
		this.net.send(LONG);
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		this.net.ticker.advance(40, TimeUnit.SECONDS);
		FakeCall call = this.net.send(stays(this.net.call(LONG)));
		assertThat(calls()).isEqualTo(1);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
		Frame.Ping ping = this.net.control().written(Frame.Ping.class).get(0);
		this.net.control().receive(new Frame.Pong(ping.token()));
		this.net.channel.run();
		assertThat(calls()).isEqualTo(2);
		assertThat(call.outcomes).isEmpty();
	}

	@Test
	void whenThisNodeStoodStillAndNobodyAnswersThenWhatMayBeRepeatedGoesOnAsNeverWritten() {
		this.net.send(LONG);
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		this.net.ticker.advance(40, TimeUnit.SECONDS);
		FakeCall call = this.net.send(LONG);
		FakeCall large = this.net.send(new FakeCall(StreamCall.NO_DEADLINE, new byte[20_000]));
		assertThat(calls()).isEqualTo(1);
		this.net.pass(Duration.ofMillis(150));
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(call.failure().processed()).isEqualTo(Processed.NO);
		assertThat(large.failure().processed()).isEqualTo(Processed.NO);
	}

	@Test
	void whenNobodyAnswersAfterAPauseThenTheConnectionIsClosedAndTheFatesAreTrue() {
		FakeCall written = this.net.send(stays(this.net.call(Duration.ofSeconds(60))));
		this.net.ticker.advance(40, TimeUnit.SECONDS);
		FakeCall held = this.net.send(stays(this.net.call(LONG)));
		this.net.pass(Duration.ofMillis(150));
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(written.failure().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(written.failure().message()).contains("this node stood still for 40.0 s");
		assertThat(held.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(held.failure().processed()).isEqualTo(Processed.NO);
		assertThat(calls()).isEqualTo(1);
	}

	@Test
	void whenTheDeadlineIsOverInAPauseThenTheCallSaysSo() {
		FakeCall call = this.net.send(stays(this.net.call(Duration.ofSeconds(5))));
		this.net.ticker.advance(40, TimeUnit.SECONDS);
		this.net.channel.run();
		assertThat(call.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(call.failure().message()).endsWith("in time; this node stood still for 40.0 s");
		assertThat(this.net.connection.stoodStillNanos(call.sentNanoTime())).isGreaterThan(39_000_000_000L);
	}

	@Test
	void whenQuicHasNotTakenALargeCallWholeThenItWasNotProcessed() {
		this.net.channel.takes = false;
		FakeCall large = this.net.send(stays(new FakeCall(StreamCall.NO_DEADLINE, new byte[20_000])));
		this.net.connection.close(Status.unknown(Code.UNAVAILABLE, "gone"));
		this.net.channel.run();
		assertThat(large.failure().processed()).isEqualTo(Processed.NO);
	}

	@Test
	void whenQuicHasTakenALargeCallWholeThenNobodyKnowsItsFate() {
		FakeCall large = this.net.send(stays(new FakeCall(StreamCall.NO_DEADLINE, new byte[20_000])));
		this.net.connection.close(Status.unknown(Code.UNAVAILABLE, "gone"));
		this.net.channel.run();
		assertThat(large.failure().processed()).isEqualTo(Processed.UNKNOWN);
	}

	private void suspect() {
		this.net.send(this.net.call(LONG));
		this.net.pass(FakeNet.SUSPICION.plusMillis(50));
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.SUSPECTED);
	}

	private static FakeCall stays(FakeCall call) {
		call.leaves = false;
		return call;
	}

	private int calls() {
		int calls = 0;
		for (FakeQuicStream stream : this.net.lanes()) {
			calls += stream.written(Frame.Call.class).size();
		}
		return calls;
	}

	/** Time passes, and the peer gives signs of life. */
	private void keepAlive(Duration time) {
		for (long left = time.toMillis(); left > 0; left -= 10) {
			this.net.control().receive(new Frame.Pong(1));
			this.net.pass(Duration.ofMillis(10));
		}
	}

	@Test
	void whenOneLaneIsFullThenTheOtherOneIsUsed() {
		this.net.lane(0).writable(false);
		for (int i = 0; i < 3; i++) {
			this.net.send(LONG);
		}
		assertThat(this.net.lane(1).written(Frame.Call.class)).hasSize(3);
		assertThat(this.net.lane(0).written).isEmpty();
	}

	@Test
	void whenTooManyCallsAreOpenThenFurtherOnesAreRefused() {
		this.net.close();
		this.net = new FakeNet(FakeNet.settings(1, 1 << 20, 3));
		List<FakeCall> calls = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			calls.add(this.net.send(LONG));
		}
		assertThat(calls.get(2).outcomes).isEmpty();
		assertThat(calls.get(3).failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(calls.get(3).failure().processed()).isEqualTo(Processed.NO);
		assertThat(calls.get(3).failure().message()).contains("maxInFlightPerConnection = 3");
	}

	// Cancellation

	@Test
	void whenACallIsCancelledThenThePeerIsToldOnTheLaneOfTheCall() {
		this.net.send(LONG);
		FakeCall second = this.net.send(LONG);
		assertThat(this.net.lane(1).written(Frame.Call.class)).hasSize(1);
		this.net.connection.cancel(second);
		this.net.channel.run();
		assertThat(this.net.lane(1).written(Frame.Cancel.class)).containsExactly(new Frame.Cancel(2));
		assertThat(this.net.lane(0).written(Frame.Cancel.class)).isEmpty();
		assertThat(second.outcomes).isEmpty();
	}

	@Test
	void whenACallExpiresThenThePeerIsToldOnTheLaneOfTheCall() {
		this.net.send(LONG);
		this.net.send(Duration.ofMillis(100));
		this.net.pass(Duration.ofMillis(120));
		assertThat(this.net.lane(1).written(Frame.Cancel.class)).containsExactly(new Frame.Cancel(2));
		assertThat(this.net.lane(0).written(Frame.Cancel.class)).isEmpty();
	}

	@Test
	void whenThePeerIsSuspectedThenItIsToldOnTheLaneOfEachCall() {
		this.net.send(LONG);
		this.net.send(LONG);
		this.net.pass(FakeNet.SUSPICION.plusMillis(50));
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.SUSPECTED);
		assertThat(this.net.lane(0).written(Frame.Cancel.class)).containsExactly(new Frame.Cancel(1));
		assertThat(this.net.lane(1).written(Frame.Cancel.class)).containsExactly(new Frame.Cancel(2));
	}

	@Test
	void whenACallIsCancelledAfterGoAwayThenThePeerIsToldAtOnce() {
		FakeCall call = this.net.send(LONG);
		this.net.send(LONG);
		this.net.control().receive(new Frame.GoAway(ErrorCode.DRAINED, "bye", List.of()));
		this.net.connection.cancel(call);
		this.net.channel.run();
		assertThat(this.net.lane(0).written(Frame.Cancel.class)).containsExactly(new Frame.Cancel(1));
	}

	@Test
	void whenALargeCallIsCancelledThenThePeerIsToldOverALane() {
		FakeCall large = this.net.send(new FakeCall(StreamCall.NO_DEADLINE, new byte[20_000]));
		FakeQuicStream own = this.net.lane(2);
		assertThat(own.written(Frame.Call.class)).hasSize(1);
		assertThat(own.finished).isTrue();
		this.net.connection.cancel(large);
		this.net.channel.run();
		assertThat(this.net.lane(0).written(Frame.Cancel.class)).containsExactly(new Frame.Cancel(1));
	}

	@Test
	void whenAQueuedCallIsCancelledThenItIsNotSent() {
		FakeCall call = this.net.call(LONG);
		this.net.connection.send(call);
		this.net.connection.cancel(call);
		this.net.connection.cancel(call);
		this.net.channel.run();
		FakeCall waiting = this.net.call(LONG);
		this.net.lanes().forEach((lane) -> lane.writable(false));
		this.net.send(waiting);
		this.net.connection.cancel(waiting);
		this.net.channel.run();
		this.net.lanes().forEach((lane) -> lane.writable(true));
		this.net.channel.run();
		assertThat(waiting.outcomes).isEmpty();
		assertThat(
				this.net.lane(0).written(Frame.Call.class).size() + this.net.lane(1).written(Frame.Call.class).size())
			.isLessThanOrEqualTo(1);
	}

	// Payloads

	@Test
	void whenAPayloadIsBeyondThePeersLimitThenTheCallerIsAtFault() {
		this.net.close();
		this.net = new FakeNet(FakeNet.settings(1, 1 << 20, 100), new PeerLimits(5000, 100), null);
		FakeCall call = this.net.send(new FakeCall(StreamCall.NO_DEADLINE, new byte[5001]));
		assertThat(call.failure().code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(call.failure().processed()).isEqualTo(Processed.NO);
		assertThat(call.failure().message()).contains("5001 bytes", "5000 bytes", FakeNet.ENDPOINT.toString(),
				"macula.transport.max-payload", "provider");
		FakeCall fits = this.net.send(new FakeCall(StreamCall.NO_DEADLINE, new byte[5000]));
		assertThat(fits.outcomes).isEmpty();
	}

	@Test
	void whenAPayloadIsBeyondThisSidesLimitThenTheCallerIsAtFault() {
		this.net.close();
		this.net = new FakeNet(FakeNet.settings(1, 4000, 100), new PeerLimits(5000, 100), null);
		FakeCall call = this.net.send(new FakeCall(StreamCall.NO_DEADLINE, new byte[5001]));
		assertThat(call.failure().code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(call.failure().processed()).isEqualTo(Processed.NO);
		assertThat(call.failure().message()).contains("5001 bytes", "4000 bytes", "macula.transport.max-payload",
				"this side");
	}

	// Whatever throws, each call has its outcome

	@Test
	void whenACallThrowsWhileItIsWrittenThenAllCallsEnd() {
		FakeCall before = this.net.call(LONG);
		FakeCall broken = this.net.call(LONG);
		broken.onLastDeadline = new AssertionError("broken");
		FakeCall after = this.net.call(LONG);
		this.net.connection.send(before);
		this.net.connection.send(broken);
		this.net.connection.send(after);
		this.net.channel.run();
		assertThat(before.failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(broken.failure().message()).contains("broken");
		assertThat(after.failure().processed()).isEqualTo(Processed.NO);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.CLOSED);
		assertThat(this.net.connection.inFlight()).isZero();
	}

	@Test
	void whenALargeCallThrowsWhileItIsWrittenThenItEnds() {
		FakeCall broken = new FakeCall(StreamCall.NO_DEADLINE, new byte[20_000]);
		broken.onLastDeadline = new AssertionError("broken");
		this.net.send(broken);
		assertThat(broken.failure().message()).contains("broken");
	}

	@Test
	void whenACallArrivesJustWhenATurnFailsThenItEnds() {
		FakeCall late = this.net.call(LONG);
		FakeCall broken = this.net.call(LONG);
		broken.onLastDeadline = new AssertionError("broken");
		// Another thread that found the connection ready puts its call into the queue.
		broken.then = () -> this.net.connection.pump().send(late);
		FakeCall first = this.net.call(LONG);
		this.net.connection.send(first);
		this.net.connection.send(broken);
		this.net.channel.run();
		assertThat(broken.outcomes).hasSize(1);
		assertThat(late.failure().processed()).isEqualTo(Processed.NO);
		FakeCall later = this.net.call(LONG);
		this.net.connection.pump().send(later);
		this.net.channel.run();
		assertThat(later.failure().processed()).isEqualTo(Processed.NO);
	}

	@Test
	void whenAReceiverOfAResultFailsThenTheConnectionGoesOn() {
		FakeCall bad = this.net.send(LONG);
		bad.onOutcome = new AssertionError("receiver");
		FakeCall good = this.net.send(LONG);
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		this.net.lane(1).receive(new Frame.Result(2, new byte[0]));
		assertThat(bad.outcomes).hasSize(1);
		assertThat(good.outcomes).containsExactly(new byte[0]);
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void whenAReceiverOfAFailureFailsThenDeadlinesAreStillWatched() {
		FakeCall bad = this.net.send(Duration.ofMillis(50));
		bad.onOutcome = new AssertionError("receiver");
		FakeCall together = this.net.send(Duration.ofMillis(50));
		FakeCall later = this.net.send(Duration.ofMillis(100));
		this.net.pass(Duration.ofMillis(150));
		assertThat(bad.outcomes).hasSize(1);
		assertThat(together.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(later.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
	}

	@Test
	void whenACallThrowsAtItsDeadlineThenItEndsAndSoDoTheOthers() {
		FakeCall broken = this.net.send(Duration.ofMillis(50));
		broken.onLastDeadline = new AssertionError("broken");
		FakeCall other = this.net.send(Duration.ofMillis(50));
		this.net.pass(Duration.ofMillis(100));
		assertThat(broken.failure().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(other.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(this.net.connection.inFlight()).isZero();
	}

	@Test
	void whenACallThrowsInASuspicionThenTheOthersLeaveAllTheSame() {
		FakeCall broken = this.net.send(LONG);
		broken.onWaiting = new AssertionError("broken");
		FakeCall other = this.net.send(LONG);
		this.net.pass(FakeNet.SUSPICION.plusMillis(50));
		assertThat(broken.failure().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(other.failure().code()).isEqualTo(Code.UNAVAILABLE);
	}

	@Test
	void whenReceiversFailWhileTheConnectionEndsThenAllCallsEnd() {
		List<FakeCall> calls = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			FakeCall call = this.net
				.send((i % 2 == 0) ? this.net.call(LONG) : new FakeCall(StreamCall.NO_DEADLINE, new byte[20_000]));
			call.onOutcome = new AssertionError("receiver");
			calls.add(call);
		}
		this.net.connection.close(Status.unknown(Code.UNAVAILABLE, "because"));
		this.net.channel.run();
		assertThat(calls).allSatisfy((call) -> assertThat(call.failure().message()).isEqualTo("because"));
		assertThat(this.net.connection.closed().block(Duration.ofSeconds(1)).message()).isEqualTo("because");
		assertThat(this.net.connection.inFlight()).isZero();
	}

	@Test
	void whenACallIsSentFromTheEndOfAnotherThenItIsRefused() {
		FakeCall second = this.net.call(LONG);
		FakeCall first = this.net.call(LONG);
		first.then = () -> this.net.connection.send(second);
		this.net.send(first);
		this.net.connection.close(Status.unknown(Code.UNAVAILABLE, "because"));
		this.net.channel.run();
		assertThat(second.failure().processed()).isEqualTo(Processed.NO);
	}

	/**
	 * An idempotent call whose bound was learned, and that may not wait on.
	 */
	private static final class LearnedCall extends OutboundCall {

		private final List<Status> failures = new ArrayList<>();

		private final long last;

		private int results;

		private int asked;

		LearnedCall(long now, Duration learned, Duration deadline) {
			super("test/call", "raw", new byte[1], Metadata.EMPTY, now, now + learned.toNanos());
			this.last = now + deadline.toNanos();
		}

		@Override
		protected long lastDeadlineNanoTime() {
			return this.last;
		}

		@Override
		protected long tryWaitOn() {
			this.asked++;
			return 0;
		}

		@Override
		protected boolean leavesSuspectedPeer() {
			return false;
		}

		@Override
		public void onResult(byte[] payload) {
			this.results++;
		}

		@Override
		protected void onFailure(Failure failure) {
			this.failures.add(failure.status());
		}

	}

}
