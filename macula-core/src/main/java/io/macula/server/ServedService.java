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

package io.macula.server;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.contract.MethodContract;

/**
 * A registered service with its figures. Safe for all threads.
 */
final class ServedService {

	private final ServiceDefinition definition;

	private final boolean reserved;

	private final LongAdder calls = new LongAdder();

	private final Map<Code, LongAdder> failures = new EnumMap<>(Code.class);

	ServedService(ServiceDefinition definition) {
		this.definition = definition;
		this.reserved = definition.name().reserved();
		for (Code code : Code.values()) {
			this.failures.put(code, new LongAdder());
		}
	}

	ServiceDefinition definition() {
		return this.definition;
	}

	ServiceName name() {
		return this.definition.name();
	}

	/** A service of the product itself. */
	boolean reserved() {
		return this.reserved;
	}

	/** Names on the wire, in stable order. */
	List<String> methods() {
		return this.definition.contract().methods().stream().map(MethodContract::wireName).sorted().toList();
	}

	/** A call of this service ended. */
	void ended(Code code) {
		this.calls.increment();
		if (code != Code.OK) {
			adder(code).increment();
		}
	}

	ServiceReport report() {
		Map<Code, Long> counts = new EnumMap<>(Code.class);
		this.failures.forEach((code, count) -> {
			if (count.sum() > 0) {
				counts.put(code, count.sum());
			}
		});
		return new ServiceReport(name(), this.definition.contract().type(), this.definition.handler().getClass(),
				methods(), this.calls.sum(), counts);
	}

	private LongAdder adder(Code code) {
		LongAdder adder = this.failures.get(code);
		if (adder == null) {
			throw new IllegalStateException("No counter for " + code);
		}
		return adder;
	}

}
