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

package io.macula.operations;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The contracts that a node serves. Immutable.
 *
 * @param services in the order of their names
 */
public record ServiceDescriptions(List<ServiceDescription> services) {

	/** Keeps a copy. */
	public ServiceDescriptions {
		services = NodeStatus.copy(services);
	}

	/**
	 * A service.
	 *
	 * @param name name of the service
	 * @param contract the interface
	 * @param fingerprint version of the contract, with the marks of its methods
	 * @param methods in the order of their names
	 */
	public record ServiceDescription(String name, String contract, String fingerprint,
			List<MethodDescription> methods) {

		/** Keeps a copy. */
		public ServiceDescription {
			methods = NodeStatus.copy(methods);
		}

	}

	/**
	 * A method.
	 *
	 * @param name its name on the wire
	 * @param signature in Java, for people
	 * @param shape {@code unary}, {@code stream-out}, {@code stream-in} or
	 * {@code stream-both}, as the caller sees it: {@code stream-in} comes back
	 * @param idempotent whether it may run twice with the effect of once
	 * @param nonBlocking whether it runs where calls arrive
	 * @param deadline declared bound of a call, or {@code null}
	 * @param hedge when a second attempt starts: a duration, a percentile such as
	 * {@code p95}, or {@code null} for never
	 * @param parameters what the caller sends as one
	 * @param streamed JSON Schema of the elements that the caller sends, or {@code null}
	 * @param result JSON Schema of the result, or of its elements; {@code null} for none
	 * @param exceptions classes of the exceptions that travel as themselves
	 */
	public record MethodDescription(String name, String signature, String shape, boolean idempotent,
			boolean nonBlocking, @Nullable Duration deadline, @Nullable String hedge, List<Parameter> parameters,
			@Nullable String streamed, @Nullable String result, List<String> exceptions) {

		/** Keeps copies. */
		public MethodDescription {
			parameters = NodeStatus.copy(parameters);
			exceptions = NodeStatus.copy(exceptions);
		}

	}

	/**
	 * A parameter.
	 *
	 * @param name its name, or {@code arg0} and so on
	 * @param type as a text
	 * @param schema JSON Schema of its values
	 */
	public record Parameter(String name, String type, String schema) {

	}

}
