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

package io.macula.faults;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.macula.Processed;
import io.macula.faults.CallRecord.Kind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Siege}.
 */
class SiegeTests {

	private static final Window CALM = calls(10, "OK");

	@Test
	void whatDisturbsNobodyPasses() {
		assertThat(passed(CALM, List.of("a line"), 1000)).isTrue();
	}

	@Test
	void aFailedCallIsNoticed() {
		assertThat(passed(CALM.and(calls(10, "INTERNAL")), List.of(), 0)).isFalse();
	}

	@Test
	void whoIsNotCalledAtAllIsNotUndisturbed() {
		assertThat(passed(new Window(0, 1, List.of()), List.of(), 0)).isFalse();
	}

	@Test
	void slowCallsAreNoticed() {
		assertThat(passed(calls(150, "OK"), List.of(), 0)).isFalse();
		assertThat(passed(CALM.and(calls(2500, "OK")), List.of(), 0)).isFalse();
	}

	@Test
	void manyLinesAreNoticed() {
		assertThat(passed(CALM, IntStream.range(0, 41).mapToObj((i) -> "line").toList(), 0)).isFalse();
		assertThat(passed(CALM, List.of("x".repeat(25_000)), 0)).isFalse();
	}

	@Test
	void forgedLinesAndControlCharactersAreNoticed() {
		assertThat(passed(CALM, List.of("2026-01-01T00:00:00 ERROR forged line"), 0)).isFalse();
		assertThat(passed(CALM, List.of("node '\u001b[31m'"), 0)).isFalse();
		assertThat(passed(CALM, List.of("\tat a.B.c(B.java:1)"), 0)).isTrue();
	}

	@Test
	void memoryIsNoticed() {
		assertThat(passed(CALM, List.of(), 201 << 10)).isFalse();
		assertThat(passed(CALM, List.of("java.lang.OutOfMemoryError: Java heap space"), 0)).isFalse();
	}

	@Test
	void whatFailsByLatencyAloneIsToldApart() {
		assertThat(Siege.failedByLatencyOnly(report(CALM, 0))).isFalse();
		assertThat(Siege.failedByLatencyOnly(report(calls(2500, "OK"), 0))).isTrue();
		assertThat(Siege.latency(report(calls(2500, "OK"), 0))).contains("worst 2500 ms");
		assertThat(Siege.failedByLatencyOnly(report(calls(2500, "OK"), 201 << 10))).isFalse();
	}

	private static FaultReport report(Window calls, long kilobytes) {
		FaultLog log = new FaultLog();
		new Siege(calls, Map.of(), Map.of(), Map.of("d1", kilobytes)).undisturbed(log, CALM);
		return log.report("name", "title");
	}

	private static boolean passed(Window calls, List<String> lines, long kilobytes) {
		FaultLog log = new FaultLog();
		new Siege(calls, Map.of(), Map.of("d1", lines), Map.of("d1", kilobytes)).undisturbed(log, CALM);
		return log.passed();
	}

	private static Window calls(long millis, String code) {
		return new Window(0, 1,
				List.of(new CallRecord(1, Kind.MULTIPLY, 0, millis * 1_000_000, code, Processed.YES, "d1", "")));
	}

}
