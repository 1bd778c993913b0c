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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicStreamType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What travels beside an answer: who gets it, where it stands, and what is a violation.
 */
class AnswerMetadataTests {

	private static final Metadata BESIDE = Metadata.of(Map.of("served-by", "n1"));

	private final FakeNet net = new FakeNet(FakeNet.lanes(1));

	private final List<Metadata> told = new ArrayList<>();

	@AfterEach
	void close() {
		this.net.close();
	}

	private FakeCall call() {
		FakeCall call = new FakeCall(this.net.clock.getAsLong() + Duration.ofMinutes(1).toNanos(), new byte[1]) {

			@Override
			public void onMetadata(Metadata metadata) {
				assertThat(this.outcomes).isEmpty();
				AnswerMetadataTests.this.told.add(metadata);
			}

		};
		return this.net.send(call);
	}

	private void breach(String reason) {
		assertThat(this.net.channel.closeCode).isEqualTo((int) ErrorCode.PROTOCOL_VIOLATION.number());
		assertThat(this.net.channel.closeReason).contains(reason);
	}

	@Test
	void metadataIsToldRightBeforeItsAnswer() {
		FakeCall first = call();
		FakeCall second = call();
		this.net.lane(0).receive(new Frame.AnswerMetadata(1, BESIDE));
		assertThat(this.told).isEmpty();
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		this.net.lane(0).receive(new Frame.Result(2, new byte[0]));
		assertThat(this.told).containsExactly(BESIDE);
		assertThat(first.outcomes).hasSize(1);
		assertThat(second.outcomes).hasSize(1);
	}

	@Test
	void metadataComesWithAFailureToo() {
		FakeCall call = call();
		this.net.lane(0).receive(new Frame.AnswerMetadata(1, BESIDE));
		this.net.lane(0).receive(new Frame.Failed(1, Failure.of(Status.processed(Code.NOT_FOUND, "no such order"))));
		assertThat(this.told).containsExactly(BESIDE);
		assertThat(call.failure().code()).isEqualTo(Code.NOT_FOUND);
	}

