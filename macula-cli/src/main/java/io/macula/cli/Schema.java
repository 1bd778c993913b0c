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

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.macula.operations.ValueSchema;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A JSON Schema as nodes describe types by it, and how people read it. Of all keywords it
 * knows those that nodes write; others say nothing. Immutable.
 */
final class Schema {

	private static final String PLACE = "#/$defs/";

	private final JsonNode root;

	private final ValueSchema values;

	private Schema(ValueSchema values) {
		this.values = values;
		this.root = values.json();
	}

	/** A schema as a node tells it; one that cannot be read lets everything. */
	static Schema of(String text) {
		return new Schema(ValueSchema.of(text));
	}

	/** Whether values are texts, those of an enum among them, or {@code null}. */
	boolean text() {
		return text(this.root);
	}

	private boolean text(JsonNode schema) {
		JsonNode named = resolved(schema);
		if (named.has("anyOf")) {
			return choices(named).allMatch((choice) -> type(choice).equals("null") || text(choice));
		}
		return type(named).equals("string")
				|| (named.has("enum") && all(named.get("enum")).allMatch(JsonNode::isString));
	}

	/** Whether it says that there may be no value. */
	boolean optional() {
		return choices(resolved(this.root)).anyMatch((choice) -> type(choice).equals("null"));
	}

	private static Stream<JsonNode> choices(JsonNode schema) {
		return schema.has("anyOf") ? all(schema.get("anyOf")) : Stream.empty();
	}

	private static Stream<JsonNode> all(JsonNode array) {
		return StreamSupport.stream(array.spliterator(), false);
	}

	private JsonNode resolved(JsonNode schema) {
		JsonNode named = schema.has("$ref") ? definition(schema.get("$ref").asString()) : schema;
		return (named != null) ? named : JsonNodeFactory.instance.objectNode();
	}

	/**
	 * Look for what does not fit.
	 * @return path of the field and what is wrong with it, or {@code null} if it fits
	 */
	@Nullable String misfit(JsonNode value) {
		return this.values.misfit(value);
	}

	/** An example, with every field. */
	JsonNode example() {
		return this.values.example();
	}

	private @Nullable JsonNode definition(String reference) {
		JsonNode definitions = this.root.get("$defs");
		return (definitions != null) ? definitions.get(name(reference)) : null;
	}

	private static String name(String reference) {
		return reference.substring(Math.min(PLACE.length(), reference.length())).replace("~1", "/").replace("~0", "~");
	}

	private static String type(JsonNode schema) {
		return schema.has("type") ? schema.get("type").asString("") : "";
	}

	/** The type as people write it: {@code [Order]}. */
	String typeText() {
		return typeText(this.root);
	}

	private String typeText(JsonNode schema) {
		if (schema.has("$ref")) {
			return shortName(name(schema.get("$ref").asString()));
		}
		if (schema.has("enum")) {
			return joined(schema.get("enum"), " | ", JsonNode::asString);
		}
		if (schema.has("anyOf")) {
			return joined(schema.get("anyOf"), " | ", this::typeText);
		}
		if (schema.has("oneOf")) {
			String comment = schema.has("$comment") ? "  (" + schema.get("$comment").asString("") + ")" : "";
			return joined(schema.get("oneOf"), " | ", this::typeText) + comment;
		}
		return switch (type(schema)) {
			case "object" ->
				schema.has("additionalProperties") ? "{text: " + typeText(schema.get("additionalProperties")) + "}"
						: schema.has("properties") ? "{" + joined(schema.get("properties")) + "}" : "object";
			case "array" ->
				schema.has("prefixItems") ? "[" + joined(schema.get("prefixItems"), ", ", this::typeText) + "]"
						: "[" + (schema.has("items") ? typeText(schema.get("items")) : "any") + "]";
			case "string" -> schema.has("format") ? schema.get("format").asString()
					: schema.has("contentEncoding") ? schema.get("contentEncoding").asString() : "text";
			case "" -> schema.has("$comment") ? "any (" + schema.get("$comment").asString("") + ")" : "any";
			default -> type(schema);
		};
	}

	private String joined(JsonNode properties) {
		List<String> all = new ArrayList<>();
		properties.properties().forEach((entry) -> all.add(entry.getKey() + ": " + typeText(entry.getValue())));
		return String.join(", ", all);
	}

	private static String joined(JsonNode each, String between, Function<JsonNode, String> text) {
		List<String> all = new ArrayList<>();
		each.forEach((one) -> all.add(text.apply(one)));
		return String.join(between, all);
	}

	/**
	 * The named types below, each with its fields.
	 * @return lines by the names of the types
	 */
	Map<String, List<String>> definitions() {
		Map<String, List<String>> all = new LinkedHashMap<>();
		JsonNode definitions = this.root.get("$defs");
		if (definitions != null) {
			definitions.properties().forEach((entry) -> all.put(shortName(entry.getKey()), lines(entry.getValue())));
		}
		return all;
	}

	private List<String> lines(JsonNode type) {
		if (!type.has("properties")) {
			return List.of(typeText(type));
		}
		Set<String> required = new TreeSet<>();
		if (type.has("required")) {
			type.get("required").forEach((name) -> required.add(name.asString()));
		}
		int width = type.get("properties").propertyNames().stream().mapToInt(String::length).max().orElse(0);
		List<String> lines = new ArrayList<>();
		Iterator<Map.Entry<String, JsonNode>> fields = type.get("properties").properties().iterator();
		while (fields.hasNext()) {
			Map.Entry<String, JsonNode> field = fields.next();
			lines.add(field.getKey() + " ".repeat(width - field.getKey().length() + 2) + typeText(field.getValue())
					+ (required.contains(field.getKey()) ? ", required" : ""));
		}
		return lines;
	}

	/** Nodes tell whole names where two types would have one. */
	private static String shortName(String name) {
		return name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
	}

}
