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

import org.jspecify.annotations.Nullable;

/**
 * The peer's bytes are no frame of this protocol, or exceed a limit: the stream cannot be
 * read any further. Carries no stack trace, because a hostile peer must not make us pay
 * for one; the message tells the value, the limit and the place.
 */
public final class ProtocolException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final ErrorCode errorCode;

	private final long limit;

	private final long value;

	private final @Nullable FrameType frameType;

	private final long callId;

	private final boolean literal;

	private ProtocolException(ErrorCode errorCode, String message, long limit, long value,
			@Nullable FrameType frameType, long callId, boolean literal) {
		super(message, null, false, false);
		this.errorCode = errorCode;
		this.limit = limit;
		this.value = value;
		this.frameType = frameType;
		this.callId = callId;
		this.literal = literal;
	}

	/**
	 * A breach of the protocol without numbers.
	 * @param message what, and what was expected
	 * @return the exception
	 */
	public static ProtocolException violation(String message) {
		return new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, message, 0, 0, null, 0, false);
	}

	/**
	 * More frames than a peer may send that carry neither a call nor an element.
	 * @param kind of the last one
	 * @param burst how many may come at once
	 * @param perSecond how many in each second
	 * @return the exception
	 */
	public static ProtocolException flood(Object kind, int burst, int perSecond) {
		return new ProtocolException(ErrorCode.LIMIT, "too many frames without a call or an element, the last of them "
				+ kind + ": at most " + burst + " at once, and " + perSecond + " a second", burst, burst + 1L, null, 0,
				false);
	}

	static ProtocolException malformed(FrameType type, String message, long limit, long value) {
		return new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, type + " frame is malformed: " + message, limit,
				value, type, 0, false);
	}

	/**
	 * A limit that is none of a single frame was exceeded.
	 * @param what what there is too much of
	 * @param limit the limit
	 * @param value what came
	 * @return the exception
	 */
	public static ProtocolException limit(String what, long limit, long value) {
		return new ProtocolException(ErrorCode.LIMIT, value + " " + what + ", the limit is " + limit, limit, value,
				null, 0, false);
	}

	static ProtocolException limit(FrameType type, String what, long limit, long value) {
		return new ProtocolException(ErrorCode.LIMIT,
				type + " frame has " + value + " " + what + ", the limit is " + limit, limit, value, type, 0, false);
	}

	static ProtocolException tooLarge(@Nullable FrameType type, long callId, boolean literal, long limit, long value) {
		return new ProtocolException(ErrorCode.FRAME_TOO_LARGE,
				((type != null) ? type + " frame" : "Frame") + " of " + value + " bytes"
						+ ((callId != 0) ? " for call " + callId : "") + " exceeds the limit of " + limit + " bytes",
				limit, value, type, callId, literal);
	}

	static ProtocolException unaffordable(@Nullable FrameType type, long callId, boolean literal, int limit,
			long value) {
		return new ProtocolException(ErrorCode.LIMIT,
				((type != null) ? type + " frame" : "Frame") + " of " + value + " bytes"
						+ ((callId != 0) ? " for call " + callId : "")
						+ " was given up: too much waits on this connection",
				limit, value, type, callId, literal);
	}

	/**
	 * The code to close the stream or the connection with.
	 * @return the code
	 */
	public ErrorCode errorCode() {
		return this.errorCode;
	}

	/**
	 * The limit that was exceeded.
	 * @return the limit, or 0 where there is none
	 */
	public long limit() {
		return this.limit;
	}

	/**
	 * The offending value.
	 * @return the value, or 0 where there is none
	 */
	public long value() {
		return this.value;
	}

	/**
	 * Type of the offending frame.
	 * @return the type, or {@code null} if it is not known
	 */
	public @Nullable FrameType frameType() {
		return this.frameType;
	}

	/**
	 * Call of a frame that is too large, so that it can be answered.
	 * @return the call's id, or 0 if it is not known
	 */
	public long callId() {
		return this.callId;
	}

	/**
	 * Whether the frame that is too large is a CALL that names its procedure, which
	 * thereby takes an index in the lane's table that nobody can fill.
	 * @return true if so
	 */
	public boolean literal() {
		return this.literal;
	}

}
