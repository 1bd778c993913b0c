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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonTypeName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SealedTypesTests {

	private static final JacksonPayloadCodec JSON = JacksonPayloadCodec.json();

	static Stream<PayloadCodec> codecs() {
		return Stream.of(JacksonPayloadCodec.cbor(), JSON);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void travelAsThemselvesInEveryPlace(PayloadCodec codec) {
		for (Shape shape : List.of(new Circle(3), new Square(4), new Square(new Point(1, 2), 4), Special.NOTHING)) {
			assertRoundTrip(codec, Shape.class, shape);
			assertRoundTrip(codec, Env.class, new Env(shape, List.of(shape, new Circle(1)), Map.of("a", shape)));
			assertRoundTrip(codec, type(new TypeReference<List<Shape>>() {
			}), List.of(shape));
			assertRoundTrip(codec, type(new TypeReference<Optional<Shape>>() {
			}), Optional.of(shape));
			assertRoundTrip(codec, type(new TypeReference<Map<String, List<Shape>>>() {
			}), Map.of("a", List.of(shape)));
			assertThat((Shape[]) roundTrip(codec, Shape[].class, new Shape[] { shape })).containsExactly(shape);
		}
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void haveTypeArguments(PayloadCodec codec) {
		Type outcomes = type(new TypeReference<List<Outcome<Point>>>() {
		});
		assertRoundTrip(codec, outcomes, List.of(new Done<>(new Point(1, 2)), new Failed<>("why")));
		assertRoundTrip(codec, type(new TypeReference<Outcome<List<Shape>>>() {
		}), new Done<>(List.<Shape>of(new Circle(1))));
		assertRoundTrip(codec, Nested.class, new Nested(new Done<>(List.of(new Circle(1)))));
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void mayBeClasses(PayloadCodec codec) {
		Base.Left left = new Base.Left();
		left.id = 1;
		left.only = "x";
		assertThat(roundTrip(codec, Base.class, left)).isExactlyInstanceOf(Base.Left.class)
			.extracting("id", "only")
			.containsExactly(1, "x");
	}

	@Test
	void areToldByTheNameOfThePermittedType() {
		assertThat(new String(JSON.forType(Shape.class).encode(new Circle(3)), StandardCharsets.UTF_8))
			.isEqualTo("{\"@type\":\"Circle\",\"radius\":3}");
		assertThat(new String(JSON.forType(Circle.class).encode(new Circle(3)), StandardCharsets.UTF_8))
			.as("nothing to tell where one type is declared")
			.isEqualTo("{\"radius\":3}");
		assertThat(new String(JSON.forType(Renamed.class).encode(new Other.Circle(3)), StandardCharsets.UTF_8))
			.isEqualTo("{\"@type\":\"round\",\"radius\":3}");
	}

	@Test
	void whenThePeerNamesAnotherTypeThenTheKnownOnesAreNamed() {
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> JSON.forType(Shape.class)
				.decode("{\"@type\":\"Triangle\",\"a\":1}".getBytes(StandardCharsets.UTF_8)))
			.withMessageContaining("Triangle")
			.withMessageContaining("Circle");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> JSON.forType(Shape.class)
			.decode("{\"@type\":\"java.io.File\",\"a\":1}".getBytes(StandardCharsets.UTF_8)));
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> JSON.forType(Shape.class).decode("{\"radius\":1}".getBytes(StandardCharsets.UTF_8)));
	}

	@Test
	void thatAreOpenBelowAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> JSON.forType(type(new TypeReference<List<Leaky>>() {
		})))
			.withMessageContaining("List<Leaky>[] permits " + Hole.class.getName() + ", which is non-sealed")
			.withMessageContaining("make that a record, final or sealed");
	}

	@Test
	void withTwoTypesOfOneNameAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> JSON.forType(Twins.class))
			.withMessageContaining("Twins permits two types of one name, ")
			.withMessageContaining("give one another name with @JsonTypeName");
	}

	private static void assertRoundTrip(PayloadCodec codec, Type type, Object value) {
		assertThat(roundTrip(codec, type, value)).isEqualTo(value);
	}

	private static Object roundTrip(PayloadCodec codec, Type type, Object value) {
		ValueCodec values = codec.forType(type);
		Object decoded = values.decode(values.encode(value));
		assertThat(decoded).isNotNull();
		return decoded;
	}

	private static Type type(TypeReference<?> reference) {
		return reference.getType();
	}

	sealed interface Shape permits Circle, Cornered, Special {

	}

	sealed interface Cornered extends Shape permits Square {

	}

	record Circle(int radius) implements Shape {
	}

	record Point(int x, int y) {
	}

	record Square(Point corner, int side) implements Cornered {

		Square(int side) {
			this(new Point(0, 0), side);
		}

	}

	enum Special implements Shape {

		NOTHING

	}

	record Env(Shape shape, List<Shape> list, Map<String, Shape> map) {
	}

	sealed interface Outcome<T> permits Done, Failed {

	}

	record Done<T>(T value) implements Outcome<T> {
	}

	record Nested(Outcome<List<Shape>> outcome) {
	}

	record Failed<T>(String reason) implements Outcome<T> {
	}

	abstract static sealed class Base permits Base.Left, Base.Right {

		public int id;

		static final class Left extends Base {

			public String only = "";

		}

		static final class Right extends Base {

		}

	}

	sealed interface Renamed permits Other.Circle {

	}

	static final class Other {

		@JsonTypeName("round")
		record Circle(int radius) implements Renamed {
		}

	}

	sealed interface Leaky permits Hole, Plug {

	}

	non-sealed interface Hole extends Leaky {

	}

	record Plug(int x) implements Leaky {
	}

	sealed interface Twins permits One.Same, Two.Same {

	}

	static final class One {

		record Same(int x) implements Twins {
		}

	}

	static final class Two {

		record Same(int y) implements Twins {
		}

	}

}
