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

import java.util.Objects;

import io.macula.Status;
import org.jspecify.annotations.Nullable;

/**
 * Content of a FAILURE frame. Immutable, except for the bytes, which nobody changes.
 *
 * @param status code, message and whether the call was processed
 * @param type class name of the handler's exception, or {@code null}
 * @param detail the declared exception, encoded by the call's payload codec; empty for
 * none
 */
public record Failure(Status status, @Nullable String type, byte[] detail) {

	private static final byte[] NO_DETAIL = {};

	public Failure {
		Objects.requireNonNull(status, "status");
	}

	/**
	 * A failure of a status alone.
	 * @param status the status
	 * @return the failure
	 */
	public static Failure of(Status status) {
		return new Failure(status, null, NO_DETAIL);
	}

}
