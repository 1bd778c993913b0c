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

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.macula.Fingerprint;
import io.macula.ServiceName;
import io.macula.server.ServiceDefinition;

/**
 * The versions of the contracts that a node serves, as it tells them in its
 * advertisement.
 */
final class ContractVersions {

	/**
	 * Room in an advertisement, of which hundreds travel in one message: beyond it the
	 * methods are left open, those of the largest contracts first.
	 */
	static final int MAX_CHARS = 16 * 1024;

	private ContractVersions() {
	}

	/**
	 * The version of each service.
	 * @param services what is advertised, all of it served
	 * @param served the versions of what is served
	 * @return fingerprints of at most {@value #MAX_CHARS} characters, if that is possible
	 */
	static Map<ServiceName, Fingerprint> of(List<ServiceDefinition> services, Map<ServiceName, Fingerprint> served) {
		Map<ServiceName, Fingerprint> all = new HashMap<>(served);
		all.keySet().retainAll(services.stream().map(ServiceDefinition::name).toList());
		int room = MAX_CHARS;
		List<Map.Entry<ServiceName, Fingerprint>> smallestFirst = new ArrayList<>(all.entrySet());
		smallestFirst.sort(Comparator.comparing((entry) -> entry.getValue().text().length()));
		for (Map.Entry<ServiceName, Fingerprint> entry : smallestFirst) {
			room -= entry.getValue().text().length();
			if (room < 0) {
				entry.setValue(entry.getValue().withoutMethods());
			}
		}
		return Map.copyOf(all);
	}

}
