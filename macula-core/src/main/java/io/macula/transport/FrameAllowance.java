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

import io.macula.wire.ProtocolException;

/**
 * How many frames without a call or an element in them a peer may still send: a bucket
 * that time fills, and each call and each element. So whoever works is never short of it,
 * and whoever sends nothing but PING, CANCEL, CREDIT, TIME, unknown frames or empty
 * streams is out of it within moments. Owned by the event loop of its connection.
 */
final class FrameAllowance {

	/*
	 * What a peer may cause for each call, at most: the stream that carries it, a TIME, a
	 * CANCEL, an END; for each element a CREDIT, at either end. HTTP/2 servers count such
	 * frames in the same manner since the floods of 2019 and 2023 (CVE-2019-9512 to 9518,
	 * CVE-2023-44487); nghttp2 calls them glitches. Calls that are cancelled at once need
	 * no bound here, for each of them occupies its caller's share of the node.
	 */

	/** Frames that may come at once. */
	static final int BURST = 10_000;

	/** Frames that time allows. */
	static final int PER_SECOND = 1_000;

	static final int PER_CALL = 5;

	static final int PER_ELEMENT = 2;

	/** What a stream costs that ends without a call: much more than a frame. */
	static final int PER_STREAM = 20;

	private static final long NANOS_PER_FRAME = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;

	private final LongSupplier clock;

	private int left = BURST;

	/** Until when time has filled it. */
	private long filledAt;

	FrameAllowance(LongSupplier clock) {
		this.clock = clock;
		this.filledAt = clock.getAsLong();
	}

	/** A call or an element allows so many more. */
	void earn(int frames) {
		if (this.left < BURST) {
			this.left += frames;
		}
	}

	/**
	 * So many frames arrived that carry nothing.
	 * @throws ProtocolException if they are too many
	 */
	void spend(int frames, Object kind) {
		this.left -= frames;
		if (this.left < 0) {
			refill(kind);
		}
	}

	/** The clock is asked only where that matters. */
	private void refill(Object kind) {
		long now = this.clock.getAsLong();
		long frames = Math.min(BURST, (now - this.filledAt) / NANOS_PER_FRAME);
		this.filledAt = (frames == BURST) ? now : this.filledAt + frames * NANOS_PER_FRAME;
		this.left += (int) frames;
		if (this.left < 0) {
			throw ProtocolException.flood(kind, BURST, PER_SECOND);
		}
	}

}
