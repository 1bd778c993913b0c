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
import java.util.BitSet;
import java.util.Locale;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdScalarSerializer;

/**
 * Values of the JDK that would otherwise arrive as others: a {@code BitSet} empty, a
 * {@code Locale} without its script, a number with more digits than the peer reads.
 */
final class ExactValues extends SimpleModule {

	private static final long serialVersionUID = 1L;

	/** Sign, point and exponent count as well. */
	static final int MARKS = 15;

	private static final double DIGITS_PER_BIT = Math.log10(2);

	ExactValues(int maxDigits) {
		super("macula-exact-values");
		addSerializer(BitSet.class, new BitSetSerializer());
		addDeserializer(BitSet.class, new BitSetDeserializer());
		addSerializer(Locale.class, new LocaleSerializer());
		addDeserializer(Locale.class, new LocaleDeserializer());
		addSerializer(BigInteger.class, new BigIntegerSerializer(maxDigits));
		addSerializer(BigDecimal.class, new BigDecimalSerializer(maxDigits));
	}

	static String tag(Locale locale, SerializationContext context) {
		String tag = locale.toLanguageTag();
		if (!Locale.forLanguageTag(tag).equals(locale)) {
			context.reportMappingProblem("the Locale '%s' is no well-formed language tag and would arrive as '%s'",
					locale, Locale.forLanguageTag(tag));
		}
		return tag;
	}

	static void requireDigits(BigInteger digits, int maxDigits, SerializationContext context) {
		if (digits.bitLength() * DIGITS_PER_BIT > maxDigits - 1) {
			context.reportMappingProblem(
					"a number of about %d digits: expected at most %d; declare a String or a byte[] for longer ones",
					(long) (digits.bitLength() * DIGITS_PER_BIT) + 1, maxDigits - 1);
		}
	}

	/** What stands for a million digits is not read. */
	static void requireScale(BigDecimal number, SerializationContext context) {
		if (!ExactNumbers.plausible(number)) {
			context.reportMappingProblem("%s", ExactNumbers.refusal(number));
		}
	}

	private static final class BitSetSerializer extends StdScalarSerializer<BitSet> {

		BitSetSerializer() {
			super(BitSet.class);
		}

		@Override
		public void serialize(BitSet value, JsonGenerator generator, SerializationContext context) {
			generator.writeBinary(value.toByteArray());
		}

	}

	private static final class BitSetDeserializer extends StdScalarDeserializer<BitSet> {

		BitSetDeserializer() {
			super(BitSet.class);
		}

		@Override
		public BitSet deserialize(JsonParser parser, DeserializationContext context) {
			return BitSet.valueOf(parser.getBinaryValue());
		}

	}

	private static final class LocaleSerializer extends StdScalarSerializer<Locale> {

		LocaleSerializer() {
			super(Locale.class);
		}

		@Override
		public void serialize(Locale value, JsonGenerator generator, SerializationContext context) {
			generator.writeString(tag(value, context));
		}

	}

	private static final class LocaleDeserializer extends StdScalarDeserializer<Locale> {

		LocaleDeserializer() {
			super(Locale.class);
		}

		@Override
		public Locale deserialize(JsonParser parser, DeserializationContext context) {
			return Locale.forLanguageTag(_parseString(parser, context, this));
		}

	}

	private static final class BigIntegerSerializer extends StdScalarSerializer<BigInteger> {

		private final int maxDigits;

		BigIntegerSerializer(int maxDigits) {
			super(BigInteger.class);
			this.maxDigits = maxDigits;
		}

		@Override
		public void serialize(BigInteger value, JsonGenerator generator, SerializationContext context) {
			requireDigits(value, this.maxDigits, context);
			generator.writeNumber(value);
		}

	}

	private static final class BigDecimalSerializer extends StdScalarSerializer<BigDecimal> {

		private final int maxDigits;

		BigDecimalSerializer(int maxDigits) {
			super(BigDecimal.class);
			this.maxDigits = maxDigits - MARKS;
		}

		@Override
		public void serialize(BigDecimal value, JsonGenerator generator, SerializationContext context) {
			requireDigits(value.unscaledValue(), this.maxDigits, context);
			requireScale(value, context);
			generator.writeNumber(value);
		}

	}

}
