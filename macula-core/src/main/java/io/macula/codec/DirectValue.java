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
 * Writes values of one type as Jackson would, to the byte, and reads what was written so.
 * Safe for all threads.
 */
abstract class DirectValue {

	/**
	 * How many lists and records there can be within each other.
	 * @return 0 for what has no parts
	 */
	int levels() {
		return 0;
	}

	/**
	 * Write a value.
	 * @throws OtherFormException if it is one that Jackson has to write
	 * @throws ClassCastException if it is of another type
	 */
	abstract void write(CborOut out, @Nullable Object value);

	/**
	 * Read a value.
	 * @throws OtherFormException if there is anything that Jackson has to judge
	 */
	abstract @Nullable Object read(CborIn in);

}
