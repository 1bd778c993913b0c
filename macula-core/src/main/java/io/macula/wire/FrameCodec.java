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

import java.util.List;
import java.util.Map;

import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes frames. Stateless; the writers append whole frames and copy the payload once. A
 * frame that breaks a limit is refused with {@link IllegalArgumentException} before a
 * byte of it is written.
 */
public final class FrameCodec {

	/** Bytes of a frame without its payload or detail, at most. */
	public static final int MAX_HEADER_BYTES = 64 << 10;

	/** Length of a frame on the control stream, at most. */
	public static final int MAX_CONTROL_FRAME_BYTES = MAX_HEADER_BYTES;

	/** Procedures in a lane's table, at most; later literals are not assigned. */
	public static final int MAX_PROCEDURES = 1024;

	/** Bytes of the name of a procedure, {@code service/method}, at most. */
	public static final int MAX_PROCEDURE_BYTES = 256;

	/** Bytes of the name of a payload codec, at most. */
	public static final int MAX_CODEC_BYTES = 64;

	/** Entries of metadata or of extensions, at most. */
	public static final int MAX_ENTRIES = 128;

	/** Characters of a failure's message; what is beyond is cut. */
	public static final int MAX_MESSAGE_CHARS = 4096;

	/** Characters of a failure's type; what is beyond is cut. */
	public static final int MAX_TYPE_CHARS = 1024;

	private FrameCodec() {
	}

	/*
	 * frame := length varint (of type and body) | type u8 | body
	 *
	 * str := length varint | UTF-8 bytes
	 *
	 * entries := count varint | (key str | value str)*
	 *
	 * Sizes are computed first, because the length stands in front in its shortest form.
	 */

	/**
	 * Largest frame for a largest payload: the limit to give to a {@link FrameDecoder}.
	 * @param maxPayloadBytes the largest payload
	 * @return the largest frame
	 */
	public static int maxFrameBytes(int maxPayloadBytes) {
		return (int) Math.min(Integer.MAX_VALUE, (long) maxPayloadBytes + MAX_HEADER_BYTES);
	}

	/**
	 * Bytes that a CALL needs at most, to size buffers with and to refuse a call before
	 * it is queued.
	 * @param procedure name of the procedure
	 * @param codec name of the payload codec
	 * @param metadata travels with the call
	 * @return bytes of the header; beyond {@link #MAX_HEADER_BYTES} it cannot be sent
	 */
	public static int callHeaderBytes(String procedure, String codec, Metadata metadata) {
		return 32 + textSize(procedure) + textSize(codec) + entriesSize(metadata.asMap());
	}

	/**
	 * Refuse a procedure that cannot be called because its name is too long.
	 * @param procedure {@code service/method}
	 * @throws IllegalArgumentException if it has more than {@link #MAX_PROCEDURE_BYTES};
	 * the message names it
	 */
	public static void requireProcedure(String procedure) {
		int bytes = ByteBufUtil.utf8Bytes(procedure);
		if (bytes > MAX_PROCEDURE_BYTES) {
			throw new IllegalArgumentException("The procedure '" + procedure.substring(0, 60) + "...' has a name of "
					+ bytes + " bytes: expected at most " + MAX_PROCEDURE_BYTES
					+ " for service, '/' and method; give the service or the method a shorter name");
		}
	}

