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

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Constants of an enum, by their names.
 */
final class DirectEnum extends DirectValue {

	private final Class<?> type;

	/** Of the constants, by their ordinals. */
	private final byte[][] names;

	/*
	 * The same in another order: a peer may choose which constant it sends, and there may
	 * be thousands.
	 */

	private final byte[][] sortedNames;

	private final Object[] sorted;

	private DirectEnum(Class<?> type, Object[] constants) {
		this.type = type;
		this.names = Stream.of(constants).map(DirectEnum::coded).toArray(byte[][]::new);
		this.sorted = constants.clone();
		Arrays.sort(this.sorted, Comparator.comparing(DirectEnum::coded, Arrays::compareUnsigned));
		this.sortedNames = Stream.of(this.sorted).map(DirectEnum::coded).toArray(byte[][]::new);
	}

	private static byte[] coded(Object constant) {
		CborOut out = new CborOut(0);
		out.write(((Enum<?>) constant).name());
		return out.written();
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
		return this.sorted[in.readOneOf(this.sortedNames)];
	}

}
