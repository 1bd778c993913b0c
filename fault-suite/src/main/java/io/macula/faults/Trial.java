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

/**
 * One attack of the attack suite. Immutable.
 *
 * @param name its name, for {@code --only}
 * @param title what is done, for people
 * @param quick whether it belongs to the short form
 * @param certified whether the nodes trust certificates and know no secret
 * @param body attacks, and tells what must hold
 */
record Trial(String name, String title, boolean quick, boolean certified, Body body) {

	Trial(String name, String title, boolean quick, Body body) {
		this(name, title, quick, false, body);
	}

	/** Attacks, and tells what must hold. */
	@FunctionalInterface
	interface Body {

		/**
		 * Attack.
		 * @param world who is attacked
		 * @param log takes what must hold
		 * @param quick whether in the short form
		 */
		void run(AttackWorld world, FaultLog log, boolean quick);

	}

}
