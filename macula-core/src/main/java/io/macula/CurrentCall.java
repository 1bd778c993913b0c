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

package io.macula;

import org.jspecify.annotations.Nullable;

/**
 * The call that each thread serves at present.
 */
final class CurrentCall {

	private static final ThreadLocal<@Nullable CallContext> CURRENT = new ThreadLocal<>();

	private CurrentCall() {
	}

	static @Nullable CallContext get() {
		return CURRENT.get();
	}

	/** Set even when there is none: removing costs more than an empty entry. */
	static @Nullable CallContext swap(@Nullable CallContext next) {
		CallContext before = CURRENT.get();
		CURRENT.set(next);
		return before;
	}

}
