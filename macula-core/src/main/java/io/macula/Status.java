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

import java.util.Objects;

/**
 * How an attempt or a call ended: code, message, and whether it was processed. Immutable.
 *
 * @param code the code
 * @param message for people: names the value, the place and the remedy
 * @param processed whether the provider processed it
 */
public record Status(Code code, String message, Processed processed) implements java.io.Serializable {

	public Status {
		Objects.requireNonNull(code, "code");
		Objects.requireNonNull(message, "message");
		Objects.requireNonNull(processed, "processed");
	}

	/**
	 * A failure that the provider provably never processed.
	 * @param code the code
	 * @param message the message
	 * @return the status
	 */
	public static Status notProcessed(Code code, String message) {
		return new Status(code, message, Processed.NO);
	}

	/**
	 * A failure of which nobody knows whether it was processed.
	 * @param code the code
	 * @param message the message
	 * @return the status
	 */
	public static Status unknown(Code code, String message) {
		return new Status(code, message, Processed.UNKNOWN);
	}

	/**
	 * A final failure.
	 * @param code the code
	 * @param message the message
	 * @return the status
	 */
	public static Status processed(Code code, String message) {
		return new Status(code, message, Processed.YES);
	}

	/**
	 * This status as an exception.
	 * @return a new exception
	 */
	public RpcException toException() {
		return new RpcException(this);
	}

	@Override
	public String toString() {
		return this.code + ": " + this.message;
	}

}
