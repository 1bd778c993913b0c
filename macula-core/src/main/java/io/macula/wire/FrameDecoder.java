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

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.NodeIds;
import io.macula.Processed;
import io.macula.Status;
import io.macula.log.Printable;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of one stream. Keeps nothing between calls, so that it may be used for
 * several streams of the same limit; not for several threads at once.
 */
public final class FrameDecoder {

	private static final byte[] NO_BYTES = {};

	private final int maxFrameBytes;

	/** End of the body that is being read. */
	private int end;

	/** Frames of unknown types since {@link #takeSkipped}. */
	private int skipped;

	/** Type of the frame that is being read. */
	private FrameType type = FrameType.HELLO;

	/**
	 * A decoder.
	 * @param maxFrameBytes largest length of a frame, see
	 * {@link FrameCodec#maxFrameBytes}
	 */
	public FrameDecoder(int maxFrameBytes) {
		this.maxFrameBytes = maxFrameBytes;
	}

	/*
	 * frame := length varint (of type and body) | type u8 | body
	 *
	 * The length is judged before the body is awaited. Every length, count and number
	 * inside the body is judged against what is left of it before it is used, so that no
	 * more memory is taken than bytes have arrived.
	 */

	/**
	 * Read the next frame and move behind it; frames of unknown types are skipped.
	 * @param in the bytes that have arrived
	 * @return the frame, or {@code null} if it has not fully arrived, in which case
	 * nothing is consumed but unknown frames
	 * @throws ProtocolException if the bytes are no frame or break a limit; the position
	 * stays at the offending frame
	 */
	public @Nullable Frame decode(ByteBuf in) {
		while (in.isReadable()) {
			int start = in.readerIndex();
			int lengthSize = Varint.sizeAt(in, start);
			if (in.readableBytes() < lengthSize) {
				return null;
			}
			long length = Varint.get(in, start, lengthSize);
			if (!Varint.shortest(length, lengthSize) || length == 0) {
				throw ProtocolException.violation("Frame length " + length + " in " + lengthSize
						+ " bytes is malformed: expected 1 or more in its shortest form");
			}
			if (length > this.maxFrameBytes) {
				return tooLarge(in, start + lengthSize, length);
			}
			if (in.readableBytes() - lengthSize < length) {
				return null;
			}
			this.end = start + lengthSize + (int) length;
			FrameType known = FrameType.of(in.getUnsignedByte(start + lengthSize));
			if (known != null) {
				return body(in, start, start + lengthSize + 1, known);
			}
			this.skipped++;
			in.readerIndex(this.end);
		}
		return null;
	}

	/**
	 * How long the frame is that has arrived in part.
	 * @param in begins with it
	 * @return its length in bytes, all in all; 0 if that is not known yet
	 */
	public static long awaited(ByteBuf in) {
		int index = in.readerIndex();
		if (!in.isReadable() || in.readableBytes() < Varint.sizeAt(in, index)) {
			return 0;
		}
		int lengthSize = Varint.sizeAt(in, index);
		return lengthSize + Varint.get(in, index, lengthSize);
	}

	/**
	 * How many frames of unknown types were skipped since the last time.
	 * @return 0 or more
	 */
	public int takeSkipped() {
		int taken = this.skipped;
		this.skipped = 0;
		return taken;
	}

	/**
	 * The frame that has arrived in part is not awaited any more.
	 * @param in begins with the frame, of which at least 32 bytes are there
	 * @return names it, with {@link ErrorCode#LIMIT}
	 */
	public ProtocolException givenUp(ByteBuf in) {
		int index = in.readerIndex();
		int lengthSize = Varint.sizeAt(in, index);
		long length = Varint.get(in, index, lengthSize);
		FrameType known = FrameType.of(in.getUnsignedByte(index + lengthSize));
		if (known == null || !known.ofCall()) {
			return ProtocolException.unaffordable(known, 0, false, this.maxFrameBytes, length);
		}
		int at = index + lengthSize + 1;
		int idSize = Varint.sizeAt(in, at);
		return ProtocolException.unaffordable(known, Varint.get(in, at, idSize),
				known == FrameType.CALL && in.getByte(at + idSize) == 0, this.maxFrameBytes, length);
	}

	/** Waits for at most ten bytes more, to be able to name the call. */
	private @Nullable Frame tooLarge(ByteBuf in, int index, long length) {
		if (in.writerIndex() == index) {
			return null;
		}
		FrameType known = FrameType.of(in.getUnsignedByte(index));
		long callId = 0;
		boolean literal = false;
		if (known != null && known.ofCall()) {
			int at = index + 1;
			int left = in.writerIndex() - at - ((known == FrameType.CALL) ? 1 : 0);
			if (left < 1 || left < Varint.sizeAt(in, at)) {
				return null;
			}
			callId = Varint.get(in, at, Varint.sizeAt(in, at));
			literal = known == FrameType.CALL && in.getByte(at + Varint.sizeAt(in, at)) == 0;
		}
		throw ProtocolException.tooLarge(known, callId, literal, this.maxFrameBytes, length);
	}

