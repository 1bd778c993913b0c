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
package io.macula.client;

import java.time.Duration;
import java.util.Objects;

import io.macula.Fingerprint;
import io.macula.Priority;
import org.jspecify.annotations.Nullable;

/**
 * A method that is called without its interface, as its description tells it: for tools,
 * which code arguments and results themselves. Immutable.
 *
 * @param service name of the service
 * @param method name of the method on the wire
 * @param codec name of the payload codec; it need not be known to this node
 * @param parameters how many values are sent as one payload; 0 to have it empty
 * @param elements whether the caller sends a stream
 * @param stream whether a stream comes back
 * @param idempotent whether an attempt of unknown fate may be repeated
 * @param deadline bound of a call of which no other is said, or {@code null} for that of
 * the settings, which does not bound a stream that comes back
 */
public record DescribedMethod(String service, String method, String codec, int parameters, boolean elements,
		boolean stream, boolean idempotent, @Nullable Duration deadline) {

	/** Refuses what no method has. */
	public DescribedMethod {
		Objects.requireNonNull(service, "service");
		Objects.requireNonNull(method, "method");
		Objects.requireNonNull(codec, "codec");
		if (parameters < 0) {
			throw new IllegalArgumentException("parameters " + parameters + " is not valid: expected 0 or more");
		}
	}

	/** As the pipeline sees it. */
	Procedure procedure(ServiceClient client, ServiceRules rules) {
		MethodRules own = rules.of(this.method);
		Duration bound = (own != null && own.deadline() != null) ? own.deadline() : this.deadline;
		return new Procedure(this.service + '/' + this.method, this.service, this.method,
				Fingerprint.mark(this.method, this.parameters, this.elements, this.stream), this.codec, this.idempotent,
				(bound != null) ? bound : rules.settings().deadline(), Priorities.usual(rules, own, Priority.NORMAL),
				null, client.latencyOf(this.method), own,
				(failure, failed) -> Failures.exception(failure, failed, null));
	}

	/** Whether calls have a deadline even if nothing says so for one of them. */
	boolean bounded(ServiceRules rules) {
		MethodRules own = rules.of(this.method);
		return !this.stream || this.deadline != null || (own != null && own.deadline() != null);
	}

}
