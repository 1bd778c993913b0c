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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The payload codecs that a node knows, by name. Immutable.
 */
public final class Codecs {

	private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");

	private final Map<String, PayloadCodec> codecs;

	private final List<String> names;

	private Codecs(Map<String, PayloadCodec> codecs) {
		this.codecs = codecs;
		this.names = List.copyOf(codecs.keySet());
	}

	/**
	 * CBOR and JSON with their default mappers.
	 * @return new codecs
	 */
	public static Codecs defaults() {
		return of(List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json()));
	}

	/**
	 * The given codecs.
	 * @param codecs preferred first
	 * @return the codecs
	 * @throws IllegalArgumentException if there is none, or a name is not valid or used
	 * twice
	 */
	public static Codecs of(List<? extends PayloadCodec> codecs) {
		Map<String, PayloadCodec> byName = new LinkedHashMap<>();
		for (PayloadCodec codec : codecs) {
			String name = codec.name();
			if (name == null || !NAME.matcher(name).matches()) {
				throw new IllegalArgumentException("Payload codec name '" + name + "' of " + codec.getClass().getName()
						+ " is not valid: expected 1 to 32 lower-case letters, digits or '-'");
			}
			PayloadCodec other = byName.putIfAbsent(name, codec);
			if (other != null) {
				throw new IllegalArgumentException(
						"Two payload codecs have the name '" + name + "': " + other.getClass().getName() + " and "
								+ codec.getClass().getName() + "; names are what both ends know a codec by");
			}
		}
		if (byName.isEmpty()) {
			throw new IllegalArgumentException("There is no payload codec: expected at least one");
		}
		return new Codecs(byName);
	}

	/**
	 * The names.
	 * @return at least one, preferred first
	 */
	public List<String> names() {
		return this.names;
	}

	/**
	 * The codec of a name.
	 * @param name the name
	 * @return the codec, or {@code null} if it is not known
	 */
	public @Nullable PayloadCodec find(String name) {
		return this.codecs.get(name);
	}

	/**
	 * The codec of a name.
	 * @param name the name
	 * @return the codec
	 * @throws IllegalArgumentException if it is not known; the message lists the known
	 * ones
	 */
	public PayloadCodec get(String name) {
		PayloadCodec codec = this.codecs.get(name);
		if (codec == null) {
			throw new IllegalArgumentException("Payload codec '" + name + "' is not known: expected one of "
					+ String.join(", ", this.names) + "; a bean of type PayloadCodec adds another");
		}
		return codec;
	}

	/**
	 * The codec that describes the types of contracts to other nodes: the one that every
	 * node has, whatever it prefers.
	 * @return {@code cbor}, or the preferred one where that is missing
	 */
	public PayloadCodec describing() {
		PayloadCodec plain = this.codecs.get("cbor");
		return (plain != null) ? plain : get(this.names.get(0));
	}

}