	private Frame body(ByteBuf in, int start, int index, FrameType known) {
		this.type = known;
		in.readerIndex(index);
		boolean complete = false;
		try {
			Frame frame = switch (known) {
				case HELLO -> new Frame.Hello(introduction(in));
				case WELCOME -> new Frame.Welcome(introduction(in));
				case REFUSED ->
					new Frame.Refused(ErrorCode.of(number(in)), printable(in, FrameCodec.MAX_MESSAGE_CHARS));
				case GOAWAY -> goAway(in);
				case PING -> new Frame.Ping(fixed64(in));
				case PONG -> new Frame.Pong(fixed64(in));
				case TIME -> time(in);
				case CALL -> call(in);
				case RESULT -> new Frame.Result(callId(in), rest(in));
				case FAILURE -> failure(in);
				case CANCEL -> new Frame.Cancel(callId(in));
				case ELEMENT -> new Frame.Element(callId(in), rest(in));
				case END -> new Frame.End(callId(in));
				case CREDIT -> credit(in);
				case METADATA -> answerMetadata(in);
			};
			if (in.readerIndex() != this.end) {
				throw malformed((this.end - in.readerIndex()) + " bytes after the last field", 0,
						this.end - in.readerIndex());
			}
			complete = true;
			return frame;
		}
		finally {
			if (!complete) {
				in.readerIndex(start);
			}
		}
	}

	/*
	 * TIME := epoch varint | millis varint
	 */
	private Frame time(ByteBuf in) {
		long epoch = number(in);
		if (epoch == 0) {
			throw malformed("epoch 0", 1, 0);
		}
		return new Frame.Time(epoch, number(in));
	}

	/*
	 * CALL := callId varint | procedureRef varint | [procedure str | codec str] |
	 * timeoutMicros varint | flags u8 | metadata entries | payload
	 */
	private Frame call(ByteBuf in) {
		int begin = in.readerIndex();
		long callId = callId(in);
		long procedureRef = number(in);
		if (procedureRef > FrameCodec.MAX_PROCEDURES) {
			throw ProtocolException.limit(this.type, "as reference of the procedure", FrameCodec.MAX_PROCEDURES,
					procedureRef);
		}
		String procedure = "";
		String codec = "";
		if (procedureRef == 0) {
			procedure = text(in, FrameCodec.MAX_PROCEDURE_BYTES, "bytes in the name of the procedure");
			codec = text(in, FrameCodec.MAX_CODEC_BYTES, "bytes in the name of the codec");
		}
		long timeoutMicros = number(in);
		int flags = fixed8(in);
		Map<String, String> entries = entries(in);
		int header = in.readerIndex() - begin;
		if (header > FrameCodec.MAX_HEADER_BYTES) {
			throw ProtocolException.limit(this.type, "header bytes", FrameCodec.MAX_HEADER_BYTES, header);
		}
		return new Frame.Call(callId, (int) procedureRef, procedure, codec, timeoutMicros, flags, Metadata.of(entries),
				rest(in));
	}

	/*
	 * FAILURE := callId varint | code u8 | processed u8 | message str | type str | detail
	 */
	private Frame failure(ByteBuf in) {
		long callId = callId(in);
		Code code = Code.of(fixed8(in));
		Processed processed = switch (fixed8(in)) {
			case 0 -> Processed.NO;
			case 2 -> Processed.YES;
			default -> Processed.UNKNOWN;
		};
		String message = printable(in, FrameCodec.MAX_MESSAGE_CHARS);
		String exception = printable(in, FrameCodec.MAX_TYPE_CHARS);
		return new Frame.Failed(callId,
				new Failure(new Status(code, message, processed), exception.isEmpty() ? null : exception, rest(in)));
	}

	/*
	 * CREDIT := callId varint | elements varint
	 */
	private Frame credit(ByteBuf in) {
		long callId = callId(in);
		long elements = number(in);
		if (elements == 0) {
			throw malformed("credit of 0 elements", 1, 0);
		}
		return new Frame.Credit(callId, elements);
	}

	/*
	 * METADATA := callId varint | metadata entries
	 */
	private Frame answerMetadata(ByteBuf in) {
		int bytes = this.end - in.readerIndex();
		if (bytes > FrameCodec.MAX_HEADER_BYTES) {
			throw ProtocolException.limit(this.type, "bytes of metadata", FrameCodec.MAX_HEADER_BYTES, bytes);
		}
		return new Frame.AnswerMetadata(callId(in), Metadata.of(entries(in)));
	}