	/**
	 * Write any frame.
	 * @param frame the frame
	 * @param out receives it
	 */
	public static void encode(Frame frame, ByteBuf out) {
		switch (frame.type()) {
			case HELLO -> writeIntroduction(out, FrameType.HELLO, ((Frame.Hello) frame).introduction());
			case WELCOME -> writeIntroduction(out, FrameType.WELCOME, ((Frame.Welcome) frame).introduction());
			case REFUSED -> writeRefused(out, (Frame.Refused) frame);
			case GOAWAY -> writeGoAway(out, (Frame.GoAway) frame);
			case PING -> writeToken(out, FrameType.PING, ((Frame.Ping) frame).token());
			case PONG -> writeToken(out, FrameType.PONG, ((Frame.Pong) frame).token());
			case TIME -> writeTime(out, ((Frame.Time) frame).epoch(), ((Frame.Time) frame).millis());
			case CALL -> {
				Frame.Call call = (Frame.Call) frame;
				writeCall(out, call.callId(), call.procedureRef(), call.procedure(), call.codec(), call.timeoutMicros(),
						call.flags(), call.metadata(), call.payload());
			}
			case RESULT -> writeResult(out, ((Frame.Result) frame).callId(), ((Frame.Result) frame).payload());
			case FAILURE -> writeFailure(out, ((Frame.Failed) frame).callId(), ((Frame.Failed) frame).failure());
			case CANCEL -> writeCancel(out, ((Frame.Cancel) frame).callId());
			case ELEMENT -> writeElement(out, ((Frame.Element) frame).callId(), ((Frame.Element) frame).payload());
			case END -> writeEnd(out, ((Frame.End) frame).callId());
			case CREDIT -> writeCredit(out, ((Frame.Credit) frame).callId(), ((Frame.Credit) frame).elements());
			case METADATA ->
				writeMetadata(out, ((Frame.AnswerMetadata) frame).callId(), ((Frame.AnswerMetadata) frame).metadata());
		}
	}

	/**
	 * Write a TIME.
	 * @param out receives the frame
	 * @param epoch 1 or more
	 * @param millis when what follows was written
	 */
	public static void writeTime(ByteBuf out, long epoch, long millis) {
		require(epoch >= 1 && epoch <= Varint.MAX, "epoch", epoch, Varint.MAX);
		require(millis >= 0 && millis <= Varint.MAX, "millis", millis, Varint.MAX);
		begin(out, FrameType.TIME, Varint.size(epoch) + Varint.size(millis));
		Varint.write(out, epoch);
		Varint.write(out, millis);
	}

	/**
	 * Write a CALL.
	 * @param out receives the frame
	 * @param callId 1 or more
	 * @param procedureRef index in the lane's table, 0 for a literal
	 * @param procedure name of the procedure; written only with a literal
	 * @param codec name of the payload codec; written only with a literal
	 * @param timeoutMicros remaining time, 0 for no deadline
	 * @param flags see {@link Frame.Call}
	 * @param metadata travels with the call
	 * @param payload the encoded arguments
	 */
	public static void writeCall(ByteBuf out, long callId, int procedureRef, String procedure, String codec,
			long timeoutMicros, int flags, Metadata metadata, byte[] payload) {
		requireCallId(callId);
		require(procedureRef >= 0 && procedureRef <= MAX_PROCEDURES, "procedureRef", procedureRef, MAX_PROCEDURES);
		require(metadata.size() <= MAX_ENTRIES, "metadata.size", metadata.size(), MAX_ENTRIES);
		require((flags & ~0xFF) == 0, "flags", flags, 0xFF);
		Map<String, String> entries = metadata.asMap();
		int header = Varint.size(callId) + Varint.size(procedureRef) + Varint.size(timeoutMicros) + 1
				+ entriesSize(entries);
		if (procedureRef == 0) {
			requireProcedure(procedure);
			int codecBytes = ByteBufUtil.utf8Bytes(codec);
			require(codecBytes <= MAX_CODEC_BYTES, "bytes of the codec's name", codecBytes, MAX_CODEC_BYTES);
			header += textSize(procedure) + textSize(codec);
		}
		require(header <= MAX_HEADER_BYTES, "header bytes of procedure and metadata", header, MAX_HEADER_BYTES);
		begin(out, FrameType.CALL, (long) header + payload.length);
		Varint.write(out, callId);
		Varint.write(out, procedureRef);
		if (procedureRef == 0) {
			writeText(out, procedure);
			writeText(out, codec);
		}
		Varint.write(out, timeoutMicros);
		out.writeByte(flags);
		writeEntries(out, entries);
		out.writeBytes(payload);
	}

	/**
	 * Write a RESULT.
	 * @param out receives the frame
	 * @param callId the call
	 * @param payload the encoded result
	 */
	public static void writeResult(ByteBuf out, long callId, byte[] payload) {
		writePayload(out, FrameType.RESULT, callId, payload);
	}

