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

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Fields that no property gives are refused; fields of other names than their properties
 * are not taken for such.
 */
class HiddenFieldsTests {

	@ParameterizedTest
	@ValueSource(
			classes = { Forgotten.class, OfItsParent.class, OddAccessors.class, FluentBeside.class, Counter.class })
	void whatNoPropertyGivesIsRefused(Class<?> type) {
		for (PayloadCodec codec : List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json())) {
			assertThatIllegalArgumentException().isThrownBy(() -> codec.forType(type))
				.withMessageContaining("is of type " + type.getName()
						+ ", of which no property gives the fields (hidden), so that they"
						+ " would be lost; add getters and setters or a constructor with them")
				.withMessageEndingWith("; or add a module that codes it, with a MaculaCodecCustomizer on both sides");
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { Hungarian.class, Flags.class, LeftOut.class, LeftOutByClass.class, Renamed.class })
	void whatHasAnotherNameOrIsLeftOutIsNot(Class<?> type) {
		assertThat(JacksonPayloadCodec.cbor().forType(type)).isNotNull();
	}

	static class Named {

		private String name = "";

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

	static final class Forgotten extends Named {

		private String hidden = "price";

		@Override
		public String toString() {
			return this.hidden;
		}

	}

	static final class OfItsParent extends Parent {

		private int own;

		public int getOwn() {
			return this.own;
		}

		public void setOwn(int own) {
			this.own = own;
		}

	}

	static class Parent {

		private String hidden = "";

		@Override
		public String toString() {
			return this.hidden;
		}

	}

	static final class OddAccessors extends Named {

		private int hidden;

		public int gethidden() {
			return this.hidden;
		}

		public void sethidden(int hidden) {
			this.hidden = hidden;
		}

	}

	static final class FluentBeside extends Named {

		private int hidden;

		public int hidden() {
			return this.hidden;
		}

		public FluentBeside hidden(int hidden) {
			this.hidden = hidden;
			return this;
		}

	}

	static final class Counter {

		private final String name;

		private int hidden;

		Counter(String name) {
			this.name = name;
		}

		public String getName() {
			return this.name;
		}

		public int add() {
			return ++this.hidden;
		}

	}

	static final class Hungarian {

		private String mName = "";

		private int _count;

		public String getName() {
			return this.mName;
		}

		public void setName(String name) {
			this.mName = name;
		}

		public int getCount() {
			return this._count;
		}

		public void setCount(int count) {
			this._count = count;
		}

	}

	static final class Flags {

		private boolean isNew;

		public boolean isNew() {
			return this.isNew;
		}

		public void setNew(boolean isNew) {
			this.isNew = isNew;
		}

	}

	static final class LeftOut extends Named {

		@JsonIgnore
		private int cached;

		private transient int known;

		@Override
		public String toString() {
			return this.cached + " " + this.known;
		}

	}

	@JsonIgnoreProperties("cached")
	static final class LeftOutByClass extends Named {

		private int cached;

		public int getCached() {
			return this.cached;
		}

		public void setCached(int cached) {
			this.cached = cached;
		}

	}

	static final class Renamed {

		private int amount;

		@JsonProperty("sum")
		public int getAmount() {
			return this.amount;
		}

		public void setAmount(int amount) {
			this.amount = amount;
		}

	}

}
