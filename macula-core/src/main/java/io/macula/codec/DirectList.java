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

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Lists of values.
 */
final class DirectList extends DirectValue {

	private final DirectValue element;

	DirectList(DirectValue element) {
		this.element = element;
	}

	@Override
	int levels() {
		return 1 + this.element.levels();
	}

	@Override
	void write(CborOut out, @Nullable Object value) {
		if (value == null) {
			out.put(CborOut.NULL);
			return;
		}
		List<?> list = (List<?>) value;
		int size = list.size();
		out.writeArray(size);
		int written = 0;
		for (Object each : list) {
			this.element.write(out, each);
			written++;
		}
		if (written != size) {
			throw OtherFormException.INSTANCE;
		}
	}

	@Override
	@Nullable Object read(CborIn in) {
		if (in.readNull()) {
			return null;
		}
		int size = in.readArray();
		List<@Nullable Object> list = new ArrayList<>(size);
		for (int i = 0; i < size; i++) {
			list.add(this.element.read(in));
		}
		return list;
	}

}
