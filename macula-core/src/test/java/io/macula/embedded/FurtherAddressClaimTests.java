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
import io.macula.Instance;
import io.macula.embedded.SimulatedRealm.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Claims to the id of a node that others reach at a further address only. It is linked to
 * one of them, and claimed from another.
 */
class FurtherAddressClaimTests {

	private static final Endpoint INSIDE = SimulatedRealm.endpoint("inside");

	private static final Endpoint OUTSIDE = SimulatedRealm.endpoint("outside");

	private static final List<Endpoint> SEEDS = SimulatedRealm.seeds("a", "b");

	private final SimulatedRealm realm = new SimulatedRealm(17);

	private final Node a = this.realm.provider("a", SEEDS);

	private final Node b = this.realm.provider("b", SEEDS);

	@ParameterizedTest
	@EnumSource
	void whoIsReachedAtAFurtherAddressKeepsItsId(AtTheFirst first) {
		Node victim = victim(List.of(OUTSIDE));
		RogueMember rogue = claimant(first, victim);
		for (int i = 0; i < 16; i++) {
			this.realm.pass(Duration.ofMillis(250));
			rogue.tell(new UpdateDraft());
			assertThat(identity(this.a)).as("after " + i * 250 + " ms").isEqualTo(victim.key.identity().text());
			assertThat(identity(this.b)).isEqualTo(victim.key.identity().text());
		}
		assertThat(this.realm.looked).containsKey(OUTSIDE);
	}

	@ParameterizedTest
	@EnumSource
	void whoIsReachedNowhereLosesIt(AtTheFirst first) {
		Node victim = victim(List.of());
		RogueMember rogue = claimant(first, victim);
		this.realm.until(Duration.ofSeconds(4), () -> rogue.owner.identity().equals(identity(this.a)));
	}

	@Test
	void whoIsGoneFromAllItsAddressesLosesIt() {
		Node victim = victim(List.of(OUTSIDE));
		this.realm.kill(victim);
		RogueMember rogue = claimant(AtTheFirst.NOBODY, victim);
		this.realm.until(Duration.ofSeconds(4), () -> rogue.owner.identity().equals(identity(this.a)));
	}

	@Test
	void whoIsRestartedHasItAgainSoonThoughAnAddressIsSilent() {
		Node victim = this.realm.provider("victim", INSIDE, List.of(OUTSIDE), SEEDS, 1);
		this.realm.untilAllSee(Duration.ofSeconds(10), "a", "b", "victim");
		this.realm.kill(victim);
		this.realm.silence(OUTSIDE);
		Node again = this.realm.provider("victim", INSIDE, List.of(OUTSIDE), SEEDS, 2);
		this.realm.until(Claims.FURTHER_TIMEOUT.plusMillis(500),
				() -> again.key.identity().text().equals(identity(this.a)));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 4 })
	void dialsOfAnAddressAreFewHoweverManyRecordsNameIt(int others) {
		RogueMember rogue = new RogueMember(this.realm, "rogue", SimulatedRealm.endpoint("rogue"));
		rogue.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(Duration.ofSeconds(1));
		String further = String.join(",",
				List.of("w:1", "x:1", "y:1", "outside:9443").subList(4 - Math.max(1, others), 4));
		for (int i = 0; i < 40; i++) {
			for (TestOwner owner : List.of(new TestOwner(TestOwner.newKey()), new TestOwner(TestOwner.newKey()))) {
				owner.sign(new NodeRecord("node" + i, 1, 1, 1, "host" + i, 9443, null, 0, 100,
						Map.of("macula-further", further), List.of(SimulatedRealm.SERVICE.value()), 15_000));
				rogue.tell(owner.upsert(0));
			}
		}
		this.realm.pass(Duration.ofSeconds(5));
		assertThat(this.realm.looked.get(OUTSIDE)).as("by two nodes in 5 s").isBetween(1, 44);
	}

	private Node victim(List<Endpoint> further) {
		Node victim = this.realm.provider("victim", INSIDE, further, SimulatedRealm.seeds("b"), 1);
		this.realm.hide(victim);
		this.realm.untilAllSee(Duration.ofSeconds(10), "a", "b", "victim");
		this.realm.pass(Duration.ofSeconds(1));
		return victim;
	}

	/** Another member that has the id of the victim, with a key of its own. */
	private RogueMember claimant(AtTheFirst first, Node victim) {
		Endpoint where = (first == AtTheFirst.CLAIMANT) ? INSIDE : SimulatedRealm.endpoint("rogue");
		if (first == AtTheFirst.STRANGER) {
			this.realm.stranger("stranger", INSIDE);
		}
		if (first == AtTheFirst.NOBODY) {
			this.realm.silence(INSIDE);
		}
		RogueMember rogue = new RogueMember(this.realm, victim.nodeId, where);
		rogue.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(Duration.ofSeconds(1));
		rogue.owner.sign(new NodeRecord(victim.nodeId, 1_000, 1, 1_000, where.host(), where.port(), null, 0, 100,
				Map.of(), List.of(SimulatedRealm.SERVICE.value()), 15_000));
		rogue.tell(rogue.owner.upsert(0));
		return rogue;
	}

	private static String identity(Node node) {
		return node.seen.get(node.seen.size() - 1)
			.instances()
			.stream()
			.filter((instance) -> instance.nodeId().equals("victim"))
			.findFirst()
			.map(Instance::identity)
			.orElse(null);
	}

	/** Who is at the victim's first address, where a looks. */
	enum AtTheFirst {

		NOBODY, STRANGER, CLAIMANT

	}

}
