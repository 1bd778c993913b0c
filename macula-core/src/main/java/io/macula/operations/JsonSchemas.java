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

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.codec.CodedType;
import io.macula.codec.CodedTypes;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON Schemas (2020-12) of what a contract sends, made of the same reading of the codec
 * from which its fingerprint is made: what they say is what travels, annotations of
 * Jackson included. A type that codes itself is left open. Used by one thread.
 */
final class JsonSchemas {

	private static final Map<String, Map<String, Object>> SCALARS = scalars();

	private final PayloadCodec codec;

	JsonSchemas(PayloadCodec codec) {
		this.codec = codec;
	}

	private static Map<String, Map<String, Object>> scalars() {
		Map<String, Map<String, Object>> all = new LinkedHashMap<>();
		List.of("boolean", "Boolean", "AtomicBoolean").forEach((name) -> all.put(name, Map.of("type", "boolean")));
		List.of("byte", "Byte", "short", "Short", "int", "Integer", "long", "Long", "BigInteger", "AtomicInteger",
				"AtomicLong", "OptionalInt", "OptionalLong", "Year")
			.forEach((name) -> all.put(name, Map.of("type", "integer")));
		List.of("float", "Float", "double", "Double", "BigDecimal", "OptionalDouble", "Number")
			.forEach((name) -> all.put(name, Map.of("type", "number")));
		List.of("Object", "JsonNode").forEach((name) -> all.put(name, Map.of()));
		Map.of("Instant", "date-time", "OffsetDateTime", "date-time", "ZonedDateTime", "date-time", "LocalDate", "date",
				"OffsetTime", "time", "Duration", "duration", "Period", "duration", "UUID", "uuid", "URI", "uri", "URL",
				"uri")
			.forEach((name, format) -> all.put(name, Map.of("type", "string", "format", format)));
		return all;
	}

	/** The schema of a type as a text. */
	String of(Type type) {
		Map<String, Object> schema = new LinkedHashMap<>();
		if (this.codec instanceof JacksonPayloadCodec jackson) {
			try {
				schema.putAll(schema(jackson.types(), type));
			}
			catch (JacksonException | IllegalArgumentException ex) {
				// Another codec of the application may know it; the others are told all
				// the same.
				schema.put("$comment", "not known to " + this.codec.name());
			}
		}
		return JsonMapper.shared().writeValueAsString(schema);
	}

	private static Map<String, Object> schema(CodedTypes types, Type type) {
		String text = types.add(type, "A type");
		Definitions definitions = new Definitions(types.definitions());
		Map<String, Object> schema = new LinkedHashMap<>(definitions.schema(text));
		Map<String, Object> used = definitions.used();
		if (!used.isEmpty()) {
			schema.put("$defs", used);
		}
		return schema;
	}

	/** The types that a text may name. */
	private static final class Definitions {

		private static final String PLACE = "#/$defs/";

		private final Map<String, CodedType> types;

		private final Set<String> named = new LinkedHashSet<>();

		Definitions(Map<String, CodedType> types) {
			this.types = types;
		}

		Map<String, Object> used() {
			Map<String, Object> all = new LinkedHashMap<>();
			while (all.size() < this.named.size()) {
				for (String name : List.copyOf(this.named)) {
					if (!all.containsKey(name)) {
						all.put(name, definition(this.types.get(name)));
					}
				}
			}
			return all;
		}

		/** Of a text such as {@code Map<String, Order[]>}. */
		Map<String, Object> schema(String text) {
			if (text.equals("byte[]")) {
				return Map.of("type", "string", "contentEncoding", "base64");
			}
			if (text.endsWith("[]")) {
				return Map.of("type", "array", "items", schema(text.substring(0, text.length() - 2)));
			}
			int open = text.indexOf('<');
			if (open > 0 && text.endsWith(">")) {
				return generic(text.substring(0, open), text.substring(open + 1, text.length() - 1));
			}
			if (this.types.containsKey(text)) {
				this.named.add(text);
				return Map.of("$ref", PLACE + text.replace("~", "~0").replace("/", "~1"));
			}
			// Whatever else the JDK has travels as a text.
			return SCALARS.getOrDefault(text, Map.of("type", "string"));
		}

		private Map<String, Object> generic(String raw, String of) {
			return switch (raw) {
				case "Optional" -> Map.of("anyOf", List.of(schema(of), Map.of("type", "null")));
				case "Set" -> Map.of("type", "array", "items", schema(of), "uniqueItems", true);
				case "Map" ->
					Map.of("type", "object", "additionalProperties", schema(of.substring(comma(of) + 1).trim()));
				default -> Map.of("type", "array", "items", schema(of));
			};
		}

		/** Between the key and the value. */
		private static int comma(String text) {
			int depth = 0;
			for (int i = 0; i < text.length(); i++) {
				char character = text.charAt(i);
				depth += (character == '<') ? 1 : (character == '>') ? -1 : 0;
				if (character == ',' && depth == 0) {
					return i;
				}
			}
			return -1;
		}

		private Map<String, Object> definition(@Nullable CodedType type) {
			if (type instanceof CodedType.Properties properties) {
				return properties(properties);
			}
			if (type instanceof CodedType.Constants constants) {
				return Map.of("enum", constants.constants().stream().map(CodedType.Named::name).toList());
			}
			if (type instanceof CodedType.Choice choice) {
				return Map.of("oneOf", choice.cases().stream().map((each) -> schema(each.type())).toList(), "$comment",
						"told by " + choice.toldBy() + ": "
								+ String.join(", ", choice.cases().stream().map(CodedType.Case::name).toList()));
			}
			if (type instanceof CodedType.Same same) {
				return schema(same.type());
			}
			return Map.of("$comment", (type instanceof CodedType.Own own) ? "coded by " + own.by() : "open");
		}

		private Map<String, Object> properties(CodedType.Properties type) {
			if (type.positional()) {
				return Map.of("type", "array", "prefixItems",
						type.properties().stream().map((each) -> schema(each.type())).toList());
			}
			Map<String, Object> properties = new LinkedHashMap<>();
			List<String> required = new ArrayList<>();
			for (CodedType.Property property : type.properties()) {
				properties.put(property.name(), schema(property.type()));
				if (property.required()) {
					required.add(property.name());
				}
			}
			Map<String, Object> schema = new LinkedHashMap<>();
			schema.put("type", "object");
			schema.put("properties", properties);
			if (!required.isEmpty()) {
				schema.put("required", required);
			}
			return schema;
		}

	}

}
