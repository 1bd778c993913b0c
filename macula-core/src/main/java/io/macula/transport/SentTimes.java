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

import io.macula.wire.FrameCodec;
import io.netty.buffer.ByteBuf;

/**
 * Tells the peer when calls were written, by the monotonic clock of this side. Owned by
 * the event loop.
 */
final class SentTimes {

	/*
	 * A clock that stood still, as the monotonic one does on a suspended Linux machine,
	 * would make all later calls look late. So whenever it and the wall clock disagree on
	 * how much time has passed, a new epoch begins, and the peer begins anew with what it
	 * knows. One epoch too many does no harm.
	 */

	/** How old the time of a stream may be that a call is written behind. */
	static final long RENEWAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long DISAGREEMENT_MILLIS = 50;

	private final long origin;

	private final LongSupplier wallMillis;

	private long epoch = 1;

	private long lastMillis;

	private long lastWallMillis;

	SentTimes(long now, LongSupplier wallMillis) {
		this.origin = now;
		this.wallMillis = wallMillis;
		this.lastWallMillis = wallMillis.getAsLong();
	}

	/** Append the present. */
	void write(ByteBuf out, long now) {
		long millis = TimeUnit.NANOSECONDS.toMillis(now - this.origin);
		long wall = this.wallMillis.getAsLong();
		if (Math.abs((wall - this.lastWallMillis) - (millis - this.lastMillis)) > DISAGREEMENT_MILLIS) {
			this.epoch++;
		}
		this.lastMillis = millis;
		this.lastWallMillis = wall;
		FrameCodec.writeTime(out, this.epoch, Math.max(0, millis));
	}

}
