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

package io.macula.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.macula.Instance;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.directory.Advertisement;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RecordBoundsTests {

	private static final ValueCodec CODEC = JacksonPayloadCodec.cbor().forType(NodeRecord.class);

	private final TestLoop test = new TestLoop();

	@Test
	void bytesAreThoseThatTravelOrAFewMore() {
		List<NodeRecord> records = List.of(record("a", Map.of(), List.of()),
				record("a", Map.of("k", "v".repeat(4000), "k2", "\u00e4".repeat(500)), List.of("x")),
				record("a", Map.of(), names(300, 40)), record("a", Map.of("k", "\u6771".repeat(1000)), names(1, 200)));
		for (NodeRecord record : records) {
			int encoded = CODEC.encode(record).length;
			assertThat(RecordBounds.bytes(record)).isBetween(encoded, encoded + 1000);
		}
	}

	@Test
	void whenARecordIsAsLargeAsAnAdvertisementMayBeThenItIsTaken() {
		Map<String, String> metadata = new HashMap<>();
		for (int i = 0; i < 10; i++) {
			metadata.put("key" + i, "v".repeat(Instance.MAX_METADATA_VALUE));
		}
		NodeRecord large = record("a", metadata, names(400, 36));
		assertThatCode(() -> RecordBounds.require(large)).doesNotThrowAnyException();
		assertThat(CODEC.encode(large).length).isBetween(56_000, RecordBounds.MAX_BYTES);
	}

	@Test
	void whenARecordIsTooLargeThenItIsRefusedWithItsSize() {
		refused(record("a", Map.of("k", "v".repeat(12_800_000)), List.of("s"))).hasMessageContainingAll("12800",
				"bytes", "1 entries of metadata", "expected at most 65536");
		refused(record("a", Map.of(), names(100_000, 10))).hasMessageContaining("100000 services");
		refused(record("a", Map.of(), names(1001, 6))).hasMessageContainingAll("1001 services", "at most 1000");
	}

	@Test
	void whenAFieldIsBeyondItsBoundThenTheRecordIsRefused() {
		refused(record("a\r\nb", Map.of(), List.of())).hasMessageContaining("Node id 'a\\r\\nb' is not valid");
		refused(record("x".repeat(129), Map.of(), List.of())).hasMessageContaining("Node id");
		refused(record("a", Map.of("k", "v".repeat(4097)), List.of())).hasMessageContaining("4097 characters");
		refused(record("a", Map.of("k\u001b", "v"), List.of())).hasMessageContaining("'k\\u001b'");
		refused(new NodeRecord("a", 1, 1, 1, "h", 1, "z".repeat(129), 0, 100, Map.of(), List.of(), 1000))
			.hasMessageContaining("zone");
		refused(new NodeRecord("a", 1, 1, 1, "h", 1, "z\u202e", 0, 100, Map.of(), List.of(), 1000))
			.hasMessageContaining("zone 'z\\u202e'");
		refused(new NodeRecord("a", 1, 1, 1, "h".repeat(256), 1, null, 0, 100, Map.of(), List.of(), 1000))
			.hasMessageContaining("host");
		refused(new NodeRecord("a", 1, 1, 1, "h", 1, null, 0, Integer.MAX_VALUE, Map.of(), List.of(), 1000))
			.hasMessageContaining("weight 2147483647 is not valid: expected 1 to 10000");
		refused(new NodeRecord("a", 1, 1, 1, "h", 1, null, Integer.MIN_VALUE, 100, Map.of(), List.of(), 1000))
			.hasMessageContaining("priority -2147483648 is not valid: expected -10000 to 10000");
	}

	@Test
	void whenATextCannotBePassedOnThenTheRecordIsRefused() {
		String half = "a\ud83d";
		for (NodeRecord record : List.of(record("a", Map.of("k", half), List.of()),
				record("a", Map.of(half, "v"), List.of()), record("a", Map.of(), List.of(half)),
				record(half, Map.of(), List.of()),
				new NodeRecord("a", 1, 1, 1, half, 1, null, 0, 100, Map.of(), List.of(), 1000),
				new NodeRecord("a", 1, 1, 1, "h", 1, half, 0, 100, Map.of(), List.of(), 1000),
				new NodeRecord("a", 1, 1, 1, "h", 1, null, 0, 100, Map.of(), List.of("s"), List.of(half), 1000))) {
			assertThatThrownBy(() -> CODEC.encode(record)).hasMessageContaining("surrogate");
			refused(record).hasMessageContaining("is not valid");
		}
		NodeRecord whole = record("a", Map.of("k", "\ud83d\ude80"), List.of());
		assertThatCode(() -> RecordBounds.require(whole)).doesNotThrowAnyException();
	}

	@Test
	void whenRecordsAreLargeThenAnUpdateIsCutByTheirBytes() {
		NodeRecord large = record("a", Map.of("k", "v".repeat(4096)), names(300, 100));
		UpdateDraft draft = new UpdateDraft();
		int records = 0;
		while (!draft.full()) {
			draft.upsert(new Upsert(large, 1, 1));
			records++;
		}
		assertThat(records).isLessThan(12);
		assertThat(records * CODEC.encode(large).length).isLessThan(DirectoryCodec.MAX_BYTES / 2);
	}

	@Test
	void whenManyNodesTellAllTheyMayThenTheTableKeepsWithinItsMemory() {
		NodeTable table = new NodeTable(this.test.loop.clock(), 500);
		Map<String, String> metadata = new HashMap<>();
		for (int i = 0; i < 14; i++) {
			metadata.put("key" + i, "v".repeat(4000));
		}
		List<Verdict> verdicts = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			verdicts.add(table.apply(new Upsert(record("ghost" + i, metadata, List.of("s")), 1, 0)));
		}
		assertThat(verdicts).contains(Verdict.FULL).startsWith(Verdict.CHANGED);
		assertThat(table.size()).isBetween(60, 80);
	}

	@Test
	void whenSmallRecordsGrowThenTheTableKeepsWithinItsMemory() {
		NodeTable table = new NodeTable(this.test.loop.clock(), 500);
		List<Verdict> verdicts = new ArrayList<>();
		for (int version = 1; version <= 2; version++) {
			for (int i = 0; i < 500; i++) {
				NodeRecord record = new NodeRecord("ghost" + i, 1, version, 1, "h", 1, null, 0, 100, Map.of(),
						(version == 1) ? List.of() : names(900, 40), 15_000);
				verdicts.add(table.apply(new Upsert(record, 1, 0)));
			}
		}
		assertThat(verdicts.subList(0, 500)).containsOnly(Verdict.CHANGED);
		assertThat(verdicts.subList(500, 1000)).contains(Verdict.FULL);
		assertThat(verdicts.stream().filter(Verdict.CHANGED::equals).count()).isLessThan(530);
		assertThat(table.size()).isEqualTo(500);
	}

	@Test
	void roomIsOfTheNodesAndOfTheHeap() {
		assertThat(RecordBounds.room(10_000, 8L << 30)).isEqualTo(10_000L * 8 * 1024);
		assertThat(RecordBounds.room(10_000, 256 << 20)).isEqualTo(64 << 20);
		assertThat(RecordBounds.room(Integer.MAX_VALUE, 256 << 20)).isEqualTo(64 << 20);
		assertThat(RecordBounds.room(1, 256 << 20)).isEqualTo(4 << 20);
	}

	private static AbstractThrowableAssert<?, ?> refused(NodeRecord record) {
		return assertThatThrownBy(() -> RecordBounds.require(record)).isInstanceOf(IllegalArgumentException.class);
	}

	private static List<String> names(int count, int length) {
		return IntStream.range(0, count).mapToObj((i) -> {
			String number = "s" + i;
			return number + "n".repeat(Math.max(0, length - number.length()));
		}).toList();
	}

	private static NodeRecord record(String nodeId, Map<String, String> metadata, List<String> services) {
		return new NodeRecord(nodeId, 1, 1, 1, "10.0.0.1", 9443, null, 0, 100, metadata, services,
				Advertisement.DEFAULT_TTL.toMillis());
	}

}