	@Test
	void metadataOfACallThatIsOverIsIgnored() {
		FakeCall call = call();
		this.net.connection.cancel(call);
		this.net.channel.run();
		this.net.lane(0).receive(new Frame.AnswerMetadata(1, BESIDE));
		this.net.lane(0).receive(new Frame.Result(1, new byte[0]));
		assertThat(this.told).isEmpty();
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void metadataTwiceIsAViolation() {
		call();
		this.net.lane(0).receive(new Frame.AnswerMetadata(1, BESIDE));
		this.net.lane(0).receive(new Frame.AnswerMetadata(1, BESIDE));
		breach("METADATA frame of call 1 instead of the answer to call 1 after its METADATA");
	}

	@Test
	void anotherAnswerBehindMetadataIsAViolation() {
		call();
		call();
		this.net.lane(0).receive(new Frame.AnswerMetadata(1, BESIDE));
		this.net.lane(0).receive(new Frame.Result(2, new byte[0]));
		breach("RESULT frame of call 2 instead of the answer to call 1 after its METADATA");
	}

	@Test
	void metadataOfACallThatWasNotSentIsAViolation() {
		call();
		this.net.lane(0).receive(new Frame.AnswerMetadata(2, BESIDE));
		breach("an answer to call 2, which was not sent");
	}

	@Test
	void metadataOfAStreamComesBeforeItsFirstElement() {
		List<Object> signals = stream();
		this.net.lane(1).receive(new Frame.AnswerMetadata(1, BESIDE));
		this.net.lane(1).receive(new Frame.Element(1, new byte[1]));
		this.net.lane(1).receive(new Frame.End(1));
		this.net.channel.run();
		assertThat(signals).hasSize(3).startsWith(BESIDE).endsWith("end");
	}

	@Test
	void metadataBehindAnElementIsAViolation() {
		stream();
		this.net.lane(1).receive(new Frame.Element(1, new byte[1]));
		this.net.lane(1).receive(new Frame.AnswerMetadata(1, BESIDE));
		breach("METADATA of call 1 after METADATA or an element of the same call");
	}

	@Test
	void metadataOfAStreamTwiceIsAViolation() {
		stream();
		this.net.lane(1).receive(new Frame.AnswerMetadata(1, BESIDE));
		this.net.lane(1).receive(new Frame.AnswerMetadata(1, BESIDE));
		breach("METADATA of call 1 after METADATA or an element of the same call");
	}

	@Test
	void metadataOfAStreamThatIsOverIsIgnored() {
		List<Object> signals = stream();
		this.net.lane(1).receive(new Frame.End(1));
		this.net.lane(1).receive(new Frame.AnswerMetadata(1, BESIDE));
		this.net.channel.run();
		assertThat(signals).containsExactly("end");
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
	}

	private List<Object> stream() {
		List<Object> signals = new ArrayList<>();
		Consumer<Metadata> beside = signals::add;
		this.net.connection
			.stream(new StreamCall("test/range", "raw", new byte[0], Metadata.EMPTY, StreamCall.NO_DEADLINE, null, true,
					false, false, beside))
			.subscribe(signals::add, signals::add, () -> signals.add("end"));
		this.net.channel.run();
		return signals;
	}

	// The serving side

	@Test
	void aServerSendsNoneToAClientThatDoesNotSayThatItTakesIt() throws Exception {
		try (TestNet served = new TestNet();
				RawClient client = RawClient.welcomed(served.listener.port(), TestNet.TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(raw(1, "test/told", 0));
			assertThat(lane.next()).isInstanceOf(Frame.Result.class);
		}
	}

	@Test
	void aServerSendsItRightBeforeTheAnswerWhereverThatGoes() throws Exception {
		try (TestNet served = new TestNet();
				RawClient client = RawClient.welcomed(served.listener.port(), TestNet.TLS, taking())) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(raw(1, "test/told", 0), raw(2, "test/echo", 0), raw(3, "test/told-failure", 0));
			assertThat(lane.next()).isEqualTo(new Frame.AnswerMetadata(1, BESIDE));
			assertThat(lane.next()).isInstanceOf(Frame.Result.class);
			assertThat(lane.next().callId()).isEqualTo(2);
			assertThat(lane.next()).isEqualTo(new Frame.AnswerMetadata(3, BESIDE));
			assertThat(lane.next()).isInstanceOf(Frame.Failed.class);
			RawClient.Stream many = client.open(QuicStreamType.BIDIRECTIONAL);
			many.send(raw(4, "test/told-range", Frame.Call.EXPECTS_ELEMENTS), new Frame.Credit(4, 10));
			assertThat(many.next()).isEqualTo(new Frame.AnswerMetadata(4, BESIDE));
			assertThat(many.next()).isInstanceOf(Frame.Element.class);
			assertThat(many.next()).isInstanceOf(Frame.Element.class);
			assertThat(many.next()).isInstanceOf(Frame.End.class);
		}
	}

	@Test
	void aClientThatSendsMetadataBreaksTheProtocol() throws Exception {
		try (TestNet served = new TestNet();
				RawClient client = RawClient.welcomed(served.listener.port(), TestNet.TLS)) {
			RawClient.Stream lane = client.open(QuicStreamType.BIDIRECTIONAL);
			lane.send(new Frame.AnswerMetadata(1, BESIDE));
			assertThat(client.awaitClosed().code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
			assertThat(client.awaitClosed().reason()).contains("METADATA frame on a stream of unary calls");
		}
	}

	@Test
	void aLargeAnswerHasItsMetadataOnItsOwnStream() throws Exception {
		try (TestNet served = new TestNet()) {
			TestCall call = TestCall.of("test/told-large", new byte[0]);
			served.connect().send(call);
			assertThat(call.answer.get(20, TimeUnit.SECONDS)).hasSize(100_000);
			assertThat(call.beside).isEqualTo(BESIDE);
		}
	}

	private static Frame raw(long id, String procedure, int flags) {
		return new Frame.Call(id, 0, procedure, "raw", 0, flags, Metadata.EMPTY, new byte[] { 7 });
	}

	private static Frame taking() {
		return new Frame.Hello(Introduction.of("a", "raw", 1, 1 << 20, 100, List.of("raw"), "test").takingMetadata());
	}

	@Test
	void manyOfThemAreNoFlood() {
		for (int i = 1; i <= 3 * FrameAllowance.BURST; i++) {
			call();
			this.net.lane(0).receive(new Frame.AnswerMetadata(i, BESIDE));
			this.net.lane(0).receive(new Frame.Result(i, new byte[0]));
		}
		assertThat(this.net.connection.state()).isEqualTo(Connection.State.READY);
	}

	@Test
	void metadataIsSkippedByWhoDoesNotKnowIt() {
		var decoder = new io.macula.wire.FrameDecoder(1 << 20);
		assertThat(decoder.decode(Unpooled.wrappedBuffer(new byte[] { 3, 0x18, 5, 0 }))).isNull();
		assertThat(decoder.takeSkipped()).isEqualTo(1);
	}

	private static Flux<byte[]> two() {
		return Flux.just(new byte[1], new byte[2]);
	}

	static void answer(InboundCall call, String target) {
		call.answerMetadata(BESIDE);
		switch (target) {
			case "told-failure" -> call.fail(Failure.of(Status.processed(Code.NOT_FOUND, "no")));
			case "told-large" -> call.result(new byte[100_000]);
			case "told-range" -> ((InboundStream) call).respond(two());
			default -> call.result(call.payload());
		}
	}

}
