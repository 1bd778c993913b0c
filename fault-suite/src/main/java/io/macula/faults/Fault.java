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
 * @param addressing the network it runs in
 * @param reach in which other networks it runs, too
 * @param tools commands that the machine must have
 * @param body injects, heals, and tells what must hold
 */
record Fault(String name, String title, boolean quick, Layout layout, Addressing addressing, Reach reach,
		List<String> tools, Body body) {

	static Fault of(String name, String title, boolean quick, Body body) {
		return new Fault(name, title, quick, Layout.PROVIDERS_ARE_SEEDS, Addressing.V4, Reach.ALONE, List.of(), body);
	}

	Fault needing(String... tools) {
		return new Fault(this.name, this.title, this.quick, this.layout, this.addressing, this.reach, List.of(tools),
				this.body);
	}

	Fault in(Layout layout) {
		return new Fault(this.name, this.title, this.quick, layout, this.addressing, this.reach, this.tools, this.body);
	}

	Fault reaching(Reach reach) {
		return new Fault(this.name, this.title, this.quick, this.layout, this.addressing, reach, this.tools, this.body);
	}

	/**
	 * This fault in another network.
	 * @param other the network
	 * @return the same, under a name of its own
	 */
	Fault over(Addressing other) {
		return new Fault(other.nameOf(this.name), other.titleOf(this.title),
				this.quick && this.reach == Reach.EVERYWHERE_ALWAYS, this.layout, other, this.reach, this.tools,
				this.body);
	}

	/**
	 * Whether somebody means this fault.
	 * @param wanted its name, or that of the same fault in a network of IPv4
	 * @return whether it is meant
	 */
	boolean named(String wanted) {
		return this.name.equals(wanted) || this.name.equals(this.addressing.nameOf(wanted));
	}

	/** In which networks a fault runs. */
	enum Reach {

		/** IPv4. */
		ALONE,
		/** All, in the short form IPv4. */
		EVERYWHERE,
		/** All, in the short form, too. */
		EVERYWHERE_ALWAYS

	}

	/** Who is where. */
	enum Layout {

		/** Three providers, each a seed. */
		PROVIDERS_ARE_SEEDS,
		/** Three providers and two nodes that are seeds and nothing else. */
		SEEDS_APART,
		/** Three providers, each a seed, that trust certificates and know no secret. */
		CERTIFICATES,
		/** Three providers, each a seed, whose secrets are in files. */
		SECRET_FILES,
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
