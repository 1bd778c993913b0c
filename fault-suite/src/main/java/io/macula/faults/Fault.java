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

package io.macula.faults;

import java.util.List;

/**
 * One fault of the suite. Immutable.
 *
 * @param name its name, for {@code --only}
 * @param title what is done, for people
 * @param quick whether it belongs to the short form
 * @param layout what it runs in
 * @param tools commands that the machine must have
 * @param body injects, heals, and tells what must hold
 */
record Fault(String name, String title, boolean quick, Layout layout, List<String> tools, Body body) {

	static Fault of(String name, String title, boolean quick, Body body) {
		return new Fault(name, title, quick, Layout.PROVIDERS_ARE_SEEDS, List.of(), body);
	}

	Fault needing(String... tools) {
		return new Fault(this.name, this.title, this.quick, this.layout, List.of(tools), this.body);
	}

	Fault in(Layout layout) {
		return new Fault(this.name, this.title, this.quick, layout, this.tools, this.body);
	}

	/** Who is where. */
	enum Layout {

		/** Three providers, each a seed. */
		PROVIDERS_ARE_SEEDS,
		/** Three providers and two nodes that are seeds and nothing else. */
		SEEDS_APART,
		/** Three providers, each a seed, that trust certificates and know no secret. */
		CERTIFICATES,
		/** Three providers, each a seed; the JVMs keep account of their native memory. */
		WATCHED

	}

	/** Injects, heals, and tells what must hold. */
	@FunctionalInterface
	interface Body {

		/**
		 * Run the fault.
		 * @param world who is where
		 * @param log takes what must hold
		 */
		void run(World world, FaultLog log);

	}

}
