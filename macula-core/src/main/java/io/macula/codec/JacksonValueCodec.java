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

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * Values of one type by Jackson.
 */
final class JacksonValueCodec implements ValueCodec {

	/*
	 * A generator and a parser for each value, although keeping them would save most of
	 * what is allocated: they hold state that no public method clears. See
	 * docs/decisions/codec-allocation.md.
	 */

	private final String typeName;

	private final boolean primitive;

	/** Whether a value is written inside of a {@link Choice}. */
	private final boolean choice;

	private final ObjectWriter writer;

	private final ObjectReader reader;

	JacksonValueCodec(String typeName, boolean primitive, boolean choice, ObjectWriter writer, ObjectReader reader) {
		this.typeName = typeName;
		this.primitive = primitive;
		this.choice = choice;
		this.writer = writer;
		this.reader = reader;
	}

	/**
	 * Builds what the first call would otherwise build, and finds types that cannot be
	 * coded at all.
	 */
	void prepare() {
		byte[] bytes = this.writer.writeValueAsBytes(null);
		if (!this.primitive) {
			decode(bytes);
		}
	}

	@Override
	public byte[] encode(@Nullable Object value) {
		if (value == null && this.primitive) {
			throw new CodecException("Cannot encode " + this.typeName + ": null is no such value", null);
		}
		try {
			return this.writer.writeValueAsBytes((this.choice) ? new Choice<>(value) : value);
		}
		catch (RuntimeException ex) {
			throw failed("encode", ex);
		}
	}

	@Override
	public @Nullable Object decode(byte[] payload, int offset, int length) {
		Object value;
		try {
			value = this.reader.readValue(payload, offset, length);
		}
		catch (RuntimeException ex) {
			throw failed("decode", ex);
		}
		if (value == null && this.primitive) {
			throw new CodecException("Cannot decode " + this.typeName + ": null is no such value", null);
		}
		return value;
	}

	@Override
	public @Nullable Object decode(byte[] payload) {
		return decode(payload, 0, payload.length);
	}

	private CodecException failed(String verb, RuntimeException ex) {
		return new CodecException(
				"Cannot " + verb + " " + this.typeName + " at " + FaultPlace.path(ex) + ": " + FaultPlace.reason(ex),
				ex);
	}

}
