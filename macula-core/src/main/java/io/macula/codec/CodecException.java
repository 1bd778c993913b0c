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

package io.macula.codec;

import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * A value that cannot be encoded, or bytes that cannot be decoded.
 */
public final class CodecException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * A failure with its message.
	 * @param message names the type and the place inside the value; what is not printable
	 * of what a peer sent is escaped
	 * @param cause the cause, or {@code null}
	 */
	public CodecException(String message, @Nullable Throwable cause) {
		super(Printable.text(message, Printable.MESSAGE), cause);
	}

}
