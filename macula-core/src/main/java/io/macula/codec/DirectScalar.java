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

import java.lang.invoke.MethodType;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Texts, bytes, numbers and truth values, as objects. In records, those of primitive
 * types are coded without an object.
 */
final class DirectScalar extends DirectValue {

	private static final Map<Class<?>, DirectScalar> BY_TYPE = Map.ofEntries(
			entry(String.class, (out, value) -> out.write((String) value), CborIn::readText),
			entry(byte[].class, (out, value) -> out.write((byte[]) value), CborIn::readBytes),
			entry(Boolean.class, (out, value) -> out.write((boolean) (Boolean) value), CborIn::readBoolean),
			entry(Byte.class, (out, value) -> out.write((long) (Byte) value), CborIn::readByte),
			entry(Short.class, (out, value) -> out.write((long) (Short) value), CborIn::readShort),
			entry(Integer.class, (out, value) -> out.write((long) (Integer) value), CborIn::readInt),
			entry(Long.class, (out, value) -> out.write((long) (Long) value), CborIn::readLong),
			entry(Float.class, (out, value) -> out.write((float) (Float) value), CborIn::readFloat),
			entry(Double.class, (out, value) -> out.write((double) (Double) value), CborIn::readDouble));

	private final Writing writing;

	private final Reading reading;

	private DirectScalar(Writing writing, Reading reading) {
		this.writing = writing;
		this.reading = reading;
	}

	private static Map.Entry<Class<?>, DirectScalar> entry(Class<?> type, Writing writing, Reading reading) {
		return Map.entry(type, new DirectScalar(writing, reading));
	}

	/**
	 * The way of a type.
	 * @param type may be primitive
	 * @return {@code null} if it is none of these
	 */
	static @Nullable DirectScalar of(Class<?> type) {
		return BY_TYPE.get(MethodType.methodType(type).wrap().returnType());
	}

	@Override
	void write(CborOut out, @Nullable Object value) {
		if (value == null) {
			out.put(CborOut.NULL);
		}
		else {
			this.writing.write(out, value);
		}
	}

	@Override
	@Nullable Object read(CborIn in) {
		return in.readNull() ? null : this.reading.read(in);
	}

	private interface Writing {

		void write(CborOut out, Object value);

	}

	private interface Reading {

		@Nullable Object read(CborIn in);

	}

}
