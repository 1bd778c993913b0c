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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ArgumentsCodecTests {

	private static final PayloadCodec CBOR = JacksonPayloadCodec.cbor();

	private final ArgumentsCodec three = codec(List.of(String.class, int.class, byte[].class),
			List.of("name", "count", "data"));

	@Test
	void noParametersMakeAnEmptyPayload() {
		ArgumentsCodec none = codec(List.of(), List.of());
		assertThat(none.encode(new Object[0])).isEmpty();
		assertThat(none.decode(new byte[0])).isEmpty();
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> none.decode(new byte[] { 1 }))
			.withMessage("Arguments of Shop.buy(..): expected none, but 1 bytes came");
	}

	@Test
	void oneParameterMakesTheValueItself() {
		ArgumentsCodec one = codec(List.of(String.class), List.of("name"));
		byte[] payload = one.encode(new Object[] { "abc" });
		assertThat(payload).isEqualTo(CBOR.forType(String.class).encode("abc"));
		assertThat(one.decode(payload)).containsExactly("abc");
		assertThat(one.decode(one.encode(new Object[] { null }))).containsExactly((Object) null);
	}

	@Test
	void severalParametersMakeEachValueAfterItsLength() {
		byte[] payload = this.three.encode(new Object[] { "abc", 7, new byte[] { 1, 2 } });
		assertThat(HexFormat.of().formatHex(payload)).isEqualTo("04" + "63616263" + "01" + "07" + "03" + "420102");
		assertThat(this.three.decode(payload)).containsExactly("abc", 7, new byte[] { 1, 2 });
		byte[] withNull = this.three.encode(new Object[] { null, 7, null });
		assertThat(this.three.decode(withNull)).containsExactly(null, 7, null);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 60, 61, 62, 63, 64, 16_379, 16_380, 16_381, 16_382, 16_383, 16_384, 70_000 })
	void roundTripsEveryLength(int length) {
		Object[] arguments = { "x".repeat(length), 1, new byte[length] };
		assertThat(this.three.decode(this.three.encode(arguments))).isEqualTo(arguments);
	}

	@Test
	void whenTruncatedThenItIsRefusedWithItsPlace() {
		byte[] payload = this.three.encode(new Object[] { "abc", 7, new byte[100] });
		for (int length = 0; length < payload.length; length++) {
			byte[] truncated = Arrays.copyOf(payload, length);
			assertThatExceptionOfType(CodecException.class).as("%d bytes", length)
				.isThrownBy(() -> this.three.decode(truncated))
				.withMessageContaining("Shop.buy(..)");
		}
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> this.three.decode(Arrays.copyOf(payload, 7)))
			.withMessage("Arguments of Shop.buy(..): expected 3 (name, count, data), but there are 2");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> this.three.decode(Arrays.copyOf(payload, 8)))
			.withMessageContaining("Argument 2 (data) of Shop.buy(..): its length goes beyond the payload of 8 bytes");
	}

	@Test
	void whenMoreArgumentsComeThenTheyAreRefused() {
		byte[] payload = this.three.encode(new Object[] { "abc", 7, new byte[0] });
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> this.three.decode(Arrays.copyOf(payload, payload.length + 3)))
			.withMessageContaining("expected 3, but 3 more bytes came");
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> this.three.decode(HexFormat.of().parseHex("FFFFFFFFFFFFFFFF")))
			.withMessageContaining("Argument 0 (name)");
	}

	@Test
	void whenPrimitiveIsNullThenItIsRefusedByName() {
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> this.three.encode(new Object[] { "abc", null, null }))
			.withMessage("Argument 1 (count) of Shop.buy(..) is null, but its type int is primitive");
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> this.three.decode(HexFormat.of().parseHex("01F6" + "01F6" + "01F6")))
			.withMessageContaining("Argument 1 (count) of Shop.buy(..)");
	}

	@Test
	void whenLastArgumentsMayBeMissingThenFewerAreDecoded() {
		ArgumentsCodec none = codec(List.of(), List.of());
		ArgumentsCodec one = codec(List.of(String.class), List.of("name"));
		ArgumentsCodec two = codec(List.of(String.class, int.class), List.of("name", "count"));
		for (int least : new int[] { 0, 1 }) {
			ArgumentsCodec all = this.three.atLeast(least);
			assertThat(all.decode(one.encode(new Object[] { "abc" }))).containsExactly("abc");
			assertThat(all.decode(two.encode(new Object[] { "abc", 7 }))).containsExactly("abc", 7);
			assertThat(all.decode(this.three.encode(new Object[] { "abc", 7, new byte[0] }))).containsExactly("abc", 7,
					new byte[0]);
		}
		assertThat(this.three.atLeast(0).decode(none.encode(new Object[0]))).isEmpty();
		assertThat(this.three.atLeast(2).decode(two.encode(new Object[] { "abc", 7 }))).containsExactly("abc", 7);
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> this.three.atLeast(2).decode(one.encode(new Object[] { "abc" })));
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> this.three.atLeast(1).decode(none.encode(new Object[0])));
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> this.three.decode(two.encode(new Object[] { "abc", 7 })))
			.withMessage("Arguments of Shop.buy(..): expected 3 (name, count, data), but there are 2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cbor", "json" })
	void whenOneArgumentMayBeMissingThenAllAreDecodedInEitherFormat(String format) {
		PayloadCodec codec = format.equals("cbor") ? CBOR : JacksonPayloadCodec.json();
		ArgumentsCodec one = ArgumentsCodec.of(codec, "Shop.buy(..)", List.of(String.class));
		ArgumentsCodec two = ArgumentsCodec.of(codec, "Shop.buy(..)", List.of(String.class, int.class));
		for (int length : new int[] { 0, 10, 20, 33, 34, 100, 7_000, 70_000 }) {
			String text = "x".repeat(length);
			assertThat(two.atLeast(1).decode(one.encode(new Object[] { text }))).containsExactly(text);
			assertThat(two.atLeast(1).decode(two.encode(new Object[] { text, 7 }))).containsExactly(text, 7);
		}
	}

	/** One argument, whose bytes are the lengths and values of two. */
	@Test
	void whenOneArgumentCouldBeSeveralThenItIsRefused() {
		ArgumentsCodec one = codec(List.of(byte[].class), List.of("data"));
		ArgumentsCodec two = codec(List.of(byte[].class, byte[].class), List.of("data", "more")).atLeast(1);
		byte[] data = new byte[0x1A59];
		System.arraycopy(HexFormat.of().parseHex("1917"), 0, data, 0, 2);
		System.arraycopy(HexFormat.of().parseHex("413E" + "59013B"), 0, data, data.length - 320, 5);
		byte[] payload = one.encode(new Object[] { data });
		assertThat(one.decode(payload)).containsExactly(data);
		assertThat(codec(List.of(byte[].class, byte[].class), List.of("data", "more")).decode(payload)).hasSize(2);
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> two.decode(payload))
			.withMessage("Arguments of Shop.buy(..): they can be read as one and as several; do both ends have the"
					+ " same parameters?");
	}

	@Test
	void whenArgumentIsOfAnotherTypeThenItIsRefusedByName() {
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> this.three.decode(HexFormat.of().parseHex("026178" + "026178" + "0140")))
			.withMessageContaining("Argument 1 (count) of Shop.buy(..): Cannot decode int at $: ");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> this.three.encode(new Object[] { "abc" }))
			.withMessageContaining("expected 3 (name, count, data), but there are 1");
	}

	@Test
	void whenTypeCannotBeCodedThenMethodAndParameterAreNamed() {
		assertThatIllegalArgumentException().isThrownBy(
				() -> codec(List.of(String.class, JacksonPayloadCodecTests.TwoCreators.class), List.of("name", "pair")))
			.withMessageContaining("Argument 1 (pair) of Shop.buy(..): Values of ");
	}

	private static ArgumentsCodec codec(List<Type> types, List<String> names) {
		return ArgumentsCodec.of(CBOR, "Shop.buy(..)", types, names);
	}

}
