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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.macula.codec.JacksonCodecBuilder;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import org.jspecify.annotations.Nullable;

/**
 * The payload codecs by name: CBOR and JSON as customizers change them, the plain ones
 * for peers without, and the application's own codecs, which replace those of the same
 * name. Immutable.
 */
final class PayloadCodecs {

	private final Map<String, PayloadCodec> byName;

	/** What {@code cbor} and {@code json} mean in this application's settings. */
	private final Map<String, String> customized;

	private PayloadCodecs(Map<String, PayloadCodec> byName, Map<String, String> customized) {
		this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
		this.customized = Map.copyOf(customized);
	}

	static PayloadCodecs of(List<MaculaCodecCustomizer> customizers, List<PayloadCodec> own) {
		Map<String, PayloadCodec> byName = new LinkedHashMap<>();
		Map<String, String> customized = new HashMap<>();
		PayloadCodec cbor = customized(JacksonPayloadCodec.cborBuilder(), customizers);
		PayloadCodec json = customized(JacksonPayloadCodec.jsonBuilder(), customizers);
		for (PayloadCodec codec : List.of(cbor, json, JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json())) {
			byName.putIfAbsent(codec.name(), codec);
		}
		own.forEach((codec) -> byName.put(codec.name(), codec));
		rename(customized, "cbor", cbor, own);
		rename(customized, "json", json, own);
		return new PayloadCodecs(byName, customized);
	}

	private static PayloadCodec customized(JacksonCodecBuilder builder, List<MaculaCodecCustomizer> customizers) {
		customizers.forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	/** A codec of the application's that has the very name is meant by it. */
	private static void rename(Map<String, String> customized, String name, PayloadCodec codec,
			List<PayloadCodec> own) {
		if (!codec.name().equals(name) && own.stream().noneMatch((other) -> other.name().equals(name))) {
			customized.put(name, codec.name());
		}
	}

	Set<String> names() {
		return this.byName.keySet();
	}

	/** The name of the codec that a setting means. */
	String resolve(String name) {
		return this.customized.getOrDefault(name, name);
	}

	/**
	 * What a codec stands for because customizers changed it.
	 * @param name of a codec
	 * @return {@code cbor} or {@code json}, or empty if it is called by its own name
	 */
	Optional<String> standsFor(String name) {
		return this.customized.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().equals(name))
			.map(Map.Entry::getKey)
			.findFirst();
	}

	/** The codec of a name. */
	@Nullable PayloadCodec get(String name) {
		return this.byName.get(name);
	}

	List<PayloadCodec> all() {
		return List.copyOf(this.byName.values());
	}

}
