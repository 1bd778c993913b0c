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

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of a connection without a network: what one side writes arrives at the other
 * when the test says so, the frames of a stream in their order.
 */
final class JoinedNet implements AutoCloseable {

	private static volatile LongSupplier clock = () -> 0;

	private static volatile CallHandler handler;

	/** One for all, because it has a port. */
	private static final QuicListener LISTENER = QuicListener.start(
			Transport.create(FakeNet.lanes(2), () -> clock.getAsLong()), TestNet.TLS, InetAddress.getLoopbackAddress(),
			0, new Delegate(), TestNet.node("peer"));

	final FakeNet client;

	final FakeQuicChannel channel;

	final ServerConnection server;

	private final List<Joint> joints = new ArrayList<>();

	private boolean closed;

	JoinedNet(CallHandler serving) {
		this.client = new FakeNet(FakeNet.lanes(2));
		clock = this.client.clock;
		handler = serving;
		this.channel = new FakeQuicChannel(EmbeddedChannel.builder().ticker(this.client.ticker).build(),
				this.client.ticker, null);
		this.server = new ServerConnection(LISTENER, this.channel, new Turn(this.channel.eventLoop()));
		this.channel.pipeline().addLast(this.server);
		join(1);
		this.joints.get(0).there
			.receive(new Frame.Hello(Introduction.of("a", "client", 1, 16 << 20, 20_000, List.of("raw"), "test")));
		run();
		// Its WELCOME: the client has one.
		this.joints.get(0).thereRead++;
	}

	/** Streams that the client opened since are opened at the server, too. */
	private void join() {
		join(this.client.channel.streams.size());
	}

	private void join(int most) {
		for (FakeQuicStream here : List.copyOf(this.client.channel.streams.subList(this.joints.size(), most))) {
			FakeQuicStream there = new FakeQuicStream(this.channel, QuicStreamType.BIDIRECTIONAL, here.streamId(),
					this.client.ticker);
			this.joints.add(new Joint(here, there));
			this.server.open(there);
		}
	}

	void run() {
		this.client.channel.run();
		this.channel.run();
		this.joints.forEach((joint) -> joint.there.runPendingTasks());
	}

	int streams() {
		join();
		return this.joints.size();
	}

	FakeQuicStream here(int stream) {
		return this.joints.get(stream).here;
	}

	FakeQuicStream there(int stream) {
		return this.joints.get(stream).there;
	}

	/** The next frames of a stream arrive, all in one read. */
	boolean deliver(int stream, boolean toServer, int most) {
		join();
		boolean any = this.joints.get(stream).deliver(toServer, most);
		run();
		return any;
	}

	/** Everything arrives, and what it leads to. */
	void settle() {
		boolean any = true;
		while (any) {
			run();
			any = false;
			for (int i = 0; i < streams(); i++) {
				any |= deliver(i, true, Integer.MAX_VALUE);
				any |= deliver(i, false, Integer.MAX_VALUE);
			}
			if (this.channel.closeCode >= 0 && !this.closed) {
				this.closed = true;
				this.client.channel.close();
				this.client.connection.inactive();
				any = true;
			}
			else if (this.client.channel.closeCode >= 0 && !this.closed) {
				this.closed = true;
				this.channel.close();
				any = true;
			}
		}
	}

	/** Time passes on a network that works. */
	void pass(Duration time) {
		for (long left = time.toMillis(); left > 0; left--) {
			this.client.ticker.advance(1, TimeUnit.MILLISECONDS);
			this.client.channel.packets++;
			settle();
		}
	}

	@Override
	public void close() {
		this.server.close("the test is over");
		run();
		this.client.close();
		this.joints.forEach((joint) -> joint.there.close());
		this.channel.close();
		run();
		handler = null;
	}

	/** The two ends of a stream. */
	private static final class Joint {

		private final FakeQuicStream here;

		private final FakeQuicStream there;

		private int hereRead;

		private int thereRead;

		private boolean hereFinished;

		private boolean thereFinished;

		Joint(FakeQuicStream here, FakeQuicStream there) {
			this.here = here;
			this.there = there;
		}

		boolean deliver(boolean toServer, int most) {
			FakeQuicStream from = toServer ? this.here : this.there;
			FakeQuicStream to = toServer ? this.there : this.here;
			int read = toServer ? this.hereRead : this.thereRead;
			int count = Math.min(most, from.written.size() - read);
			boolean finish = from.finished && read + count == from.written.size()
					&& !(toServer ? this.hereFinished : this.thereFinished);
			if (toServer) {
				this.hereRead += count;
				this.hereFinished |= finish;
			}
			else {
				this.thereRead += count;
				this.thereFinished |= finish;
			}
			if (!to.isOpen()) {
				return false;
			}
			if (count > 0) {
				to.receive(List.copyOf(from.written.subList(read, read + count)).toArray(new Frame[0]));
			}
			if (finish) {
				to.receiveEnd();
			}
			return count > 0 || finish;
		}

	}

	/** Whoever serves the present net. */
	private static final class Delegate implements CallHandler {

		@Override
		public @Nullable Object resolve(String procedure, String codec) {
			return handler.resolve(procedure, codec);
		}

		@Override
		public void onCall(InboundCall call) {
			handler.onCall(call);
		}

		@Override
		public void onStream(InboundStream stream) {
			handler.onStream(stream);
		}

		@Override
		public void onReadComplete() {
			handler.onReadComplete();
		}

	}

}
