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

package io.macula.client;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.codec.ValueCodec;
import io.macula.transport.LargePayloads;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the results of one method. Immutable.
 *
 * @param wireName {@code service/method}, for messages
 * @param codec of the result's type
 * @param required whether null is no result
 */
record ResultDecoder(String wireName, ValueCodec codec, boolean required) {

	/**
	 * Decode a result.
	 * @param payload as it came
	 * @return the value
	 * @throws RpcException INTERNAL if the answer does not fit the contract on this side
	 */
	@Nullable Object decode(byte[] payload) {
		Object value;
		try {
			value = this.codec.decode(payload);
		}
		catch (Throwable ex) {
			throw undecodable(ex);
		}
		if (value == null && this.required) {
			throw undecodable(new CodecException("it is null, but its type is not nullable in Kotlin", null));
		}
		return value;
	}

	/** Whether a result is to be decoded on a thread of its own. */
	boolean elsewhere(byte[] payload) {
		return LargePayloads.large(payload) && !this.codec.copies(payload);
	}

	/** The peer's answer does not fit the contract on this side. */
	RpcException undecodable(Throwable cause) {
		return Failures.exception(this.wireName, Status.processed(Code.INTERNAL,
				"the answer of " + this.wireName + " cannot be decoded: " + message(cause)
						+ "; the call was processed; bring client and provider to the same version of the contract"),
				cause);
	}

	/** That of the user's exception, which need not be able to tell it. */
	private static @Nullable String message(Throwable cause) {
		try {
			return cause.getMessage();
		}
		catch (Throwable ex) {
			return cause.getClass().getName();
		}
	}

}
