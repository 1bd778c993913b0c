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

package io.macula.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.macula.codec.JsonTrees;
import io.macula.log.NearestName;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A call as a page asks for it. Immutable.
 *
 * @param service name of the service
 * @param method name of the method on the wire
 * @param arguments one for each parameter
 * @param instance node id of the only instance to call, or {@code null}
 * @param deadline bound of the call
 * @param elements the stream that is sent, or {@code null}
 */
record CallRequest(String service, String method, List<JsonNode> arguments, @Nullable String instance,
		Duration deadline, @Nullable List<JsonNode> elements) {

	private static final Set<String> NAMES = Set.of("service", "method", "arguments", "instance", "deadlineMs",
			"elements");

	private static final long USUAL_MILLIS = 5000;

	private static final long LONGEST_MILLIS = 60_000;

	/**
	 * Read one.
	 * @throws org.springframework.web.ErrorResponseException if it is not valid; names
	 * the path of the field
	 */
	static CallRequest of(byte[] body) {
		JsonNode root;
		try {
			root = JsonTrees.tree(body);
		}
		catch (JacksonException ex) {
			throw Problems.of(400, "The body is no JSON: " + Printable.text(String.valueOf(ex.getOriginalMessage())));
		}
		if (!root.isObject()) {
			throw Problems.of(400, "$: expected an object with service, method, and arguments");
		}
		for (String name : root.propertyNames()) {
			if (!NAMES.contains(name)) {
				throw Problems.of(400, "$." + Printable.text(name) + " is not known: "
						+ NearestName.question(name, NAMES) + "expected some of " + String.join(", ", NAMES));
			}
		}
		List<JsonNode> arguments = list(root, "arguments");
		return new CallRequest(text(root, "service"), text(root, "method"), (arguments != null) ? arguments : List.of(),
				given(root, "instance") ? text(root, "instance") : null, deadline(root), list(root, "elements"));
	}

	private static boolean given(JsonNode root, String name) {
		return root.has(name) && !root.get(name).isNull();
	}

	private static String text(JsonNode root, String name) {
		if (!given(root, name) || !root.get(name).isString() || root.get(name).asString().isBlank()) {
			throw Problems.of(400, "$." + name + ": expected a text");
		}
		return root.get(name).asString();
	}

	private static @Nullable List<JsonNode> list(JsonNode root, String name) {
		if (!given(root, name)) {
			return null;
		}
		if (!root.get(name).isArray()) {
			throw Problems.of(400, "$." + name + ": expected an array");
		}
		List<JsonNode> all = new ArrayList<>();
		root.get(name).forEach(all::add);
		return all;
	}

	private static Duration deadline(JsonNode root) {
		if (!given(root, "deadlineMs")) {
			return Duration.ofMillis(USUAL_MILLIS);
		}
		JsonNode deadline = root.get("deadlineMs");
		if (!deadline.isIntegralNumber() || !deadline.canConvertToLong() || deadline.asLong() < 1
				|| deadline.asLong() > LONGEST_MILLIS) {
			throw Problems.of(400, "$.deadlineMs: expected a whole number from 1 to " + LONGEST_MILLIS + ", but it is "
					+ Printable.text(deadline.toString()));
		}
		return Duration.ofMillis(deadline.asLong());
	}

}
