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

package io.macula.node;

import java.time.Duration;
import java.util.function.Function;

import reactor.core.publisher.Mono;

/**
 * A service that a node serves until it is withdrawn, in all lives that the node has
 * meanwhile. Safe for all threads.
 */
public final class ProvidedService {

	private final String name;

	private final Function<Duration, Mono<Void>> withdrawal;

	ProvidedService(String name, Function<Duration, Mono<Void>> withdrawal) {
		this.name = name;
		this.withdrawal = withdrawal;
	}

	/**
	 * Name of the service.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Withdraw the service from the directory, refuse new calls of it as not processed,
	 * and let those in flight finish: at once, and not at subscription. Does nothing the
	 * second time.
	 * @param grace bound of the wait; handlers that still run then go on
	 * @return completes when none of its calls is in flight, or after the grace period
	 */
	public Mono<Void> withdraw(Duration grace) {
		return this.withdrawal.apply(grace);
	}

	@Override
	public String toString() {
		return "provided service '" + this.name + "'";
	}

}
