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

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import io.macula.log.NearestName;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON Schema as nodes describe types by it: which values fit, and an example. Of all
 * keywords it knows those that nodes write; others say nothing. Immutable.
 */
public final class ValueSchema {

	private static final JsonMapper MAPPER = JsonMapper.shared();

	private static final Map<String, String> SAMPLES = Map.of("date-time", "2026-01-01T12:00:00Z", "date", "2026-01-01",
			"time", "12:00:00Z", "duration", "PT30S", "uuid", "123e4567-e89b-12d3-a456-426614174000", "uri",
			"https://example.org/");

	/** Types that are told by a format: a text that any of them takes is let pass. */
	private static final Map<String, List<Class<?>>> FORMATS = Map.of("date-time",
			List.of(Instant.class, OffsetDateTime.class, ZonedDateTime.class), "date", List.of(LocalDate.class), "time",
			List.of(OffsetTime.class), "duration", List.of(Duration.class, Period.class), "uuid", List.of(UUID.class),
			"uri", List.of(URI.class));

	private static final String PLACE = "#/$defs/";

	private static final int DEEPEST = 200;

	private final JsonNode root;

	private ValueSchema(JsonNode root) {
		this.root = root;
	}

	/**
	 * A schema as a node tells it.
	 * @param text its JSON; one that cannot be read lets everything
	 * @return the schema
	 */
	public static ValueSchema of(String text) {
		try {
			return new ValueSchema(MAPPER.readTree(text));
		}
		catch (JacksonException ex) {
			return new ValueSchema(JsonNodeFactory.instance.objectNode());
		}
	}

	/**
	 * The schema itself.
	 * @return its JSON
	 */
	public JsonNode json() {
		return this.root;
	}

	/**
	 * Look for what does not fit.
	 * @param value a value
	 * @return path of the field and what is wrong with it, or {@code null} if it fits
	 */
	public @Nullable String misfit(JsonNode value) {
		return misfit(this.root, value, "$", 0);
	}

	private @Nullable String misfit(JsonNode schema, JsonNode value, String path, int depth) {
		JsonNode known = resolved(schema);
		if (value.isNull() || depth > DEEPEST) {
			return null;
		}
		JsonNode choices = known.has("anyOf") ? known.get("anyOf") : known.get("oneOf");
		if (choices != null) {
			return ofChoices(known.has("oneOf"), choices, value, path, depth);
		}
		if (known.has("enum")) {
			return ofConstants(known.get("enum"), value, path);
		}
		return switch (type(known)) {
			case "object" ->
				value.isObject() ? ofObject(known, value, path, depth) : expected("an object", value, path);
			case "array" -> value.isArray() ? ofArray(known, value, path, depth) : expected("an array", value, path);
			case "string" -> value.isString() ? ofText(known, value, path) : expected("a text", value, path);
			case "integer" -> value.isIntegralNumber() ? null : expected("a whole number", value, path);
			case "number" -> value.isNumber() ? null : expected("a number", value, path);
			case "boolean" -> value.isBoolean() ? null : expected("true or false", value, path);
			case "null" -> expected("null", value, path);
			default -> null;
		};
	}

	private static String expected(String what, JsonNode value, String path) {
		return path + ": expected " + what + ", but it is " + Printable.text(value.toString(), 60);
	}

	/** Properties beside those of a case tell which one it is. */
	private @Nullable String ofChoices(boolean told, JsonNode choices, JsonNode value, String path, int depth) {
		String first = null;
		for (JsonNode choice : choices) {
			String misfit = (told && value.isObject()) ? null : misfit(choice, value, path, depth + 1);
			if (misfit == null) {
				return null;
			}
			first = (first != null) ? first : misfit;
		}
		return first;
	}

	private static @Nullable String ofConstants(JsonNode constants, JsonNode value, String path) {
		List<String> names = new ArrayList<>();
		for (JsonNode constant : constants) {
			if (constant.equals(value)) {
				return null;
			}
			names.add(constant.asString());
		}
		return path + ": " + Printable.text(value.toString(), 60) + " is not known: "
				+ NearestName.question(value.asString(""), names) + "expected one of " + String.join(", ", names);
	}

	/** As the codec of the provider reads it. */
	private static @Nullable String ofText(JsonNode schema, JsonNode value, String path) {
		if (schema.has("contentEncoding")) {
			return readable(List.of(byte[].class), value) ? null
					: expected("bytes in Base64 such as \"AAEC\"", value, path);
		}
		String format = schema.has("format") ? schema.get("format").asString("") : "";
		List<Class<?>> types = FORMATS.get(format);
		return (types == null || readable(types, value)) ? null
				: expected("a " + format + " such as \"" + SAMPLES.get(format) + "\"", value, path);
	}

	private static boolean readable(List<Class<?>> types, JsonNode value) {
		for (Class<?> type : types) {
			try {
				MAPPER.treeToValue(value, type);
				return true;
			}
			catch (JacksonException ex) {
				// Another one may take it.
			}
		}
		return false;
	}

