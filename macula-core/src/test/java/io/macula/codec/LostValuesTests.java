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

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Calendar;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Classes of which Jackson would lose a part, or which it could write and never read.
 */
class LostValuesTests {

	static Stream<PayloadCodec> codecs() {
		return Stream.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json());
	}

	@Test
	void whatOnlyTheConstructorKnowsIsRefusedEvenIfNothingElseIsShown() {
		assertRefused(Fluent.class, "Fluent has a constructor with a parameter 'a'", "add a getter or field");
	}

	@Test
	void furtherPropertiesAreTakenAndGivenOrRefused() {
		assertRefused(OnlyTaken.class, "OnlyTaken has @JsonAnySetter without @JsonAnyGetter", "add the other one");
		assertRefused(OnlyGiven.class, "OnlyGiven has @JsonAnyGetter without @JsonAnySetter", "add the other one");
		assertRefused(AnyObjects.class, "AnyObjects.* is of type Object");
		assertRefused(AnyCalendars.class, "AnyCalendars.* is of type java.util.Calendar");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void furtherPropertiesThatAreTakenAndGivenTravel(PayloadCodec codec) {
		AnyTexts texts = new AnyTexts();
		texts.put("k", "v");
		assertThat(((AnyTexts) roundTrip(codec, AnyTexts.class, texts)).more).isEqualTo(Map.of("k", "v"));
		AnyOfRecord any = new AnyOfRecord(1, Map.of("k", "v"));
		assertThat(roundTrip(codec, AnyOfRecord.class, any)).isEqualTo(any);
	}

	@Test
	void whatIsUnwrappedIsLookedAt() {
		assertRefused(Unwrapped.class, "Unwrapped.inner.value is of type Object");
		assertRefused(UnwrappedBean.class, "UnwrappedBean.inner.when is of type java.util.Calendar");
		assertRefused(UnwrappedBeside.class, "UnwrappedBeside has a property 'lost'");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void whatIsUnwrappedTravels(PayloadCodec codec) {
		UnwrappedPoint value = new UnwrappedPoint(new Point(1, 2), 3);
		assertThat(roundTrip(codec, UnwrappedPoint.class, value)).isEqualTo(value);
	}

	@Test
	void whatCanBeWrittenAndNeverReadIsRefused() {
		assertRefused(TwoConstructors.class, "is read as one text or number", "with @JsonCreator");
		assertRefused(ReadAsText.class, "is read as one text or number, and written as an object", "@JsonValue");
		assertRefused(WrittenAsText.class, "has @JsonValue that no creator takes", "@JsonCreator");
	}

	@Test
	void oneNameForTwoTypesIsRefused() {
		assertRefused(SameName.class, "two types of one name", SameOne.class.getName(), SameTwo.class.getName());
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void oneTypeMayHaveSeveralNames(PayloadCodec codec) {
		assertThat(roundTrip(codec, Several.class, new SeveralOne(1))).isEqualTo(new SeveralOne(1));
	}

	@Test
	void aPropertyThatNamesTheTypeAndIsKeptFromItIsRefused() {
		assertRefused(Hidden.class, "HiddenOne", "'kind'", "visible = true");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aPropertyThatNamesTheTypeTravelsIfItIsVisible(PayloadCodec codec) {
		assertThat(roundTrip(codec, Visible.class, new VisibleOne("one", 1))).isEqualTo(new VisibleOne("one", 1));
	}

	@Test
	void aTypeThatItsPropertiesTellIsRefusedByItsName() {
		assertRefused(Deduced.class, "Deduced has @JsonTypeInfo(use = DEDUCTION)", "write use = NAME");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aNumberThatThePeerWouldNotReadIsNotSent(PayloadCodec codec) {
		boolean json = codec.name().equals("json");
		ValueCodec integers = codec.forType(BigInteger.class);
		ValueCodec decimals = codec.forType(BigDecimal.class);
		BigInteger largest = BigInteger.TEN.pow(json ? 990 : 2400);
		assertThat(integers.decode(integers.encode(largest))).isEqualTo(largest);
		BigDecimal precise = new BigDecimal(largest.divide(BigInteger.TEN.pow(20)), 7);
		assertThat(decimals.decode(decimals.encode(precise))).isEqualTo(precise);
		BigInteger larger = BigInteger.TEN.pow(json ? 1000 : 2410);
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> integers.encode(larger))
			.withMessageContaining("digits: expected at most");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> decimals.encode(new BigDecimal(larger)))
			.withMessageContaining("digits: expected at most");
	}

	private static void assertRefused(Class<?> type, String... messageParts) {
		codecs().forEach((codec) -> assertThatIllegalArgumentException().as(type.getSimpleName())
			.isThrownBy(() -> codec.forType(type))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(messageParts)));
	}

	private static Object roundTrip(PayloadCodec codec, Class<?> type, Object value) {
		ValueCodec values = codec.forType(type);
		return values.decode(values.encode(value));
	}

	public static final class Fluent {

		private final String a;

		private final int b;

		public Fluent(String a, int b) {
			this.a = a;
			this.b = b;
		}

		public String a() {
			return this.a;
		}

		public int b() {
			return this.b;
		}

	}

	public static class OnlyTaken {

		public int a;

		@JsonAnySetter
		public void put(String key, String value) {
		}

	}

	public static class OnlyGiven {

		public int a;

		@JsonAnyGetter
		public Map<String, String> any() {
			return Map.of();
		}

	}

	public static class AnyTexts {

		public int a;

		private final Map<String, String> more = new LinkedHashMap<>();

		@JsonAnyGetter
		public Map<String, String> any() {
			return this.more;
		}

		@JsonAnySetter
		public void put(String key, String value) {
			this.more.put(key, value);
		}

	}

	public record AnyOfRecord(int a, @JsonAnySetter @JsonAnyGetter Map<String, String> more) {

	}

	public static class AnyObjects {

		public int a;

		@JsonAnySetter
		private final Map<String, Object> more = new LinkedHashMap<>();

		@JsonAnyGetter
		public Map<String, Object> any() {
			return this.more;
		}

	}

	public static class AnyCalendars {

		private final Map<String, Calendar> more = new LinkedHashMap<>();

		@JsonAnyGetter
		public Map<String, Calendar> any() {
			return this.more;
		}

		@JsonAnySetter
		public void put(String key, Calendar value) {
			this.more.put(key, value);
		}

	}

	public record Box<T>(T value) {

	}

	public record Point(int x, int y) {

	}

	public record Unwrapped(@JsonUnwrapped Box<Object> inner) {

	}

	public record UnwrappedPoint(@JsonUnwrapped(prefix = "p_") Point inner, int z) {

	}

	public static class UnwrappedBean {

		@JsonUnwrapped
		public Dated inner;

	}

	public static class Dated {

		public Calendar when;

	}

	public static class UnwrappedBeside {

		@JsonUnwrapped
		public Point inner;

		private final String lost = String.valueOf(hashCode());

		public String getLost() {
			return this.lost;
		}

	}

	public static final class TwoConstructors {

		private final String a;

		private final int b;

		public TwoConstructors(String a) {
			this(a, 7);
		}

		public TwoConstructors(String a, int b) {
			this.a = a;
			this.b = b;
		}

		public String getA() {
			return this.a;
		}

		public int getB() {
			return this.b;
		}

	}

	public static final class ReadAsText {

		private final String text;

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		public ReadAsText(String text) {
			this.text = text;
		}

		public String getText() {
			return this.text;
		}

	}

	public static class WrittenAsText {

		private String text;

		@JsonValue
		public String getText() {
			return this.text;
		}

		public void setText(String text) {
			this.text = text;
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(value = SameOne.class, name = "same"),
			@JsonSubTypes.Type(value = SameTwo.class, name = "same") })
	public interface SameName {

	}

	public record SameOne(int a) implements SameName {

	}

	public record SameTwo(int a) implements SameName {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(value = SeveralOne.class, names = { "one", "1" }) })
	public interface Several {

	}

	public record SeveralOne(int a) implements Several {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = "kind")
	@JsonSubTypes(@JsonSubTypes.Type(value = HiddenOne.class, name = "one"))
	public interface Hidden {

	}

	public record HiddenOne(String kind, int a) implements Hidden {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = "kind",
			visible = true)
	@JsonSubTypes(@JsonSubTypes.Type(value = VisibleOne.class, name = "one"))
	public interface Visible {

	}

	public record VisibleOne(String kind, int a) implements Visible {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
	public sealed interface Deduced permits DeducedA, DeducedB {

	}

	public record DeducedA(int a) implements Deduced {

	}

	public record DeducedB(String b, Integer c) implements Deduced {

	}

}
