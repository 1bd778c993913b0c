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

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

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
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests of {@link FrameDecoder} with bytes that no honest peer sends.
 */
class FrameDecoderTests {

	@Test
	void frameThatIsCutOffAnywhereIsAwaited() {
		Random random = new Random(42);
		for (int i = 0; i < 300; i++) {
			byte[] bytes = Frames.encoded(Frames.any(random));
			int step = Math.max(1, bytes.length / 200);
			for (int length = 0; length < bytes.length; length += (length < 200) ? 1 : step) {
				ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, length);
				assertThat(Frames.DECODER.decode(in)).isNull();
				assertThat(in.readerIndex()).isZero();
			}
		}
	}

	@Test
	void whatIsForPeopleIsEscapedWhereItComesIn() {
		String forged = "x\r\n2026 ERROR \u001b[31m\u202e";
		String shown = "x\\r\\n2026 ERROR \\u001b[31m\\u202e";
		Frame.Failed failed = (Frame.Failed) decoded(new Frame.Failed(1,
				new Failure(Status.processed(Code.UNKNOWN, forged), forged, new byte[] { 10, 13 })));
		assertThat(failed.failure().status().message()).isEqualTo(shown);
		assertThat(failed.failure().type()).isEqualTo(shown);
		assertThat(failed.failure().detail()).containsExactly(10, 13);
		assertThat(decoded(new Frame.Refused(ErrorCode.OVERLOADED, forged)))
			.isEqualTo(new Frame.Refused(ErrorCode.OVERLOADED, shown));
		assertThat(decoded(new Frame.GoAway(ErrorCode.DRAINED, forged, List.of())))
			.isEqualTo(new Frame.GoAway(ErrorCode.DRAINED, shown, List.of()));
	}

	@Test
	void aNodeIdAsNoNodeIsCalledIsAnError() {
		for (String nodeId : List.of("", "x\r\n2026 ERROR \u001b[31m", "a b", "x".repeat(129))) {
			Frame hello = new Frame.Hello(Introduction.of("shop", nodeId, 1, 1, 1, List.of("cbor"), "s"));
			assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decoded(hello))
				.withMessageContaining("HELLO frame is malformed: node id '")
				.satisfies((ex) -> assertThat(ex.getMessage()).matches("[ -~]{1,300}"));
		}
	}

	private static Frame decoded(Frame frame) {
		return Frames.DECODER.decode(Unpooled.wrappedBuffer(Frames.encoded(frame)));
	}

	@Test
	void bodyThatIsCutOffAnywhereIsNeverAnotherFrameThanItsPrefix() {
		Random random = new Random(43);
		for (int i = 0; i < 300; i++) {
			byte[] frame = Frames.encoded(Frames.any(random));
			ByteBuf whole = Unpooled.wrappedBuffer(frame);
			int lengthSize = Varint.sizeAt(whole, 0);
			byte[] typeAndBody = Arrays.copyOfRange(frame, lengthSize, frame.length);
			for (int length = 1; length < Math.min(300, typeAndBody.length); length++) {
				ByteBuf in = withLength(typeAndBody, length);
				byte[] sent = ByteBufUtil.getBytes(in);
				try {
					Frame decoded = Frames.DECODER.decode(in);
					assertThat(decoded).isNotNull();
					assertThat(in.isReadable()).isFalse();
					assertThat(Frames.encoded(decoded)).hasSameSizeAs(sent);
				}
				catch (ProtocolException ex) {
					assertThat(in.readerIndex()).isZero();
					assertThat(ex.getMessage()).isNotBlank();
				}
			}
		}
	}

	@Test
	void anyBytesAreAFrameOrARefusal() {
		Random random = new Random(44);
		FrameDecoder decoder = new FrameDecoder(4096);
		for (int i = 0; i < 200_000; i++) {
			byte[] bytes = new byte[random.nextInt(64)];
			random.nextBytes(bytes);
			if (bytes.length > 2 && random.nextBoolean()) {
				bytes[0] = (byte) (bytes.length - 1);
				bytes[1] = (byte) FrameType.values()[random.nextInt(FrameType.values().length)].number();
			}
			DecoderProperties.check(decoder, bytes);
		}
	}

	@Test
	void mutatedFramesAreAFrameOrARefusal() {
		Random random = new Random(45);
		for (int i = 0; i < 20_000; i++) {
			byte[] bytes = Frames.encoded(Frames.any(random));
			for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
				bytes[random.nextInt(Math.min(40, bytes.length))] ^= (byte) (1 << random.nextInt(8));
			}
			DecoderProperties.check(Frames.DECODER, bytes);
		}
	}

	@Test
	void unknownTypeIsSkipped() {
		ByteBuf in = hex("03" + "7f" + "aabb" + "01" + "00" + "02" + "1505");
		assertThat(Frames.DECODER.decode(in)).isEqualTo(new Frame.End(5));
		assertThat(in.isReadable()).isFalse();
	}

	@Test
	void unknownTypeIsBoundedToo() {
		ProtocolException ex = refused(new FrameDecoder(100), hex("4065" + "7f"));
		assertThat(ex.errorCode()).isEqualTo(ErrorCode.FRAME_TOO_LARGE);
		assertThat(ex.frameType()).isNull();
	}

	@Test
	void unknownCodeOfAFailureCountsAsUnknown() {
		Frame.Failed failed = (Frame.Failed) Frames.DECODER.decode(hex("06" + "12" + "05" + "fa" + "77" + "00" + "00"));
		assertThat(failed).isNotNull();
		assertThat(failed.failure().status().code()).isEqualTo(Code.UNKNOWN);
		assertThat(failed.failure().status().processed()).isEqualTo(Processed.UNKNOWN);
		assertThat(failed.failure().type()).isNull();
	}

	@Test
	void frameAtTheLimitIsRead() {
		byte[] frame = Frames.encoded(new Frame.Result(5, new byte[98]));
		assertThat(new FrameDecoder(100).decode(Unpooled.wrappedBuffer(frame))).isInstanceOf(Frame.Result.class);
	}

	@Test
	void frameBeyondTheLimitIsRefusedWithItsCallBeforeItArrives() {
		byte[] frame = Frames.encoded(new Frame.Call(70, 0, "a/b", "cbor", 0, 0, Metadata.EMPTY, new byte[500]));
		FrameDecoder decoder = new FrameDecoder(100);
		assertThat(decoder.decode(Unpooled.wrappedBuffer(frame, 0, 5))).isNull();
		ProtocolException ex = refused(decoder, Unpooled.wrappedBuffer(frame, 0, 6));
		assertThat(ex.literal()).isTrue();
		assertThat(ex.errorCode()).isEqualTo(ErrorCode.FRAME_TOO_LARGE);
		assertThat(ex.frameType()).isEqualTo(FrameType.CALL);
		assertThat(ex.callId()).isEqualTo(70);
		assertThat(ex.limit()).isEqualTo(100);
		assertThat(ex.value()).isEqualTo(516);
		assertThat(ex).hasMessage("CALL frame of 516 bytes for call 70 exceeds the limit of 100 bytes");
	}

	@Test
	void controlFrameBeyondTheLimitIsRefusedByItsFirstBytes() {
		ProtocolException ex = refused(new FrameDecoder(100), hex("ffffffffffffffff" + "01"));
		assertThat(ex.callId()).isZero();
		assertThat(ex.value()).isEqualTo(Varint.MAX);
	}

	@ParameterizedTest
	@CsvSource({ "00, length 0", "4001, shortest form", "80000001, shortest form", "c000000000000001, shortest form" })
	void lengthThatIsZeroOrNotInItsShortestFormIsRefused(String bytes, String message) {
		ProtocolException ex = refused(Frames.DECODER, hex(bytes));
		assertThat(ex.errorCode()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
		assertThat(ex).hasMessageContaining(message);
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', value = { "0113; CANCEL frame is malformed: a number needs 1 bytes, 0 are left",
			"021300; CANCEL frame is malformed: call id 0", "0213 40; CANCEL frame is malformed: a number needs 2",
			"0313 4005; CANCEL frame is malformed: number 5 in 2 bytes",
			"03130500; CANCEL frame is malformed: 1 bytes after the last field",
			"0415050607; END frame is malformed: 2 bytes after", "03160500; CREDIT frame is malformed: credit of 0",
			"0305 0102; PING frame is malformed: a number of 64 bits needs 8 bytes, 2 are left",
			"0503 20 03 6e6f; REFUSED frame is malformed: text needs 3 bytes, 2 are left",
			"0503 20 02 c080; REFUSED frame is malformed: text of 2 bytes is not UTF-8",
			"0603 20 03 eda080; REFUSED frame is malformed: text of 3 bytes is not UTF-8",
			"0403 20 01 80; REFUSED frame is malformed: text of 1 bytes is not UTF-8",
			"0c03 20 ffffffffffffffff 000000; REFUSED frame is malformed: text needs 4611686018427387903",
			"0504 01 00 02 04; GOAWAY frame is malformed: lanes needs 4 bytes",
			"0704 01 00 80100000; GOAWAY frame has 1048576 lanes, the limit is 65536",
			"0510 01 4401 00; CALL frame has 1025 as reference",
			"0610 01 01 00 00 01; CALL frame is malformed: entries needs 2 bytes, 0 are left",
			"0710 01 01 00 00 4081; CALL frame has 129 entries, the limit is 128",
			"0e10 01 01 00 00 02 016b 0176 016b 0177; CALL frame is malformed: key 'k' occurs twice",
			"0317 05 01; METADATA frame is malformed: entries needs 2 bytes, 0 are left",
			"0417 05 4081; METADATA frame has 129 entries, the limit is 128",
			"0417 05 00 00; METADATA frame is malformed: 1 bytes after the last field",
			"0317 00 00; METADATA frame is malformed: call id 0",
			"0b17 05 02 016b 0176 016b 0177; METADATA frame is malformed: key 'k' occurs twice",
			"0412 05 09 02; FAILURE frame is malformed: a number needs 1 bytes, 0 are left",
			"0612 05 09 02 7fff; FAILURE frame is malformed: text needs 16383 bytes, 0 are left",
			"0201 00; HELLO frame is malformed: version 0", "0201 01; HELLO frame is malformed: a number needs 1" })
	void malformedFrameIsRefusedWithWhatIsWrong(String bytes, String message) {
		ByteBuf in = hex(bytes.replace(" ", ""));
		ProtocolException ex = refused(Frames.DECODER, in);
		assertThat(ex).hasMessageContaining(message);
		assertThat(ex.frameType()).isNotNull();
		assertThat(in.readerIndex()).isZero();
	}

	@Test
	void metadataBeyondItsLimitIsRefused() {
		ByteBuf in = Unpooled.buffer();
		int length = FrameCodec.MAX_HEADER_BYTES + 2;
		in.writeInt(0x80000000 | length).writeByte(0x17).writeByte(5).writeByte(1).writeZero(length - 3);
		ProtocolException ex = refused(Frames.DECODER, in);
		assertThat(ex.errorCode()).isEqualTo(ErrorCode.LIMIT);
		assertThat(ex).hasMessageContaining("METADATA frame has 65537 bytes of metadata, the limit is 65536");
	}

	@Test
	void headerBeyondItsLimitIsRefused() {
		ByteBuf body = Unpooled.buffer();
		body.writeByte(FrameType.CALL.number());
		Varint.write(body, 1);
		body.writeBytes(new byte[] { 1, 0, 0, 1, 1, 'k' });
		Varint.write(body, 70_000);
		body.writeBytes("x".repeat(70_000).getBytes());
		ProtocolException ex = refused(Frames.DECODER, withLength(ByteBufUtil.getBytes(body), body.readableBytes()));
		assertThat(ex.errorCode()).isEqualTo(ErrorCode.LIMIT);
		assertThat(ex.limit()).isEqualTo(FrameCodec.MAX_HEADER_BYTES);
	}

	@Test
	void namesOfProceduresAndCodecsAreBounded() {
		ByteBuf body = Unpooled.buffer();
		body.writeByte(FrameType.CALL.number());
		body.writeBytes(new byte[] { 1, 0 });
		Varint.write(body, 60_000);
		body.writeBytes("x".repeat(60_000).getBytes());
		body.writeBytes(new byte[] { 0, 0, 0, 0 });
		ProtocolException ex = refused(Frames.DECODER, withLength(ByteBufUtil.getBytes(body), body.readableBytes()));
		assertThat(ex.errorCode()).isEqualTo(ErrorCode.LIMIT);
		assertThat(ex).hasMessageContaining("60000 bytes in the name of the procedure, the limit is 256");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Frames
				.encoded(new Frame.Call(1, 0, "a/" + "\u20ac".repeat(85), "cbor", 0, 0, Metadata.EMPTY, new byte[0])))
			.withMessageContaining("257 bytes: expected at most 256");
		assertThatIllegalArgumentException().isThrownBy(
				() -> Frames.encoded(new Frame.Call(1, 0, "a/b", "x".repeat(65), 0, 0, Metadata.EMPTY, new byte[0])))
			.withMessageContaining("65");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void directAndHeapBuffersAreReadAlike(boolean direct) {
		Frame.Hello hello = new Frame.Hello(new Introduction(1, "r\u00e9alm", "n", 7, 8, 9, List.of("cbor", "json"),
				"s", Map.of("a", "b", "c", "d")));
		byte[] bytes = Frames.encoded(hello);
		ByteBuf in = direct ? Unpooled.directBuffer() : Unpooled.buffer();
		try {
			in.writeByte(0).writeBytes(bytes).readByte();
			assertThat(Frames.DECODER.decode(in)).isEqualTo(hello);
		}
		finally {
			in.release();
		}
	}

	@Test
	void refusalIsTheSameWhenAskedAgain() {
		ByteBuf in = hex("021300");
		refused(Frames.DECODER, in);
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> Frames.DECODER.decode(in))
			.withMessageContaining("call id 0");
	}

	private static ProtocolException refused(FrameDecoder decoder, ByteBuf in) {
		ProtocolException ex = catchThrowableOfType(ProtocolException.class, () -> decoder.decode(in));
		assertThat(ex).isNotNull();
		return ex;
	}

	private static ByteBuf withLength(byte[] typeAndBody, int length) {
		ByteBuf in = Unpooled.buffer();
		Varint.write(in, length);
		return in.writeBytes(typeAndBody, 0, length);
	}

	private static ByteBuf hex(String hex) {
		return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
	}

}
