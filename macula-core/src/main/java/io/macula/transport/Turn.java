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
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
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

	private final List<Runnable> atEnd = new ArrayList<>();

	private boolean reading;

	/** The connection whose datagram is built now. */
	private @Nullable BoundDatagrams sending;

	Turn(EventLoop loop) {
		this(loop, null);
	}

	/**
	 * The turns of a socket from which this side dials.
	 * @param loop the event loop
	 * @param watch looks at the clock when a read begins
	 */
	Turn(EventLoop loop, @Nullable LoopWatch watch) {
		this.loop = loop;
		this.watch = watch;
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

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		BoundDatagrams connection = this.sending;
		this.sending = null;
		if (connection == null || !(msg instanceof DatagramPacket built)) {
			ctx.write(msg, promise);
			return;
		}
		DatagramPacket packet = connection.leaving(built);
		if (packet != null) {
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
		ctx.fireChannelReadComplete();
	}

	@Override
	public boolean isSharable() {
		return false;
	}

}
