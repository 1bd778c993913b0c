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

/**
 * Constants of an enum, by their names.
 */
final class DirectEnum extends DirectValue {

	private final Class<?> type;

	private final Object[] constants;

	private final byte[][] names;

	private DirectEnum(Class<?> type, Object[] constants) {
		this.type = type;
		this.constants = constants;
		this.names = new byte[constants.length][];
		for (int i = 0; i < constants.length; i++) {
			CborOut out = new CborOut(0);
			out.write(((Enum<?>) constants[i]).name());
			this.names[i] = out.written();
		}
	}

	static DirectEnum of(Class<?> type) {
		return new DirectEnum(type, type.getEnumConstants());
	}

	@Override
	void write(CborOut out, @Nullable Object value) {
		if (value == null) {
			out.put(CborOut.NULL);
		}
		else {
			out.put(this.names[((Enum<?>) this.type.cast(value)).ordinal()]);
		}
	}

	@Override
	@Nullable Object read(CborIn in) {
		if (in.readNull()) {
			return null;
		}
		for (int i = 0; i < this.names.length; i++) {
			if (in.readIf(this.names[i])) {
				return this.constants[i];
			}
		}
		throw OtherFormException.INSTANCE;
	}

}
