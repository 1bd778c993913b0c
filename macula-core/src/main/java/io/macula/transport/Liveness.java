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

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether the peer of a dialled connection still lives, because the codec sends
 * no PING of its own and a killed peer is silent on an unconnected socket. Owned by the
 * event loop.
 * <p>
 * States: QUIET (nothing is due) to DUE when something was written that the peer must
 * acknowledge; DUE to QUIET when anything arrives, to SUSPECTED after the suspicion time,
 * or at once when the sentinel learns that the port is closed; SUSPECTED to QUIET when
 * anything arrives (after that lesson: when a PING is answered), to DEAD when the port is
 * closed, a further PING stays unanswered and nothing arrives any more. A suspicion that
 * goes on for {@value #LASTING} times of suspicion is a lasting one. After this node
 * itself stood still, from each state to PROVING: back when a PING of after that is
 * answered; if it is not, to SUSPECTED, or to DEAD after a pause of the idle timeout.
 */
final class Liveness implements LoopWatch.Listener {

	/*
	 * While calls are in flight, everything is looked at each tick. A silent peer first
	 * gets a PING (it may only be slow), a little later the sentinel sends its byte.
	 * Whatever the peer sends, acknowledgements included, is a sign of life for a while;
	 * but where only this side's packets are lost, the peer's own retransmissions still
	 * arrive, so that a PING must be answered by a frame in the end.
	 */

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(Liveness.class));

	static final long TICK_NANOS = 1L << TimingWheel.TICK_SHIFT;

	private static final long MIN_QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

	private static final long MAX_BUSY_PING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** RFC 9000, section 18.2: how long acknowledgements may be held back. */
	private static final long MAX_ACK_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	private static final long PROBE_DISTANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** Beyond the time of suspicion, for an answer that waits behind others. */
	private static final long ANSWER_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

	private static final int TICKS_BEFORE_REST = 8;

	private static final int LASTING = 2;

	/** For the answer of a peer that has most likely given the connection up. */
	private static final long MIN_PROOF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final EventLoop loop;

	private final LongSupplier clock;

	private final Peer peer;

	private final long keepAliveNanos;

	private final long suspicionNanos;

	private final long idleNanos;

	private final LoopWatch watch;

	private @Nullable ScheduledFuture<?> ticker;

	private boolean fast;

	private boolean heard;

	private boolean suspected;

	private boolean stopped;

	private int restfulTicks;

	private long lastTick;

	/** By how much the present tick is late. */
	private long lateNanos;

	/** Whether the peer must answer a PING of after a pause of this node. */
	private boolean proving;

	private long provingSince;

	private long proofNanos;

	private String pause = "";

	/** Whether that was so long that the peer has most likely given up the connection. */
	private boolean abandoned;

	private long lastHeard;

	private long dueSince;

	private boolean due;

	/** Since when a PING is not answered by any frame. */
	private long unansweredSince;

	private boolean unanswered;

	private long pingedAt;

	private boolean pinged;

	private long probedAt;

	private long sweptAt;

	private long suspectedSince;

	/** The kernel told so, and no PING since then was answered. */
	private boolean unreachable;

	private long lastArrived;

	/** Calls were written since the sentinel last had a reason to rest. */
	private boolean used;

	private long busyPingNanos = MIN_QUIET_NANOS;

	/** Smoothed; what a cold start or a busy machine adds fades away. */
	private long roundTripNanos;

	/** What the path itself takes, as far as is known. */
	private long bestRoundTripNanos;

	Liveness(EventLoop loop, LongSupplier clock, Peer peer, TransportSettings settings, long roundTripNanos,
			LoopWatch watch) {
		this.loop = loop;
		this.watch = watch;
		this.clock = clock;
		this.peer = peer;
		this.keepAliveNanos = settings.keepAlive().toNanos();
		this.suspicionNanos = settings.suspicion().toNanos();
		this.idleNanos = settings.idleTimeout().toNanos();
		this.roundTripNanos = roundTripNanos;
		this.bestRoundTripNanos = roundTripNanos;
	}

	void start(long now) {
		this.lastHeard = now;
		this.lastTick = now;
		this.watch.add(this);
		schedule(restInterval(), now);
	}

	void stop() {
		this.stopped = true;
		this.watch.remove(this);
		if (this.ticker != null) {
			this.ticker.cancel(false);
		}
	}

	long roundTripNanos() {
		return this.roundTripNanos;
	}

	/** By how much this side is late with what it does at the present tick. */
	long lateNanos() {
		return this.lateNanos;
	}

	/** Whether it is in doubt that the peer lives. */
	boolean doubtful() {
		return this.suspected || this.proving;
	}

	/** Whether the peer has to prove it, since this node stood still. */
	boolean proving() {
		return this.proving;
	}

	/** Calls are about to be written: did this node stand still since the last tick? */
	void awake(long now) {
		if (this.fast) {
			this.watch.awake(now);
		}
		else {
			this.watch.awakeByWall(now);
		}
	}

	/** A frame arrived. */
	void heard() {
		this.heard = true;
	}

	/** Something was written that the peer will acknowledge. */
	void wrote(long now) {
		this.used = true;
		this.peer.listen();
		if (!this.due) {
			this.due = true;
			this.dueSince = now;
		}
		watchClosely(now);
	}

	/**
	 * What QUIC measured lately: on a busy connection no PING is needed, and what a cold
	 * peer took for the handshake would be the best that is known for ever.
	 */
	void path(long roundTripNanos) {
		if (roundTripNanos > 0) {
			this.bestRoundTripNanos = Math.min(this.bestRoundTripNanos, roundTripNanos);
		}
	}

	void pong(long token, long now) {
		if (this.proving && token - this.provingSince >= 0) {
			this.proving = false;
			if (!this.suspected) {
				this.peer.proved();
			}
		}
		if (token == this.pingedAt) {
			long sample = now - token;
			this.bestRoundTripNanos = Math.min(this.bestRoundTripNanos, sample);
			this.roundTripNanos = (this.roundTripNanos == 0) ? sample : (this.roundTripNanos * 7 + sample) / 8;
			this.unreachable = false;
		}
	}

	/**
	 * The kernel told that nobody listens at the peer's port. What has arrived until now
	 * is read first: the last answers, and the CLOSE of a peer that left in order.
	 * Whatever still arrives then may have been sent before: only the answer to a PING of
	 * now shows the contrary.
	 */
	void unreachable() {
		// A socket tells its error before what it holds, and the loop reads that in its
		// next turn: what a task schedules runs after that, what it executes before.
		this.loop.execute(() -> this.loop.schedule(this::suspectPort, 1, TimeUnit.MILLISECONDS));
	}

	private void suspectPort() {
		if (this.stopped || this.unreachable) {
			return;
		}
		long now = this.clock.getAsLong();
		this.unreachable = true;
		this.lastArrived = now;
		ping(now);
		suspect(now, "its port is unreachable");
		watchClosely(now);
	}

	private void tick() {
		assert this.loop.inEventLoop();
		if (this.stopped) {
			return;
		}
		try {
			watch(this.clock.getAsLong());
		}
		catch (Throwable ex) {
			// Without a further tick no deadline would ever be over.
			faults.error("A look at the peer failed", ex);
		}
		if (!this.stopped) {
			next();
		}
	}

	private void watch(long now) {
		this.watch.awakeByWall(now);
		forgiveOwnPause(now);
		this.lastTick = now;
		this.peer.expire(now);
		look(now);
	}

	private void next() {
		boolean busy = this.due || this.suspected || this.proving || this.peer.awaiting();
		this.restfulTicks = (busy) ? 0 : this.restfulTicks + 1;
		// Calls come in bursts; a PING that was all there was is followed by nothing.
		if (this.restfulTicks > ((this.used) ? TICKS_BEFORE_REST : 0)) {
			this.fast = false;
			if (!this.used) {
				this.peer.rest();
			}
			this.used = false;
		}
		schedule((this.fast) ? TICK_NANOS : restInterval(), this.lastTick);
	}

	/**
	 * This node stood still. What arrives now may have waited for long, and the peer may
	 * have given up this connection: only the answer to a PING of now proves it. The
	 * silence was none of the peer's.
	 */
	@Override
	public void stoodStill(long now, long nanos, boolean certain) {
		if (this.stopped) {
			return;
		}
		this.dueSince = now;
		this.unansweredSince = now;
		this.suspectedSince = now;
		this.sweptAt = now;
		this.lastArrived = now;
		this.lastTick = now;
		this.proving = true;
		this.provingSince = now;
		this.pause = PauseLog.describe(nanos, certain);
		long patience = Math.max(this.suspicionNanos, 4 * this.bestRoundTripNanos);
		this.abandoned = certain && nanos >= this.idleNanos;
		this.proofNanos = (this.abandoned) ? Math.min(patience, Math.max(MIN_PROOF_NANOS, 4 * this.bestRoundTripNanos))
				: patience;
		this.peer.unproved();
		ping(now);
	}

	private void look(long now) {
		if (this.proving && now - this.provingSince >= this.proofNanos && unproved(now)) {
			return;
		}
		boolean alive = this.heard;
		this.heard = false;
		if (alive && !this.unreachable) {
			this.unanswered = false;
		}
		boolean deaf = this.unanswered && now - this.unansweredSince >= answerNanos();
		if ((this.due || this.suspected) && this.peer.packetsArrived()) {
			this.lastArrived = now;
			alive |= !deaf;
		}
		if (alive && !this.unreachable) {
			alive(now);
		}
		else if (this.due) {
			overdue(now);
		}
		if (deaf && !this.stopped && !this.proving) {
			suspect(now,
					"it answered no PING for " + TimeUnit.NANOSECONDS.toMillis(now - this.unansweredSince) + " ms");
		}
		if (!this.due && now - this.lastHeard >= pingInterval()) {
			if (this.peer.awaiting()) {
				this.busyPingNanos = Math.min(this.busyPingNanos * 2, busyPingLimit());
			}
			ping(now);
		}
	}

	/** There is no proof; whether the peer is taken for dead. */
	private boolean unproved(long now) {
		String why = "it did not answer within " + TimeUnit.NANOSECONDS.toMillis(now - this.provingSince) + " ms after "
				+ this.pause;
		if (this.abandoned) {
			this.peer.dead(why);
			return true;
		}
		// As silent as one that is suspected, and no more to blame.
		this.proving = false;
		ping(now);
		suspect(now, why);
		return false;
	}

	private void alive(long now) {
		this.lastHeard = now;
		this.due = false;
		this.pinged = false;
		if (!this.peer.awaiting()) {
			this.busyPingNanos = MIN_QUIET_NANOS;
		}
		if (this.suspected) {
			this.suspected = false;
			this.peer.alive();
		}
	}

	private void overdue(long now) {
		long silent = now - this.dueSince;
		if (!this.pinged && silent >= quietNanos()) {
			ping(now);
		}
		else if (this.pinged && now - this.pingedAt >= 2 * TICK_NANOS + 2 * this.bestRoundTripNanos
				&& now - this.probedAt >= PROBE_DISTANCE_NANOS) {
			this.probedAt = now;
			this.peer.probe();
		}
		if (this.unreachable && now - this.lastArrived >= 3 * this.bestRoundTripNanos + PROBE_DISTANCE_NANOS) {
			this.peer.dead("its port is unreachable and it does not answer");
		}
		else if (!this.proving && silent >= Math.max(this.suspicionNanos, 4 * this.bestRoundTripNanos)) {
			suspect(now, "it gave no sign of life for " + TimeUnit.NANOSECONDS.toMillis(silent) + " ms");
		}
	}

	/** Calls that were sent meanwhile are moved, too, once in the time of suspicion. */
	private void suspect(long now, String why) {
		if (!this.suspected) {
			this.suspected = true;
			this.suspectedSince = now;
			this.sweptAt = now;
			this.peer.suspected(why, false);
		}
		else if (now - this.sweptAt >= this.suspicionNanos) {
			this.sweptAt = now;
			this.peer.suspected(why, now - this.suspectedSince >= LASTING * this.suspicionNanos);
		}
	}

	private void ping(long now) {
		this.pinged = true;
		this.pingedAt = now;
		if (!this.unanswered) {
			this.unanswered = true;
			this.unansweredSince = now;
		}
		if (!this.due) {
			this.due = true;
			this.dueSince = now;
		}
		this.peer.ping(now);
		watchClosely(now);
	}

	/** A pause of this process (collector, SIGSTOP) is not the peer's silence. */
	private void forgiveOwnPause(long now) {
		long late = now - this.lastTick - 4 * TICK_NANOS;
		this.lateNanos = (this.fast && late > 0) ? late : 0;
		if (this.fast && this.due && late > 0) {
			this.dueSince += late;
			this.unansweredSince += late;
			this.suspectedSince += late;
			this.lastArrived += late;
		}
	}

	private long answerNanos() {
		return Math.max(this.suspicionNanos + ANSWER_GRACE_NANOS, 5 * this.bestRoundTripNanos);
	}

	private long quietNanos() {
		return Math.min(Math.max(MIN_QUIET_NANOS, 3 * this.bestRoundTripNanos + MAX_ACK_DELAY_NANOS),
				Math.max(this.suspicionNanos / 2, this.bestRoundTripNanos));
	}

	private long busyPingLimit() {
		return Math.max(MIN_QUIET_NANOS, Math.min(MAX_BUSY_PING_NANOS, this.suspicionNanos / 4));
	}

	private long pingInterval() {
		return (this.peer.awaiting()) ? this.busyPingNanos : restInterval();
	}

	/**
	 * Streams may rightly be silent for hours, hence fewer PINGs than for unary calls;
	 * but while one could still go on elsewhere, silence must not stay unseen for long.
	 */
	private long restInterval() {
		if (!this.peer.streaming()) {
			return this.keepAliveNanos;
		}
		return Math.min(this.keepAliveNanos,
				(this.peer.streamsMayLeave()) ? this.suspicionNanos / 4 : this.suspicionNanos);
	}

	private void watchClosely(long now) {
		this.restfulTicks = 0;
		if (!this.fast && !this.stopped) {
			this.fast = true;
			this.lastTick = now;
			schedule(TICK_NANOS, now);
		}
	}

	private void schedule(long delayNanos, long now) {
		if (this.ticker != null) {
			this.ticker.cancel(false);
		}
		this.ticker = this.loop.schedule(this::tick, delayNanos, TimeUnit.NANOSECONDS);
		this.watch.expect(now + delayNanos, now);
	}

	/** Called on the event loop. */
	interface Peer {

		/** Deadlines are due. */
		void expire(long now);

		/** Whether answers of unary calls are awaited. */
		boolean awaiting();

		/** Whether streaming calls are open that rely on PINGs. */
		boolean streaming();

		/** Whether one of them would go on elsewhere if the peer were suspected. */
		boolean streamsMayLeave();

		/** Whether any packet arrived since the last question. */
		boolean packetsArrived();

		void ping(long token);

		/**
		 * Hear from now on, where the platform allows, that the peer's port is closed.
		 */
		void listen();

		/** Send what tells whether the peer's port is closed. */
		void probe();

		/** Nothing need be heard until the next time. */
		void rest();

		/**
		 * Called again while the suspicion goes on.
		 * @param lasting whether it has gone on for so long that nothing should wait for
		 * the peer any more
		 */
		void suspected(String why, boolean lasting);

		void alive();

		/** This node stood still: it must be proved that the peer lives. */
		void unproved();

		/** It lives. */
		void proved();

		void dead(String why);

	}

}
