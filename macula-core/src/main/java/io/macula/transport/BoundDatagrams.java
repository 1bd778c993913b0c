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

import java.net.InetSocketAddress;
import java.util.function.LongSupplier;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Allocator of a QUIC channel that holds its datagrams to what the path carries, see
 * {@link DatagramBound}, and sends them where the client is, see {@link ClientPath}.
 * Datagrams of one size go out together, see {@link SegmentedSends}, as long as nothing
 * is to be found out about the path. Owned by the event loop of the channel.
 */
final class BoundDatagrams extends AbstractByteBufAllocator implements SegmentedDatagramPacketAllocator {

	/*
	 * The one thing that bounds a datagram of a connection that is open is the buffer
	 * that the codec gives to quiche, which it asks of the channel's allocator. What is
	 * built in it goes out at once, past the turn of the socket.
	 */

	/** What one UDP datagram of the kernel carries, before it is cut. */
	private static final int MAX_TOGETHER_BYTES = 65_000;

	/** Kernels take 64. */
	private static final int MAX_TOGETHER = 60;

	private final ByteBufAllocator allocator;

	private final Turn turn;

	private final LongSupplier clock;

	private final DatagramBound bound;

	private @Nullable ClientPath client;

	/** How large the datagram that was asked for last can become. */
	private int largestBytes = DatagramBound.BASE_BYTES;

	/** For which this was asked last. */
	private @Nullable ByteBuf building;

	/** Whether several may be handed over together of those that are built now. */
	private boolean together;

	private BoundDatagrams(QuicChannel channel, Turn turn, LongSupplier clock) {
		super(true);
		this.allocator = channel.config().getAllocator();
		this.turn = turn;
		this.clock = clock;
		this.bound = new DatagramBound(new ChannelFigures(channel), clock.getAsLong());
	}

	/**
	 * Bound the datagrams of a channel from now on.
	 * @param channel a new channel
	 * @param turn of its socket
	 * @param clock of all deadlines
	 */
	static BoundDatagrams of(QuicChannel channel, Turn turn, LongSupplier clock) {
		BoundDatagrams bound = new BoundDatagrams(channel, turn, clock);
		channel.config().setAllocator(bound);
		channel.config().setOption(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, bound);
		return bound;
	}

	/** What goes out from now on follows the client. */
	void follow(ClientPath client) {
		this.client = client;
	}

	/**
	 * Whether a datagram of this connection is built already that goes out next, behind
	 * the one that goes out now.
	 */
	boolean buildsBeside(DatagramPacket leaving) {
		boolean beside = builds() && this.building != leaving.content();
		this.building = null;
		return beside;
	}

	/**
	 * A datagram for which this was asked goes out, or several of one size do.
	 * @return the datagram to send, or {@code null} to drop it
	 */
	@Nullable DatagramPacket leaving(DatagramPacket packet) {
		int bytes = packet.content().readableBytes();
		int each = (packet instanceof SegmentedDatagramPacket several) ? several.segmentSize() : bytes;
		if (each > DatagramBound.BASE_BYTES) {
			this.bound.sent(each, (bytes + each - 1) / each, this.clock.getAsLong());
		}
		ClientPath path = this.client;
		return (path != null) ? path.leaving(packet) : packet;
	}

	/** How many datagrams may be handed over together now; 0 for each alone. */
	@Override
	public int maxNumSegments() {
		// Of the codec, which asks before it begins, and again for each datagram that it
		// has built: if as many as that are waiting they are handed over. It would not
		// stop at all at a number that has been passed, as 0 has.
		this.together = apart() ? this.together && builds() : true;
		return this.together ? Math.min(MAX_TOGETHER, MAX_TOGETHER_BYTES / this.largestBytes) : 0;
	}

	/** Whether each datagram is to go out alone. */
	private boolean apart() {
		ClientPath path = this.client;
		return !this.turn.segments() || !this.bound.open() || (path != null && path.validating());
	}

	/** Whether one has been built that has not been handed over. */
	private boolean builds() {
		ByteBuf last = this.building;
		return last != null && last.refCnt() > 0;
	}

	@Override
	public DatagramPacket newPacket(ByteBuf buffer, int segmentSize, InetSocketAddress remoteAddress) {
		return new SegmentedDatagramPacket(buffer, segmentSize, remoteAddress);
	}

	/** The path is another one, of which nothing is known. */
	void pathChanged() {
		this.bound.pathChanged(this.clock.getAsLong());
	}

	/** What is no datagram may still grow. */
	@Override
	protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
		this.turn.sending(this);
		int bytes = initialCapacity;
		this.largestBytes = Math.max(bytes, DatagramBound.BASE_BYTES);
		if (bytes > DatagramBound.BASE_BYTES) {
			bytes = this.bound.largest(bytes, (this.bound.watching()) ? this.clock.getAsLong() : 0);
		}
		ClientPath path = this.client;
		ByteBuf buffer = this.allocator.directBuffer((path != null) ? path.largest(bytes) : bytes, maxCapacity);
		this.building = buffer;
		return buffer;
	}

	@Override
	protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
		return this.allocator.heapBuffer(initialCapacity, maxCapacity);
	}

	@Override
	public boolean isDirectBufferPooled() {
		return this.allocator.isDirectBufferPooled();
	}

	/** Asked on the event loop, where the answers are there at once. */
	private static final class ChannelFigures implements DatagramBound.Figures {

		private final QuicChannel channel;

		private long lostPackets;

		private long lostBytes;

		private ChannelFigures(QuicChannel channel) {
			this.channel = channel;
		}

		@Override
		public void update() {
			@Nullable QuicConnectionStats stats = this.channel.collectStats().getNow();
			if (stats != null) {
				this.lostPackets = stats.lost();
				this.lostBytes = stats.lostBytes();
			}
		}

		@Override
		public long lostPackets() {
			return this.lostPackets;
		}

		@Override
		public long lostBytes() {
			return this.lostBytes;
		}

		@Override
		public long roundTripNanos() {
			return QuicFigures.roundTripNanos(this.channel);
		}

		@Override
		public int mtu() {
			@Nullable QuicConnectionPathStats path = this.channel.collectPathStats(0).getNow();
			return (path != null) ? (int) path.pmtu() : 0;
		}

	}

}
