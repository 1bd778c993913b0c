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

package io.macula.contract;

/**
 * How a method of a contract hands over its result.
 */
public enum ReturnShape {

	/** The value itself; the caller blocks. */
	VALUE,
	/** Nothing; the caller blocks until the method has run. */
	VOID,
	/** {@code Optional}; the caller blocks. */
	OPTIONAL,
	/** {@code CompletionStage} or {@code CompletableFuture}; starts at once. */
	FUTURE,
	/** {@code Mono}; starts at each subscription. */
	MONO,
	/**
	 * {@code Flux}: a stream of elements with back-pressure; starts at each subscription.
	 */
	FLUX;

	/**
	 * Whether the caller's thread waits for the result.
	 * @return true for value, void and optional
	 */
	public boolean blocking() {
		return this == VALUE || this == VOID || this == OPTIONAL;
	}

}
