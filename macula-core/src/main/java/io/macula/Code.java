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

package io.macula;

/**
 * Outcome of a call or an attempt. The numbers are part of the wire protocol and follow
 * gRPC's status codes, so that operators know them.
 */
public enum Code {

	/** Success. */
	OK(0),
	/** The caller cancelled the call. */
	CANCELLED(1),
	/** The handler threw an exception that the contract does not declare. */
	UNKNOWN(2),
	/** The arguments could not be decoded, are out of bounds, or are too large. */
	INVALID_ARGUMENT(3),
	/** The deadline or an attempt's timeout was over. */
	DEADLINE_EXCEEDED(4),
	/** No instance of the service is known. */
	NOT_FOUND(5),
	/** The peer belongs to the realm but may not do this. */
	PERMISSION_DENIED(7),
	/**
	 * A limit was reached: executor, in-flight calls, size of an answer, retry throttle.
	 */
	RESOURCE_EXHAUSTED(8),
	/** The handler threw an exception that the contract declares. */
	APPLICATION(9),
	/** The provider does not serve this service or method. */
	UNIMPLEMENTED(12),
	/** The product itself is at fault, or the peer broke the protocol. */
	INTERNAL(13),
	/** The instance cannot be reached, is draining, or went away. */
	UNAVAILABLE(14),
	/**
	 * The handshake was refused: another realm, another secret, a bad certificate. Or the
	 * instance may not provide the service.
	 */
	UNAUTHENTICATED(16);

	private static final Code[] BY_NUMBER = byNumber();

	private final int number;

	Code(int number) {
		this.number = number;
	}

	/**
	 * The number on the wire.
	 * @return 0 to 255
	 */
	public int number() {
		return this.number;
	}

	/**
	 * The code of a number on the wire.
	 * @param number any number
	 * @return the code; {@link #UNKNOWN} for a number of a later protocol version
	 */
	public static Code of(int number) {
		return (number >= 0 && number < BY_NUMBER.length) ? BY_NUMBER[number] : UNKNOWN;
	}

	private static Code[] byNumber() {
		Code[] codes = new Code[17];
		java.util.Arrays.fill(codes, UNKNOWN);
		for (Code code : values()) {
			codes[code.number] = code;
		}
		return codes;
	}

}
