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

package io.macula.benchmarks;

import io.macula.benchmarks.stack.BareAllocation;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prints what a call allocates without any RPC, as lines {@code FACT json}.
 */
final class BareAllocationMain {

	private BareAllocationMain() {
	}

	public static void main(String[] args) {
		BareAllocation bare = BareAllocation.measure();
		JsonMapper json = JsonMapper.builder().build();
		System.out
			.println("FACT " + json.writeValueAsString(new Fact(Fact.NO_STACK, Fact.BARE_CLIENT, bare.clientBytes())));
		System.out
			.println("FACT " + json.writeValueAsString(new Fact(Fact.NO_STACK, Fact.BARE_SERVER, bare.serverBytes())));
	}

}
