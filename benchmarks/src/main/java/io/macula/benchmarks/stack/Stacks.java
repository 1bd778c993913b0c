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

package io.macula.benchmarks.stack;

import java.util.List;

/**
 * All stacks.
 */
public final class Stacks {

	private static final List<Stack> ALL = List.of(QuicLimitStack.plain(), QuicLimitStack.segmented(),
			QuicLimitStack.large(), GrpcStack.direct(), GrpcStack.defaults(), GrpcStack.fixed(), GrpcStack.blocking(),
			new RSocketStack());

	private Stacks() {
	}

	/**
	 * All stacks, the product's first.
	 * @return stacks in the order of the report
	 */
	public static List<Stack> all() {
		return ALL;
	}

	/**
	 * The stack of a name.
	 * @param name a name
	 * @return the stack
	 * @throws IllegalArgumentException if there is none of that name
	 */
	public static Stack named(String name) {
		return ALL.stream()
			.filter((stack) -> stack.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"Stack '" + name + "' is unknown: expected one of " + ALL.stream().map(Stack::name).toList()));
	}

	/**
	 * Bytes of the last small request that a client of this process encoded.
	 * @return 0 if there was none
	 */
	public static int smallRequestBytes() {
		return Payloads.SMALL_REQUEST_BYTES.get();
	}

}
