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

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.util.concurrent.ImmediateEventExecutor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link SegmentedSends}.
 */
class SegmentedSendsTests {

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);

	private final SegmentedSends sends = new SegmentedSends(true, this.now::get);

	@Test
	void onlySocketsOfEpollCan() {
		assertThat(SegmentedSends.of(NioDatagramChannel.class).on()).isFalse();
		assertThat(SegmentedSends.of(EpollDatagramChannel.class).on())
			.isEqualTo(Epoll.isAvailable() && EpollDatagramChannel.isSegmentedDatagramPacketSupported());
	}

	/** EIO, EINVAL. */
	@ParameterizedTest
	@ValueSource(ints = { -5, -22 })
	void whatTheDeviceOrTheKernelCannotDoIsTriedAgainEverMoreSeldom(int errno) {
		for (int seconds = 1; seconds < 3_600; seconds *= 2) {
			refused(errno);
			// Of the same burst.
			refused(errno);
			ended(null);
			this.now.addAndGet(TimeUnit.SECONDS.toNanos(seconds) - 1);
			assertThat(this.sends.on()).isFalse();
			this.now.incrementAndGet();
			assertThat(this.sends.on()).isTrue();
		}
		refused(errno);
		this.now.addAndGet(TimeUnit.MINUTES.toNanos(60));
		assertThat(this.sends.on()).isTrue();
	}

	/** EPERM of a firewall, ENOBUFS, EMSGSIZE, ENETUNREACH. */
	@ParameterizedTest
	@ValueSource(ints = { -1, -105, -90, -101 })
	void whatFailsForOneDatagramAsWellChangesNothing(int errno) {
		refused(errno);
		assertThat(this.sends.on()).isTrue();
	}

	@Test
	void successAndACloseChangeNothing() {
		ended(null);
		ended(new ClosedChannelException());
		assertThat(this.sends.on()).isTrue();
	}

	private void refused(int errno) {
		ended(new NativeIoException("sendmmsg(..)", errno, false));
	}

	private void ended(@Nullable Throwable cause) {
		this.sends.operationComplete((cause != null) ? ImmediateEventExecutor.INSTANCE.newFailedFuture(cause)
				: ImmediateEventExecutor.INSTANCE.newSucceededFuture(null));
	}

}
