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

package io.macula.directory;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AdvertisementTests {

	@Test
	void whenItIsTooLargeThenItIsRefusedWithItsPartsAndTheirSetting() {
		assertThatIllegalArgumentException().isThrownBy(() -> advertisement(14, 10))
			.withMessageContainingAll("The advertisement of node 'node1' has ",
					" of metadata" + " (macula.provider.metadata), ", " of the names of 10 services",
					"expected at most 57344");
		assertThatIllegalArgumentException().isThrownBy(() -> advertisement(0, 1001))
			.withMessage("Node 'node1' serves 1001 services: expected at most 1000; let several nodes share them");
	}

	@Test
	void whenItIsLargeButNotTooLargeThenItIsMade() {
		assertThat(advertisement(13, 10).services()).hasSize(10);
		assertThat(advertisement(0, 1000).services()).hasSize(1000);
	}

	private static Advertisement advertisement(int entries, int services) {
		Map<String, String> metadata = new HashMap<>();
		for (int i = 0; i < entries; i++) {
			metadata.put("k" + i, "v".repeat(Instance.MAX_METADATA_VALUE));
		}
		Set<ServiceName> names = IntStream.range(0, services)
			.mapToObj((i) -> new ServiceName("service" + i))
			.collect(Collectors.toSet());
		return new Advertisement(new Instance("node1", 1, new Endpoint("10.0.0.1", 9443), null, 0, 100, metadata),
				names, Advertisement.DEFAULT_TTL);
	}

}
