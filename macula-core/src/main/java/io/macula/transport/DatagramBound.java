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

/**
 * How large the datagrams of one connection may be, judged by what becomes of them. Owned
 * by the event loop of the connection.
 * <p>
 * States: OPEN (whatever QUIC's discovery of the path MTU found) to BASE (what every path
 * of QUIC carries) when the large ones of late were lost and hardly any arrived, or when
 * the path is another one; BASE to PROBING when one datagram is sent as large as before;
 * PROBING to OPEN when that one was not lost, else back to BASE, for twice as long.
 */
final class DatagramBound {

	/*
	 * Black hole detection (RFC 8899, section 4.3; RFC 9000, section 14.4): quiche
	 * discovers the path MTU once, and if the path carries less later on and nobody says
	 * so, it sends everything again as large as before, for ever. It tells how many
	 * packets were lost and how many bytes they had, but not which ones arrived. Hence
	 * the large ones that were sent are counted here, in epochs of a round trip: if of
	 * those of two epochs half are known as lost, small ones must have arrived after
	 * them, which is how losses are found out; what remains was sent a moment ago. Even
	 * heavy congestion loses less; and if that is mistaken for a black hole, the first
	 * probe ends it after a few round trips.
	 *
	 * A probe is no packet of its own: a datagram of the connection is filled further
	 * than the others. If it is lost its contents are sent again as after every loss.
	 */

	/** RFC 9000, section 14: every path of QUIC carries so much. */
	static final int BASE_BYTES = 1200;

	/** A loss is no more than bad luck up to here. */
	private static final int MIN_LOST = 3;

	/** Each question to QUIC costs as much as a call. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	private static final long MIN_EPOCH_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** Who sent nothing large for so long has nothing to lose. */
	private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final long MIN_PROBE_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** RFC 8899, section 5.1.1: PMTU_RAISE_TIMER. */
	private static final long MAX_PROBE_DELAY_NANOS = TimeUnit.MINUTES.toNanos(10);

	/** A path that was open for so long is not the one that was found too small. */
	private static final long TRUSTED_NANOS = TimeUnit.MINUTES.toNanos(1);

	/** A round trip, the delay of acknowledgements, and time for the loss to be found. */
	private static final int FATE_ROUND_TRIPS = 3;

	private static final long FATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** What a full datagram may lack, since frames do not fill it to the last byte. */
	private static final int NEARLY_FULL_BYTES = 32;

	private final Figures figures;

	private State state = State.OPEN;

	/** Largest datagram before the path was found too small, or changed. */
	private int fullBytes;

	private boolean sentLarge;

	private long sentLargeAt;

	private long lookedAt;

	private int largestSent;

	private long lostSeen;

	private long lostBytesSeen;

	private Epoch before = new Epoch();

	private Epoch present = new Epoch();

	private long epochAt;

	private long openedAt;

	private long probeAt;

	private long probeDelayNanos;

	private long fateAt;

	DatagramBound(Figures figures, long now) {
		this.figures = figures;
		this.epochAt = now;
		this.openedAt = now;
	}

	/** Whether the time must be known before the next datagram. */
	boolean watching() {
		return this.sentLarge || this.state != State.OPEN;
	}

	/**
	 * Before a datagram is built.
	 * @param bytes how large it could be
	 * @param now the present; of no meaning unless {@link #watching}
	 * @return how large it may be
	 */
	int largest(int bytes, long now) {
		if (bytes <= BASE_BYTES) {
			return bytes;
		}
		if (this.sentLarge && this.state == State.OPEN) {
			look(now);
		}
		if (this.state == State.PROBING && now - this.fateAt >= 0) {
			judgeProbe(now);
		}
		return switch (this.state) {
			case OPEN -> bytes;
			case PROBING -> BASE_BYTES;
			case BASE -> (now - this.probeAt >= 0) ? Math.min(bytes, this.fullBytes) : BASE_BYTES;
		};
	}

