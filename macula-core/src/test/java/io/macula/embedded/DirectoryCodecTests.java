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

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import io.macula.Code;
import io.macula.Fingerprint;
import io.macula.RpcException;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.contract.ServiceContract;
import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.dataformat.cbor.CBORMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DirectoryCodec} and the elements of the directory's protocol.
 */
class DirectoryCodecTests {

	@Test
	void updateComesBackAsItWas() {
		DirectoryUpdate update = new DirectoryUpdate("a", 7, true, true, false, 3, 4, new Digest(2, -5L),
				List.of(new Upsert(record(2), 5, 6)), List.of(new Renewal("b", 1, 2, 3, 4)),
				List.of(new Gone("c", 1, 2, 3, true)), List.of("d", "e"), List.of("f"), true);
		StepVerifier.create(roundTrip(update)).expectNext(update).verifyComplete();
	}

	@Test
	void heartbeatIsSmall() {
		DirectoryUpdate heartbeat = new DirectoryUpdate("node1", 1_790_000_000_000L, true, false, false, 0, 1000, null,
				List.of(), List.of(), List.of(), List.of(), List.of(), true);
		assertThat(encoded(heartbeat)).hasSizeLessThan(160);
		StepVerifier.create(roundTrip(heartbeat)).expectNext(heartbeat).verifyComplete();
	}

	@Test
	void largestUpdateStaysFarBelowThePayloadLimit() {
		List<Upsert> upserts = new ArrayList<>();
		for (int i = 0; i < DirectoryUpdate.MAX_RECORDS; i++) {
			upserts.add(new Upsert(record(50), 1, 1));
		}
		DirectoryUpdate update = new DirectoryUpdate("a", 7, true, true, false, 3, 4, null, upserts, List.of(),
				List.of(), List.of(), List.of(), true);
		assertThat(encoded(update)).hasSizeLessThan(1 << 20);
	}

	@Test
	void whenRecordsAreFullOfFingerprintsThenAnUpdateHasFewerOfThem() {
		NodeRecord large = new NodeRecord("node", 1, 2, 3, "10.0.0.1", 9443, null, 1, 100, Map.of(), List.of("a"),
				List.of("0123456789a." + "abcd".repeat(Fingerprint.MAX_METHODS)), 15_000);
		UpdateDraft draft = new UpdateDraft();
		List<Upsert> upserts = new ArrayList<>();
		while (!draft.full()) {
			upserts.add(new Upsert(large, 1, 1));
			draft.upsert(upserts.get(0));
		}
		DirectoryUpdate update = new DirectoryUpdate("a", 7, true, true, false, 3, 4, null, upserts, List.of(),
				List.of(), List.of(), List.of(), true);
		assertThat(upserts).hasSizeBetween(50, 100);
		assertThat(encoded(update)).hasSizeLessThan(1 << 19);
	}

	@Test
	void interestComesBackAsItWas() {
		DirectoryInterest interest = new DirectoryInterest(4, List.of("a", "b"), WatchPace.BRISK);
		StepVerifier
			.create(DirectoryCodec.decode(DirectoryCodec.encode(Flux.just(interest), DirectoryInterest.class),
					DirectoryInterest.class))
			.expectNext(interest)
			.verifyComplete();
	}

	@Test
	void anInterestThatCannotBePassedOnIsRefused() {
		byte[] interest = new CBORMapper().writeValueAsBytes(Map.of("number", 1, "services", List.of("abc")));
		byte[] half = interest.clone();
		// Half of a surrogate pair, in three bytes as none may be written.
		int at = new String(half, StandardCharsets.ISO_8859_1).indexOf("abc");
		half[at] = (byte) 0xED;
		half[at + 1] = (byte) 0xA0;
		half[at + 2] = (byte) 0xBD;
		StepVerifier.create(DirectoryCodec.decode(Flux.just(half), DirectoryInterest.class))
			.expectErrorSatisfies(
					(error) -> assertThat(error).hasMessageContaining("Service name '\\ud83d' is not valid"))
			.verify();
	}

	@Test
	void propertiesOfALaterVersionAreIgnoredAndMissingOnesAreEmpty() {
		byte[] later = new CBORMapper().writeValueAsBytes(Map.of("sender", "a", "hue", "blue", "upserts",
				List.of(Map.of("record", Map.of("nodeId", "b", "host", "h", "port", 1, "shape", Map.of())))));
		StepVerifier.create(DirectoryCodec.decode(Flux.just(later), DirectoryUpdate.class)).assertNext((update) -> {
			assertThat(update.sender()).isEqualTo("a");
			assertThat(update.renewals()).isEmpty();
			assertThat(update.patient()).isFalse();
			assertThat(update.upserts().get(0).record().services()).isEmpty();
			assertThat(update.upserts().get(0).record().metadata()).isEmpty();
		}).verifyComplete();
	}

