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

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Route;
import io.macula.ServiceName;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.directory.Advertisement;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link NodeRecord}s of nodes with further addresses.
 */
class FurtherAddressRecordTests {

	private static final ValueCodec CODEC = JacksonPayloadCodec.cbor().forType(NodeRecord.class);

	private static final Instance INSTANCE = new Instance("a", 1, new Endpoint("10.0.0.1", 9443), "zone", 1, 50,
			Map.of("tier", "gold"), null, List.of(new Endpoint("192.0.2.1", 30443), new Endpoint("::2", 1)));

	@Test
	void recordGivesBackTheInstance() {
		NodeRecord record = record(INSTANCE);
		assertThat(((NodeRecord) CODEC.decode(CODEC.encode(record))).instance()).isEqualTo(INSTANCE);
		assertThat(record.only(Set.of()).instance()).isEqualTo(INSTANCE);
	}

	@Test
	void whoKnowsNoFurtherAddressesPassesThemOnInSignedMetadata() {
		assertThat(record(INSTANCE).metadata())
			.containsExactlyInAnyOrderEntriesOf(Map.of("tier", "gold", Route.METADATA_KEY, "192.0.2.1:30443,[::2]:1"));
	}

	@Test
	void recordOfANodeWithOneAddressIsAsBefore() {
		Instance one = INSTANCE.withFurther(List.of());
		assertThat(record(one).metadata()).isSameAs(one.metadata());
		assertThat(record(one).instance()).isEqualTo(one);
	}

	@Test
	void fullMetadataLeaveNoRoomForFurtherAddresses() {
		Map<String, String> full = new HashMap<>();
		for (int i = 0; i < Instance.MAX_METADATA; i++) {
			full.put("key" + i, "");
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Instance("a", 1, INSTANCE.endpoint(), null, 0, 1, full, null, INSTANCE.further()))
			.withMessageContaining("metadata of 64 entries is not valid: expected at most 63");
		full.remove("key0");
		Instance fits = new Instance("a", 1, INSTANCE.endpoint(), null, 0, 1, full, null, INSTANCE.further());
		assertThat(record(fits).instance()).isEqualTo(fits);
		assertThat(record(fits).metadata()).hasSize(Instance.MAX_METADATA);
	}

	@Test
	void whenOneIsNoAddressThenTheRecordIsRefused() {
		for (String text : List.of("h", "h:0", "a:1,a:1", "10.0.0.1:9443", "a:1,b:1,c:1,d:1,e:1",
				"a:1,b:1,c:1,d:1,e:1,f")) {
			NodeRecord record = new NodeRecord("a", 1, 1, 1, "10.0.0.1", 9443, null, 0, 100,
					Map.of(Route.METADATA_KEY, text), List.of(), 1000);
			assertThatIllegalArgumentException().as(text).isThrownBy(() -> RecordBounds.require(record));
		}
	}

	private static NodeRecord record(Instance instance) {
		return NodeRecord.of(new Advertisement(instance, Set.of(new ServiceName("s")), Duration.ofSeconds(15)), 1, 1);
	}

}