	/** Whether nothing is to be found out about the path. */
	boolean open() {
		return this.state == State.OPEN;
	}

	/** Datagrams larger than the base were built, each of so many bytes, and go out. */
	void sent(int bytes, int datagrams, long now) {
		this.sentLarge = true;
		this.sentLargeAt = now;
		this.present.sent += datagrams;
		this.largestSent = Math.max(this.largestSent, bytes);
		if (this.state == State.BASE && bytes >= this.fullBytes - NEARLY_FULL_BYTES) {
			this.state = State.PROBING;
			newLosses();
			this.fateAt = now + FATE_ROUND_TRIPS * this.figures.roundTripNanos() + FATE_NANOS;
		}
	}

	/** The path is another one, of which nothing is known. */
	void pathChanged(long now) {
		if (this.state == State.OPEN) {
			base(now);
		}
	}

	private void look(long now) {
		if (now - this.lookedAt < LOOK_NANOS) {
			return;
		}
		this.lookedAt = now;
		this.sentLarge = now - this.sentLargeAt < MEMORY_NANOS;
		this.present.lost += newLosses();
		int lost = this.before.lost + this.present.lost;
		if (lost >= MIN_LOST && 2 * lost >= this.before.sent + this.present.sent) {
			base(now);
		}
		else if (now - this.epochAt >= MIN_EPOCH_NANOS && now - this.epochAt >= this.figures.roundTripNanos()) {
			nextEpoch(now);
		}
	}

	/**
	 * How many of the packets lost since the last question were larger than the base, at
	 * least.
	 */
	private int newLosses() {
		this.figures.update();
		long lost = this.figures.lostPackets() - this.lostSeen;
		long excess = this.figures.lostBytes() - this.lostBytesSeen - lost * BASE_BYTES;
		this.lostSeen += lost;
		this.lostBytesSeen = this.figures.lostBytes();
		if (excess <= 0) {
			return 0;
		}
		int room = largest() - BASE_BYTES;
		return (int) Math.min(lost, (excess + room - 1) / room);
	}

	private void nextEpoch(long now) {
		Epoch old = this.before;
		this.before = this.present;
		this.present = old;
		old.sent = 0;
		old.lost = 0;
		this.epochAt = now;
	}

	private void base(long now) {
		if (now - this.openedAt >= TRUSTED_NANOS) {
			this.probeDelayNanos = 0;
		}
		this.state = State.BASE;
		this.fullBytes = largest();
		probeLater(now);
	}

	/** Beyond what QUIC has found out only its own probes are sent. */
	private int largest() {
		int mtu = this.figures.mtu();
		return Math.max(BASE_BYTES + 1, (mtu > BASE_BYTES) ? mtu : this.largestSent);
	}

	private void probeLater(long now) {
		long first = Math.max(MIN_PROBE_DELAY_NANOS, (FATE_ROUND_TRIPS + 1) * this.figures.roundTripNanos());
		this.probeDelayNanos = Math.min(MAX_PROBE_DELAY_NANOS, Math.max(first, 2 * this.probeDelayNanos));
		this.probeAt = now + this.probeDelayNanos;
	}

	private void judgeProbe(long now) {
		if (newLosses() > 0) {
			this.state = State.BASE;
			probeLater(now);
			return;
		}
		this.state = State.OPEN;
		this.openedAt = now;
		nextEpoch(now);
		nextEpoch(now);
	}

	private enum State {

		OPEN, BASE, PROBING

	}

	/** Of datagrams larger than the base. */
	private static final class Epoch {

		private int sent;

		private int lost;

	}

	/** What QUIC counts of the connection. */
	interface Figures {

		/** Read what is counted now. */
		void update();

		/** Without the packets of QUIC's own discovery. */
		long lostPackets();

		long lostBytes();

		long roundTripNanos();

		/** What QUIC takes for the path MTU; 0 if that is not known. */
		int mtu();

	}

}