	/**
	 * Write a FAILURE.
	 * @param out receives the frame
	 * @param callId the call
	 * @param failure why; message and type are cut at their limits
	 */
	public static void writeFailure(ByteBuf out, long callId, Failure failure) {
		requireCallId(callId);
		Status status = failure.status();
		String message = cut(status.message(), MAX_MESSAGE_CHARS);
		String type = (failure.type() != null) ? cut(failure.type(), MAX_TYPE_CHARS) : "";
		byte[] detail = failure.detail();
		begin(out, FrameType.FAILURE,
				(long) Varint.size(callId) + 2 + textSize(message) + textSize(type) + detail.length);
		Varint.write(out, callId);
		out.writeByte(status.code().number());
		out.writeByte(number(status.processed()));
		writeText(out, message);
		writeText(out, type);
		out.writeBytes(detail);
	}

	/**
	 * Write a CANCEL.
	 * @param out receives the frame
	 * @param callId the call
	 */
	public static void writeCancel(ByteBuf out, long callId) {
		writeCallId(out, FrameType.CANCEL, callId);
	}

	/**
	 * Write an ELEMENT.
	 * @param out receives the frame
	 * @param callId the call
	 * @param payload the encoded element
	 */
	public static void writeElement(ByteBuf out, long callId, byte[] payload) {
		writePayload(out, FrameType.ELEMENT, callId, payload);
	}

	/**
	 * Write an END.
	 * @param out receives the frame
	 * @param callId the call
	 */
	public static void writeEnd(ByteBuf out, long callId) {
		writeCallId(out, FrameType.END, callId);
	}

	/**
	 * Write a CREDIT.
	 * @param out receives the frame
	 * @param callId the call
	 * @param elements how many more elements may be sent, at least 1
	 */
	public static void writeCredit(ByteBuf out, long callId, long elements) {
		requireCallId(callId);
		require(elements >= 1 && elements <= Varint.MAX, "elements", elements, Varint.MAX);
		begin(out, FrameType.CREDIT, Varint.size(callId) + Varint.size(elements));
		Varint.write(out, callId);
		Varint.write(out, elements);
	}

	/**
	 * Write a METADATA; the answer follows.
	 * @param out receives the frame
	 * @param callId the call
	 * @param metadata travels beside the answer
	 */
	public static void writeMetadata(ByteBuf out, long callId, Metadata metadata) {
		requireCallId(callId);
		require(metadata.size() <= MAX_ENTRIES, "metadata.size", metadata.size(), MAX_ENTRIES);
		Map<String, String> entries = metadata.asMap();
		int size = Math.addExact(Varint.size(callId), entriesSize(entries));
		require(size <= MAX_HEADER_BYTES, "bytes of metadata", size, MAX_HEADER_BYTES);
		begin(out, FrameType.METADATA, size);
		Varint.write(out, callId);
		writeEntries(out, entries);
	}

	static int number(Processed processed) {
		return switch (processed) {
			case NO -> 0;
			case UNKNOWN -> 1;
			case YES -> 2;
		};
	}

	private static void writePayload(ByteBuf out, FrameType type, long callId, byte[] payload) {
		requireCallId(callId);
		begin(out, type, (long) Varint.size(callId) + payload.length);
		Varint.write(out, callId);
		out.writeBytes(payload);
	}

	private static void writeCallId(ByteBuf out, FrameType type, long callId) {
		requireCallId(callId);
		begin(out, type, Varint.size(callId));
		Varint.write(out, callId);
	}

	private static void writeToken(ByteBuf out, FrameType type, long token) {
		begin(out, type, Long.BYTES);
		out.writeLong(token);
	}

