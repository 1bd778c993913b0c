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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of instances that an operator leaves out.
 */
class EjectionByHandTests {

	private final AtomicLong clock = new AtomicLong(1);

	private final List<String> told = new ArrayList<>();

	private long tick;

	private final LoadBalancer balancer = new LoadBalancer(new ServiceName("test"), "round_robin",
			SelectionStrategies.roundRobin(), EjectionSettings.defaults(), null, this.clock::get,
			ThreadLocalRandom::current, new Told());

	@Test
	void whatIsEjectedByHandStaysOutUntilItIsRestored() {
		this.balancer.update(List.of(instance("a", 1), instance("b", 1)));
		assertThat(this.balancer.eject("a", "a new disk")).isNull();
		this.clock.addAndGet(Duration.ofDays(400).toNanos());
		assertThat(picked(20)).containsOnly("b");
		// The directory has another record of it, and then another process.
		this.balancer.update(List.of(instance("a", 1).withWeight(7), instance("b", 1)));
		assertThat(picked(20)).containsOnly("b");
		this.balancer.update(List.of(instance("b", 1)));
		this.balancer.update(List.of(instance("a", 2), instance("b", 1)));
		assertThat(picked(20)).containsOnly("b");
		assertThat(this.balancer.trackers().get(0).ejectionReason()).isEqualTo("by hand: a new disk");
		this.told.clear();
		assertThat(this.balancer.restore("a")).isNull();
		this.clock.addAndGet(Duration.ofMinutes(1).toNanos());
		assertThat(picked(20)).contains("a", "b");
		assertThat(this.told).containsExactly("restored a");
	}

	@Test
	void anAnswerDoesNotBringItBack() {
		this.balancer.update(List.of(instance("a", 1), instance("b", 1)));
		assertThat(this.balancer.eject("a", "x")).isNull();
		InstanceTracker b = this.balancer.trackers().get(1);
		b.availability(InstanceTracker.Availability.UNREACHABLE);
		// Of two that are out, one is asked all the same, and answers.
		for (int i = 0; i < 30; i++) {
			InstanceTracker chosen = this.balancer.pick(Fixtures.context(1, 1), List.of(b));
			assertThat(chosen).isNotNull();
			assertThat(chosen.instance().nodeId()).isEqualTo("a");
			chosen.succeeded(1_000_000);
		}
		b.availability(InstanceTracker.Availability.AVAILABLE);
		this.balancer.trackers().get(0).availability(InstanceTracker.Availability.UNREACHABLE);
		this.balancer.trackers().get(0).availability(InstanceTracker.Availability.AVAILABLE);
		assertThat(this.balancer.trackers().get(0).ejected()).isTrue();
		assertThat(picked(20)).containsOnly("b");
	}

	@Test
	void theLastUsableOneIsNeverEjected() {
		this.balancer.update(List.of(instance("a", 1), instance("b", 1)));
		assertThat(this.balancer.eject("a", "x")).isNull();
		assertThat(this.balancer.eject("b", "x")).isEqualTo("instance 'b' is its last usable one, which is never"
				+ " ejected, since its calls would have nowhere to go");
		assertThat(this.balancer.eject("c", "x")).isEqualTo("it has no instance 'c'");
		assertThat(this.balancer.restore("b")).isEqualTo("instance 'b' is not ejected");
		assertThat(this.balancer.restore("c")).isEqualTo("it has no instance 'c'");
		assertThat(this.told).containsExactly("joined a", "joined b", "ejected a by hand: x null");
	}

	@Test
	void whatFailsIsToldAndCanBeRestored() {
		this.balancer.update(List.of(instance("a", 1), instance("b", 1)));
		this.told.clear();
		InstanceTracker a = this.balancer.trackers().get(0);
		for (int i = 0; i < 5; i++) {
			a.started();
			a.failed(Code.UNAVAILABLE, Processed.UNKNOWN, 1000);
		}
		assertThat(this.told).hasSize(1).allMatch((line) -> line.startsWith("ejected a 5 failures in a row"));
		assertThat(this.balancer.ejections()).isEqualTo(1);
		assertThat(this.balancer.restore("a")).isNull();
		assertThat(this.told).contains("restored a");
		assertThat(a.ejected()).isFalse();
		this.balancer.update(List.of(instance("b", 1)));
		assertThat(this.told).contains("left a");
	}

	private List<String> picked(int times) {
		List<String> picked = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			InstanceTracker chosen = this.balancer.pick(Fixtures.context(this.tick++, 1), List.of());
			picked.add(chosen.instance().nodeId());
			chosen.succeeded(1_000_000);
			this.clock.addAndGet(Duration.ofMillis(100).toNanos());
		}
		return picked;
	}

	private static Instance instance(String name, long incarnation) {
		return new Instance(name, incarnation, new Endpoint("10.0.0." + (int) name.charAt(0), 9443), null, 0, 100,
				Map.of());
	}

	private final class Told implements InstanceListener {

		@Override
		public void joined(Instance instance) {
			EjectionByHandTests.this.told.add("joined " + instance.nodeId());
		}

		@Override
		public void left(Instance instance) {
			EjectionByHandTests.this.told.add("left " + instance.nodeId());
		}

		@Override
		public void ejected(Instance instance, String reason, @Nullable Duration time) {
			EjectionByHandTests.this.told.add("ejected " + instance.nodeId() + " " + reason + " " + time);
		}

		@Override
		public void restored(Instance instance) {
			EjectionByHandTests.this.told.add("restored " + instance.nodeId());
		}

	}

}
