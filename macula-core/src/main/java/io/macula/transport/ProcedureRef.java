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

package io.macula.transport;

import org.jspecify.annotations.Nullable;

/**
 * The number of a procedure on one stream of the calling side: an entry of the stream's
 * procedure table; those of one name are chained. Immutable.
 *
 * @param codec name of the payload codec
 * @param ref the number, from 1 on
 * @param next the entry of the same name and another codec
 */
record ProcedureRef(String codec, int ref, @Nullable ProcedureRef next) {

	/** The entry of a codec in this chain, if there is one. */
	@Nullable ProcedureRef find(String name) {
		ProcedureRef present = this;
		while (present != null && !present.codec.equals(name)) {
			present = present.next;
		}
		return present;
	}

}
