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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of properties whose accessors do not fit each other.
 */
class AccessorTypesTests {

	static Stream<PayloadCodec> codecs() {
		return Stream.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json());
	}

	private static void assertRefused(Type type, String... parts) {
		codecs().forEach((codec) -> assertThatIllegalArgumentException().as("%s", type)
			.isThrownBy(() -> codec.forType(type))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(parts)));
	}

	@Test
	void aSetterOfAnotherTypeThanTheGetterIsRefused() {
		assertRefused(TextForDate.class, "TextForDate has a property 'date' of " + TextForDate.class.getName(),
				"gives LocalDate and takes String", "let both have one type");
		assertRefused(IntForLong.class, "'count'", "gives long and takes int");
		assertRefused(OneForMany.class, "'names'", "gives List<String> and takes String");
		assertRefused(OtherElements.class, "'numbers'", "gives List<Long> and takes List<Integer>");
		assertRefused(OtherKeys.class, "'byName'", "gives Map<String, Integer> and takes Map<Locale, Integer>");
		assertRefused(BytesForNumbers.class, "'bytes'", "gives byte[] and takes List<Byte>");
		assertRefused(TakenByConstructor.class, "'date'", "gives LocalDate and takes String");
		assertRefused(Derived.class, "'base'", "gives Sub and takes Base");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void accessorsThatSayTheSameInOtherWordsTravel(PayloadCodec codec) {
		Fitting value = new Fitting();
		value.setTag("t");
		value.setSize(3);
		value.setNames(List.of("a"));
		value.setCount(7);
		value.setWide(5);
		ValueCodec values = codec.forType(Fitting.class);
		Fitting arrived = (Fitting) values.decode(values.encode(value));
		assertThat(arrived).usingRecursiveComparison().isEqualTo(value);
		assertThat(((Fitting) values.decode(values.encode(new Fitting()))).getTag()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(classes = { Media.class, Overloaded.class })
	void severalConstructorsWithoutACreatorAreRefused(Class<?> type) {
		assertRefused(type, "@JsonCreator");
	}

	@Test
	void aCollectionThatOnlyAGetterGivesIsRefusedWithTheTrueReason() {
		assertRefused(GetterOnly.class,
				"GetterOnly has a property 'items' of " + GetterOnly.class.getName() + " that only its getter gives",
				"add a setter");
		assertRefused(GetterOnlyMap.class, "'items'", "that only its getter gives", "add a setter");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aTypeThatIsToldBesideItsPropertyArrives(PayloadCodec codec) {
		ValueCodec values = codec.forType(Owner.class);
		Owner owner = new Owner("o", new Cat(9));
		assertThat(values.decode(values.encode(owner))).isEqualTo(owner);
		ValueCodec beans = codec.forType(OwnerBean.class);
		OwnerBean bean = new OwnerBean();
		bean.pet = new Dog("d");
		assertThat(((OwnerBean) beans.decode(beans.encode(bean))).pet).isEqualTo(bean.pet);
	}

	public static class TextForDate {

		private LocalDate date = LocalDate.EPOCH;

		public LocalDate getDate() {
			return this.date;
		}

		public void setDate(String date) {
			this.date = LocalDate.parse(date);
		}

	}

	public static class IntForLong {

		private long count;

		public long getCount() {
			return this.count;
		}

		public void setCount(int count) {
			this.count = count;
		}

	}

	public static class OneForMany {

		private List<String> names = List.of();

		public List<String> getNames() {
			return this.names;
		}

		public void setNames(String name) {
			this.names = List.of(name);
		}

	}

	public static class OtherElements {

		private List<Long> numbers = List.of();

		public List<Long> getNumbers() {
			return this.numbers;
		}

		public void setNumbers(List<Integer> numbers) {
			this.numbers = numbers.stream().map(Integer::longValue).toList();
		}

	}

	public static class OtherKeys {

		private Map<Locale, Integer> byName = Map.of();

		public Map<String, Integer> getByName() {
			Map<String, Integer> all = new TreeMap<>();
			this.byName.forEach((locale, number) -> all.put(locale.toLanguageTag(), number));
			return all;
		}

		public void setByName(Map<Locale, Integer> byName) {
			this.byName = byName;
		}

	}

	public static class BytesForNumbers {

		private byte[] bytes = {};

		public byte[] getBytes() {
			return this.bytes;
		}

		public void setBytes(List<Byte> bytes) {
			this.bytes = new byte[bytes.size()];
		}

	}

	public static final class TakenByConstructor {

		private final LocalDate date;

		public TakenByConstructor(String date) {
			this(date, 1);
		}

		@com.fasterxml.jackson.annotation.JsonCreator
		public TakenByConstructor(@com.fasterxml.jackson.annotation.JsonProperty("date") String date,
				@com.fasterxml.jackson.annotation.JsonProperty("a") int a) {
			this.date = LocalDate.parse(date);
		}

		public LocalDate getDate() {
			return this.date;
		}

		public int getA() {
			return 1;
		}

	}

	public static class Base {

		public int a;

	}

	public static final class Sub extends Base {

		public int b;

	}

	public static class Derived {

		private Sub base = new Sub();

		public Sub getBase() {
			return this.base;
		}

		public void setBase(Base base) {
			this.base.a = base.a;
		}

	}

	public static class Fitting {

		private String tag;

		private Integer size;

		private List<String> names = List.of();

		private Integer count;

		private long wide;

		public Optional<String> getTag() {
			return Optional.ofNullable(this.tag);
		}

		public void setTag(String tag) {
			this.tag = tag;
		}

		public OptionalInt getSize() {
			return (this.size != null) ? OptionalInt.of(this.size) : OptionalInt.empty();
		}

		public void setSize(Integer size) {
			this.size = size;
		}

		public List<String> getNames() {
			return this.names;
		}

		public void setNames(Collection<String> names) {
			this.names = new ArrayList<>(names);
		}

		public Integer getCount() {
			return this.count;
		}

		public void setCount(long count) {
			this.count = (int) count;
		}

		public int getWide() {
			return (int) this.wide;
		}

		public void setWide(long wide) {
			this.wide = wide;
		}

	}

	public static class Media {

		private final String type;

		private final String subtype;

		private final Map<String, String> parameters;

		public Media(String type) {
			this(type, "*");
		}

		public Media(String type, String subtype) {
			this(type, subtype, Map.of());
		}

		public Media(String type, String subtype, Map<String, String> parameters) {
			this.type = type;
			this.subtype = subtype;
			this.parameters = parameters;
		}

		public Media(Media other, Map<String, String> parameters) {
			this(other.type, other.subtype, parameters);
		}

		public String getType() {
			return this.type;
		}

		public String getSubtype() {
			return this.subtype;
		}

		public Map<String, String> getParameters() {
			return this.parameters;
		}

	}

	public static class Overloaded {

		private final int a;

		private final int b;

		public Overloaded(int a, int b) {
			this.a = a;
			this.b = b;
		}

		public Overloaded(int a, String b) {
			this(a, Integer.parseInt(b));
		}

		public int getA() {
			return this.a;
		}

		public int getB() {
			return this.b;
		}

	}

	public static class GetterOnly {

		private final List<String> items = new ArrayList<>();

		public List<String> getItems() {
			return this.items;
		}

	}

	public static class GetterOnlyMap {

		private final Map<String, Integer> items = new TreeMap<>();

		public int other;

		public Map<String, Integer> getItems() {
			return this.items;
		}

	}

	@JsonSubTypes({ @JsonSubTypes.Type(value = Cat.class, name = "cat"),
			@JsonSubTypes.Type(value = Dog.class, name = "dog") })
	public interface Pet {

	}

	public record Cat(int lives) implements Pet {

	}

	public record Dog(String name) implements Pet {

	}

	public record Owner(String name, @JsonTypeInfo(use = JsonTypeInfo.Id.NAME,
			include = JsonTypeInfo.As.EXTERNAL_PROPERTY, property = "kind") Pet pet) {

	}

	public static class OwnerBean {

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXTERNAL_PROPERTY, property = "kind")
		public Pet pet = new Cat(1);

	}

}
