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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TypeRulesTests {

	private static final JacksonPayloadCodec CBOR = JacksonPayloadCodec.cbor();

	static Stream<PayloadCodec> codecs() {
		return Stream.of(CBOR, JacksonPayloadCodec.json());
	}

	@Test
	void aCollectionWithFieldsIsRefusedWhereverItStands() {
		assertRefused(type(new TypeReference<PageList<String>>() {
		}), "PageList<String> is of type io.macula.codec.TypeRulesTests$PageList, whose field 'total' would be lost",
				"declare a record with the field and a List or Map beside it");
		assertRefused(type(new TypeReference<Holder<Map<String, PageList<String>>>>() {
		}), "Holder<Map<String, PageList<String>>>.value{} is of type ");
		assertRefused(Headers.class, "Headers is of type ", "whose field 'origin' would be lost");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aCollectionWithoutFieldsTravelsAsItself(PayloadCodec codec) {
		Tags tags = new Tags();
		tags.add("a");
		assertThat(roundTrip(codec, Tags.class, tags)).isExactlyInstanceOf(Tags.class).isEqualTo(tags);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aSubclassIsNeverSentAsWhatIsDeclared(PayloadCodec codec) {
		Animal animal = new Animal();
		animal.name = "a";
		assertThat(((Animal) roundTrip(codec, Animal.class, animal)).name).isEqualTo("a");
		Dog dog = new Dog();
		dog.name = "d";
		String reason = "a value of type " + Dog.class.getName() + " stands where the contract declares "
				+ Animal.class.getName()
				+ ", and would arrive as Animal without what is its own; declare a sealed type that permits both";
		assertNotEncoded(codec, Animal.class, dog, "at $: " + reason);
		assertNotEncoded(codec, type(new TypeReference<List<Animal>>() {
		}), List.of(animal, dog), "at $[1]: " + reason);
		assertNotEncoded(codec, type(new TypeReference<Holder<Animal>>() {
		}), new Holder<Animal>(dog), "at $.value: " + reason);
		assertNotEncoded(codec, type(new TypeReference<Map<String, Animal>>() {
		}), Map.of("k", dog), "at $.k: " + reason);
		assertNotEncoded(codec, Animal[].class, new Animal[] { dog }, "at $[0]: " + reason);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void namedSubclassesTravelAsThemselvesAndOthersNotAtAll(PayloadCodec codec) {
		Car car = new Car();
		car.wheels = 4;
		Truck truck = new Truck();
		truck.wheels = 6;
		truck.load = 7;
		List<Object> both = cast(roundTrip(codec, type(new TypeReference<List<Car>>() {
		}), List.of(car, truck)));
		assertThat(both.get(0)).isExactlyInstanceOf(Car.class);
		assertThat(both.get(1)).isExactlyInstanceOf(Truck.class).extracting("wheels", "load").containsExactly(6, 7);
		assertNotEncoded(codec, type(new TypeReference<Holder<Car>>() {
		}), new Holder<Car>(new Car() {
		}), "stands where the contract declares " + Car.class.getName() + ", which does not name it");
		assertNotEncoded(codec, Car.class, new Car() {
		}, "stands where the contract declares " + Car.class.getName() + ", which does not name it");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void anOrderThatWouldGetLostIsNotSent(PayloadCodec codec) {
		SortedSet<String> set = new TreeSet<>(Comparator.reverseOrder());
		set.addAll(Set.of("a", "b"));
		assertNotEncoded(codec, type(new TypeReference<SortedSet<String>>() {
		}), set, "its comparator does not travel");
		SortedMap<String, Integer> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		map.put("a", 1);
		assertNotEncoded(codec, type(new TypeReference<Holder<TreeMap<String, Integer>>>() {
		}), new Holder<>(new TreeMap<>(map)), "at $.value: its comparator");
		assertThat(roundTrip(codec, type(new TypeReference<Map<String, Integer>>() {
		}), map)).isEqualTo(map);
	}

	@Test
	void openTypesAreRefusedWhereverTheyStand() {
		assertRefused(type(new TypeReference<Map<String, Object>>() {
		}), "Map<String, Object>{} is of type Object, so that nobody knows what to decode",
				"declare the type, or a sealed interface that permits the types it may be");
		assertRefused(type(new TypeReference<Holder<Open>>() {
		}), "Holder<Open>.value is of type " + Open.class.getName() + ": the type is abstract",
				"make it sealed, so that it permits the types it may be, or name them with @JsonTypeInfo(use = NAME) and @JsonSubTypes"
						+ "; or add a module that codes it, with a MaculaCodecCustomizer on both sides");
		assertRefused(type(new TypeReference<List<Unnamed>>() {
		}), "List<Unnamed>[] is of type " + Unnamed.class.getName() + ", and no type is named that it may be");
	}

	@Test
	void classNamesOfAPeerAreRefusedWhereverTheyStand() {
		assertRefused(type(new TypeReference<List<ByClass>>() {
		}), "@JsonTypeInfo(use = CLASS), which lets the peer choose classes",
				"write use = NAME, and @JsonSubTypes or a sealed type");
		assertRefused(ByClassHere.class, "ByClassHere.animal has @JsonTypeInfo(use = MINIMAL_CLASS)");
	}

	@Test
	void propertiesThatWouldGetLostAreRefused() {
		assertRefused(NotGiven.class, "NotGiven has a constructor with a parameter 'sku' of " + NotGiven.class.getName()
				+ " that no getter or field gives, so that it would arrive as null");
		assertRefused(NotTaken.class,
				"NotTaken has a property 'sku' of " + NotTaken.class.getName()
						+ " that no constructor or setter takes, so that it would be lost",
				"leave it out with @JsonIgnore");
		assertRefused(OnlySet.class, "OnlySet has a setter of a property 'sku'");
		assertRefused(type(new TypeReference<Holder<NoConstructor>>() {
		}), "Holder<NoConstructor>.value is of type " + NoConstructor.class.getName()
				+ ", which has no constructor that takes nothing or its properties",
				"; or add a module that codes it, with a MaculaCodecCustomizer on both sides");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void whatIsMeantToBeOneWayIsLeftAlone(PayloadCodec codec) {
		assertThat(((Computed) roundTrip(codec, Computed.class, new Computed("a"))).getText()).isEqualTo("a");
		assertThat(roundTrip(codec, WriteOnly.class, new WriteOnly())).isInstanceOf(WriteOnly.class);
	}

	@Test
	void keysWithoutATextAreRefused() {
		assertRefused(type(new TypeReference<Map<Sku, String>>() {
		}), "Map<Sku, String>{key} is of type " + Sku.class.getName() + ", which is no text and cannot be a key",
				"annotate what makes one text of it with @JsonValue, and what takes the text with @JsonCreator");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void keysOfOneTextTravel(PayloadCodec codec) {
		Map<Code, String> map = Map.of(new Code("a"), "b");
		assertThat(roundTrip(codec, type(new TypeReference<Map<Code, String>>() {
		}), map)).isEqualTo(map);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void addedAndMissingPropertiesHaveTheirDefaultsBothWays(PayloadCodec codec) {
		byte[] old = codec.forType(Old.class).encode(new Old("a"));
		assertThat(codec.forType(New.class).decode(old)).isEqualTo(new New("a", 0, false, 0, (char) 0, null, null));
		byte[] later = codec.forType(New.class).encode(new New("a", 1, true, 0.5, 'x', 7L, List.of(1)));
		assertThat(codec.forType(Old.class).decode(later)).isEqualTo(new Old("a"));
	}

	@Test
	void nothingIsMisreadAsSomethingElse() {
		JacksonPayloadCodec json = JacksonPayloadCodec.json();
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> json.forType(int.class).decode("1.5".getBytes(StandardCharsets.UTF_8)));
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> json.forType(Thread.State.class).decode("1".getBytes(StandardCharsets.UTF_8)));
	}

	@Test
	void nestingBeyondTheLimitIsNeitherReadNorSent() {
		Link link = new Link(null);
		for (int i = 0; i < 300; i++) {
			link = new Link(link);
		}
		Link deep = link;
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> CBOR.forType(Link.class).encode(deep))
			.withMessageContaining("nested deeper than 200 levels; does it contain itself?");
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> JacksonPayloadCodec.json()
				.forType(Old.class)
				.decode(("{\"x\":" + "[".repeat(300) + "]".repeat(300) + "}").getBytes(StandardCharsets.UTF_8)))
			.withMessageContaining("nested deeper than 200 levels; does it contain itself?");
	}

	private static void assertRefused(Type type, String... parts) {
		for (PayloadCodec codec : List.of(CBOR, JacksonPayloadCodec.json())) {
			for (String part : parts) {
				assertThatIllegalArgumentException().isThrownBy(() -> codec.forType(type)).withMessageContaining(part);
			}
		}
	}

	private static void assertNotEncoded(PayloadCodec codec, Type type, Object value, String part) {
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> codec.forType(type).encode(value))
			.withMessageContaining(part);
	}

	private static Object roundTrip(PayloadCodec codec, Type type, Object value) {
		ValueCodec values = codec.forType(type);
		Object decoded = values.decode(values.encode(value));
		assertThat(decoded).isNotNull();
		return decoded;
	}

	@SuppressWarnings("unchecked")
	private static List<Object> cast(Object list) {
		return (List<Object>) list;
	}

	private static Type type(TypeReference<?> reference) {
		return reference.getType();
	}

	record Holder<T>(T value) {
	}

	record Link(@Nullable Link next) {
	}

	record Old(String id) {
	}

	record New(String id, int priority, boolean urgent, double share, char mark, @Nullable Long number,
			@Nullable List<Integer> list) {
	}

	static class PageList<T> extends ArrayList<T> {

		private static final long serialVersionUID = 1L;

		private int total;

		public int getTotal() {
			return this.total;
		}

	}

	static final class Headers extends LinkedHashMap<String, String> {

		private static final long serialVersionUID = 1L;

		public String origin = "";

	}

	static final class Tags extends ArrayList<String> {

		private static final long serialVersionUID = 1L;

	}

	static class Animal {

		public String name = "";

	}

	static final class Dog extends Animal {

		public int age = 3;

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(Car.class), @JsonSubTypes.Type(Truck.class) })
	static class Car {

		public int wheels;

	}

	static final class Truck extends Car {

		public int load;

	}

	interface Open {

		int radius();

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	interface Unnamed {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	static class ByClass {

		public int x;

	}

	record ByClassHere(@JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS) Animal animal) {
	}

	static final class NotGiven {

		private final String text;

		public NotGiven(String sku, int left) {
			this.text = sku + left;
		}

		public int getLeft() {
			return this.text.length();
		}

	}

	static final class NotTaken {

		private final String sku = "a";

		public int left;

		public String getSku() {
			return this.sku;
		}

	}

	static final class OnlySet {

		public int left;

		private @Nullable String sku;

		public void setSku(String sku) {
			this.sku = sku + this.sku;
		}

	}

	static final class NoConstructor {

		public int left;

		private NoConstructor(Set<String> other, int more) {
			this.left = other.size() + more;
		}

	}

	static final class Computed {

		private final String text;

		@JsonIgnore
		private int cached;

		@JsonCreator
		Computed(@JsonProperty("text") String text) {
			this.text = text;
		}

		public String getText() {
			return this.text;
		}

		public int getLength() {
			return this.text.length() + this.cached;
		}

	}

	static final class WriteOnly {

		public int left;

		private @Nullable String password;

		@JsonProperty(access = JsonProperty.Access.WRITE_ONLY)
		public void setPassword(String password) {
			this.password = password + this.password;
		}

	}

	record Sku(String text) {
	}

	record Code(@JsonValue String text) {

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		Code {
		}

	}

}
