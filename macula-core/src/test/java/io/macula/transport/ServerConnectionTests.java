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
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handshake, answers and end of an accepted connection, without a network and by a clock
 * of the test.
 */
class ServerConnectionTests {

	private static final int MAX_PAYLOAD = 100_000;

	private final MockTicker ticker = Ticker.newMockTicker();

	private final TestHandler handler = new TestHandler();

	private final Transport transport = Transport.create(FakeNet.settings(1, MAX_PAYLOAD, 3), this.ticker::nanoTime);

	private final QuicListener listener = QuicListener.start(this.transport, TestNet.TLS,
			InetAddress.getLoopbackAddress(), 0, this.handler, TestNet.node("provider"));

	private final EmbeddedChannel socket = EmbeddedChannel.builder().ticker(this.ticker).build();

	private final FakeQuicChannel channel = new FakeQuicChannel(this.socket, this.ticker, null);

	private final ServerConnection connection = new ServerConnection(this.listener, this.channel,
			new Turn(this.channel.eventLoop()));

	private final FakeQuicStream control = new FakeQuicStream(this.channel, QuicStreamType.BIDIRECTIONAL, 0,
			this.ticker);

	private final FakeQuicStream lane = new FakeQuicStream(this.channel, QuicStreamType.BIDIRECTIONAL, 4, this.ticker);

	ServerConnectionTests() {
		this.channel.pipeline().addLast(this.connection);
		this.connection.open(this.control);
	}

	@AfterEach
	void close() {
		this.connection.close("the test is over");
		this.channel.run();
		this.listener.close();
		this.transport.close();
	}

	// Handshake

	@Test
	void whenTheClientIsOfTheRealmThenItIsWelcome() {
		hello("a", 1);
		assertThat(this.control.written).hasSize(1).first().isInstanceOf(Frame.Welcome.class);
		assertThat(this.connection.peer().nodeId()).isEqualTo("client");
		pass(Duration.ofSeconds(10));
		assertThat(this.channel.closeCode).isEqualTo(-1);
	}

