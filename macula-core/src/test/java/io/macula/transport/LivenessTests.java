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

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each transition of the watch over a peer, by a clock of the test.
 */
class LivenessTests {

	private static final Duration SUSPICION = Duration.ofMillis(750);

	private static final Duration TICK = Duration.ofMillis(9);

	private final MockTicker ticker = Ticker.newMockTicker();

	private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(this.ticker).build();

	private final FakePeer peer = new FakePeer();

	private long wallAheadMillis;

	private Liveness liveness = started(Duration.ofMillis(1));

	// Quiet

	@Test
	void whenNothingHappensThenAPingGoesEachKeepAlive() {
		this.peer.answers = true;
		pass(Duration.ofSeconds(9));
		assertThat(this.peer.pings).isEmpty();
		pass(Duration.ofSeconds(2));
		assertThat(this.peer.pings).hasSize(1);
		pass(Duration.ofSeconds(9));
		assertThat(this.peer.pings).hasSize(1);
		pass(Duration.ofSeconds(2));
		assertThat(this.peer.pings).hasSize(2);
		assertThat(this.peer.events).isEmpty();
	}

	@Test
	void whenStreamsAreOpenThenPingsComeMoreOften() {
		this.peer.streaming = true;
		this.peer.answers = true;
		restart();
		pass(Duration.ofSeconds(10));
		// Each 750 milliseconds, and the ticks before the rest.
		assertThat(this.peer.pings).hasSizeBetween(10, 13);
		this.peer.mayLeave = true;
		this.peer.pings.clear();
		pass(Duration.ofSeconds(10));
		assertThat(this.peer.pings).hasSizeBetween(34, 54);
	}

	@Test
	void whenAnswersAreAwaitedForLongThenPingsKeepTheirDistance() {
		this.peer.awaiting = true;
		this.peer.answers = true;
		this.liveness.wrote(now());
		pass(Duration.ofSeconds(1));
		// After 30 milliseconds at first, then 60, then 100.
		assertThat(this.peer.pings).hasSizeBetween(8, 12);
		assertThat(this.peer.events).isEmpty();
	}

	// Due

