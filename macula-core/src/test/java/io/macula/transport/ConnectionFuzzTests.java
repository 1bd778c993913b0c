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
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.macula.Code;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.AfterAll;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever arrives in the place of HELLO, of WELCOME, of calls or of answers, however it
 * is cut, ends in a connection that works or in its end for a reason that names the peer,
 * and nothing stays behind. The first byte of an input is the size of its pieces.
 */
class ConnectionFuzzTests {

	private static final MockTicker TICKER = Ticker.newMockTicker();

	private static @Nullable QuicListener opened;

	private static @Nullable Transport transport;

	/*
	 * Not before the first input: the runtime breaks records whose components have
	 * annotations if they are loaded before the fuzzer instruments them.
	 */
	private static QuicListener listener() {
		if (opened == null) {
			transport = Transport.create(FakeNet.settings(1, 100_000, 3), TICKER::nanoTime);
			opened = QuicListener.start(transport, TestNet.TLS, InetAddress.getLoopbackAddress(), 0, new Handler(),
					TestNet.node("provider"));
		}
		return opened;
	}

	@AfterAll
	static void close() {
		if (opened != null) {
			opened.close();
			transport.close();
			// The corpus may be replayed in the same process.
			opened = null;
		}
	}

	@FuzzTest(maxDuration = "10m")
	void anyBytesAreAHelloOrARefusal(byte[] bytes) {
		Served served = new Served();
		served.receive(served.control, bytes);
		List<Frame.Welcome> welcomes = served.control.written(Frame.Welcome.class);
		List<Frame.Refused> refusals = served.control.written(Frame.Refused.class);
		assertThat(welcomes.size() + refusals.size()).isLessThanOrEqualTo(1);
		assertThat(listener().connections()).isEqualTo((served.channel.closeCode < 0) ? welcomes.size() : 0);
		if (!welcomes.isEmpty()) {
			assertThat(served.connection.peer().realm()).isEqualTo(listener().self().realm());
			assertThat(served.connection.peer().nodeId()).matches("[A-Za-z0-9._:-]{1,128}");
		}
		served.end();
	}

	@FuzzTest(maxDuration = "10m")
	void anyBytesOnALaneAreAnsweredOrABreach(byte[] bytes) {
		Served served = new Served();
		served.control.receive(new Frame.Hello(Introduction.of("a", "client", 1, 100_000, 10, List.of("raw"), "test")));
		FakeQuicStream lane = new FakeQuicStream(served.channel, QuicStreamType.BIDIRECTIONAL, 4, TICKER);
		served.connection.open(lane);
		served.receive(lane, bytes);
		assertThat(served.connection.inFlight()).isBetween(0, 3);
		served.end();
		assertThat(served.connection.inFlight()).isZero();
		lane.close();
	}

