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

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class TypeWalkTests {

	private static final JsonMapper MAPPER = new JsonMapper();

	@Test
	void goesBelowATypeOnce() {
		String root = "Map<UUID, List<Order>>";
		assertThat(walk(new TypeReference<Map<UUID, List<Order>>>() {
		})).containsExactly("MAP " + root, "KEY " + root + "{key}", "ELEMENTS " + root + "{}", "BEAN " + root + "{}[]",
				"OPTIONAL " + root + "{}[].at", "ELEMENTS " + root + "{}[].parts", "VALUE " + root + "{}[].sku",
				"VALUE " + root + "{}[].at");
	}

	@Test
	void tellsWhatIsOpenAndWhatIsNamed() {
		assertThat(walk(new TypeReference<Holder>() {
		})).containsExactly("BEAN Holder", "ENUM Holder.colour", "OPEN Holder.open", "OWN Holder.own",
				"CHOICE Holder.shape", "OPEN Holder.what", "BEAN Holder.shape(Circle)",
				"VALUE Holder.shape(Circle).radius");
	}

	@Test
	void tellsWhichTypesHoldThemselves() {
		List<String> recursive = new ArrayList<>();
		new TypeWalk(MAPPER).walk(MAPPER.constructType(Order.class), (place) -> {
			if (place.recursive()) {
				recursive.add(place.path());
			}
		});
		assertThat(recursive).containsExactly("Order.parts[]");
	}

	private static List<String> walk(TypeReference<?> type) {
		List<String> places = new ArrayList<>();
		new TypeWalk(MAPPER).walk(MAPPER.constructType(type), (place) -> places.add(place.kind() + " " + place.path()));
		return places;
	}

	record Order(Sku sku, Optional<Instant> at, List<Order> parts) {
	}

	record Sku(@JsonValue String text) {

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		Sku {
		}

	}

	record Holder(Shape shape, Open open, Object what, Colour colour, Own own) {
	}

	enum Colour {

		RED

	}

	interface Open {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes(@JsonSubTypes.Type(Circle.class))
	interface Shape {

	}

	record Circle(int radius) implements Shape {
	}

	@JsonDeserialize(using = OwnDeserializer.class)
	record Own(String anything) {
	}

	static final class OwnDeserializer extends ValueDeserializer<Own> {

		@Override
		public Own deserialize(JsonParser parser, DeserializationContext context) {
			return new Own(parser.getString());
		}

	}

}
