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
package io.macula.udp;

import io.macula.log.PrintableLogger;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * How the datagrams of one UDP socket of epoll are read. Owned by its event loop.
 * <p>
 * States: APART, several datagrams by one system call (recvmmsg), which is best for calls
 * that fit into one or two; to JOINED, by the kernel before they are read (UDP_GRO, see
 * udp(7); generic receive offload), when full datagrams of a path with a small MTU come
 * in bursts again and again; back to APART when they have ceased to for a while. Where
 * the kernel does not join, it stays APART.
 */
public final class DatagramReads extends DefaultMaxMessagesRecvByteBufAllocator {

	/*
	 * What was joined is told to recvmsg, which reads one datagram of up to 64 KiB, but
	 * not to recvmmsg of this version of the native library (fixed by netty pull request
	 * 17492). Hence it is the one or the other.
	 *
	 * What was joined before the socket stops to join, and is read after it, is lost like
	 * any datagram; a thousand reads without a burst make that unlikely.
	 */

	private static final Logger logger = PrintableLogger.of(DatagramReads.class);

	private static final int DATAGRAMS_PER_READ = 8;

	private static final int JOINED_BYTES = 64 << 10;

	/** Full datagrams of paths for which it pays: larger ones are few. */
	private static final int MIN_FULL_BYTES = 1_000;

	private static final int MAX_FULL_BYTES = 4_000;

	private static final int BURST = 4;

	private static final int BURSTS_UNTIL_JOINED = 16;

	private static final int READS_UNTIL_APART = 1_000;

	private boolean able = true;

	private boolean joined;

	/** Full datagrams of this read. */
	private int full;

	/** Reads with a burst while apart, less those without; reads without while joined. */
	private int reads;

	/** Those of a socket, if it is one that can be read in more than one way. */
	public static @Nullable DatagramReads of(Channel socket) {
		return (socket.config().getRecvByteBufAllocator() instanceof DatagramReads reads) ? reads : null;
	}

	/** Whether the kernel joins datagrams before they are read. */
	boolean joined() {
		return this.joined;
	}

	/** A datagram was read. */
	public void arrived(int bytes) {
		if (bytes >= MIN_FULL_BYTES && bytes <= MAX_FULL_BYTES) {
			this.full++;
		}
	}

	/** All that could be read has been. */
	public void ended(Channel socket) {
		boolean burst = this.full >= BURST;
		this.full = 0;
		if (!this.joined) {
			this.reads = burst ? this.reads + 1 : Math.max(0, this.reads - 1);
			if (this.reads >= BURSTS_UNTIL_JOINED && this.able) {
				join(socket, true);
			}
		}
		else {
			this.reads = burst ? 0 : this.reads + 1;
			if (this.reads >= READS_UNTIL_APART) {
				join(socket, false);
			}
		}
	}

	private void join(Channel socket, boolean join) {
		this.reads = 0;
		try {
			socket.config().setOption(EpollChannelOption.UDP_GRO, join);
			socket.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, join ? 0 : Udp.MAX_DATAGRAM_BYTES);
			this.joined = join;
		}
		catch (ChannelException ex) {
			// Of a kernel before 5.0, or a socket that was closed meanwhile.
			this.able = false;
			logger.debug("Datagrams are read as they come, since the kernel does not join them", ex);
		}
	}

	@Override
	public RecvByteBufAllocator.Handle newHandle() {
		return new MaxMessageHandle() {

			@Override
			public int guess() {
				return DatagramReads.this.joined ? JOINED_BYTES : Udp.MAX_DATAGRAM_BYTES * DATAGRAMS_PER_READ;
			}

		};
	}

}