	private @Nullable String ofObject(JsonNode schema, JsonNode value, String path, int depth) {
		JsonNode properties = schema.get("properties");
		JsonNode others = schema.get("additionalProperties");
		for (Map.Entry<String, JsonNode> entry : value.properties()) {
			JsonNode property = (properties != null) ? properties.get(entry.getKey()) : others;
			String at = path + member(entry.getKey());
			if (property == null && properties != null) {
				Set<String> names = new TreeSet<>(properties.propertyNames());
				return at + " is not known: " + NearestName.question(entry.getKey(), names) + "expected "
						+ (names.isEmpty() ? "no fields" : "one of " + String.join(", ", names));
			}
			String misfit = (property != null) ? misfit(property, entry.getValue(), at, depth + 1) : null;
			if (misfit != null) {
				return misfit;
			}
		}
		if (schema.has("required")) {
			for (JsonNode name : schema.get("required")) {
				if (!value.has(name.asString())) {
					return path + member(name.asString()) + " is missing";
				}
			}
		}
		return null;
	}

	private static String member(String name) {
		return name.matches("[A-Za-z_][A-Za-z0-9_]*") ? "." + name : "['" + Printable.text(name) + "']";
	}

	private @Nullable String ofArray(JsonNode schema, JsonNode value, String path, int depth) {
		JsonNode each = schema.get("items");
		JsonNode fixed = schema.get("prefixItems");
		if (fixed != null && fixed.size() != value.size()) {
			return path + ": expected " + fixed.size() + " elements, but there are " + value.size();
		}
		for (int i = 0; i < value.size(); i++) {
			JsonNode item = (fixed != null) ? fixed.get(i) : each;
			String misfit = (item != null) ? misfit(item, value.get(i), path + "[" + i + "]", depth + 1) : null;
			if (misfit != null) {
				return misfit;
			}
		}
		return null;
	}

	private JsonNode resolved(JsonNode schema) {
		JsonNode present = schema;
		for (int i = 0; i < DEEPEST && present.has("$ref"); i++) {
			JsonNode named = definition(present.get("$ref").asString());
			if (named == null) {
				return JsonNodeFactory.instance.objectNode();
			}
			present = named;
		}
		return present;
	}

	private @Nullable JsonNode definition(String reference) {
		JsonNode definitions = this.root.get("$defs");
		return (definitions != null && reference.startsWith(PLACE)) ? definitions.get(name(reference)) : null;
	}

	private static String name(String reference) {
		return reference.substring(Math.min(PLACE.length(), reference.length())).replace("~1", "/").replace("~0", "~");
	}

	private static String type(JsonNode schema) {
		return schema.has("type") ? schema.get("type").asString("") : "";
	}

	/**
	 * An example, with every field.
	 * @return a value that fits
	 */
	public JsonNode example() {
		return example(this.root, Set.of());
	}

	private JsonNode example(JsonNode schema, Set<String> within) {
		JsonNodeFactory make = JsonNodeFactory.instance;
		if (schema.has("$ref")) {
			String reference = schema.get("$ref").asString();
			JsonNode named = definition(reference);
			if (named == null || within.contains(reference)) {
				return make.nullNode();
			}
			Set<String> inside = new TreeSet<>(within);
			inside.add(reference);
			return example(named, inside);
		}
		if (schema.has("enum")) {
			return schema.get("enum").isEmpty() ? make.nullNode() : schema.get("enum").get(0);
		}
		for (String choice : List.of("anyOf", "oneOf")) {
			if (schema.has(choice) && !schema.get(choice).isEmpty()) {
				return told(schema, example(schema.get(choice).get(0), within));
			}
		}
		return switch (type(schema)) {
			case "object" -> ofObject(schema, within);
			case "array" -> ofArray(schema, within);
			case "string" -> make.stringNode(schema.has("contentEncoding") ? "AAEC"
					: SAMPLES.getOrDefault(schema.has("format") ? schema.get("format").asString("") : "", "text"));
			case "integer" -> make.numberNode(1);
			case "number" -> make.numberNode(1.5);
			case "boolean" -> make.booleanNode(true);
			default -> make.nullNode();
		};
	}

	/**
	 * With the property that tells which case it is: {@code told by property kind: a, b}.
	 */
	private static JsonNode told(JsonNode schema, JsonNode example) {
		String comment = schema.has("$comment") ? schema.get("$comment").asString("") : "";
		int colon = comment.indexOf(": ");
		if (!comment.startsWith("told by property ") || colon < 0 || !(example instanceof ObjectNode object)) {
			return example;
		}
		ObjectNode all = JsonNodeFactory.instance.objectNode();
		all.put(comment.substring("told by property ".length(), colon), comment.substring(colon + 2).split(", ")[0]);
		object.properties().forEach((entry) -> all.set(entry.getKey(), entry.getValue()));
		return all;
	}

	private JsonNode ofObject(JsonNode schema, Set<String> within) {
		ObjectNode object = JsonNodeFactory.instance.objectNode();
		if (schema.has("properties")) {
			schema.get("properties")
				.properties()
				.forEach((entry) -> object.set(entry.getKey(), example(entry.getValue(), within)));
		}
		else if (schema.has("additionalProperties")) {
			object.set("key", example(schema.get("additionalProperties"), within));
		}
		return object;
	}

	private JsonNode ofArray(JsonNode schema, Set<String> within) {
		ArrayNode array = JsonNodeFactory.instance.arrayNode();
		if (schema.has("prefixItems")) {
			schema.get("prefixItems").forEach((each) -> array.add(example(each, within)));
		}
		else if (schema.has("items")) {
			JsonNode item = example(schema.get("items"), within);
			if (!item.isNull()) {
				array.add(item);
			}
		}
		return array;
	}

}