	/*
	 * HELLO, WELCOME := version u8 | realm str | nodeId str | incarnation u64 |
	 * maxPayloadBytes varint | maxInFlight varint | count varint | codec str* | software
	 * str | extensions entries
	 */
	private Introduction introduction(ByteBuf in) {
		int version = fixed8(in);
		if (version == 0) {
			throw malformed("version 0", 1, 0);
		}
		String realm = text(in);
		String nodeId = text(in);
		if (!NodeIds.valid(nodeId)) {
			throw malformed("node id '" + Printable.text(nodeId, NodeIds.MAX_LENGTH) + "' is not of 1 to "
					+ NodeIds.MAX_LENGTH + " letters, digits, '.', '_', ':' or '-'", NodeIds.MAX_LENGTH,
					nodeId.length());
		}
		long incarnation = fixed64(in);
		long maxPayloadBytes = number(in);
		long maxInFlight = number(in);
		int count = count(in, FrameCodec.MAX_ENTRIES, 1, "codecs");
		List<String> codecs = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			codecs.add(text(in, FrameCodec.MAX_CODEC_BYTES, "bytes in the name of a codec"));
		}
		return new Introduction(version, realm, nodeId, incarnation, maxPayloadBytes, maxInFlight, codecs, text(in),
				entries(in));
	}

	/*
	 * GOAWAY := code varint | message str | count varint | (streamId varint | callId
	 * varint)*
	 */
	private Frame goAway(ByteBuf in) {
		ErrorCode code = ErrorCode.of(number(in));
		String message = printable(in, FrameCodec.MAX_MESSAGE_CHARS);
		int count = count(in, FrameCodec.MAX_CONTROL_FRAME_BYTES, 2, "lanes");
		List<Frame.GoAway.Accepted> accepted = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			accepted.add(new Frame.GoAway.Accepted(number(in), number(in)));
		}
		return new Frame.GoAway(code, message, accepted);
	}

	private long callId(ByteBuf in) {
		long callId = number(in);
		if (callId == 0) {
			throw malformed("call id 0", 1, 0);
		}
		return callId;
	}

	private long number(ByteBuf in) {
		int index = in.readerIndex();
		require(in, 1, "a number");
		int size = Varint.sizeAt(in, index);
		require(in, size, "a number");
		long value = Varint.get(in, index, size);
		if (!Varint.shortest(value, size)) {
			throw malformed("number " + value + " in " + size + " bytes", Varint.size(value), size);
		}
		in.readerIndex(index + size);
		return value;
	}

	private int fixed8(ByteBuf in) {
		require(in, 1, "a byte");
		return in.readUnsignedByte();
	}

	private long fixed64(ByteBuf in) {
		require(in, Long.BYTES, "a number of 64 bits");
		return in.readLong();
	}

	private int count(ByteBuf in, int limit, int bytesEach, String what) {
		long count = number(in);
		if (count > limit) {
			throw ProtocolException.limit(this.type, what, limit, count);
		}
		require(in, count * bytesEach, what);
		return (int) count;
	}

	private Map<String, String> entries(ByteBuf in) {
		int count = count(in, FrameCodec.MAX_ENTRIES, 2, "entries");
		if (count == 0) {
			return Map.of();
		}
		if (count == 1) {
			return Map.of(text(in), text(in));
		}
		Map<String, String> entries = new HashMap<>(count * 2);
		for (int i = 0; i < count; i++) {
			String key = text(in);
			if (entries.put(key, text(in)) != null) {
				throw malformed("key '" + Printable.text(key) + "' occurs twice", 1, 2);
			}
		}
		return entries;
	}

	/** What is for people: they read it on one line. */
	private String printable(ByteBuf in, int most) {
		return Printable.text(text(in), most);
	}

	private String text(ByteBuf in) {
		return text(in, Long.MAX_VALUE, "bytes of text");
	}

	private String text(ByteBuf in, long limit, String what) {
		long length = number(in);
		if (length > limit) {
			throw ProtocolException.limit(this.type, what, limit, length);
		}
		require(in, length, "text");
		if (length == 0) {
			return "";
		}
		byte[] bytes = new byte[(int) length];
		in.readBytes(bytes);
		int all = 0;
		for (byte each : bytes) {
			all |= each;
		}
		if (all >= 0) {
			return new String(bytes, StandardCharsets.ISO_8859_1);
		}
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			throw malformed("text of " + length + " bytes is not UTF-8", 0, length);
		}
	}

	private byte[] rest(ByteBuf in) {
		int length = this.end - in.readerIndex();
		if (length == 0) {
			return NO_BYTES;
		}
		byte[] bytes = new byte[length];
		in.readBytes(bytes);
		return bytes;
	}

	private void require(ByteBuf in, long bytes, String what) {
		int left = this.end - in.readerIndex();
		if (bytes > left) {
			throw malformed(what + " needs " + bytes + " bytes, " + left + " are left", left, bytes);
		}
	}

	private ProtocolException malformed(String message, long limit, long value) {
		return ProtocolException.malformed(this.type, message, limit, value);
	}

}
