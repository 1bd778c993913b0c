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

import java.util.List;
import java.util.Map;

import io.macula.Code;
import io.macula.ServiceName;

/**
 * Figures of a service that this node serves, of one moment. Immutable.
 *
 * @param name name of the service
 * @param contract the interface
 * @param handler class of the handler
 * @param methods names on the wire
 * @param calls calls that ended since start, refused ones included
 * @param failures those of them that failed, by code
 */
public record ServiceReport(ServiceName name, Class<?> contract, Class<?> handler, List<String> methods, long calls,
		Map<Code, Long> failures) {

	public ServiceReport {
		methods = List.copyOf(methods);
		failures = Map.copyOf(failures);
	}

}
