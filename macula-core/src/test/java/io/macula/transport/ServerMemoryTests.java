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

import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What may wait on an accepted connection, without a network: one connection may hold the
 * half of the budget of the node.
 */
class ServerMemoryTests {

	private static final int MAX_PAYLOAD = 100_000;

	private static final long BUDGET = 2_000_000;

	private final MockTicker ticker = Ticker.newMockTicker();

	private final TestHandler handler = new TestHandler();

	private final Transport transport = Transport.create(settings(), this.ticker::nanoTime);

	private final QuicListener listener = QuicListener.start(this.transport, TestNet.TLS,
			InetAddress.getLoopbackAddress(), 0, this.handler, TestNet.node("provider"));

	private final EmbeddedChannel socket = EmbeddedChannel.builder().ticker(this.ticker).build();

	private final FakeQuicChannel channel = new FakeQuicChannel(this.socket, this.ticker, null);

	private final ServerConnection connection = new ServerConnection(this.listener, this.channel,
			new Turn(this.channel.eventLoop()));

	private final FakeQuicStream control = new FakeQuicStream(this.channel, QuicStreamType.BIDIRECTIONAL, 0,
			this.ticker);

	private final List<FakeQuicStream> opened = new ArrayList<>();

	private final FakeQuicStream lane = stream(1);

	private final NodeMemory memory = this.transport.memory();

	ServerMemoryTests() {
		this.channel.pipeline().addLast(this.connection);
		this.connection.open(this.control);
		this.control.receive(
				new Frame.Hello(new Introduction(1, "a", "client", 1, 1 << 20, 100, List.of("raw"), "test", Map.of())));
		this.connection.open(this.lane);
	}

	private static TransportSettings settings() {
		TransportSettings base = FakeNet.settings(1, MAX_PAYLOAD, 1000);
		return new TransportSettings(base.idleTimeout(), base.keepAlive(), base.suspicion(), MAX_PAYLOAD,
				base.laneThresholdBytes(), 1, 100, 1000, 1000, 1, Duration.ZERO, BUDGET, 100);
	}

	private FakeQuicStream stream(int number) {
		FakeQuicStream stream = new FakeQuicStream(this.channel, QuicStreamType.BIDIRECTIONAL, 4L * number,
				this.ticker);
		this.opened.add(stream);
		return stream;
	}

	@AfterEach
	void close() {
		this.connection.close("the test is over");
		this.channel.run();
		assertThat(this.memory.held()).isZero();
		this.opened.forEach(FakeQuicStream::close);
		this.listener.close();
		this.transport.close();
	}

