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

import java.util.ArrayDeque;
import java.util.Deque;

import io.macula.Code;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;

/**
 * Opens streams as the peer's stream limit and our memory allow, in the order of the
 * requests; a bounded number of them waits. Owned by the event loop.
 */
final class StreamOpener {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(StreamOpener.class));

	/** Bytes of large payloads that wait for QUIC to take them, at most. */
	private static final long MAX_BYTES = 64L << 20;

	private final QuicChannel channel;

	private final QuicStreamType type;

	private final int maxWaiting;

	private final String where;

	private final Deque<Request> waiting = new ArrayDeque<>();

	/** Those that are not to be written now to a peer in doubt. */
	private final Deque<Request> held = new ArrayDeque<>();

	private boolean holding;

	private boolean holdingAll;

	private long bytes;

	private boolean opening;

	StreamOpener(QuicChannel channel, QuicStreamType type, int maxWaiting, String where) {
		this.channel = channel;
		this.type = type;
		this.maxWaiting = maxWaiting;
		this.where = where;
	}

	int waiting() {
		return this.waiting.size() + this.held.size();
	}

	/** Open now or later. */
	void open(Request request) {
		if (waiting() >= this.maxWaiting) {
			request.refused(Status.notProcessed(Code.RESOURCE_EXHAUSTED,
					waiting() + " streams wait to be opened " + this.where + ": the limit is maxStreamsPerConnection"));
			return;
		}
		if (holds(request)) {
			this.held.removeIf((each) -> !each.wanted());
			this.held.add(request);
			return;
		}
		this.waiting.add(request);
		next();
	}

	private boolean holds(Request request) {
		return this.holding && (this.holdingAll || !request.leaves());
	}

	/**
	 * The peer is in doubt: what must not be repeated is held back.
	 * @param all whether everything is
	 */
	void hold(boolean all) {
		this.holding = true;
		this.holdingAll = all;
		for (int left = this.waiting.size(); left > 0; left--) {
			Request request = this.waiting.remove();
			((holds(request)) ? this.held : this.waiting).add(request);
		}
	}

	/** The peer lives. */
	void release() {
		this.holding = false;
		while (!this.held.isEmpty()) {
			this.waiting.addFirst(this.held.removeLast());
		}
		next();
	}

	/** The peer is suspected: what may go on elsewhere does. */
	void leave(Status status) {
		for (int left = this.held.size(); left > 0; left--) {
			Request request = this.held.remove();
			if (request.wanted()) {
				((request.leaves()) ? this.waiting : this.held).add(request);
			}
		}
		refuse(this.waiting, status);
	}

	/** The limit changed, or something was written. */
	void next() {
		if (this.opening) {
			return;
		}
		this.opening = true;
		try {
			while (!this.waiting.isEmpty()) {
				Request request = this.waiting.element();
				if (!request.wanted()) {
					this.waiting.remove();
				}
				else if (this.bytes < MAX_BYTES && this.channel.peerAllowedStreams(this.type) > 0) {
					this.waiting.remove();
					create(request);
				}
				else {
					return;
				}
			}
		}
		finally {
			this.opening = false;
		}
	}

	/**
	 * Write something large as all that a stream carries in this direction.
	 * @return tells when QUIC has taken it
	 */
	ChannelFuture write(FrameStream stream, ByteBuf content) {
		int size = content.readableBytes();
		this.bytes += size;
		return stream.write(content, true).addListener((future) -> {
			this.bytes -= size;
			next();
		});
	}

	void refuseAll(Status status) {
		refuse(this.waiting, status);
		refuse(this.held, status);
	}

	private void refuse(Deque<Request> requests, Status status) {
		while (!requests.isEmpty()) {
			try {
				requests.remove().refused(status);
			}
			catch (Throwable ex) {
				// Each of the others must hear of it, too.
				faults.error("What waited for a stream " + this.where + " could not be refused", ex);
			}
		}
	}

	private void create(Request request) {
		FrameStream stream = request.stream();
		this.channel.createStream(this.type, stream).addListener((future) -> {
			if (future.isSuccess()) {
				QuicStreamChannel opened = (QuicStreamChannel) future.getNow();
				opened.updatePriority(FrameStream.NORMAL);
				request.opened(opened);
			}
			else {
				request.refused(Status.notProcessed(Code.UNAVAILABLE,
						"a stream could not be opened " + this.where + ": " + future.cause()));
			}
		});
	}

	/** Called on the event loop: {@code opened} or {@code refused}, once. */
	interface Request {

		/** Whether it is still worth opening. */
		boolean wanted();

		/**
		 * Whether it may go on elsewhere when the peer is suspected; otherwise it is not
		 * written while that lasts.
		 */
		boolean leaves();

		FrameStream stream();

		void opened(QuicStreamChannel channel);

		void refused(Status status);

	}

}
