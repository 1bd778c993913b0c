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

import io.macula.MaculaMethod;
import reactor.core.publisher.Mono;

/**
 * What only an attacker serves, so that it has the client decode what it likes.
 */
interface Bait {

	/** Name of the service. */
	String SERVICE = "test.bait";

	/**
	 * Take the bait.
	 * @param id any number
	 * @return a text, so says the contract
	 */
	@MaculaMethod(idempotent = true)
	Mono<String> bite(int id);

}