	@Test
	void whenThePeerAnswersThenNothingIsAskedOrSaid() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(15));
		this.liveness.heard();
		pass(Duration.ofSeconds(5));
		assertThat(this.peer.pings).isEmpty();
		assertThat(this.peer.probes).isZero();
		assertThat(this.peer.events).isEmpty();
	}

	@Test
	void whenThePeerIsSilentThenItGetsAPingThenAProbeThenItIsSuspected() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(25));
		assertThat(this.peer.pings).isEmpty();
		pass(Duration.ofMillis(25));
		assertThat(this.peer.pings).hasSize(1);
		assertThat(this.peer.probes).isZero();
		pass(Duration.ofMillis(100));
		assertThat(this.peer.probes).isPositive();
		pass(Duration.ofMillis(590));
		assertThat(this.peer.events).isEmpty();
		pass(Duration.ofMillis(30));
		assertThat(this.peer.events).hasSize(1);
		assertThat(this.peer.events.get(0)).startsWith("suspected: it gave no sign of life for 7");
	}

	@Test
	void whenTheRoundTripIsLongThenThePeerHasMoreTime() {
		this.liveness = started(Duration.ofMillis(500));
		this.liveness.wrote(now());
		pass(Duration.ofMillis(1900));
		assertThat(this.peer.events).isEmpty();
		pass(Duration.ofMillis(150));
		assertThat(this.peer.events).hasSize(1);
	}

	@Test
	void whenOnlyPacketsArriveThenThePeerLivesUntilItsPongIsOverdue() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(50));
		assertThat(this.peer.pings).hasSize(1);
		for (int i = 0; i < 86; i++) {
			this.peer.packets++;
			this.liveness.wrote(now());
			pass(Duration.ofMillis(10));
		}
		assertThat(this.peer.events).isEmpty();
		for (int i = 0; i < 10; i++) {
			this.peer.packets++;
			this.liveness.wrote(now());
			pass(Duration.ofMillis(10));
		}
		assertThat(this.peer.events).isNotEmpty();
		assertThat(this.peer.events.get(0)).startsWith("suspected: it answered no PING for ");
	}

	@Test
	void whenThisProcessPausesThenThePeerIsNotBlamed() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(100));
		this.ticker.advance(5, TimeUnit.SECONDS);
		this.channel.runScheduledPendingTasks();
		assertThat(this.peer.events).isEmpty();
		this.liveness.heard();
		pass(Duration.ofMillis(20));
		assertThat(this.peer.events).isEmpty();
	}

	@Test
	void whenThisProcessPausesThenASilentPeerIsStillSuspectedLater() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(100));
		this.ticker.advance(900, TimeUnit.MILLISECONDS);
		this.channel.runScheduledPendingTasks();
		pass(SUSPICION);
		assertThat(this.peer.events).hasSize(1).first().asString().startsWith("suspected");
		assertThat(this.peer.proofs).isEmpty();
	}

	// A pause of this node

	@Test
	void whenThisNodeStoodStillThenThePeerIsAskedAndProvesItselfByTheAnswer() {
		pass(Duration.ofMillis(100));
		pause(Duration.ofSeconds(12));
		assertThat(this.peer.proofs).containsExactly("unproved");
		assertThat(this.peer.pings).hasSize(1);
		assertThat(this.liveness.doubtful()).isTrue();
		this.liveness.heard();
		this.liveness.pong(this.peer.pings.get(0), now());
		assertThat(this.peer.proofs).containsExactly("unproved", "proved");
		assertThat(this.liveness.doubtful()).isFalse();
		pass(Duration.ofSeconds(1));
		assertThat(this.peer.events).isEmpty();
	}

	@Test
	void whenOnlyWhatWaitedArrivesAfterAPauseThenThePeerIsNotProved() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(50));
		long before = this.peer.pings.get(0);
		pause(Duration.ofSeconds(12));
		this.peer.packets++;
		this.liveness.heard();
		this.liveness.pong(before, now());
		pass(Duration.ofMillis(50));
		assertThat(this.peer.proofs).containsExactly("unproved");
		assertThat(this.peer.events).isEmpty();
		pass(SUSPICION);
		assertThat(this.peer.events.get(0)).startsWith("suspected: it did not answer within 7")
			.endsWith("after this node stood still for 12.0 s");
		pass(SUSPICION.multipliedBy(3));
		assertThat(this.peer.events).last().asString().startsWith("lasting: ");
	}

	@Test
	void whenThePeerAnswersLateAfterAPauseThenTheConnectionGoesOn() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(50));
		pause(Duration.ofSeconds(3));
		pass(Duration.ofSeconds(1));
		assertThat(this.peer.events).isNotEmpty().allSatisfy((event) -> assertThat(event).startsWith("suspected: "));
		this.liveness.heard();
		pong();
		pass(TICK);
		assertThat(this.peer.events).last().isEqualTo("alive");
		assertThat(this.liveness.doubtful()).isFalse();
	}

	@Test
	void whenThePauseOutlastsTheIdleTimeoutThenASilentPeerIsGivenUpWithinAFewRoundTrips() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(10));
		pause(Duration.ofSeconds(40));
		pass(Duration.ofMillis(120));
		assertThat(this.peer.events).isNotEmpty().first().asString().startsWith("dead: ").contains("40.0 s");
	}

	@Test
	void whenTheMonotonicClockStoodStillThenTheWallClockTells() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(50));
		this.wallAheadMillis = 40_000;
		pass(TICK);
		assertThat(this.peer.proofs).containsExactly("unproved");
		this.liveness.pong(this.peer.pings.get(this.peer.pings.size() - 1), now());
		assertThat(this.peer.proofs).containsExactly("unproved", "proved");
	}

	@Test
	void whenTheClockIsSetAheadThenAPeerThatIsSlowMeanwhileIsNotGivenUp() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(50));
		this.wallAheadMillis = TimeUnit.DAYS.toMillis(730);
		pass(TICK);
		long asked = this.peer.pings.get(this.peer.pings.size() - 1);
		pass(Duration.ofMillis(600));
		assertThat(this.peer.events).isEmpty();
		this.liveness.pong(asked, now());
		assertThat(this.peer.proofs).containsExactly("unproved", "proved");
	}

	@Test
	void whenTheClockIsSetAheadAndThePeerIsGoneThenItIsSaidWhatIsKnown() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(50));
		this.wallAheadMillis = TimeUnit.HOURS.toMillis(1);
		pass(SUSPICION.plus(TICK).plus(TICK));
		assertThat(this.peer.events.get(0)).startsWith("suspected: it did not answer within 7")
			.endsWith("after this node was suspended for 3600.0 s, or its clock was set ahead");
	}

	@Test
	void whenTheWallClockIsSetBackThenThatIsNoPause() {
		this.liveness.wrote(now());
		this.peer.answers = true;
		pass(Duration.ofMillis(50));
		this.wallAheadMillis = -3_600_000;
		pass(Duration.ofSeconds(1));
		assertThat(this.peer.proofs).isEmpty();
	}

	@Test
	void whenAnIdleNodeStoodStillThenItIsNoticedBeforeTheNextCallIsWritten() {
		pass(Duration.ofSeconds(1));
		this.ticker.advance(40, TimeUnit.SECONDS);
		this.liveness.awake(now());
		assertThat(this.peer.proofs).containsExactly("unproved");
	}

	private void pause(Duration pause) {
		this.ticker.advance(pause.toMillis(), TimeUnit.MILLISECONDS);
		this.channel.runScheduledPendingTasks();
	}

	// Suspected

	@Test
	void whenAFrameArrivesThenTheSuspicionIsOver() {
		suspect();
		this.liveness.heard();
		pass(TICK);
		assertThat(this.peer.events).hasSize(2).last().isEqualTo("alive");
		pass(Duration.ofSeconds(5));
		assertThat(this.peer.events).hasSize(2);
	}

	@Test
	void whenAPacketArrivesThenTheSuspicionIsOver() {
		suspect();
		this.peer.packets++;
		pass(TICK);
		assertThat(this.peer.events).hasSize(2).last().isEqualTo("alive");
	}

	@Test
	void whenTheSuspicionGoesOnThenItIsToldAgainAndLasts() {
		suspect();
		pass(SUSPICION.plus(TICK));
		assertThat(this.peer.events).hasSize(2).last().asString().startsWith("suspected: ");
		pass(SUSPICION.plus(TICK));
		assertThat(this.peer.events).hasSize(3).last().asString().startsWith("lasting: ");
	}

	// Unreachable

	@Test
	void whenThePortIsUnreachableThenThePeerIsSuspectedAtOnceAndAsked() {
		unreachable();
		assertThat(this.peer.events).containsExactly("suspected: its port is unreachable");
		assertThat(this.peer.pings).hasSize(1);
		unreachable();
		assertThat(this.peer.events).hasSize(1);
	}

	@Test
	void whenThePeerLeavesInTheSameTurnThenItIsNotSuspected() {
		this.liveness.unreachable();
		this.liveness.stop();
		this.channel.runPendingTasks();
		pass(Duration.ofMillis(1));
		assertThat(this.peer.events).isEmpty();
	}

	@Test
	void whenThePeerLeavesInTheNextTurnThenItIsNotSuspected() {
		this.liveness.unreachable();
		this.channel.runPendingTasks();
		this.liveness.stop();
		pass(Duration.ofMillis(1));
		assertThat(this.peer.events).isEmpty();
	}

	@Test
	void whenThePingAfterThatIsAnsweredThenTheIcmpWasForged() {
		unreachable();
		pass(Duration.ofMillis(50));
		pong();
		pass(TICK);
		assertThat(this.peer.events).hasSize(2).last().isEqualTo("alive");
		pass(Duration.ofSeconds(5));
		assertThat(this.peer.events).hasSize(2);
	}

	@Test
	void whenOnlyOlderAnswersArriveThenThePortStaysUnreachable() {
		this.liveness.wrote(now());
		pass(Duration.ofMillis(50));
		long older = this.peer.pings.get(0);
		unreachable();
		this.liveness.pong(older, now());
		this.liveness.heard();
		pass(TICK);
		assertThat(this.peer.events).doesNotContain("alive");
	}

	@Test
	void whenNothingArrivesFromAnUnreachablePortThenThePeerIsDead() {
		this.peer.onDead = () -> this.liveness.stop();
		unreachable();
		pass(Duration.ofMillis(100));
		assertThat(this.peer.events).hasSize(1);
		pass(Duration.ofMillis(25));
		assertThat(this.peer.events).hasSize(2)
			.last()
			.isEqualTo("dead: its port is unreachable and it does not answer");
	}

	@Test
	void whenPacketsArriveFromAnUnreachablePortThenThePeerIsNotDead() {
		unreachable();
		for (int i = 0; i < 50; i++) {
			this.peer.packets++;
			pass(Duration.ofMillis(10));
		}
		assertThat(this.peer.events).doesNotContain("alive").noneMatch((event) -> event.startsWith("dead"));
	}

	// What else it does

	@Test
	void whenCallsAreAwaitedThenDeadlinesAreLookedAtEachTick() {
		this.peer.awaiting = true;
		this.liveness.wrote(now());
		this.liveness.heard();
		int before = this.peer.expirations;
		pass(Duration.ofMillis(420));
		assertThat(this.peer.expirations - before).isBetween(45, 51);
	}

	@Test
	void whenThePingOfAnIdleConnectionIsAnsweredThenNobodyLooksOn() {
		this.peer.answers = true;
		pass(Duration.ofSeconds(9));
		int before = this.peer.expirations;
		pass(Duration.ofSeconds(2));
		assertThat(this.peer.pings).hasSize(1);
		assertThat(this.peer.expirations - before).as("for the PING and for its answer").isBetween(2, 3);
	}

	@Test
	void whenALookFailsThenTheNextOneComesAllTheSame() {
		this.peer.awaiting = true;
		this.peer.onExpire = new AssertionError("broken");
		this.liveness.wrote(now());
		pass(Duration.ofMillis(50));
		this.peer.onExpire = null;
		int before = this.peer.expirations;
		pass(Duration.ofMillis(50));
		assertThat(this.peer.expirations).isGreaterThan(before + 3);
	}

	@Test
	void whenNothingWasWrittenForAWhileThenThePortNeedNotBeHeard() {
		this.peer.answers = true;
		this.liveness.wrote(now());
		this.liveness.heard();
		assertThat(this.peer.listens).isEqualTo(1);
		pass(Duration.ofMillis(200));
		assertThat(this.peer.rests).isZero();
		// Used until the first rest, idle from there to the second.
		pass(Duration.ofSeconds(25));
		assertThat(this.peer.rests).isPositive();
	}

	@Test
	void whenItIsStoppedThenNothingHappensAnyMore() {
		this.liveness.wrote(now());
		this.liveness.stop();
		unreachable();
		this.liveness.wrote(now());
		int before = this.peer.expirations;
		pass(Duration.ofSeconds(5));
		assertThat(this.peer.events).isEmpty();
		assertThat(this.peer.expirations).isEqualTo(before);
	}

	@Test
	void whenThePeerIsFoundDeadThenWhoeverStopsItMidwayIsObeyed() {
		this.peer.onDead = () -> this.liveness.stop();
		unreachable();
		pass(Duration.ofMillis(150));
		int events = this.peer.events.size();
		pass(Duration.ofSeconds(5));
		assertThat(this.peer.events).hasSize(events).last().asString().startsWith("dead");
	}

	@Test
	void roundTripsAreSmoothed() {
		this.liveness = started(Duration.ofMillis(8));
		unreachable();
		pass(Duration.ofMillis(16));
		pong();
		assertThat(this.liveness.roundTripNanos()).isEqualTo(Duration.ofMillis(9).toNanos());
	}

	private Liveness started(Duration roundTrip) {
		Liveness created = new Liveness(this.channel.eventLoop(), this.ticker::nanoTime, this.peer,
				FakeNet.settings(1, 1 << 20, 100), roundTrip.toNanos(), new LoopWatch(this.ticker::nanoTime,
						() -> TimeUnit.NANOSECONDS.toMillis(now()) + this.wallAheadMillis, new PauseLog(this::now)));
		created.start(now());
		return created;
	}

	/** What rests by the old interval looks at the new one only then. */
	private void restart() {
		this.liveness.stop();
		this.liveness = started(Duration.ofMillis(1));
	}

	private void suspect() {
		this.liveness.wrote(now());
		pass(SUSPICION.plus(TICK));
		assertThat(this.peer.events).hasSize(1);
	}

	/** What is read in this turn of the loop and in the next one comes before. */
	private void unreachable() {
		this.liveness.unreachable();
		this.channel.runPendingTasks();
		pass(Duration.ofMillis(1));
	}

	private void pong() {
		this.liveness.heard();
		this.liveness.pong(this.peer.pings.get(this.peer.pings.size() - 1), now());
	}

	private void pass(Duration time) {
		for (long left = time.toMillis(); left > 0; left--) {
			this.ticker.advance(1, TimeUnit.MILLISECONDS);
			this.channel.runScheduledPendingTasks();
			if (this.peer.answers && this.peer.asked) {
				this.peer.asked = false;
				pong();
			}
		}
	}

	private long now() {
		return this.ticker.nanoTime();
	}

	private static final class FakePeer implements Liveness.Peer {

		private final List<String> events = new ArrayList<>();

		private final List<Long> pings = new ArrayList<>();

		private final List<String> proofs = new ArrayList<>();

		private Runnable onDead = () -> {
		};

		private Error onExpire;

		/** Whether each PING is answered a millisecond later. */
		private boolean answers;

		private boolean asked;

		private boolean awaiting;

		private boolean streaming;

		private boolean mayLeave;

		private int expirations;

		private int listens;

		private int probes;

		private int rests;

		private long packets;

		private long packetsSeen;

		@Override
		public void expire(long now) {
			this.expirations++;
			if (this.onExpire != null) {
				throw this.onExpire;
			}
		}

		@Override
		public boolean awaiting() {
			return this.awaiting;
		}

		@Override
		public boolean streaming() {
			return this.streaming;
		}

		@Override
		public boolean streamsMayLeave() {
			return this.mayLeave;
		}

		@Override
		public boolean packetsArrived() {
			boolean more = this.packets != this.packetsSeen;
			this.packetsSeen = this.packets;
			return more;
		}

		@Override
		public void ping(long token) {
			this.packetsSeen = this.packets;
			this.pings.add(token);
			this.asked = true;
		}

		@Override
		public void listen() {
			this.listens++;
		}

		@Override
		public void probe() {
			this.probes++;
		}

		@Override
		public void rest() {
			this.rests++;
		}

		@Override
		public void suspected(String why, boolean lasting) {
			this.events.add(((lasting) ? "lasting: " : "suspected: ") + why);
		}

		@Override
		public void alive() {
			this.events.add("alive");
		}

		@Override
		public void unproved() {
			this.proofs.add("unproved");
		}

		@Override
		public void proved() {
			this.proofs.add("proved");
		}

		@Override
		public void dead(String why) {
			this.events.add("dead: " + why);
			this.onDead.run();
		}

	}

}