	@Test
	void whenNoHelloComesThenTheConnectionIsClosedAfterFiveSeconds() {
		pass(Duration.ofMillis(4999));
		assertThat(this.channel.closeCode).isEqualTo(-1);
		pass(Duration.ofMillis(2));
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.HANDSHAKE_TIMEOUT.number());
	}

	@Test
	void whenTheClientIsOfAnotherRealmThenItIsRefused() {
		hello("b", 1);
		assertThat(((Frame.Refused) this.control.written.get(0)).code()).isEqualTo(ErrorCode.WRONG_REALM);
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.WRONG_REALM.number());
	}

	@Test
	void whenTheClientSpeaksAnotherVersionThenItIsRefused() {
		hello("a", 2);
		assertThat(((Frame.Refused) this.control.written.get(0)).code()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
	}

	@Test
	void whenSomethingComesInPlaceOfHelloThenTheConnectionIsClosed() {
		this.control.receive(new Frame.Ping(1));
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.PROTOCOL_VIOLATION.number());
		assertThat(this.channel.closeReason).contains("PING frame instead of HELLO");
	}

	@Test
	void whenHelloComesTwiceThenTheConnectionIsClosed() {
		hello("a", 1);
		hello("a", 1);
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.PROTOCOL_VIOLATION.number());
		assertThat(this.channel.closeReason).contains("a second HELLO");
	}

	@Test
	void whenAStreamComesBeforeHelloThenTheConnectionIsClosed() {
		this.connection.open(this.lane);
		this.channel.run();
		assertThat(this.channel.closeReason).contains("a stream before HELLO");
	}

	@Test
	void whenThereIsNoMemoryForWhatArrivesThenTheConnectionEndsAndFreesWhatItHas() {
		welcomed();
		this.lane.config().setAllocator(new Scarce((bytes) -> Unpooled.directBuffer(bytes, bytes)));
		endsFor(call(1, "test/echo", 1000));
	}

	@Test
	void whenThereIsNoMemoryForWhatIsToComeThenTheConnectionEndsAndFreesWhatItHas() {
		welcomed();
		this.lane.config().setAllocator(new Scarce((bytes) -> {
			throw new OutOfMemoryError("none left");
		}));
		endsFor(call(1, "test/echo", 1000));
	}

	private void endsFor(Frame.Call call) {
		byte[] frame = FakeQuicStream.bytes(call);
		ByteBuf first = Unpooled.buffer(50, 50).writeBytes(frame, 0, 50);
		ByteBuf second = Unpooled.buffer().writeBytes(frame, 50, frame.length - 50);
		this.lane.pipeline().fireChannelRead(first);
		this.lane.pipeline().fireChannelRead(second);
		this.channel.run();
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.INTERNAL.number());
		assertThat(List.of(first, second)).allMatch((buffer) -> buffer.refCnt() == 0);
		assertThat(this.listener.memory().held()).isZero();
	}

	// Answers

	@Test
	void whenCallsOfOneReadAreAnsweredThenThatIsOneWrite() {
		welcomed();
		this.lane.receive(call(1, "test/echo", 10), call(2, "test/echo", 10), call(3, "test/echo", 10));
		this.channel.run();
		assertThat(this.lane.written(Frame.Result.class)).hasSize(3);
		assertThat(this.lane.writes).isEqualTo(1);
		assertThat(this.connection.inFlight()).isZero();
	}

	@Test
	void whenTooManyCallsAreOpenThenFurtherOnesAreNotProcessed() {
		welcomed();
		for (int i = 1; i <= 4; i++) {
			this.lane.receive(call(i, "test/keep", 1));
		}
		this.channel.run();
		assertThat(failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(failure().processed()).isEqualTo(Processed.NO);
		assertThat(this.connection.inFlight()).isEqualTo(3);
	}

	@Test
	void whenACallIsCancelledThenItsHandlerIsTold() {
		welcomed();
		this.lane.receive(call(1, "test/keep", 1), new Frame.Cancel(1));
		this.channel.run();
		assertThat(this.handler.cancelled).hasValue(1);
		assertThat(this.lane.written).isEmpty();
		assertThat(this.connection.inFlight()).isZero();
	}

	@Test
	void whenDeadlinesTravelThenTheyAreOnTheClockOfThisSide() {
		welcomed();
		this.lane.receive(new Frame.Call(1, 0, "test/keep", "raw", 2_000_000, 0, Metadata.EMPTY, new byte[0]));
		assertThat(this.handler.kept.element().deadlineNanoTime())
			.isEqualTo(this.ticker.nanoTime() + Duration.ofSeconds(2).toNanos());
	}

	@Test
	void whenACallIsTooLargeThenTheCallerIsAtFault() {
		welcomed();
		this.lane.receive(call(1, "test/echo", 200_000), call(2, "test/echo", 1));
		this.channel.run();
		assertThat(failure().code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(failure().processed()).isEqualTo(Processed.NO);
		assertThat(failure().message()).contains("200", "100000 bytes", "macula.transport.max-payload");
		assertThat(this.lane.written(Frame.Result.class)).hasSize(1);
	}

	@Test
	void whenAnElementIsTooLargeThenTheCallIsNotSaidToBeUnprocessed() {
		welcomed();
		this.lane.receive(
				new Frame.Call(1, 0, "test/sum", "raw", 0, Frame.Call.SENDS_ELEMENTS, Metadata.EMPTY, new byte[0]));
		this.channel.run();
		this.lane.receive(new Frame.Element(1, new byte[200_000]));
		this.channel.run();
		assertThat(failure().code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(failure().processed()).isEqualTo(Processed.YES);
	}

	@Test
	void whenAResultIsTooLargeThenTheHandlersAnswerIsRefusedAsProcessed() {
		welcomed();
		this.lane.receive(new Frame.Call(1, 0, "test/large", "raw", 0, 0, Metadata.EMPTY, TestNet.bytes("100001")));
		this.channel.run();
		assertThat(failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(failure().processed()).isEqualTo(Processed.YES);
	}

	@Test
	void whenAResultIsLargeThenItGoesOnAStreamOfItsOwn() {
		welcomed();
		this.lane.receive(new Frame.Call(1, 0, "test/large", "raw", 0, 0, Metadata.EMPTY, TestNet.bytes("50000")));
		this.channel.run();
		assertThat(this.lane.written).isEmpty();
		assertThat(this.channel.streams).hasSize(1);
		assertThat(this.channel.streams.get(0).written(Frame.Result.class)).hasSize(1);
		assertThat(this.channel.streams.get(0).finished).isTrue();
	}

	@Test
	void whenALargeResultWaitsForAStreamThenItIsInFlight() {
		welcomed();
		this.channel.allowed = 0;
		this.lane.receive(large(1));
		this.channel.run();
		assertThat(this.connection.inFlight()).isEqualTo(1);
		this.channel.allowed = 1;
		this.lane.receive(large(2));
		this.channel.run();
		assertThat(this.channel.streams).hasSize(1);
		assertThat(this.connection.inFlight()).isEqualTo(1);
		this.connection.close("bye");
		this.channel.run();
		assertThat(this.connection.inFlight()).isZero();
	}

	@Test
	void whenQuicHasNotTakenALargeResultThenItIsInFlight() {
		welcomed();
		this.channel.takes = false;
		this.lane.receive(large(1), call(2, "test/echo", 1));
		this.channel.run();
		assertThat(this.lane.written(Frame.Result.class)).hasSize(1);
		assertThat(this.connection.inFlight()).isEqualTo(1);
		this.channel.streams.get(0).take();
		this.channel.run();
		assertThat(this.connection.inFlight()).isZero();
	}

	@Test
	void whenAHandlerFailsAtTheEndOfAReadThenTheConnectionIsClosedAndCallsAreCancelled() {
		welcomed();
		this.handler.onReadComplete = () -> {
			throw new AssertionError("handler");
		};
		this.lane.receive(call(1, "test/keep", 1), call(2, "test/keep", 1));
		this.channel.run();
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.INTERNAL.number());
		assertThat(this.handler.kept).hasSize(2).allMatch(InboundCall::cancelled);
	}

	@Test
	void whenAHandlerFailsInALaterSliceOfABurstThenTheConnectionIsClosed() {
		welcomed();
		failAtCall(80);
		this.lane.receive(burst(100));
		this.lane.runPendingTasks();
		this.channel.run();
		assertThat(this.handler.calls).hasValue(80);
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.INTERNAL.number());
		assertThat(this.channel.closeReason).contains("no memory");
	}

	@Test
	void whenAHandlerFailsInASliceThatIsDecodedAtTheEndOfItsStreamThenTheConnectionIsClosed() {
		welcomed();
		failAtCall(80);
		this.lane.receive(burst(100));
		this.lane.pipeline().fireExceptionCaught(new QuicStreamResetException("reset", 0));
		this.channel.run();
		assertThat(this.handler.calls).hasValue(80);
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.INTERNAL.number());
	}

	@Test
	void whenACancellationFailsThenTheOthersAreCancelledAllTheSame() {
		welcomed();
		this.handler.onCancel = () -> {
			throw new AssertionError("handler");
		};
		this.lane.receive(call(1, "test/keep", 1), call(2, "test/keep", 1));
		this.connection.close("bye");
		this.channel.run();
		assertThat(this.handler.kept).hasSize(2).allMatch(InboundCall::cancelled);
	}

	// What arrives late

	@Test
	void whenACallArrivesAfterTheTimeOfItsCallerThenItIsNotRun() {
		welcomed();
		this.lane.receive(new Frame.Time(1, 1000), timed(1, Duration.ofSeconds(5)));
		this.channel.run();
		pass(Duration.ofSeconds(42));
		this.lane.receive(new Frame.Time(1, 3000), timed(2, Duration.ofSeconds(5)));
		this.channel.run();
		assertThat(this.handler.calls).hasValue(1);
		assertThat(failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(failure().processed()).isEqualTo(Processed.NO);
		assertThat(failure().message()).startsWith("the call arrived 39.9 s late");
	}

	@Test
	void whenACallArrivesLateThenItHasTheTimeThatItsCallerHas() {
		welcomed();
		this.lane.receive(new Frame.Time(1, 1000), timed(1, Duration.ofSeconds(5)));
		pass(Duration.ofSeconds(4));
		this.lane.receive(new Frame.Time(1, 3000), timed(2, Duration.ofSeconds(5)));
		this.channel.run();
		InboundCall late = List.copyOf(this.handler.kept).get(1);
		assertThat(Duration.ofNanos(late.deadlineNanoTime() - this.ticker.nanoTime()))
			.isBetween(Duration.ofMillis(3000), Duration.ofMillis(3110));
	}

	@Test
	void whenACallHasNoDeadlineOrTheClientTellsNoTimeThenNothingIsLate() {
		welcomed();
		this.lane.receive(timed(1, Duration.ofSeconds(5)), new Frame.Time(1, 1000));
		pass(Duration.ofSeconds(42));
		this.lane.receive(new Frame.Time(1, 3000), call(2, "test/keep", 1));
		this.channel.run();
		assertThat(this.handler.calls).hasValue(2);
	}

	private static Frame.Call timed(long id, Duration timeout) {
		return new Frame.Call(id, 0, "test/keep", "raw", timeout.toMillis() * 1000, 0, Metadata.EMPTY, new byte[1]);
	}

	// The end

	@Test
	void whenItDrainsThenLaterCallsAreNotProcessedAndTheLanesAreListedAtTheEnd() {
		welcomed();
		this.lane.receive(call(1, "test/keep", 1));
		this.connection.goAway("the provider shuts down");
		this.channel.run();
		this.lane.receive(call(2, "test/keep", 1));
		this.channel.run();
		assertThat(failure().code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(failure().processed()).isEqualTo(Processed.NO);
		this.connection.close("bye");
		this.channel.run();
		List<Frame.GoAway> told = this.control.written(Frame.GoAway.class);
		assertThat(told).hasSize(2);
		assertThat(told.get(0).accepted()).isEmpty();
		assertThat(told.get(1).accepted()).contains(new Frame.GoAway.Accepted(4, 2));
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.DRAINED.number());
	}

	@Test
	void whenAnAnswerComesAfterTheEndThenNothingHappens() {
		welcomed();
		this.lane.receive(call(1, "test/keep", 1));
		this.connection.close("bye");
		this.channel.run();
		this.handler.kept.element().result(new byte[1]);
		this.channel.run();
		assertThat(this.lane.written).isEmpty();
	}

	private static Frame.Call large(long id) {
		return new Frame.Call(id, 0, "test/large", "raw", 0, 0, Metadata.EMPTY, TestNet.bytes("50000"));
	}

	private void failAtCall(int number) {
		this.handler.onCall = () -> {
			if (this.handler.calls.get() == number) {
				throw new OutOfMemoryError("no memory");
			}
		};
	}

	private static Frame[] burst(int calls) {
		return IntStream.rangeClosed(1, calls).mapToObj((id) -> call(id, "test/echo", 100)).toArray(Frame[]::new);
	}

	private void welcomed() {
		hello("a", 1);
		this.connection.open(this.lane);
	}

	private void hello(String realm, int version) {
		this.control.receive(new Frame.Hello(
				new Introduction(version, realm, "client", 1, 1 << 20, 100, List.of("raw"), "test", Map.of())));
	}

	private Status failure() {
		List<Frame.Failed> failed = this.lane.written(Frame.Failed.class);
		assertThat(failed).hasSize(1);
		Failure failure = failed.get(0).failure();
		return failure.status();
	}

	private void pass(Duration time) {
		this.ticker.advanceMillis(time.toMillis());
		this.channel.run();
	}

	private static Frame.Call call(long id, String procedure, int bytes) {
		return new Frame.Call(id, 0, procedure, "raw", 0, 0, Metadata.EMPTY, new byte[bytes]);
	}

	/** An allocator that has no more than it is asked for, or nothing. */
	private static final class Scarce extends AbstractByteBufAllocator {

		private final IntFunction<ByteBuf> buffers;

		Scarce(IntFunction<ByteBuf> buffers) {
			super(true);
			this.buffers = buffers;
		}

		@Override
		protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
			return this.buffers.apply(initialCapacity);
		}

		@Override
		protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
			return this.buffers.apply(initialCapacity);
		}

		@Override
		public boolean isDirectBufferPooled() {
			return false;
		}

	}

}