	@Test
	void fingerprintsComeWithTheirServicesAndARecordWithoutThemTellsNone() {
		NodeRecord told = new NodeRecord("node", 1, 2, 3, "10.0.0.1", 9443, null, 1, 100, Map.of(),
				List.of("a", "b", "c"), List.of("0123456789a", "", "0123456789b.abcd"), 15_000);
		DirectoryUpdate update = new DirectoryUpdate("a", 7, true, true, false, 3, 4, null,
				List.of(new Upsert(told, 5, 6)), List.of(), List.of(), List.of(), List.of(), true);
		StepVerifier.create(roundTrip(update)).expectNext(update).verifyComplete();
		assertThat(told.fingerprint("a")).isEqualTo("0123456789a");
		assertThat(told.fingerprint("b")).isNull();
		assertThat(told.only(Set.of("b", "c")).fingerprint("c")).isEqualTo("0123456789b.abcd");
		assertThat(record(2).fingerprint("shop.some.service-1")).isNull();
		NodeRecord torn = new NodeRecord("node", 1, 2, 3, "10.0.0.1", 9443, null, 1, 100, Map.of(), List.of("a", "b"),
				List.of("0123456789a"), 15_000);
		assertThat(torn.fingerprint("a")).isNull();
	}

	/** What a node of the version before fingerprints reads and passes on. */
	@Test
	void aNodeThatKnowsNoFingerprintsReadsTheRest() {
		NodeRecord told = new NodeRecord("node", 1, 2, 3, "10.0.0.1", 9443, null, 1, 100, Map.of(), List.of("a"),
				List.of("0123456789a"), 15_000);
		ValueCodec before = JacksonPayloadCodec.cbor().forType(EarlierRecord.class);
		EarlierRecord read = (EarlierRecord) before
			.decode(JacksonPayloadCodec.cbor().forType(NodeRecord.class).encode(told));
		assertThat(read.services()).containsExactly("a");
		assertThat(read.leaseMillis()).isEqualTo(15_000);
		NodeRecord passedOn = (NodeRecord) JacksonPayloadCodec.cbor()
			.forType(NodeRecord.class)
			.decode(before.encode(read));
		assertThat(passedOn.fingerprint("a")).isNull();
		assertThat(passedOn.instance()).isEqualTo(told.instance());
	}

	record EarlierRecord(String nodeId, long term, long version, long incarnation, String host, int port,
			@Nullable String zone, int priority, int weight, Map<String, String> metadata, List<String> services,
			long leaseMillis) {

	}

	@Test
	void whenAMessageIsTooLargeThenItIsRefusedBeforeItIsDecoded() {
		byte[] tags = new byte[DirectoryCodec.MAX_BYTES + 1];
		Arrays.fill(tags, (byte) 0xC1);
		StepVerifier.create(DirectoryCodec.decode(Flux.just(tags), DirectoryUpdate.class))
			.expectErrorMatches((ex) -> ex instanceof RpcException failure && failure.code() == Code.INVALID_ARGUMENT
					&& ex.getMessage().contains("1048577 bytes, expected at most 1048576"))
			.verify();
	}

	@Test
	void whenAnUpdateNamesANodeAsNoNodeIsCalledThenTheStreamFails() {
		String forged = "x\r\n2026 ERROR forged \u001b[31m";
		Map<String, Object> gone = Map.of("nodeId", forged, "term", 1, "version", 1, "renewals", 1, "withdrawn", true);
		Map<String, Object> renewal = Map.of("nodeId", forged, "term", 1, "version", 1, "renewals", 1, "ageMillis", 1);
		broken(Map.of("sender", forged));
		broken(Map.of("sender", "a", "gone", List.of(gone)));
		broken(Map.of("sender", "a", "renewals", List.of(renewal)));
		broken(Map.of("sender", "a", "wanted", List.of(forged)));
		broken(Map.of("sender", "a", "refused", List.of("x".repeat(129))));
	}

	@Test
	void whenAnUpdateHasMoreEntriesThanAllowedThenTheStreamFails() {
		broken(Map.of("sender", "a", "wanted", Collections.nCopies(DirectoryUpdate.MAX_ENTRIES + 1, "b")));
	}

	private static void broken(Map<String, Object> update) {
		StepVerifier
			.create(DirectoryCodec.decode(Flux.just(new CBORMapper().writeValueAsBytes(update)), DirectoryUpdate.class))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(RpcException.class)
				.hasMessageContaining("The directory's protocol was broken")
				.hasMessageNotContainingAny("\r", "\n", "\u001b"))
			.verify();
	}

	@Test
	void garbageFailsTheStreamWithAStatus() {
		StepVerifier.create(DirectoryCodec.decode(Flux.just(new byte[] { 1, 2, 3 }), DirectoryUpdate.class))
			.expectErrorMatches((ex) -> ex instanceof RpcException && ex.getMessage().contains("protocol"))
			.verify();
	}

	@Test
	void serviceIsAValidContract() {
		ServiceContract contract = ServiceContract.of(RealmDirectoryService.class);
		assertThat(contract.methods()).extracting((method) -> method.wireName()).containsExactly("link", "watch");
		assertThat(contract.methods()).allMatch((method) -> method.nonBlocking() && method.streaming());
	}

	private static Flux<DirectoryUpdate> roundTrip(DirectoryUpdate update) {
		return DirectoryCodec.decode(DirectoryCodec.encode(Flux.just(update), DirectoryUpdate.class),
				DirectoryUpdate.class);
	}

	private static byte[] encoded(DirectoryUpdate update) {
		return DirectoryCodec.encode(Flux.just(update), DirectoryUpdate.class).blockFirst();
	}

	private static NodeRecord record(int services) {
		return new NodeRecord("node", 1, 2, 3, "10.0.0.1", 9443, "zone-a", 1, 100, Map.of("k", "v"),
				IntStream.range(0, services).mapToObj((i) -> "shop.some.service-" + i).toList(), 15_000);
	}

}
