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
 * Types of frames with their numbers; each links to its section of the document that is
 * the law.
 */
public enum FrameType {

	/**
	 * The client says who it is.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#hello-0x01">HELLO</a>
	 */
	HELLO(0x01),
	/**
	 * The server accepts the connection and says who it is.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#welcome-0x02">WELCOME</a>
	 */
	WELCOME(0x02),
	/**
	 * The server refuses the connection.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#refused-0x03">REFUSED</a>
	 */
	REFUSED(0x03),
	/**
	 * The sender drains.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#goaway-0x04">GOAWAY</a>
	 */
	GOAWAY(0x04),
	/**
	 * Asks for a sign of life.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#ping-0x05">PING</a>
	 */
	PING(0x05),
	/**
	 * The sign of life.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#pong-0x06">PONG</a>
	 */
	PONG(0x06),
	/**
	 * Tells when what follows was written.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#time-0x07">TIME</a>
	 */
	TIME(0x07),
	/**
	 * Begins a call.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#call-0x10">CALL</a>
	 */
	CALL(0x10),
	/**
	 * Answers a call with one result.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#result-0x11">RESULT</a>
	 */
	RESULT(0x11),
	/**
	 * Ends a call without a result.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#failure-0x12">FAILURE</a>
	 */
	FAILURE(0x12),
	/**
	 * The caller gives up.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#cancel-0x13">CANCEL</a>
	 */
	CANCEL(0x13),
	/**
	 * One element of a stream, in either direction.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#element-0x14">ELEMENT</a>
	 */
	ELEMENT(0x14),
	/**
	 * No more elements in this direction.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#end-0x15">END</a>
	 */
	END(0x15),
	/**
	 * The receiver of elements asks for more.
	 * @see <a href="../../../../../../../docs/wire-protocol.md#credit-0x16">CREDIT</a>
	 */
	CREDIT(0x16),

	/**
	 * What travels beside the answer that follows.
	 * @see <a href=
	 * "../../../../../../../docs/wire-protocol.md#metadata-0x17">METADATA</a>
	 */
	METADATA(0x17);

	private static final @Nullable FrameType[] BY_NUMBER = byNumber();

	private final int number;

	FrameType(int number) {
		this.number = number;
	}

	/**
	 * The number on the wire.
	 * @return 1 to 255
	 */
	public int number() {
		return this.number;
	}

	/**
	 * Whether frames of this type belong to a call and begin with its id.
	 * @return true if so
	 */
	public boolean ofCall() {
		return this.number >= CALL.number;
	}

	/**
	 * The type of a number on the wire.
	 * @param number any number
	 * @return the type, or {@code null} for one that this version does not know
	 */
	public static @Nullable FrameType of(int number) {
		return (number >= 0 && number < BY_NUMBER.length) ? BY_NUMBER[number] : null;
	}

	private static @Nullable FrameType[] byNumber() {
		@Nullable FrameType[] types = new FrameType[METADATA.number + 1];
		for (FrameType type : values()) {
			types[type.number] = type;
		}
		return types;
	}

}
