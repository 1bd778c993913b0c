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
import java.util.List;
import java.util.Map;

import io.macula.Endpoint;
import io.macula.directory.Lease;
import io.macula.embedded.SimulatedRealm.Node;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Seeds that are named by a further address, which they themselves may not reach.
 */
class FurtherAddressSeedTests {

	private static final Endpoint OUTSIDE = SimulatedRealm.endpoint("outside");

	private final SimulatedRealm realm = new SimulatedRealm(17);

	@Test
	void aSeedKnowsItselfByItsFurtherAddress() {
		this.realm.silence(OUTSIDE);
		Node seed = this.realm.provider("seed", SimulatedRealm.endpoint("seed"), List.of(OUTSIDE), List.of(OUTSIDE), 1);
		this.realm.pass(Duration.ofSeconds(10));
		assertThat(seed.directory.state().seeds()).isEqualTo(Map.of(OUTSIDE.toString(), "this node"));
		assertThat(seed.lease.state()).isEqualTo(Lease.State.GRANTED);
		assertThat(seed.directory.trouble()).isNull();
	}

	@Test
	void aSeedIsNobodyElsesFurtherAddress() {
		Node seed = this.realm.provider("seed", SimulatedRealm.endpoint("seed"), List.of(OUTSIDE), List.of(), 1);
		Node other = this.realm.provider("other", List.of(OUTSIDE));
		this.realm.untilAllSee(Duration.ofSeconds(10), "other", "seed");
		this.realm.pass(Duration.ofSeconds(1));
		assertThat(other.directory.state().seeds()).isEqualTo(Map.of(OUTSIDE.toString(), "linked"));
		assertThat(seed.lease.state()).isEqualTo(Lease.State.GRANTED);
	}

}
