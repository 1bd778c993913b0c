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

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.log.PrintableLogger;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import org.slf4j.Logger;

/**
 * Whether one UDP socket hands several datagrams of one size to the kernel at once, which
 * cuts them (UDP_SEGMENT, see udp(7); generic segmentation offload). Ends for a while,
 * each time for twice as long, when the kernel or the network device turns out not to do
 * it: then each datagram goes out alone, and what was refused is sent again as after
 * every loss. Owned by the event loop.
 */
final class SegmentedSends implements FutureListener<Void> {

	private static final Logger logger = PrintableLogger.of(SegmentedSends.class);

	/**
	 * EIO of a device that cannot compute the checksums of segments, EINVAL of a kernel
	 * that takes fewer of them, or whose device carries no such segment any more.
	 */
	private static final Set<Integer> UNABLE = Set.of(-5, -22);

	private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_PAUSE_NANOS = TimeUnit.HOURS.toNanos(1);

	private final LongSupplier clock;

	private final boolean able;

	private boolean pausing;

	private long until;

	private long pauseNanos = FIRST_PAUSE_NANOS;

	SegmentedSends(boolean able, LongSupplier clock) {
		this.able = able;
		this.clock = clock;
	}

	/** Of a socket of a class. */
	static SegmentedSends of(Class<?> channelClass) {
		return new SegmentedSends(channelClass == EpollDatagramChannel.class && Epoll.isAvailable()
				&& EpollDatagramChannel.isSegmentedDatagramPacketSupported(), System::nanoTime);
	}

	/** Of what is no UDP socket. */
	static SegmentedSends none() {
		return new SegmentedSends(false, System::nanoTime);
	}

	boolean on() {
		if (this.pausing && this.clock.getAsLong() - this.until >= 0) {
			this.pausing = false;
		}
		return this.able && !this.pausing;
	}

	/** What was handed over at once was sent, or not. */
	@Override
	public void operationComplete(Future<Void> sent) {
		if (!this.pausing && sent.cause() instanceof NativeIoException refused
				&& UNABLE.contains(refused.expectedErr())) {
			logger.debug("Datagrams go out one by one for {} s, since several at once were refused",
					TimeUnit.NANOSECONDS.toSeconds(this.pauseNanos), refused);
			this.pausing = true;
			this.until = this.clock.getAsLong() + this.pauseNanos;
			this.pauseNanos = Math.min(LONGEST_PAUSE_NANOS, 2 * this.pauseNanos);
		}
	}

}
