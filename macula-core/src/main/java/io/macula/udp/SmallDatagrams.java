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

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.quic.QuicChannel;

/**
 * Allocator of a QUIC channel that holds its datagrams to what every path of QUIC carries
 * (RFC 9000, section 14). Safe for all threads.
 */
public final class SmallDatagrams extends AbstractByteBufAllocator {

	/*
	 * quiche discovers the path MTU of a connection's first path only. On each later one
	 * it takes for granted that the path carries the largest datagram that is configured,
	 * so that after a change of the client's address everything beyond the real MTU would
	 * be lost, be sent again as large, and be lost for ever. The one thing that still
	 * bounds a datagram is the buffer that the codec gives to quiche, which it asks of
	 * the channel's allocator.
	 */

	private static final int BYTES = 1200;

	private final ByteBufAllocator allocator;

	private SmallDatagrams(ByteBufAllocator allocator) {
		super(true);
		this.allocator = allocator;
	}

	/** From now on; a further time changes nothing. */
	public static void of(QuicChannel channel) {
		ByteBufAllocator present = channel.config().getAllocator();
		if (!(present instanceof SmallDatagrams)) {
			channel.config().setAllocator(new SmallDatagrams(present));
		}
	}

	/** What is no datagram may still grow. */
	@Override
	protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
		return this.allocator.directBuffer(Math.min(initialCapacity, BYTES), maxCapacity);
	}

	@Override
	protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
		return this.allocator.heapBuffer(initialCapacity, maxCapacity);
	}

	@Override
	public boolean isDirectBufferPooled() {
		return this.allocator.isDirectBufferPooled();
	}

}
