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

package io.macula.wire;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

import io.macula.Code;
import io.macula.Status;
import io.macula.codec.ThrownType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FailureDetail}.
 */
class FailureDetailTests {

	private static final Status STATUS = Status.processed(Code.NOT_FOUND, "no");

	private static final byte[] ONE = HexFormat.of().parseHex("01016b0176");

	@Test
	void whenThereAreEntriesThenTheBytesAreThoseOfTheDocument() {
		Failure failure = FailureDetail.with(STATUS, null, Map.of("k", "v"));
		assertThat(failure.type()).isEqualTo("io.macula.RpcDetail");
		assertThat(failure.detail()).isEqualTo(ONE);
		assertThat(FailureDetail.isType(failure.type())).isTrue();
		assertThat(FailureDetail.thrown("io.macula.RpcDetail")).isNull();
	}

	@Test
	void whenItIsWrittenThenTheFrameIsThatOfTheDocument() {
		ByteBuf out = Unpooled.buffer();
		FrameCodec.writeFailure(out, 5, FailureDetail.with(STATUS, null, Map.of("k", "v")));
		assertThat(ByteBufUtil.hexDump(out)).isEqualTo(
				"2012" + "05" + "05" + "02" + "026e6f" + "13696f2e6d6163756c612e52706344657461696c" + "01016b0176");
	}

	@Test
	void whenTheExceptionIsNamedThenAnEarlierVersionReadsItsName() {
		Failure failure = FailureDetail.with(STATUS, "com.acme.Lost", Map.of("k", "v"));
		assertThat(failure.type()).isEqualTo("com.acme.Lost io.macula.RpcDetail");
		assertThat(FailureDetail.isType(failure.type())).isTrue();
		assertThat(FailureDetail.thrown("com.acme.Lost io.macula.RpcDetail")).isEqualTo("com.acme.Lost");
		assertThat(ThrownType.thrown(failure.type())).isEqualTo("com.acme.Lost");
	}

	@Test
	void whenThereAreNoEntriesThenTheFailureIsAsBefore() {
		assertThat(FailureDetail.with(STATUS, "com.acme.Lost", Map.of())).satisfies((failure) -> {
			assertThat(failure.type()).isEqualTo("com.acme.Lost");
			assertThat(failure.detail()).isEmpty();
		});
		assertThat(FailureDetail.with(STATUS, null, Map.of()).type()).isNull();
	}

	@Test
	void whenANameOnlyEndsAlikeThenItIsAnotherType() {
		assertThat(FailureDetail.isType("com.acme.io.macula.RpcDetail")).isFalse();
		assertThat(FailureDetail.isType("com.acme.Lost")).isFalse();
		assertThat(FailureDetail.isType("")).isFalse();
		assertThat(FailureDetail.isType(null)).isFalse();
	}

	@Test
	void whenThereAreManyThenTheyArriveInTheirOrder() {
		Map<String, String> entries = entries(128, "x");
		assertThat(roundTrip(entries)).containsExactlyEntriesOf(entries);
		assertThat(roundTrip(Map.of("\u00e4\ud83d\ude00", ""))).containsExactly(Map.entry("\u00e4\ud83d\ude00", ""));
	}

	@Test
	void whenThereAreTooManyThenTheFirstArriveAndTheLastSaysHowManyDoNot() {
		Map<String, String> read = roundTrip(entries(200, "x"));
		assertThat(read).hasSize(128)
			.containsKeys("key0", "key126")
			.containsEntry("...", "73 of 200 entries left out: at most 128 entries of 64 KiB travel");
	}

	@Test
	void whenOneIsTooLargeThenItIsLeftOutAndSaidSo() {
		Map<String, String> entries = new LinkedHashMap<>();
		entries.put("large", "x".repeat(70_000));
		entries.put("small", "y");
		assertThat(roundTrip(entries)).containsExactly(Map.entry("small", "y"),
				Map.entry("...", "1 of 2 entries left out: at most 128 entries of 64 KiB travel"));
		Map<String, String> read = roundTrip(entries(128, "z".repeat(1000)));
		assertThat(read.get("...")).startsWith("64 of 128 entries left out");
	}

	@Test
	void whenHalvesOfSurrogatePairsMakeTwoKeysTheSameThenWhatArrivesIsWellFormed() {
		Map<String, String> entries = new LinkedHashMap<>();
		entries.put("a?", "1");
		entries.put("a\ud800", "2");
		assertThat(roundTrip(entries)).containsExactly(Map.entry("a?", "1"),
				Map.entry("...", "1 of 2 entries left out: at most 128 entries of 64 KiB travel"));
	}

	@Test
	void whenTheBytesAreMalformedThenThereAreNone() {
		for (int length = 0; length < ONE.length; length++) {
			assertThat(FailureDetail.decode(Arrays.copyOf(ONE, length))).as("%d bytes", length).isNull();
		}
		for (String hex : new String[] { "01016b017600", "02016b0176016b0177", "0101ff0176", "4001016b0176", "4081",
				"0140016b0176", "ffffffffffffffff", "01bfffffff6b" }) {
			assertThat(FailureDetail.decode(HexFormat.of().parseHex(hex))).as(hex).isNull();
		}
		assertThat(FailureDetail.decode(new byte[70_000])).isNull();
		assertThat(FailureDetail.decode(new byte[1])).isEmpty();
	}

	private static Map<String, String> entries(int count, String value) {
		Map<String, String> entries = new LinkedHashMap<>();
		for (int i = 0; i < count; i++) {
			entries.put("key" + i, value);
		}
		return entries;
	}

	private static Map<String, String> roundTrip(Map<String, String> entries) {
		byte[] detail = FailureDetail.with(STATUS, null, entries).detail();
		assertThat(detail.length).isLessThanOrEqualTo(FailureDetail.MAX_BYTES);
		Map<String, String> read = FailureDetail.decode(detail);
		assertThat(read).isNotNull();
		return read;
	}

}
