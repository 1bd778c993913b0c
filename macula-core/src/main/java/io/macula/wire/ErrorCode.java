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

/**
 * Why a connection or a stream ended: the application error codes of QUIC, also carried
 * by REFUSED and GOAWAY.
 *
 * @see <a href="../../../../../../../docs/wire-protocol.md#error-codes">Error codes</a>
 */
public enum ErrorCode {

	/** Closed in order, nothing in flight. */
	NO_ERROR(0x00),
	/** Closed at the end of a drain. */
	DRAINED(0x01),
	/** Closed because it was not used, or to make room for another connection. */
	IDLE(0x02),
	/** Stream only: reset after CANCEL. */
	CANCELLED(0x03),
	/** Peer broke the protocol: malformed frame, frame in the wrong place. */
	PROTOCOL_VIOLATION(0x10),
	/** Peer sent a frame beyond the announced limit. */
	FRAME_TOO_LARGE(0x11),
	/** Peer exceeded a limit other than the size of a frame. */
	LIMIT(0x12),
	/** Peer did not finish the handshake of HELLO and WELCOME in time. */
	HANDSHAKE_TIMEOUT(0x13),
	/** Peer belongs to another realm. */
	WRONG_REALM(0x20),
	/** Peer speaks no version that this node speaks. */
	UNSUPPORTED_VERSION(0x21),
	/** Node takes no more connections. */
	OVERLOADED(0x22),
	/** Peer gave no sign of life. */
	UNRESPONSIVE(0x23),
	/** Peer is another node than its certificate says. */
	WRONG_IDENTITY(0x24),
	/** The sender itself is at fault. */
	INTERNAL(0x30);

	private final int number;

	ErrorCode(int number) {
		this.number = number;
	}

	/**
	 * The number on the wire.
	 * @return 0 to 63
	 */
	public int number() {
		return this.number;
	}

	/**
	 * The code of a number on the wire.
	 * @param number any number
	 * @return the code; {@link #INTERNAL} for a number that this version does not know
	 */
	public static ErrorCode of(long number) {
		for (ErrorCode code : values()) {
			if (code.number == number) {
				return code;
			}
		}
		return INTERNAL;
	}

}
