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

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CandidateList}.
 */
class CandidateListTests {

	private final Random random = new Random(3);

	private final List<InstanceTracker> trackers = trackers(20);

	private final CandidateList list = new CandidateList(this.trackers.toArray(new InstanceTracker[0])).noted();

	@Test
	void listWithoutSomeIsThatOfTheOthersInTheSameOrder() {
		for (int i = 0; i < 200; i++) {
			List<InstanceTracker> left = some(this.random.nextInt(9));
			List<InstanceTracker> rest = new ArrayList<>(this.trackers);
			rest.removeAll(left);
			CandidateList without = this.list.without(left);
			assertThat(without).isEqualTo(rest);
			assertThat(without).hasSameSizeAs(rest);
			for (InstanceTracker tracker : this.trackers) {
				assertThat(without.contains(tracker)).isEqualTo(rest.contains(tracker));
				assertThat(without.indexOf(tracker)).isEqualTo(rest.indexOf(tracker));
			}
		}
	}

	@Test
	void eachOfTheOthersKeepsItsShareOfTheWeights() {
		for (int i = 0; i < 50; i++) {
			List<InstanceTracker> left = some(1 + this.random.nextInt(8));
			CandidateList without = this.list.without(left);
			List<InstanceTracker> drawn = new ArrayList<>();
			for (long value = 0; value < without.totalWeight(); value++) {
				drawn.add(without.atWeight(value));
			}
			assertThat(drawn).doesNotContainAnyElementsOf(left);
			for (Candidate candidate : without) {
				assertThat(Collections.frequency(drawn, candidate)).isEqualTo(candidate.instance().weight());
			}
		}
	}

	@Test
	void oneThatIsLeftOutTwiceOrIsNotInTheListChangesNothingMore() {
		InstanceTracker stranger = trackers(1).get(0);
		InstanceTracker first = this.trackers.get(0);
		assertThat(this.list.without(List.of(first, first, stranger))).isEqualTo(this.trackers.subList(1, 20));
		assertThat(this.list.without(List.of(stranger))).isSameAs(this.list);
	}

	@Test
	void positionsNotedByALaterListAreOnlyHints() {
		List<InstanceTracker> reversed = new ArrayList<>(this.trackers);
		Collections.reverse(reversed);
		new CandidateList(reversed.subList(0, 7).toArray(new InstanceTracker[0])).noted();
		for (InstanceTracker tracker : this.trackers) {
			assertThat(this.list.without(List.of(tracker))).hasSize(19).doesNotContain(tracker);
		}
	}

	@Test
	void manyAreNotLeftOutThisWay() {
		assertThat(this.list.without(this.trackers.subList(0, 9))).isNull();
	}

	private List<InstanceTracker> some(int count) {
		List<InstanceTracker> shuffled = new ArrayList<>(this.trackers);
		Collections.shuffle(shuffled, this.random);
		return shuffled.subList(0, count);
	}

	private static List<InstanceTracker> trackers(int count) {
		List<Instance> instances = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			instances
				.add(new Instance("n" + (100 + i), 1, new Endpoint("127.0.0.1", 9000 + i), null, 0, 1 + i, Map.of()));
		}
		LoadBalancer balancer = new LoadBalancer(new ServiceName("test"), "first", SelectionStrategies.first(),
				EjectionSettings.defaults());
		balancer.update(instances);
		return balancer.trackers();
	}

}
