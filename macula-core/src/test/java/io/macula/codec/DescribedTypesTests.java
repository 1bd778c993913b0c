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

import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.ObjectIdGenerators;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.ser.std.ToStringSerializer;
import tools.jackson.databind.util.StdConverter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What fingerprints are made of: two versions of one type, in two classes of one simple
 * name.
 */
class DescribedTypesTests {

	private final JacksonPayloadCodec codec = JacksonPayloadCodec.cbor();

	static Stream<String> changed() {
		return names(One.class);
	}

	static Stream<String> same() {
		return names(Here.class);
	}

	private static Stream<String> names(Class<?> version) {
		return Stream.of(version.getDeclaredClasses())
			.map(Class::getSimpleName)
			.filter((name) -> !name.startsWith("Of"))
			.sorted();
	}

	@ParameterizedTest
	@MethodSource("changed")
	void whateverChangesOnTheWireIsDescribedInAnotherWay(String name) throws Exception {
		assertThat(described(One.class, name)).isNotEqualTo(described(Other.class, name));
	}

	@ParameterizedTest
	@MethodSource("same")
	void whatDoesNotTravelIsNotDescribed(String name) throws Exception {
		assertThat(described(Here.class, name)).isEqualTo(described(There.class, name));
	}

	@ParameterizedTest
	@MethodSource("changed")
	void aSecondClassLoaderDescribesTheSame(String name) throws Exception {
		Class<?> type = Class.forName(One.class.getName() + '$' + name);
		Class<?> again = new Second(type.getClassLoader()).loadClass(type.getName());
		assertThat(again).isNotSameAs(type);
		assertThat(this.codec.describe(again)).isEqualTo(this.codec.describe(type));
	}

	@Test
	void anExceptionIsDescribedWithTheClassByWhichItGoes() {
		assertThat(this.codec.describe(Lost.class)).contains(Lost.class.getName());
		assertThat(this.codec.describe(Elsewhere.Lost.class)).isNotEqualTo(this.codec.describe(Lost.class));
	}

	private String described(Class<?> version, String name) throws ClassNotFoundException {
		return this.codec.describe(Class.forName(version.getName() + '$' + name)).replace(version.getName(), "Version");
	}

	static class Lost extends Exception {

		private static final long serialVersionUID = 1L;

		Lost(String message) {
			super(message);
		}

	}

	static class Elsewhere {

		static class Lost extends Exception {

			private static final long serialVersionUID = 1L;

			Lost(String message) {
				super(message);
			}

		}

	}

	/** Has the classes of this test a second time. */
	private static final class Second extends ClassLoader {