	private static void writeIntroduction(ByteBuf out, FrameType type, Introduction node) {
		require(node.version() >= 1 && node.version() <= 0xFF, "version", node.version(), 0xFF);
		require(node.codecs().size() <= MAX_ENTRIES, "codecs.size", node.codecs().size(), MAX_ENTRIES);
		require(node.extensions().size() <= MAX_ENTRIES, "extensions.size", node.extensions().size(), MAX_ENTRIES);
		long size = 1L + textSize(node.realm()) + textSize(node.nodeId()) + Long.BYTES
				+ Varint.size(node.maxPayloadBytes()) + Varint.size(node.maxInFlight())
				+ Varint.size(node.codecs().size()) + textSize(node.software()) + entriesSize(node.extensions());
		for (String codec : node.codecs()) {
			size += textSize(codec);
		}
		beginControl(out, type, size);
		out.writeByte(node.version());
		writeText(out, node.realm());
		writeText(out, node.nodeId());
		out.writeLong(node.incarnation());
		Varint.write(out, node.maxPayloadBytes());
		Varint.write(out, node.maxInFlight());
		Varint.write(out, node.codecs().size());
		for (String codec : node.codecs()) {
			writeText(out, codec);
		}
		writeText(out, node.software());
		writeEntries(out, node.extensions());
	}

	private static void writeRefused(ByteBuf out, Frame.Refused refused) {
		String message = cut(refused.message(), MAX_MESSAGE_CHARS);
		beginControl(out, FrameType.REFUSED, (long) Varint.size(refused.code().number()) + textSize(message));
		Varint.write(out, refused.code().number());
		writeText(out, message);
	}

	private static void writeGoAway(ByteBuf out, Frame.GoAway goAway) {
		String message = cut(goAway.message(), MAX_MESSAGE_CHARS);
		List<Frame.GoAway.Accepted> accepted = goAway.accepted();
		long size = (long) Varint.size(goAway.code().number()) + textSize(message) + Varint.size(accepted.size());
		for (Frame.GoAway.Accepted lane : accepted) {
			size += Varint.size(lane.streamId()) + Varint.size(lane.callId());
		}
		beginControl(out, FrameType.GOAWAY, size);
		Varint.write(out, goAway.code().number());
		writeText(out, message);
		Varint.write(out, accepted.size());
		for (Frame.GoAway.Accepted lane : accepted) {
			Varint.write(out, lane.streamId());
			Varint.write(out, lane.callId());
		}
	}

	private static void begin(ByteBuf out, FrameType type, long bodySize) {
		long size = bodySize + 1;
		require(size <= Integer.MAX_VALUE, "frame size", size, Integer.MAX_VALUE);
		out.ensureWritable((int) Math.min(Integer.MAX_VALUE, size + Long.BYTES));
		Varint.write(out, size);
		out.writeByte(type.number());
	}

	private static void beginControl(ByteBuf out, FrameType type, long bodySize) {
		require(bodySize < MAX_CONTROL_FRAME_BYTES, type + " frame size", bodySize + 1, MAX_CONTROL_FRAME_BYTES);
		begin(out, type, bodySize);
	}

	private static int entriesSize(Map<String, String> entries) {
		int size = Varint.size(entries.size());
		if (!entries.isEmpty()) {
			for (Map.Entry<String, String> entry : entries.entrySet()) {
				size = Math.addExact(size, Math.addExact(textSize(entry.getKey()), textSize(entry.getValue())));
			}
		}
		return size;
	}

	private static void writeEntries(ByteBuf out, Map<String, String> entries) {
		Varint.write(out, entries.size());
		if (!entries.isEmpty()) {
			for (Map.Entry<String, String> entry : entries.entrySet()) {
				writeText(out, entry.getKey());
				writeText(out, entry.getValue());
			}
		}
	}

	private static int textSize(String text) {
		int bytes = ByteBufUtil.utf8Bytes(text);
		return Math.addExact(Varint.size(bytes), bytes);
	}

	private static void writeText(ByteBuf out, String text) {
		int bytes = ByteBufUtil.utf8Bytes(text);
		Varint.write(out, bytes);
		ByteBufUtil.reserveAndWriteUtf8(out, text, bytes);
	}

	private static String cut(String text, int maxChars) {
		return (text.length() <= maxChars) ? text : text.substring(0, maxChars - 1) + '\u2026';
	}

	private static void requireCallId(long callId) {
		require(callId >= 1 && callId <= Varint.MAX, "callId", callId, Varint.MAX);
	}

	private static void require(boolean valid, String name, long value, long limit) {
		if (!valid) {
			throw new IllegalArgumentException(name + " " + value + " is not valid: the limit is " + limit);
		}
	}

}
