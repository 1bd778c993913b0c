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

package io.macula.selection;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Code;
import io.macula.Fingerprint;
import io.macula.Processed;
import io.macula.selection.InstanceTracker.Availability;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for choices among instances with other versions of the contract.
 */
class MethodSelectionTests {

	private static final String STAYS = Fingerprint.mark("stays", 0, false, false);

	private static final String ADDED = Fingerprint.mark("added", 0, false, false);

	private static final Fingerprint OLD = Fingerprint.of(new byte[8], List.of(STAYS));

	private static final Fingerprint NEW = Fingerprint.of(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, List.of(STAYS, ADDED));

	/** Another version with the same methods. */
	private static final Fingerprint NEWER = Fingerprint.of(new byte[] { 2, 2, 3, 4, 5, 6, 7, 8 },
			List.of(STAYS, ADDED));

	private final Fixtures fixtures = new Fixtures(SelectionStrategies.roundRobin());

	private void join(Map<String, Fingerprint> fingerprints) {
		this.fixtures.balancer.update(Fixtures.instances(3), fingerprints, (joined) -> {
		});
	}

	/** Node ids of the choices for ten calls. */
	private Set<String> chosen(String mark) {
		Set<String> chosen = new HashSet<>();
		for (int i = 0; i < 10; i++) {
			InstanceTracker tracker = this.fixtures.balancer.pick(Fixtures.context(this.fixtures.tick++, 1, true, mark),
					List.of());
			tracker.succeeded(1_000_000);
			chosen.add(tracker.instance().nodeId());
		}
		return chosen;
	}

	@Test
	void whenInstancesDifferThenThoseThatHaveTheMethodAreChosen() {
		join(Map.of("node1", OLD, "node2", NEW, "node3", NEWER));
		assertThat(chosen(ADDED)).containsExactlyInAnyOrder("node2", "node3");
		assertThat(chosen(STAYS)).containsExactlyInAnyOrder("node1", "node2", "node3");
	}

	@Test
	void whenAnInstanceDoesNotTellItsVersionThenItMayHaveTheMethod() {
		join(Map.of("node1", OLD, "node2", NEW));
		assertThat(chosen(ADDED)).containsExactlyInAnyOrder("node2", "node3");
	}

	@Test
	void whenNoneHasTheMethodThenAllAreChosenSoThatTheCallIsToldSo() {
		join(Map.of("node1", OLD, "node2", NEW, "node3", NEW));
		assertThat(chosen(Fingerprint.mark("unknown", 0, false, false))).hasSize(3);
	}

	@Test
	void whenAllHaveTheSameMethodsThenTheChoiceIsThePlainOne() {
		join(Map.of("node1", NEW, "node2", NEWER, "node3", NEW));
		Roster roster = new Roster(Fixtures.SERVICE, EjectionSettings.defaults(), null, () -> 0,
				() -> this.fixtures.random);
		roster.update(Fixtures.instances(3), Map.of("node1", NEW, "node2", NEWER, "node3", NEW), (joined) -> {
		});
		assertThat(roster.candidates().plain()).isTrue();
		assertThat(roster.candidates().having(Fixtures.context(0, 1, true, ADDED), roster))
			.isSameAs(roster.candidates());
		roster.update(Fixtures.instances(3), Map.of("node1", OLD, "node2", NEW, "node3", NEW), (joined) -> {
		});
		assertThat(roster.candidates().plain()).isFalse();
		assertThat(roster.candidates().having(Fixtures.context(0, 1, true, ADDED), roster))
			.isSameAs(roster.candidates().having(Fixtures.context(1, 1, true, ADDED), roster));
	}

	@Test
	void whenTheOneThatHasTheMethodFailedThenOthersAreNotTried() {
		join(Map.of("node1", OLD, "node2", OLD, "node3", NEW));
		SelectionContext context = Fixtures.context(0, 1, true, ADDED);
		InstanceTracker first = this.fixtures.balancer.pick(context, List.of());
		first.failed(Code.UNAVAILABLE, Processed.NO, 1_000_000);
		assertThat(first.instance().nodeId()).isEqualTo("node3");
		assertThat(this.fixtures.balancer.pick(context, List.of(first))).isNull();
		assertThat(this.fixtures.balancer.trackers(context)).containsExactly(first);
	}

	@Test
	void whenTheOneThatHasTheMethodIsSuspectedThenItIsChosenAllTheSame() {
		join(Map.of("node1", OLD, "node2", OLD, "node3", NEW));
		this.fixtures.tracker(3).availability(Availability.SUSPECTED);
		assertThat(chosen(ADDED)).containsExactly("node3");
		assertThat(chosen(STAYS)).containsExactlyInAnyOrder("node1", "node2");
	}

	@Test
	void whenAnInstanceIsUpgradedInPlaceThenItIsChosenAndKeepsItsFigures() {
		join(Map.of("node1", OLD, "node2", OLD, "node3", NEW));
		InstanceTracker first = this.fixtures.tracker(1);
		join(Map.of("node1", NEW, "node2", OLD, "node3", NEW));
		assertThat(this.fixtures.tracker(1)).isSameAs(first);
		assertThat(chosen(ADDED)).containsExactlyInAnyOrder("node1", "node3");
	}

	@Test
	void whenInstancesAreUselessThenAnotherIsChosenIfThereIsOne() {
		join(Map.of("node1", OLD, "node2", OLD, "node3", NEW));
		SelectionContext context = Fixtures.context(0, 2, true, STAYS);
		InstanceTracker rest = this.fixtures.balancer.pickExcept(context,
				(tracker) -> tracker.fingerprint() == null || tracker.fingerprint().version().equals(OLD.version()));
		assertThat(rest).isSameAs(this.fixtures.tracker(3));
		assertThat(this.fixtures.balancer.pickExcept(context, (tracker) -> true)).isNull();
	}

}
