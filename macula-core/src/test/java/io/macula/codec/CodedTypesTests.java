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
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.ToStringSerializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CodedTypesTests {

	private final CodedTypes types = JacksonPayloadCodec.cbor().types();

	private String add(Type type) {
		return this.types.add(type, "The test");
	}

	private String add(TypeReference<?> type) {
		return add(type.getType());
	}

	private CodedType defined(Type type) {
		return this.types.definitions().get(add(type));
	}

	@Test
	void typesOfTheJdkAreTexts() {
		assertThat(add(void.class)).isEqualTo("void");
		assertThat(add(int.class)).isEqualTo("int");
		assertThat(add(Integer.class)).isEqualTo("Integer");
		assertThat(add(String.class)).isEqualTo("String");
		assertThat(add(UUID.class)).isEqualTo("UUID");
		assertThat(add(Instant.class)).isEqualTo("Instant");
		assertThat(add(byte[].class)).isEqualTo("byte[]");
		assertThat(add(OptionalInt.class)).isIn("Optional<int>", "OptionalInt");
		assertThat(this.types.definitions()).isEmpty();
	}

	@Test
	void collectionsAreToldByWhatTravels() {
		assertThat(add(new TypeReference<List<List<String>>>() {
		})).isEqualTo("List<List<String>>");
		assertThat(add(new TypeReference<ArrayList<String>>() {
		})).isEqualTo("List<String>");
		assertThat(add(String[][].class)).isEqualTo("String[][]");
		assertThat(add(new TypeReference<TreeMap<Integer, long[]>>() {
		})).isEqualTo("Map<Integer, long[]>");
		assertThat(add(new TypeReference<Optional<List<Leaf>>>() {
		})).isEqualTo("Optional<List<Leaf>>");
		assertThat(add(new TypeReference<EnumSet<Level>>() {
		})).isEqualTo("Set<Level>");
		assertThat(add(new TypeReference<Map<Level, Id>>() {
		})).isEqualTo("Map<Level, Id>");
	}

	@Test
	void aTypeThatWasMetBeforeIsTheSame() {
		add(new TypeReference<List<Leaf>>() {
		});
		assertThat(add(Branch.class)).isEqualTo("Branch");
		assertThat(add(new TypeReference<Map<String, List<Leaf>>>() {
		})).isEqualTo("Map<String, List<Leaf>>");
		assertThat(this.types.definitions()).containsOnlyKeys("Leaf", "Branch");
		assertThat(this.types.definitions().get("Branch"))
			.isEqualTo(new CodedType.Properties(List.of(property("branches", "List<Branch>"), property("leaf", "Leaf"),
					property("leaves", "List<Leaf>"), property("other", "Leaf")), false));
	}

	private static CodedType.Property property(String name, String type) {
		return new CodedType.Property(name, type, List.of(), false, true, null);
	}

	@Test
	void propertiesSayWhatIsReadAndWritten() {
		assertThat(((CodedType.Properties) defined(Address.class)).properties()).containsExactly(
				new CodedType.Property("at", "LocalDate", List.of(), false, true, "STRING dd.MM.yyyy"),
				new CodedType.Property("postcode", "String", List.of("plz", "zip"), true, true, null),
				new CodedType.Property("secret", "String", List.of(), false, false, null));
	}

	@Test
	void propertiesOfAnUnwrappedObjectAreItsOwn() {
		assertThat(((CodedType.Properties) defined(Letter.class)).properties())
			.contains(new CodedType.Property("to", "Leaf", List.of(), false, true, "unwrapped to_*"));
		assertThat(this.types.definitions()).containsKey("Leaf");
	}

	@Test
	void enumsSayWhatAnUnknownConstantIsReadAs() {
		assertThat(defined(Level.class)).isEqualTo(new CodedType.Constants(
				List.of(new CodedType.Named("HIGH", List.of()), new CodedType.Named("low", List.of("LOW", "l"))),
				null));
		assertThat(defined(Safe.class)).isEqualTo(new CodedType.Constants(
				List.of(new CodedType.Named("ON", List.of()), new CodedType.Named("UNKNOWN", List.of())), "UNKNOWN"));
	}

	@Test
	void choicesHaveTheNamesOfTheWire() {
		assertThat(defined(Shape.class)).isEqualTo(
				new CodedType.Choice("the property @type", List.of(new CodedType.Case("Circle", List.of(), "Circle"),
						new CodedType.Case("sq", List.of(), "Square")), null));
		assertThat(defined(Pet.class)).isEqualTo(
				new CodedType.Choice("the property kind", List.of(new CodedType.Case("cat", List.of("kitten"), "Cat"),
						new CodedType.Case("dog", List.of(), "Dog")), "Dog"));
		assertThat(defined(Cat.class)).as("names its type, too, since the annotation is inherited")
			.isInstanceOf(CodedType.Choice.class);
		assertThat(this.types.definitions().get("Cat"))
			.isEqualTo(new CodedType.Properties(List.of(property("lives", "int")), false));
	}

	@Test
	void whatIsCodedAsAnotherTypeIsThat() {
		assertThat(defined(Id.class)).isEqualTo(new CodedType.Same("String"));
		assertThat(defined(Lines.class)).isEqualTo(new CodedType.Same("List<Leaf>"));
		assertThat(this.types.definitions()).containsKey("Leaf");
	}

	@Test
	void whatSaysNothingOfItselfIsNamed() {
		assertThat(((CodedType.Properties) defined(Priced.class)).properties()).containsExactly(new CodedType.Property(
				"price", "Money", List.of(), false, true, "written by " + ToStringSerializer.class.getName()));
		assertThat(this.types.definitions().get("Money"))
			.isEqualTo(new CodedType.Own(MoneyDeserializer.class.getName()));
	}

	@Test
	void whatIsToldByItsOrderSaysSo() {
		assertThat(defined(Point.class))
			.isEqualTo(new CodedType.Properties(List.of(property("y", "int"), property("x", "int")), true));
	}

	@Test
	void typesOfOneSimpleNameAreToldApart() {
		assertThat(add(Leaf.class)).isEqualTo("Leaf");
		assertThat(add(Elsewhere.Leaf.class)).isEqualTo(Elsewhere.Leaf.class.getName());
		assertThat(add(new TypeReference<Page<Leaf>>() {
		})).isEqualTo("Page<Leaf>");
		assertThat(add(Elsewhere.Duration.class)).isEqualTo(Elsewhere.Duration.class.getName());
	}

	@Test
	void exceptionsAreToldByTheirClass() {
		assertThat(this.types.addException(Full.class)).isEqualTo(Full.class.getName());
		assertThat(this.types.definitions().get(Full.class.getName()))
			.isEqualTo(new CodedType.Properties(List.of(property("leaf", "Leaf"), property("room", "int")), false));
		this.types.addException(Odd.class);
		this.types.addException(Any.class);
		assertThat(this.types.definitions())
			.containsEntry(Odd.class.getName(), new CodedType.Own("its name and message"))
			.containsEntry(Any.class.getName(), new CodedType.Own("its subclasses"));
	}

	@Test
	void whatCannotBeCodedIsRefusedWithItsPlace() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.types.add(Object.class, "The result of A.b()"))
			.withMessageStartingWith("The result of A.b(): ")
			.withMessageContaining("declare the type");
	}

	record Leaf(int size) {

	}

	record Branch(Leaf leaf, Leaf other, List<Leaf> leaves, List<Branch> branches) {

	}

	record Page<T>(List<T> content) {

	}

	record Address(@JsonProperty(required = true) @JsonAlias( {
			"zip", "plz" }) String postcode,
			@JsonFormat(shape = JsonFormat.Shape.STRING, pattern = "dd.MM.yyyy") LocalDate at,
			@JsonProperty(access = JsonProperty.Access.WRITE_ONLY) String secret){

	}

	public static class Letter {

		@JsonUnwrapped(prefix = "to_")
		public Leaf to = new Leaf(0);

		public String text = "";

	}

	enum Level {

		HIGH,

		@JsonProperty("low")
		@JsonAlias({ "l", "LOW" })
		LOW

	}

	enum Safe {

		ON,

		@JsonEnumDefaultValue
		UNKNOWN

	}

	sealed interface Shape {

	}

	record Circle(int radius) implements Shape {

	}

	@JsonTypeName("sq")
	record Square(int side) implements Shape {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind", defaultImpl = Dog.class)
	@JsonSubTypes({ @JsonSubTypes.Type(value = Cat.class, names = { "cat", "kitten" }),
			@JsonSubTypes.Type(value = Dog.class, name = "dog") })
	interface Pet {

	}

	record Cat(int lives) implements Pet {

	}

	record Dog(String name) implements Pet {

	}

	record Id(@JsonValue String value) {

	}

	record Lines(@JsonValue List<Leaf> lines) {

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		Lines {
		}

	}

	record Money(long cents) {

	}

	static final class MoneyDeserializer extends StdDeserializer<Money> {

		MoneyDeserializer() {
			super(Money.class);
		}

		@Override
		public Money deserialize(JsonParser parser, DeserializationContext context) {
			return new Money(parser.getLongValue());
		}

	}

	record Priced(@JsonSerialize(using = ToStringSerializer.class) @JsonDeserialize(
			using = MoneyDeserializer.class) Money price) {

	}

	@JsonFormat(shape = JsonFormat.Shape.ARRAY)
	@JsonPropertyOrder({ "y", "x" })
	record Point(int x, int y) {

	}

	interface Elsewhere {

		record Leaf(String name) {

		}

		record Duration(int hours) {

		}

	}

	static class Full extends Exception {

		private static final long serialVersionUID = 1L;

		private final int room;

		private final transient Leaf hidden;

		private final Leaf leaf;

		Full(String message, int room, Leaf leaf) {
			super(message);
			this.room = room;
			this.leaf = leaf;
			this.hidden = leaf;
		}

		int room() {
			return this.room;
		}

	}

	static class Odd extends Exception {

		private static final long serialVersionUID = 1L;

		Odd(Thread thread) {
			super(thread.getName());
		}

	}

	abstract static class Any extends Exception {

		private static final long serialVersionUID = 1L;

	}

}
