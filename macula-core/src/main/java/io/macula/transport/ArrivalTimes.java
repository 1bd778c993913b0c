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

/**
 * How late the calls of a connection arrive: compares the times that the client tells
 * with those of their arrival. The clocks need not agree, only run alike. Owned by the
 * event loop.
 */
final class ArrivalTimes {

	/*
	 * The smallest difference of both clocks that was seen belongs to what arrived
	 * fastest; what has a larger one is late by the rest. Clocks drift apart, so that the
	 * smallest one ages: it rises by a 2,048th of the time since it was seen, faster than
	 * clocks drift and far slower than what is late becomes later.
	 */

	private static final int AGEING_SHIFT = 11;

	/** A call may follow the time of its stream by 50 milliseconds; and some jitter. */
	private static final long MARGIN_MILLIS = 100;

	/** Of the times below; 0 while none was told. */
	private long epoch;

	private long offset;

	private long seenMillis;

	/**
	 * The client told its time.
	 * @param told its epoch: times of two epochs cannot be compared
	 * @param sentMillis its time
	 * @param nowMillis the present, by the clock of this side
	 */
	void told(long told, long sentMillis, long nowMillis) {
		long seen = nowMillis - sentMillis;
		if (told > this.epoch || (told == this.epoch && seen <= expected(nowMillis))) {
			this.epoch = told;
			this.offset = seen;
			this.seenMillis = nowMillis;
		}
	}

	/**
	 * By how much something is late that is read now.
	 * @param told the epoch of its time
	 * @param sentMillis its time
	 * @param nowMillis the present, by the clock of this side
	 * @return milliseconds, 0 if it is in time or nothing is known
	 */
	long lateMillis(long told, long sentMillis, long nowMillis) {
		if (told == 0 || told != this.epoch) {
			return 0;
		}
		return Math.max(0, nowMillis - sentMillis - expected(nowMillis) - MARGIN_MILLIS);
	}

	private long expected(long nowMillis) {
		return this.offset + ((nowMillis - this.seenMillis) >> AGEING_SHIFT);
	}

}