		Second(ClassLoader parent) {
			super(parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(One.class.getName())) {
				return super.loadClass(name, resolve);
			}
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : define(name);
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] content = bytes.readAllBytes();
				return defineClass(name, content, 0, content.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

	static class One {

		public enum Named {

			@JsonProperty("a")
			A

		}

		public record Keyed(Map<Named, String> map) {

		}

		public enum Also {

			@JsonAlias("b")
			A

		}

		public enum Fallback {

			A, @JsonEnumDefaultValue
			B

		}

		public enum Numbered {

			A;

			@JsonValue
			public int number() {
				return 1;
			}

		}

		public record Dated(@JsonFormat(pattern = "yyyy-MM-dd", shape = JsonFormat.Shape.STRING) LocalDate date) {

		}

		public record Lenient(@JsonFormat(pattern = "yyyy-MM-dd", shape = JsonFormat.Shape.STRING,
				lenient = com.fasterxml.jackson.annotation.OptBoolean.FALSE) LocalDate date) {

		}

		public record Localized(
				@JsonFormat(pattern = "MMMM dd", shape = JsonFormat.Shape.STRING, locale = "de") LocalDate date) {

		}

		public record Single(@JsonValue String value) {

		}

		public record OfState(@JsonValue OfStates value) {

			@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
			public OfState {
			}

		}

		public enum OfStates {

			A

		}

		public record ValueOfAnother(OfState state) {

		}

		public record AsList(@JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> a) {

		}

		@JsonFormat(with = JsonFormat.Feature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
		public record AnyCase(String a) {

		}

		@JsonFormat(shape = JsonFormat.Shape.ARRAY)
		public record Placed(int a, int b) {

		}

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
		@JsonSubTypes(@JsonSubTypes.Type(value = OfCase.class, name = "one"))
		public interface Case {

		}

		public record OfCase(int a) implements Case {

		}

		public sealed interface Renamed permits OfRenamed {

		}

		@JsonTypeName("a")
		public record OfRenamed(int a) implements Renamed {

		}

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
		public sealed interface Told permits OfTold {

		}

		public record OfTold(int a) implements Told {

		}

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
		public sealed interface Wrapped permits OfWrapped {

		}

		public record OfWrapped(int a) implements Wrapped {

		}

		public record Prefixed(@JsonUnwrapped(prefix = "a_") OfUnwrapped one) {

		}

		public record Suffixed(@JsonUnwrapped(suffix = "_a") OfUnwrapped one) {

		}

		public record OfUnwrapped(int a) {

		}

		public record Inner(@JsonUnwrapped OfInner one) {

		}

		public record OfInner(int a) {

		}

		public record Moved(@JsonProperty("b") int a) {

		}

		public record Read(@JsonAlias("b") int a) {

		}

		public record Needed(@JsonProperty(required = true) String a) {

		}

		public record Added(int a) {

		}

		public record Typed(int a) {

		}

		public record Nullable(int a) {

		}

		public record Emptied(Optional<String> a) {

		}

		public record Deep(List<Map<String, OfDeep[]>> a) {

		}

		public record OfDeep(int a) {

		}

		public record Bound(OfBound<String> a) {

		}

		public record OfBound<T>(T value) {

		}

		@JsonIdentityInfo(generator = ObjectIdGenerators.IntSequenceGenerator.class)
		public static class Identified {

			public int a;

		}

		public static class Further {

			private final Map<String, String> more = new java.util.TreeMap<>();

			@JsonAnyGetter
			public Map<String, String> more() {
				return this.more;
			}

			@JsonAnySetter
			public void put(String name, String value) {
				this.more.put(name, value);
			}

		}

		public record Nulled(@JsonSetter(nulls = Nulls.FAIL) String a) {

		}

		public record NulledInside(@JsonSetter(contentNulls = Nulls.FAIL) List<String> a) {

		}

		public record Written(@JsonSerialize(using = ToStringSerializer.class) String a) {

		}

		public record Converted(
				@JsonDeserialize(converter = OfFrom.class) @JsonSerialize(converter = OfTo.class) OfConverted a) {

		}

		public record OfConverted(String text) {

		}

		public static class OfFrom extends StdConverter<String, OfConverted> {

			@Override
			public OfConverted convert(String value) {
				return new OfConverted(value);
			}

		}

		public static class OfTo extends StdConverter<OfConverted, String> {

			@Override
			public String convert(OfConverted value) {
				return value.text();
			}

		}

		public record Left(int a, @JsonIgnore String b) {

		}

		@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
		public record Cased(int someName) {

		}

	}

	static class Other {

		public enum Named {

			@JsonProperty("b")
			A

		}

		public record Keyed(Map<Named, String> map) {

		}

		public enum Also {

			A

		}

		public enum Fallback {

			@JsonEnumDefaultValue
			A, B

		}

		public enum Numbered {

			A;

			@JsonValue
			public String number() {
				return "1";
			}

		}

		public record Dated(@JsonFormat(pattern = "dd.MM.yyyy", shape = JsonFormat.Shape.STRING) LocalDate date) {

		}

		public record Lenient(@JsonFormat(pattern = "yyyy-MM-dd", shape = JsonFormat.Shape.STRING) LocalDate date) {

		}

		public record Localized(
				@JsonFormat(pattern = "MMMM dd", shape = JsonFormat.Shape.STRING, locale = "fr") LocalDate date) {

		}

		public record Single(@JsonValue int value) {

		}

		public record OfState(@JsonValue OfStates value) {

			@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
			public OfState {
			}

		}

		public enum OfStates {

			B

		}

		public record ValueOfAnother(OfState state) {

		}

		public record AsList(List<String> a) {

		}

		public record AnyCase(String a) {

		}

		@JsonFormat(shape = JsonFormat.Shape.ARRAY)
		public record Placed(int b, int a) {

		}

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
		@JsonSubTypes(@JsonSubTypes.Type(value = OfCase.class, name = "first"))
		public interface Case {

		}

		public record OfCase(int a) implements Case {

		}

		public sealed interface Renamed permits OfRenamed {

		}

		@JsonTypeName("b")
		public record OfRenamed(int a) implements Renamed {

		}

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
		public sealed interface Told permits OfTold {

		}

		public record OfTold(int a) implements Told {

		}

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.PROPERTY)
		public sealed interface Wrapped permits OfWrapped {

		}

		public record OfWrapped(int a) implements Wrapped {

		}

		public record Prefixed(@JsonUnwrapped(prefix = "b_") OfUnwrapped one) {

		}

		public record Suffixed(@JsonUnwrapped(suffix = "_b") OfUnwrapped one) {

		}

		public record OfUnwrapped(int a) {

		}

		public record Inner(@JsonUnwrapped OfInner one) {

		}

		public record OfInner(long a) {

		}

		public record Moved(@JsonProperty("c") int a) {

		}

		public record Read(@JsonAlias("c") int a) {

		}

		public record Needed(String a) {

		}

		public record Added(int a, int b) {

		}

		public record Typed(long a) {

		}

		public record Nullable(Integer a) {

		}

		public record Emptied(String a) {

		}

		public record Deep(List<Map<String, OfDeep[]>> a) {

		}

		public record OfDeep(String a) {

		}

		public record Bound(OfBound<Integer> a) {

		}

		public record OfBound<T>(T value) {

		}

		public static class Identified {

			public int a;

		}

		public static class Further {

			private final Map<String, Integer> more = new java.util.TreeMap<>();

			@JsonAnyGetter
			public Map<String, Integer> more() {
				return this.more;
			}

			@JsonAnySetter
			public void put(String name, Integer value) {
				this.more.put(name, value);
			}

		}

		public record Nulled(String a) {

		}

		public record NulledInside(List<String> a) {

		}

		public record Written(String a) {

		}

		public record Converted(
				@JsonDeserialize(converter = OfFrom.class) @JsonSerialize(converter = OfTo.class) OfConverted a) {

		}

		public record OfConverted(String text) {

		}

		public static class OfFrom extends StdConverter<Integer, OfConverted> {

			@Override
			public OfConverted convert(Integer value) {
				return new OfConverted("" + value);
			}

		}

		public static class OfTo extends StdConverter<OfConverted, Integer> {

			@Override
			public Integer convert(OfConverted value) {
				return value.text().length();
			}

		}

		public record Left(int a, String b) {

		}

		public record Cased(int someName) {

		}

	}

	static class Here {

		public record Ordered(int a, String b, State c, OfOne.Twin d, OfTwo.Twin e) {

		}

		public enum State {

			A, B

		}

		public static class OfOne {

			public record Twin(int a) {

			}

		}

		public static class OfTwo {

			public record Twin(String a) {

			}

		}

		public static class Fields {

			public int a;

			public OfOne.Twin b;

			public OfTwo.Twin c;

		}

		public record TwoUnwrapped(@JsonUnwrapped(prefix = "a_") OfOne.Twin a,
				@JsonUnwrapped(prefix = "b_") OfTwo.Twin b) {

		}

		public sealed interface Shape permits OfCircle, OfSquare {

		}

		public record OfCircle(int a) implements Shape {

		}

		public record OfSquare(int a) implements Shape {

		}

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
		@JsonSubTypes({ @JsonSubTypes.Type(value = OfCat.class, names = { "cat", "kitten", "tom" }),
				@JsonSubTypes.Type(value = OfDog.class, name = "dog") })
		public interface Pet {

		}

		public record OfCat(int a) implements Pet {

		}

		public record OfDog(int a) implements Pet {

		}

		public record Alias(@JsonAlias( {
				"b", "c" }) int a){

		}

		@JsonFormat(shape = JsonFormat.Shape.ARRAY)
		@JsonPropertyOrder({ "a", "b" })
		public record Placed(int a, int b) {

		}

	}

	static class There {

		public record Ordered(OfTwo.Twin e, State c, String b, OfOne.Twin d, int a) {

			public Ordered {
				// Not on the wire.
			}

		}

		public enum State {

			B, A

		}

		public static class OfOne {

			public record Twin(int a) {

			}

		}

		public static class OfTwo {

			public record Twin(String a) {

			}

		}

		public static class Fields {

			public OfTwo.Twin c;

			public OfOne.Twin b;

			public int a;

		}

		public record TwoUnwrapped(@JsonUnwrapped(prefix = "b_") OfTwo.Twin b,
				@JsonUnwrapped(prefix = "a_") OfOne.Twin a) {

		}

		public sealed interface Shape permits OfSquare, OfCircle {

		}

		public record OfSquare(int a) implements Shape {

		}

		public record OfCircle(int a) implements Shape {

		}

		@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
		@JsonSubTypes({ @JsonSubTypes.Type(value = OfDog.class, name = "dog"),
				@JsonSubTypes.Type(value = OfCat.class, names = { "cat", "tom", "kitten" }) })
		public interface Pet {

		}

		public record OfDog(int a) implements Pet {

		}

		public record OfCat(int a) implements Pet {

		}

		public record Alias(@JsonAlias( {
				"c", "b" }) int a){

		}

		@JsonFormat(shape = JsonFormat.Shape.ARRAY)
		@JsonPropertyOrder({ "a", "b" })
		public record Placed(int b, int a) {

		}

	}

}