	@Test
	void whenCallsWaitForAnswersThenTheirBytesAreBoundedAndFurtherOnesAreNotProcessed() {
		for (int i = 1; i <= 20; i++) {
			this.lane.receive(call(i, "test/keep", 90_000));
		}
		this.channel.run();
		assertThat(this.handler.kept).hasSize(11);
		assertThat(failures()).hasSize(9).allSatisfy((status) -> {
			assertThat(status.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
			assertThat(status.processed()).isEqualTo(Processed.NO);
			assertThat(status.message()).contains("2000000 bytes", "macula.transport.buffer-memory");
		});
		this.handler.kept.forEach((call) -> call.result(new byte[1]));
		this.channel.run();
		assertThat(this.memory.held()).isLessThan(20_000);
		this.lane.receive(call(21, "test/keep", 90_000));
		this.channel.run();
		assertThat(this.handler.kept).hasSize(12);
	}

	@Test
	void whenACallIsCancelledThenItsBytesDoNotWaitForAHandlersThread() {
		this.lane.receive(call(1, "test/keep", 90_000));
		this.channel.run();
		assertThat(this.memory.held()).isGreaterThan(80_000);
		this.lane.receive(new Frame.Cancel(1));
		this.channel.run();
		assertThat(this.memory.held()).isLessThan(20_000);
		assertThat(this.handler.kept.element().payload()).isEmpty();
	}

	@Test
	void whenALargeResultIsWrittenThenItIsCountedOnceUntilQuicHasTakenIt() {
		this.channel.takes = false;
		this.lane.receive(large(1, 90_000, 0));
		this.channel.run();
		FakeQuicStream stream = this.channel.streams.get(this.channel.streams.size() - 1);
		assertThat(stream.written(Frame.Result.class)).hasSize(1);
		assertThat(this.connection.memory().held()).isBetween(90_000L, 91_000L);
		stream.writable(false);
		this.channel.run();
		assertThat(this.connection.memory().held()).isBetween(90_000L, 91_000L);
		stream.writable(true);
		stream.take();
		this.channel.run();
		assertThat(this.connection.memory().held()).isLessThan(1_000L);
		assertThat(this.connection.inFlight()).isZero();
	}

	@Test
	void whenALargeResultIsWrittenThenItIsNotKeptTwice() {
		this.channel.takes = false;
		StreamOpener opener = new StreamOpener(this.channel, QuicStreamType.UNIDIRECTIONAL, 10, "for the test");
		WeakReference<byte[]> result = writeLargeResult(opener);
		await().untilAsserted(() -> {
			System.gc();
			assertThat(result.get()).isNull();
		});
		assertThat(this.channel.streams).isNotEmpty();
	}

	private WeakReference<byte[]> writeLargeResult(StreamOpener opener) {
		byte[] result = new byte[90_000];
		opener.open(new LargeResult(this.connection, opener, 1, null, result));
		return new WeakReference<>(result);
	}

	@Test
	void whenTheClientGivesNoStreamsThenLargeResultsDoNotPileUp() {
		this.channel.allowed = 0;
		for (int i = 1; i <= 30; i++) {
			this.lane.receive(large(i, 90_000, 0));
			this.channel.run();
			assertThat(this.memory.held()).isLessThan(BUDGET / 2 + 20_000);
		}
		assertThat(failures()).hasSizeBetween(18, 20).allSatisfy((status) -> {
			assertThat(status.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
			assertThat(status.message()).contains("macula.transport.buffer-memory");
		});
		this.lane.receive(call(31, "test/echo", 10));
		this.channel.run();
		assertThat(this.lane.written(Frame.Result.class)).hasSize(1);
	}

	@Test
	void whenTheClientReadsNothingOfStreamsOfOneCallThenTheirResultsDoNotPileUp() {
		List<FakeQuicStream> streams = new ArrayList<>();
		for (int i = 1; i <= 30; i++) {
			FakeQuicStream stream = stream(1 + i);
			this.connection.open(stream);
			stream.writable(false);
			stream.receive(large(i, 90_000, Frame.Call.ALONE));
			this.channel.run();
			streams.add(stream);
			assertThat(this.memory.held()).isLessThan(2 * BUDGET / 3);
		}
		streams.forEach((stream) -> stream.writable(true));
		this.channel.run();
		long results = streams.stream().filter((stream) -> !stream.written(Frame.Result.class).isEmpty()).count();
		long failures = streams.stream().filter((stream) -> !stream.written(Frame.Failed.class).isEmpty()).count();
		assertThat(results).isBetween(5L, 12L);
		assertThat(results + failures).isEqualTo(30);
	}

	@Test
	void whenTheClientReadsNothingOfItsLaneThenFurtherCallsAreNotRead() {
		this.lane.writable(false);
		for (int i = 1; i <= 500; i++) {
			this.lane.receive(large(i, 16_000, 0));
			this.channel.run();
		}
		assertThat(this.memory.held()).isLessThan(2 * BUDGET / 3);
		this.lane.writable(true);
		this.channel.run();
		assertThat(this.channel.closeCode).isEqualTo(-1);
		assertThat(this.lane.written).hasSize(500);
	}

	@Test
	void whenTheClientReadsNoElementsThenManyStreamsTakeNoMore() {
		List<FakeQuicStream> streams = new ArrayList<>();
		for (int i = 1; i <= 100; i++) {
			FakeQuicStream stream = stream(1 + i);
			this.connection.open(stream);
			stream.receive(new Frame.Call(i, 0, "test/large", "raw", 0, Frame.Call.EXPECTS_ELEMENTS, Metadata.EMPTY,
					TestNet.bytes("1000")), new Frame.Credit(i, 1000));
			stream.writable(false);
			this.channel.run();
			streams.add(stream);
		}
		assertThat(this.memory.held()).isLessThan(2 * BUDGET);
	}

	@Test
	void whenFramesArriveInPartThenTheyAreGivenUpAndTheirCallsAreNotProcessed() {
		List<FakeQuicStream> streams = new ArrayList<>();
		byte[] whole = FakeQuicStream.bytes(call(1, "test/keep", 90_000));
		for (int i = 1; i <= 40; i++) {
			FakeQuicStream stream = stream(1 + i);
			this.connection.open(stream);
			stream.receiveBytes(whole, 0, whole.length - 1);
			this.channel.run();
			streams.add(stream);
			assertThat(this.memory.held()).isLessThan(BUDGET / 2 + 300_000);
		}
		FakeQuicStream last = streams.get(39);
		Status status = last.written(Frame.Failed.class).get(0).failure().status();
		assertThat(status.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
		assertThat(status.processed()).isEqualTo(Processed.NO);
		last.receiveBytes(whole, whole.length - 1, 1);
		last.receive(call(2, "test/echo", 5));
		this.channel.run();
		assertThat(last.written(Frame.Result.class)).hasSize(1);
		assertThat(this.channel.closeCode).isEqualTo(-1);
	}

	/** Each read could have been a datagram, or much more. */
	@Test
	void whenLittleArrivesOfFramesThatAnnounceMuchThenLittleIsHeld() {
		byte[] whole = FakeQuicStream.bytes(call(1, "test/keep", 90_000));
		for (int i = 1; i <= 40; i++) {
			FakeQuicStream stream = stream(1 + i);
			this.connection.open(stream);
			stream.pipeline().fireChannelRead(Unpooled.directBuffer(64 << 10).writeBytes(whole, 0, 50));
			stream.receiveBytes(whole, 50, 50);
			this.channel.run();
		}
		assertThat(this.connection.memory().held()).isBetween(40L * 100, 40L * 1_024);
	}

	@Test
	void whenAFrameArrivesInPartsThenItTakesNoMoreThanItsLength() {
		byte[] whole = FakeQuicStream.bytes(call(1, "test/keep", 90_000));
		FakeQuicStream stream = stream(2);
		this.connection.open(stream);
		for (int at = 0; at < whole.length - 1; at += 16_000) {
			stream.receiveBytes(whole, at, Math.min(16_000, whole.length - 1 - at));
			this.channel.run();
			assertThat(this.connection.memory().held()).isLessThanOrEqualTo(whole.length);
		}
		stream.receiveBytes(whole, whole.length - 1, 1);
		this.channel.run();
		assertThat(this.handler.kept).hasSize(1);
	}

	/** Each time all that has arrived is copied. */
	@Test
	void whenAFrameTricklesInThenRoomIsMadeForItAFewTimesOnly() {
		byte[] whole = FakeQuicStream.bytes(call(1, "test/keep", 90_000));
		FakeQuicStream stream = stream(2);
		this.connection.open(stream);
		Set<Long> rooms = new HashSet<>();
		for (int at = 0; at < whole.length - 1; at += 20) {
			stream.receiveBytes(whole, at, Math.min(20, whole.length - 1 - at));
			rooms.add(this.connection.memory().held());
		}
		assertThat(rooms).hasSizeLessThan(10);
		stream.receiveBytes(whole, whole.length - 1, 1);
		this.channel.run();
		assertThat(this.handler.kept).hasSize(1);
	}

	@Test
	void whenVeryManyLargeCallsArriveSideBySideThenTheirConnectionGoesOn() {
		byte[] whole = FakeQuicStream.bytes(call(1, "test/echo", 1_000));
		List<FakeQuicStream> streams = new ArrayList<>();
		for (int i = 1; i <= 900; i++) {
			FakeQuicStream stream = stream(1 + i);
			this.connection.open(stream);
			stream.receiveBytes(whole, 0, 500);
			streams.add(stream);
		}
		this.channel.run();
		assertThat(this.channel.closeCode).isEqualTo(-1);
		streams.get(0).receiveBytes(whole, 500, whole.length - 500);
		this.channel.run();
		assertThat(streams.get(0).written(Frame.Result.class)).hasSize(1);
		assertThat(this.channel.closeCode).isEqualTo(-1);
	}

	@Test
	void whenMemoryIsScarceThenTheConnectionThatHoldsMostIsClosed() {
		for (int i = 1; i <= 20; i++) {
			this.lane.receive(call(i, "test/keep", 90_000));
		}
		this.channel.run();
		ConnectionMemory other = this.memory.open(null, Runnable::run, () -> {
			throw new AssertionError("the other one holds less");
		});
		this.ticker.advance(1, TimeUnit.SECONDS);
		other.add(800_000);
		this.channel.run();
		assertThat(this.channel.closeCode).isEqualTo((int) ErrorCode.LIMIT.number());
		assertThat(this.channel.closeReason).contains("macula.transport.buffer-memory");
		other.end();
	}

	private List<Status> failures() {
		return this.lane.written(Frame.Failed.class).stream().map((failed) -> failed.failure().status()).toList();
	}

	private static Frame.Call large(long id, int bytes, int flags) {
		return new Frame.Call(id, 0, "test/large", "raw", 0, flags, Metadata.EMPTY,
				TestNet.bytes(Integer.toString(bytes)));
	}

	/** A hundred entries of a few bytes each take many times as much as on the wire. */
	@Test
	void whenCallsThatWaitHaveManySmallEntriesThenTheseCountAsWhatTheyTake() {
		Map<String, String> entries = new HashMap<>();
		for (int i = 0; i < 120; i++) {
			entries.put(Integer.toString(i, 36), Integer.toString(i % 10));
		}
		for (int i = 1; i <= 200; i++) {
			this.lane.receive(new Frame.Call(i, 0, "test/keep", "raw", 0, 0, Metadata.of(entries), new byte[0]));
		}
		this.channel.run();
		// Two strings and their place in a map for each.
		assertThat(this.handler.kept).hasSizeBetween(60, 80);
		assertThat(failures()).isNotEmpty()
			.allSatisfy((status) -> assertThat(status.code()).isEqualTo(Code.RESOURCE_EXHAUSTED));
		this.handler.kept.forEach((call) -> call.result(new byte[1]));
		this.channel.run();
		assertThat(this.memory.held()).isLessThan(20_000);
	}

	private static Frame.Call call(long id, String procedure, int bytes) {
		return new Frame.Call(id, 0, procedure, "raw", 0, 0, Metadata.EMPTY, new byte[bytes]);
	}

}
