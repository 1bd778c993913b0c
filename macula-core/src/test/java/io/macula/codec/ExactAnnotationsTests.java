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

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class ExactAnnotationsTests {

	static Stream<PayloadCodec> codecs() {
		return Stream.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json());
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void whatTheJsonOfAWebPageLeavesOutArrives(PayloadCodec codec) {
		Sparse record = new Sparse(List.of(), 0, "", null);
		assertThat(roundTrip(codec, Sparse.class, record)).isEqualTo(record);
		Initialized bean = new Initialized();
		bean.text = null;
		bean.number = 0;
		bean.list = new ArrayList<>();
		assertThat(roundTrip(codec, Initialized.class, bean)).usingRecursiveComparison().isEqualTo(bean);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aConstantGoesByItsNameWhateverItsShapeInJson(PayloadCodec codec) {
		Shaped value = new Shaped(ByNumber.B, AsObject.B, Map.of(ByNumber.B, AsObject.A), Plain.B);
		assertThat(roundTrip(codec, Shaped.class, value)).isEqualTo(value);
		assertThat(roundTrip(codec, ByNumber.class, ByNumber.B)).isEqualTo(ByNumber.B);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aSealedTypeMayPermitAnEnumWhoseConstantsHaveBodies(PayloadCodec codec) {
		for (Term term : List.of(Operator.PLUS, Operator.MINUS, new Term.Number(4))) {
			assertThat(roundTrip(codec, Term.class, term)).isEqualTo(term);
		}
		Terms terms = new Terms(List.of(Operator.MINUS, new Term.Number(1)), Operator.PLUS,
				new EnumMap<>(Map.of(Operator.MINUS, Operator.PLUS)));
		assertThat(roundTrip(codec, Terms.class, terms)).isEqualTo(terms);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aConstructorForPeopleIsNoConcernOfTheCodec(PayloadCodec codec) {
		Person person = new Person("a", 2020);
		assertThat(roundTrip(codec, Person.class, person)).usingRecursiveComparison().isEqualTo(person);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aConstructorOfAllPropertiesIsTakenBesideAnEmptyOne(PayloadCodec codec) {
		Pair pair = new Pair("a", 4);
		assertThat(roundTrip(codec, Pair.class, pair)).usingRecursiveComparison().isEqualTo(pair);
	}

	private static Object roundTrip(PayloadCodec codec, Class<?> type, Object value) {
		ValueCodec values = codec.forType(type);
		return values.decode(values.encode(value));
	}

	public record Sparse(@JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> list,
			@JsonInclude(JsonInclude.Include.NON_DEFAULT) int number,
			@JsonInclude(JsonInclude.Include.NON_EMPTY) String text,
			@JsonInclude(JsonInclude.Include.NON_NULL) String nothing) {

	}

	@JsonInclude(JsonInclude.Include.NON_EMPTY)
	public static class Initialized {

		public String text = "initial";

		public int number = 3;

		public List<String> list = List.of("initial");

	}

	@JsonFormat(shape = JsonFormat.Shape.NUMBER)
	public enum ByNumber {

		A, B

	}

	@JsonFormat(shape = JsonFormat.Shape.OBJECT)
	public enum AsObject {

		A, B;

		public String getLabel() {
			return "label";
		}

	}

	public enum Plain {

		A, B

	}

	public record Shaped(ByNumber number, AsObject object, Map<ByNumber, AsObject> map,
			@JsonFormat(shape = JsonFormat.Shape.NUMBER) Plain plain) {

	}

	public sealed interface Term permits Term.Number, Operator {

		record Number(int value) implements Term {

		}

	}

	public enum Operator implements Term {

		PLUS {
			@Override
			int apply(int one, int other) {
				return one + other;
			}
		},
		MINUS {
			@Override
			int apply(int one, int other) {
				return one - other;
			}
		};

		abstract int apply(int one, int other);

	}

	public record Terms(List<Term> list, Operator operator, EnumMap<Operator, Term> map) {

	}

	public static class Person {

		private String name;

		private int age;

		public Person() {
		}

		public Person(String fullName, int yearOfBirth) {
			this.name = fullName.strip();
			this.age = 2026 - yearOfBirth;
		}

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

		public int getAge() {
			return this.age;
		}

		public void setAge(int age) {
			this.age = age;
		}

	}

	public static class Pair {

		private String name;

		private int age;

		public Pair() {
		}

		public Pair(String name, int age) {
			this.name = name;
			this.age = age;
		}

		public String getName() {
			return this.name;
		}

		public int getAge() {
			return this.age;
		}

	}

}
