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

package io.macula.spring.autoconfigure;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * The payload codecs by name: CBOR and JSON with the application's mappers, and the
 * application's own codecs, which replace those of the same name. Immutable.
 */
final class PayloadCodecs {

	private final Map<String, PayloadCodec> byName;

	private PayloadCodecs(Map<String, PayloadCodec> byName) {
		this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
	}

	static PayloadCodecs of(@Nullable CBORMapper cborMapper, @Nullable JsonMapper jsonMapper, List<PayloadCodec> own) {
		Map<String, PayloadCodec> byName = new LinkedHashMap<>();
		add(byName, (cborMapper != null) ? JacksonPayloadCodec.cbor(cborMapper) : JacksonPayloadCodec.cbor());
		add(byName, (jsonMapper != null) ? JacksonPayloadCodec.json(jsonMapper) : JacksonPayloadCodec.json());
		own.forEach((codec) -> add(byName, codec));
		return new PayloadCodecs(byName);
	}

	private static void add(Map<String, PayloadCodec> byName, PayloadCodec codec) {
		byName.put(codec.name(), codec);
	}

	Set<String> names() {
		return this.byName.keySet();
	}

	List<PayloadCodec> all() {
		return List.copyOf(this.byName.values());
	}

}
