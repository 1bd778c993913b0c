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

package io.macula.codec;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * JSON as trees, exactly as it stands: numbers keep their digits, a name that is there
 * twice or text after the end is refused. For tools that call services without their
 * classes, by codec {@code json}, which each node has. Safe for all threads.
 */
public final class JsonTrees {

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
		.build();

	private JsonTrees() {
	}

	/**
	 * The mapper of trees.
	 * @return the one of this process
	 */
	public static JsonMapper mapper() {
		return MAPPER;
	}

	/**
	 * The tree of a text.
	 * @param text JSON in UTF-8
	 * @return the tree
	 * @throws JacksonException if it is none
	 */
	public static JsonNode tree(byte[] text) {
		return MAPPER.readTree(text);
	}

	/**
	 * The text of a value.
	 * @param value a tree, or what Jackson makes one of
	 * @return JSON in UTF-8
	 */
	public static byte[] bytes(Object value) {
		return MAPPER.writeValueAsBytes(value);
	}

	/**
	 * A codec of trees, whatever the type.
	 * @return a codec named {@code json}
	 */
	public static PayloadCodec codec() {
		return new TreeCodec();
	}

	private static final class TreeCodec implements PayloadCodec {

		@Override
		public String name() {
			return "json";
		}

		@Override
		public ValueCodec forType(Type type) {
			return new ValueCodec() {

				@Override
				public byte[] encode(@Nullable Object value) {
					return bytes((value != null) ? value : JsonNodeFactory.instance.nullNode());
				}

				@Override
				public Object decode(byte[] payload) {
					return tree(payload);
				}

			};
		}

	}

}
