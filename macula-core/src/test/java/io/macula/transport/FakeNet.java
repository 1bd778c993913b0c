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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * A dialled connection without a network, in a time that the test makes pass. Stream 0 is
 * the control stream, then come the lanes.
 */
final class FakeNet implements AutoCloseable {

	static final Endpoint ENDPOINT = new Endpoint("10.0.0.1", 9643);

	static final Duration SUSPICION = Duration.ofMillis(750);

	final MockTicker ticker = Ticker.newMockTicker();

	final LongSupplier clock = this.ticker::nanoTime;

	final Transport transport;

	final EmbeddedChannel socket;

	final Turn turn;

	final FakeQuicChannel channel;

	final ClientConnection connection;

	/** Whether the connection said that it takes calls. */
	boolean ready;

	FakeNet() {
		this(TransportSettings.defaults());
	}

	FakeNet(TransportSettings settings) {
		this(settings, new PeerLimits(settings.maxPayloadBytes(), settings.maxInFlightPerConnection()), null);
	}

	FakeNet(TransportSettings settings, PeerLimits limits, @Nullable EventLoop loop) {
		this.transport = Transport.create(settings, this.clock);
		this.socket = socket();
		this.channel = new FakeQuicChannel(this.socket, this.ticker, loop);
		this.turn = new Turn(this.channel.eventLoop());
		this.socket.pipeline().addLast(this.turn);
		Dial dial = dial(Duration.ofSeconds(1), new Unheard());
		ControlStream control = new ControlStream(dial, this.clock);
		this.channel.createStream(QuicStreamType.BIDIRECTIONAL, control);
		this.connection = new ClientConnection(this.transport, dial, this.channel, control, this.turn,
				TestNet.node("peer"), limits, this.clock.getAsLong());
		control.handOver(this.connection);
		this.transport.opened(this.connection);
		Runnable start = () -> this.connection.start(() -> this.ready = true);
		if (loop == null) {
			start.run();
			this.channel.run();
		}
		else {
			loop.submit(start).syncUninterruptibly();
		}
	}

	/** Settings with so many lanes. */
	static TransportSettings lanes(int lanes) {
		return settings(lanes, 16 << 20, 20_000);
	}

	static TransportSettings settings(int lanes, int maxPayloadBytes, int maxInFlight) {
		return new TransportSettings(Duration.ofSeconds(30), Duration.ofSeconds(10), SUSPICION, maxPayloadBytes,
				16 << 10, lanes, 100, maxInFlight, 1000, 1, Duration.ZERO);
	}

	EmbeddedChannel socket() {
		return EmbeddedChannel.builder().ticker(this.ticker).build();
	}

	Dial dial(Duration timeout, Dial.Receiver receiver) {
		return new Dial(this.transport, TestNet.TLS, TestNet.node("client"), ENDPOINT,
				new InetSocketAddress("10.0.0.1", 9643), timeout.toNanos(), this.channel.eventLoop(), receiver);
	}

	FakeQuicStream control() {
		return this.channel.streams.get(0);
	}

	FakeQuicStream lane(int index) {
		return this.channel.streams.get(1 + index);
	}

	List<FakeQuicStream> lanes() {
		return this.channel.streams.subList(1, this.channel.streams.size());
	}

	/** A call with so much time, by this net's clock. */
	FakeCall call(Duration timeout) {
		return new FakeCall(this.clock.getAsLong() + timeout.toNanos(), new byte[1]);
	}

	FakeCall send(Duration timeout) {
		return send(call(timeout));
	}

	FakeCall send(FakeCall call) {
		this.connection.send(call);
		this.channel.run();
		return call;
	}

	/** Let time pass, a millisecond after the other. */
	void pass(Duration time) {
		for (long left = time.toMillis(); left > 0; left--) {
			this.ticker.advance(1, TimeUnit.MILLISECONDS);
			this.channel.run();
		}
	}

	@Override
	public void close() {
		this.connection.close(Status.unknown(Code.UNAVAILABLE, "the test is over"));
		this.channel.run();
		this.transport.close();
	}

	/** Nobody awaits the dial. */
	private static final class Unheard implements Dial.Receiver {

		@Override
		public void connected(ClientConnection connection) {
			throw new AssertionError("not dialled");
		}

		@Override
		public void failed(Status status) {
			throw new AssertionError(status);
		}

	}

}