	/** With one answer to each call, whatever travels beside it. */
	@FuzzTest(maxDuration = "10m")
	void anyBytesAreAnswersOrABreach(byte[] bytes) {
		FakeNet net = new FakeNet(FakeNet.settings(1, 100_000, 10));
		List<FakeCall> calls = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			calls.add(net.send(Duration.ofMinutes(1)));
		}
		pieces(net.channel, net.lane(0), bytes);
		assertThat(calls).allMatch((call) -> call.outcomes.size() <= 1);
		if (net.channel.closeCode >= 0) {
			assertThat(net.channel.closeReason).matches("[\\P{Cc}]+");
		}
		net.close();
		assertThat(calls).allMatch((call) -> call.outcomes.size() == 1);
	}

	@FuzzTest(maxDuration = "10m")
	void anyBytesAreAWelcomeOrARefusal(byte[] bytes) {
		QuicListener other = listener();
		EmbeddedChannel socket = EmbeddedChannel.builder().ticker(TICKER).build();
		FakeQuicChannel channel = new FakeQuicChannel(socket, TICKER, null);
		Turn turn = new Turn(channel.eventLoop());
		socket.pipeline().addLast(turn);
		Outcome outcome = new Outcome();
		Dial dial = new Dial(transport, TestNet.TLS, TestNet.node("client"), FakeNet.ENDPOINT,
				new InetSocketAddress("10.0.0.1", 9643), Duration.ofSeconds(1).toNanos(), channel.eventLoop(), outcome);
		dial.start(new DefaultChannelPromise(socket));
		dial.begin(socket);
		dial.opened(channel);
		dial.hello(channel);
		channel.run();
		pieces(channel, channel.streams.get(0), bytes);
		assertThat(outcome.connections.size() + outcome.failures.size()).isLessThanOrEqualTo(1);
		TICKER.advance(2, TimeUnit.SECONDS);
		channel.run();
		assertThat(outcome.connections.size() + outcome.failures.size()).isEqualTo(1);
		for (Status failure : outcome.failures) {
			assertThat(failure.code()).isIn(Code.UNAVAILABLE, Code.UNAUTHENTICATED);
			assertThat(failure.message()).matches("[\\P{Cc}]+");
		}
		for (ClientConnection connection : outcome.connections) {
			assertThat(connection.peer().realm()).isEqualTo(other.self().realm());
			assertThat(connection.peer().nodeId()).matches("[A-Za-z0-9._:-]{1,128}");
		}
		outcome.connections.forEach((connection) -> connection.close(Status.unknown(Code.UNAVAILABLE, "over")));
		channel.run();
		assertThat(dial.ended()).isTrue();
		assertThat(channel.isOpen()).isFalse();
		socket.close();
	}

	private static void pieces(FakeQuicChannel channel, FakeQuicStream stream, byte[] bytes) {
		if (bytes.length == 0) {
			return;
		}
		int piece = Math.max(1, bytes[0] & 0xFF) * ((bytes[0] < 0) ? 64 : 1);
		List<ByteBuf> parts = new ArrayList<>();
		for (int from = 1; from < bytes.length && channel.closeCode < 0 && channel.isOpen(); from += piece) {
			ByteBuf part = Unpooled.buffer().writeBytes(bytes, from, Math.min(piece, bytes.length - from));
			parts.add(part);
			stream.pipeline().fireChannelRead(part);
			stream.pipeline().fireChannelReadComplete();
			channel.run();
		}
		stream.receiveEnd();
		channel.run();
		stream.close();
		assertThat(parts).allMatch((part) -> part.refCnt() == 0);
	}

	/** The serving side of a connection. */
	private static final class Served {

		private final EmbeddedChannel socket = EmbeddedChannel.builder().ticker(TICKER).build();

		private final FakeQuicChannel channel = new FakeQuicChannel(this.socket, TICKER, null);

		private final ServerConnection connection = new ServerConnection(listener(), this.channel,
				new Turn(this.channel.eventLoop()));

		private final FakeQuicStream control = new FakeQuicStream(this.channel, QuicStreamType.BIDIRECTIONAL, 0,
				TICKER);

		Served() {
			this.channel.pipeline().addLast(this.connection);
			this.connection.open(this.control);
		}

		void receive(FakeQuicStream stream, byte[] bytes) {
			pieces(this.channel, stream, bytes);
			if (this.channel.closeCode >= 0) {
				ErrorCode code = ErrorCode.of(this.channel.closeCode);
				assertThat(code).isIn(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.FRAME_TOO_LARGE, ErrorCode.LIMIT,
						ErrorCode.WRONG_REALM, ErrorCode.UNSUPPORTED_VERSION);
				assertThat(this.channel.closeReason).matches("[\\P{Cc}]+");
			}
		}

		/** Whatever came, the end leaves nothing behind. */
		void end() {
			this.connection.close("the test is over");
			this.channel.run();
			this.control.close();
			this.channel.close();
			this.channel.run();
			this.socket.close();
			assertThat(this.channel.closeCode).isGreaterThanOrEqualTo(0);
			assertThat(listener().pending()).isZero();
			assertThat(listener().connections()).isZero();
			assertThat(listener().memory().held()).isZero();
		}

	}

	/** Answers on the event loop or not at all, and keeps nothing. */
	private static final class Handler implements CallHandler {

		@Override
		public @Nullable Object resolve(String procedure, String codec) {
			return procedure.startsWith("test/") ? procedure.substring("test/".length()) : null;
		}

		@Override
		public void onCall(InboundCall call) {
			if (call.target() == null) {
				call.fail(Failure.of(Status.notProcessed(Code.UNIMPLEMENTED, "unknown procedure")));
			}
			else if (!"keep".equals(call.target())) {
				call.result(call.payload());
			}
		}

		@Override
		public void onStream(InboundStream stream) {
			switch (String.valueOf(stream.target())) {
				case "sum" -> stream.elements()
					.count()
					.subscribe((count) -> stream.result(new byte[count.intValue() & 0xFF]), (error) -> {
					});
				case "mirror" -> stream.respond(stream.elements());
				case "few" -> stream.respond(Flux.range(0, 3).map((i) -> new byte[i]).concatWith(Flux.never()));
				case "null" -> stream.fail(Failure.of(Status.notProcessed(Code.UNIMPLEMENTED, "unknown procedure")));
				default -> stream.respond(Flux.empty());
			}
		}

		@Override
		public void onReadComplete() {
			// Everything was answered.
		}

	}

	private static final class Outcome implements Dial.Receiver {

		private final List<ClientConnection> connections = new ArrayList<>();

		private final List<Status> failures = new ArrayList<>();

		@Override
		public void connected(ClientConnection connection) {
			this.connections.add(connection);
		}

		@Override
		public void failed(Status status) {
			this.failures.add(status);
		}

	}

}
