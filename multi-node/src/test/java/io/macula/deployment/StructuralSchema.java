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

package io.macula.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Schema as custom resources have it: what it does not name is refused.
 */
final class StructuralSchema {

	private static final String KEEP_UNKNOWN = "x-kubernetes-preserve-unknown-fields";

	private final Map<String, Object> root;

	StructuralSchema(Map<String, Object> root) {
		this.root = root;
	}

	/**
	 * What does not fit.
	 * @param document a document
	 * @param partial whether it is a patch, in which what is required may be missing
	 * @return each with its place
	 */
	List<String> faults(Map<String, Object> document, boolean partial) {
		List<String> faults = new ArrayList<>();
		check(document, this.root, "", partial, faults);
		return faults;
	}

	private static void check(Object value, Map<String, Object> schema, String place, boolean partial,
			List<String> faults) {
		if (!ofType(value, schema.get("type"))) {
			faults.add(place + ": '" + value + "' is no " + schema.get("type"));
			return;
		}
		if (schema.get("enum") instanceof List<?> values && !values.contains(value)) {
			faults.add(place + ": '" + value + "' is none of " + values);
		}
		if (schema.get("pattern") instanceof String pattern && value instanceof String text
				&& !text.matches("(?s).*" + pattern + ".*")) {
			faults.add(place + ": '" + text + "' is not of the form " + pattern);
		}
		if (value instanceof List<?> list && schema.get("items") != null) {
			for (int i = 0; i < list.size(); i++) {
				check(list.get(i), object(schema.get("items")), place + "[" + i + "]", partial, faults);
			}
		}
		if (value instanceof Map<?, ?>) {
			checkFields(object(value), schema, place, partial, faults);
		}
	}

	private static void checkFields(Map<String, Object> value, Map<String, Object> schema, String place,
			boolean partial, List<String> faults) {
		Map<String, Object> properties = object(schema.getOrDefault("properties", Map.of()));
		value.forEach((name, field) -> {
			String inside = place + "." + name;
			if (properties.containsKey(name)) {
				check(field, object(properties.get(name)), inside, partial, faults);
			}
			else if (schema.get("additionalProperties") instanceof Map<?, ?> others) {
				check(field, object(others), inside, partial, faults);
			}
			else if (!Boolean.TRUE.equals(schema.get(KEEP_UNKNOWN))) {
				faults.add(inside + " is not known");
			}
		});
		if (!partial && schema.get("required") instanceof List<?> required) {
			required.stream()
				.filter((name) -> !value.containsKey(name))
				.forEach((name) -> faults.add(place + "." + name + " is missing"));
		}
	}

	private static boolean ofType(Object value, Object type) {
		return switch (String.valueOf(type)) {
			case "object" -> value instanceof Map;
			case "array" -> value instanceof List;
			case "string" -> value instanceof String;
			case "boolean" -> value instanceof Boolean;
			case "integer" -> value instanceof Integer || value instanceof Long;
			case "number" -> value instanceof Number;
			default -> Set.of("null").contains(String.valueOf(type));
		};
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> object(Object value) {
		return (Map<String, Object>) value;
	}

}
