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

import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamReadException;

/**
 * A payload that would cost more than its bytes. Knows its place, because what stands
 * around a parser does not always tell it.
 */
final class HostilePayloadException extends StreamReadException {

	private static final long serialVersionUID = 1L;

	private final String place;

	HostilePayloadException(JsonParser parser, String message) {
		super(parser, message);
		this.place = FaultPlace.path(parser.streamReadContext());
	}

	/** Where in the value, such as {@code $.lines[2].price}. */
	String place() {
		return this.place;
	}

}
