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

package io.macula.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link FrameCodec}: the bytes are those of docs/wire-protocol.md.
 */
class FrameCodecTests {

	private static final byte[] HI = "hi".getBytes(StandardCharsets.US_ASCII);

	@Test
	void helloHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Hello(introduction())))
			.isEqualTo("2b" + "01" + "01" + "0473686f70" + "026e31" + "0000018bcfe56800" + "81000000" + "80004e20"
					+ "01" + "0463626f72" + "056d61632f31" + "01" + "016b" + "0176");
	}

	@Test
	void welcomeHasTheBytesOfHelloButTheType() {
		String hello = Frames.hex(new Frame.Hello(introduction()));
		String welcome = Frames.hex(new Frame.Welcome(introduction()));
		assertThat(welcome).isEqualTo(hello.substring(0, 2) + "02" + hello.substring(4));
	}

	@Test
	void refusedHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Refused(ErrorCode.WRONG_REALM, "no"))).isEqualTo("05" + "03" + "20" + "026e6f");
	}

	@Test
	void goAwayHasTheseBytes() {
		Frame.GoAway goAway = new Frame.GoAway(ErrorCode.DRAINED, "bye",
				List.of(new Frame.GoAway.Accepted(4, 300), new Frame.GoAway.Accepted(8, 0)));
		assertThat(Frames.hex(goAway)).isEqualTo("0c" + "04" + "01" + "03627965" + "02" + "04412c" + "0800");
	}

	@Test
	void pingHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Ping(0x0102030405060708L))).isEqualTo("09" + "05" + "0102030405060708");
	}

	@Test
	void pongHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Pong(-1))).isEqualTo("09" + "06" + "ffffffffffffffff");
	}

	@Test
	void timeHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Time(1, 300))).isEqualTo("04" + "07" + "01" + "412c");
	}

	@Test
	void callWithLiteralHasTheseBytes() {
		Frame.Call call = new Frame.Call(1, 0, "calc/add", "cbor", 2_000_000, Frame.Call.SENDS_ELEMENTS,
				Metadata.EMPTY.with("k", "v"), HI);
		assertThat(Frames.hex(call)).isEqualTo("1d" + "10" + "01" + "00" + "0863616c632f616464" + "0463626f72"
				+ "801e8480" + "01" + "01" + "016b" + "0176" + "6869");
	}

	@Test
	void callWithReferenceHasTheseBytes() {
		Frame.Call call = new Frame.Call(70, 1, "", "", 0, 0, Metadata.EMPTY, HI);
		assertThat(Frames.hex(call)).isEqualTo("09" + "10" + "4046" + "01" + "00" + "00" + "00" + "6869");
	}

	@Test
	void callThatIsAloneOnItsStreamHasTheseBytes() {
		Frame.Call call = new Frame.Call(70, 1, "", "", 0, Frame.Call.ALONE, Metadata.EMPTY, HI);
		assertThat(Frames.hex(call)).isEqualTo("09" + "10" + "4046" + "01" + "00" + "04" + "00" + "6869");
	}

	@Test
	void resultHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Result(70, HI))).isEqualTo("05" + "11" + "4046" + "6869");
	}

	@Test
	void failureHasTheseBytes() {
		Failure failure = new Failure(new Status(Code.APPLICATION, "no", Processed.YES), "a.B", HI);
		assertThat(Frames.hex(new Frame.Failed(5, failure)))
			.isEqualTo("0d" + "12" + "05" + "09" + "02" + "026e6f" + "03612e42" + "6869");
	}

	@ParameterizedTest
	@CsvSource({ "NO, 00", "UNKNOWN, 01", "YES, 02" })
	void failureTellsWhetherTheCallWasProcessed(Processed processed, String number) {
		Failure failure = Failure.of(new Status(Code.UNAVAILABLE, "", processed));
		assertThat(Frames.hex(new Frame.Failed(5, failure)))
			.isEqualTo("06" + "12" + "05" + "0e" + number + "00" + "00");
	}

	@Test
	void cancelHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Cancel(5))).isEqualTo("02" + "13" + "05");
	}

	@Test
	void elementHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Element(5, HI))).isEqualTo("04" + "14" + "05" + "6869");
	}

	@Test
	void endHasTheseBytes() {
		assertThat(Frames.hex(new Frame.End(5))).isEqualTo("02" + "15" + "05");
	}

	@Test
	void creditHasTheseBytes() {
		assertThat(Frames.hex(new Frame.Credit(5, 256))).isEqualTo("04" + "16" + "05" + "4100");
	}

	@Test
	void metadataHasTheseBytes() {
		assertThat(Frames.hex(new Frame.AnswerMetadata(5, Metadata.of(Map.of("k", "v")))))
			.isEqualTo("07" + "17" + "05" + "01" + "016b" + "0176");
	}

	@Test
	void metadataBeyondTheLimitsIsRefused() {
		ByteBuf out = Unpooled.buffer();
		Map<String, String> many = new HashMap<>();
		for (int i = 0; i <= FrameCodec.MAX_ENTRIES; i++) {
			many.put("k" + i, "v");
		}
		refused(() -> FrameCodec.writeMetadata(out, 1, Metadata.of(many)), "metadata.size 129");
		refused(() -> FrameCodec.writeMetadata(out, 1,
				Metadata.of(Map.of("k", "v".repeat(FrameCodec.MAX_HEADER_BYTES)))), "bytes of metadata 65544");
		assertThat(out.isReadable()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void numberOfATypeFindsTheType(FrameType type) {
		assertThat(FrameType.of(type.number())).isEqualTo(type);
	}

	@ParameterizedTest
	@EnumSource
	void numberOfAnErrorCodeFindsTheCode(ErrorCode code) {
		assertThat(ErrorCode.of(code.number())).isEqualTo(code);
	}

	@Test
	void unknownErrorCodeCountsAsInternal() {
		assertThat(ErrorCode.of(0x3FFF)).isEqualTo(ErrorCode.INTERNAL);
	}

	@ParameterizedTest
	@CsvSource({ "0,00", "37,25", "63,3f", "64,4040", "15293,7bbd", "16383,7fff", "16384,80004000",
			"494878333,9d7f3e7d", "1073741823,bfffffff", "1073741824,c000000040000000",
			"151288809941952652,c2197c5eff14e88c", "4611686018427387903,ffffffffffffffff" })
	void numbersHaveTheBytesOfRfc9000(long value, String hex) {
		ByteBuf out = Unpooled.buffer();
		Varint.write(out, value);
		assertThat(ByteBufUtil.hexDump(out)).isEqualTo(hex);
		assertThat(Varint.size(value)).isEqualTo(out.readableBytes());
		assertThat(Varint.sizeAt(out, 0)).isEqualTo(out.readableBytes());
		assertThat(Varint.get(out, 0, out.readableBytes())).isEqualTo(value);
	}

	@Test
	void decodeOfEncodeIsTheSameForAnyFrame() {
		Random random = new Random(20260801);
		ByteBuf wire = Unpooled.buffer();
		for (int i = 0; i < 5_000; i++) {
			Frame frame = Frames.any(random);
			wire.clear();
			FrameCodec.encode(frame, wire);
			byte[] bytes = ByteBufUtil.getBytes(wire);
			Frame decoded = Frames.DECODER.decode(wire);
			assertThat(wire.isReadable()).isFalse();
			assertThat(decoded).usingRecursiveComparison()
				.withEqualsForType(Arrays::equals, byte[].class)
				.isEqualTo(frame);
			assertThat(Frames.encoded(frame)).isEqualTo(bytes);
		}
	}

	@Test
	void framesInOneBufferComeBackInOrder() {
		Random random = new Random(7);
		ByteBuf wire = Unpooled.buffer();
		List<Frame> frames = Stream.generate(() -> Frames.any(random)).limit(200).toList();
		frames.forEach((frame) -> FrameCodec.encode(frame, wire));
		for (Frame frame : frames) {
			assertThat(Frames.DECODER.decode(wire)).usingRecursiveComparison()
				.withEqualsForType(Arrays::equals, byte[].class)
				.isEqualTo(frame);
		}
		assertThat(Frames.DECODER.decode(wire)).isNull();
	}

	@Test
	void directWritersWriteWhatEncodeWrites() {
		ByteBuf out = Unpooled.buffer();
		Metadata metadata = Metadata.of(Map.of("k", "v"));
		FrameCodec.writeCall(out, 9, 3, "calc/add", "cbor", 5, 2, metadata, HI);
		assertThat(ByteBufUtil.hexDump(out)).isEqualTo(Frames.hex(new Frame.Call(9, 3, "", "", 5, 2, metadata, HI)));
	}

	@Test
	void callHeaderBytesIsNeverTooSmall() {
		Metadata metadata = Metadata.of(Map.of("k\u00e9y", "v".repeat(100)));
		ByteBuf out = Unpooled.buffer();
		FrameCodec.writeCall(out, Varint.MAX, 0, "calc/add", "cbor", Varint.MAX, 2, metadata, new byte[0]);
		assertThat(out.readableBytes()).isLessThanOrEqualTo(FrameCodec.callHeaderBytes("calc/add", "cbor", metadata));
	}

	@Test
	void longMessageOfAFailureIsCut() {
		Failure failure = new Failure(Status.processed(Code.UNKNOWN, "x".repeat(100_000)), "y".repeat(100_000),
				new byte[0]);
		Frame.Failed decoded = (Frame.Failed) Frames.DECODER
			.decode(Unpooled.wrappedBuffer(Frames.encoded(new Frame.Failed(1, failure))));
		assertThat(decoded).isNotNull();
		assertThat(decoded.failure().status().message()).hasSize(FrameCodec.MAX_MESSAGE_CHARS).endsWith("x\u2026");
		assertThat(decoded.failure().type()).hasSize(FrameCodec.MAX_TYPE_CHARS);
	}

	@Test
	void unpairedSurrogateIsWrittenAsAQuestionMark() {
		Frame.Refused decoded = (Frame.Refused) Frames.DECODER
			.decode(Unpooled.wrappedBuffer(Frames.encoded(new Frame.Refused(ErrorCode.LIMIT, "a\ud800b"))));
		assertThat(decoded).isNotNull();
		assertThat(decoded.message()).isEqualTo("a?b");
	}

	@Test
	void whatCannotBeSentIsRefusedBeforeAByteIsWritten() {
		ByteBuf out = Unpooled.buffer();
		Map<String, String> many = new HashMap<>();
		for (int i = 0; i <= FrameCodec.MAX_ENTRIES; i++) {
			many.put("k" + i, "v");
		}
		refused(() -> FrameCodec.writeCall(out, 0, 1, "", "", 0, 0, Metadata.EMPTY, HI), "callId 0");
		refused(() -> FrameCodec.writeCall(out, -1, 1, "", "", 0, 0, Metadata.EMPTY, HI), "callId -1");
		refused(() -> FrameCodec.writeCall(out, 1, 1025, "", "", 0, 0, Metadata.EMPTY, HI), "procedureRef 1025");
		refused(() -> FrameCodec.writeCall(out, 1, 1, "", "", -1, 0, Metadata.EMPTY, HI), "Number -1");
		refused(() -> FrameCodec.writeCall(out, 1, 1, "", "", 0, 256, Metadata.EMPTY, HI), "flags 256");
		refused(() -> FrameCodec.writeCall(out, 1, 1, "", "", 0, 0, Metadata.of(many), HI), "metadata.size 129");
		refused(() -> FrameCodec.writeCall(out, 1, 1, "", "", 0, 0,
				Metadata.EMPTY.with("k", "v".repeat(FrameCodec.MAX_HEADER_BYTES)), HI), "header bytes");
		refused(() -> FrameCodec.writeCredit(out, 1, 0), "elements 0");
		refused(() -> FrameCodec.writeResult(out, 0, HI), "callId 0");
		refused(() -> FrameCodec.encode(
				new Frame.Hello(
						Introduction.of("r", "n", 1, 1, 1, List.of(), "s".repeat(FrameCodec.MAX_CONTROL_FRAME_BYTES))),
				out), "HELLO frame size");
		assertThat(out.readableBytes()).isZero();
	}

	private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable write, String message) {
		assertThatIllegalArgumentException().isThrownBy(write).withMessageContaining(message);
	}

	private static Introduction introduction() {
		return new Introduction(1, "shop", "n1", 1_700_000_000_000L, 16 << 20, 20_000, List.of("cbor"), "mac/1",
				Map.of("k", "v"));
	}

}
