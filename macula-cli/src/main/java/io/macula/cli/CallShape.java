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
package io.macula.cli;

import io.macula.client.DescribedMethod;
import io.macula.operations.ServiceDescriptions.MethodDescription;

/**
 * Which way streams go.
 *
 * @param elements whether the caller sends a stream
 * @param stream whether a stream comes back
 */
record CallShape(boolean elements, boolean stream) {

	static CallShape of(MethodDescription method) {
		return switch (method.shape()) {
			case "stream-in" -> new CallShape(false, true);
			case "stream-out" -> new CallShape(true, false);
			case "stream-both" -> new CallShape(true, true);
			default -> new CallShape(false, false);
		};
	}

	/** The method for calls with JSON. */
	static DescribedMethod described(String service, MethodDescription method, String codec) {
		CallShape shape = of(method);
		return new DescribedMethod(service, method.name(), codec, method.parameters().size(), shape.elements,
				shape.stream, method.idempotent(), method.deadline());
	}

}
