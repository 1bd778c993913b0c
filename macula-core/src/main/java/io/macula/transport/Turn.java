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

import java.util.ArrayList;
import java.util.List;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.udp.DatagramReads;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import org.jspecify.annotations.Nullable;

/**
 * Marks the turns of one UDP socket: stands before the QUIC codec, so that what is to be
 * written because of the datagrams of one read is written after the last of them and
 * before the codec builds packets. Everything is merged that way. Owned by the event
 * loop.
 */
final class Turn extends ChannelDuplexHandler {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(Turn.class));

	private final EventLoop loop;

	private final @Nullable LoopWatch watch;

	private @Nullable DatagramReads reads;

	private final List<Runnable> atEnd = new ArrayList<>();

	private boolean reading;

	/** The connection whose datagram is built now. */
	private @Nullable BoundDatagrams sending;

	private final SegmentedSends segmented;

	/** The turns of what is no UDP socket. */
	Turn(EventLoop loop) {
		this(loop, null, SegmentedSends.none());
	}

	Turn(EventLoop loop, @Nullable LoopWatch watch, SegmentedSends segmented) {
		this.loop = loop;
		this.watch = watch;
		this.segmented = segmented;
	}

	/** The turns of a socket that listens. */
	static Turn of(Channel socket) {
		return new Turn(socket.eventLoop(), null, SegmentedSends.of(socket.getClass()));
	}

	/**
	 * The turns of a socket from which this side dials.
	 * @param socket the UDP socket
	 * @param watch looks at the clock when a read begins
	 */
	static Turn of(Channel socket, LoopWatch watch) {
		return new Turn(socket.eventLoop(), watch, SegmentedSends.of(socket.getClass()));
	}

	/**
	 * Run an action at the end of this read, or of this turn of the event loop.
	 * @param action called once
	 */
	void atEnd(Runnable action) {
		if (this.reading) {
			this.atEnd.add(action);
		}
		else {
			this.loop.execute(action);
		}
	}

	/** A datagram is built next, and goes out before any other. */
	void sending(BoundDatagrams connection) {
		this.sending = connection;
	}

	/** Whether several datagrams of one size may go out at once. */
	boolean segments() {
		return this.segmented.on();
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.reads = DatagramReads.of(ctx.channel());
	}

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		BoundDatagrams connection = this.sending;
		if (connection == null || !(msg instanceof DatagramPacket built)) {
			this.sending = null;
			ctx.write(msg, promise);
			return;
		}
		if (!connection.buildsBeside(built)) {
			this.sending = null;
		}
		DatagramPacket packet = connection.leaving(built);
		if (packet instanceof SegmentedDatagramPacket) {
			ctx.write(packet, promise.unvoid().addListener(this.segmented));
		}
		else if (packet != null) {
			ctx.write(packet, promise);
		}
		else {
			built.release();
			promise.trySuccess();
		}
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		if (!this.reading) {
			this.reading = true;
			LoopWatch present = this.watch;
			if (present != null) {
				present.read();
			}
		}
		if (this.reads != null && msg instanceof DatagramPacket packet) {
			this.reads.arrived(packet.content().readableBytes());
		}
		ctx.fireChannelRead(msg);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		// Actions may add further ones.
		for (int i = 0; i < this.atEnd.size(); i++) {
			try {
				this.atEnd.get(i).run();
			}
			catch (Throwable ex) {
				// Even without memory: what is still in the list must run.
				faults.error("An action at the end of a read failed", ex);
			}
		}
		this.atEnd.clear();
		this.reading = false;
		if (this.reads != null) {
			this.reads.ended(ctx.channel());
		}
		ctx.fireChannelReadComplete();
	}

	@Override
	public boolean isSharable() {
		return false;
	}

}
