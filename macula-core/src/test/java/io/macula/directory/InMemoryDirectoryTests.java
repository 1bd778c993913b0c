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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InMemoryDirectory} and {@link StaticDirectory}.
 */
class InMemoryDirectoryTests {

	private static final ServiceName SERVICE = new ServiceName("test.calculator");

	private final InMemoryDirectory directory = new InMemoryDirectory();

	@Test
	void unknownServiceHasAnEmptySnapshotAtOnce() {
		StepVerifier.create(this.directory.watch(SERVICE).take(1))
			.assertNext((snapshot) -> assertThat(snapshot.instances()).isEmpty())
			.verifyComplete();
	}

	@Test
	void watchersArePushedEachChange() {
		List<List<String>> seen = watch();
		Lease one = advertise("one", 1, SERVICE);
		Lease two = advertise("two", 1, SERVICE);
		one.withdraw().block();
		two.withdraw().block();
		assertThat(seen).containsExactly(List.of(), List.of("one"), List.of("one", "two"), List.of("two"), List.of());
	}

	@Test
	void leaseIsGrantedAtOnceAndReleasedByItsWithdrawal() {
		Lease lease = advertise("one", 1, SERVICE);
		StepVerifier.create(lease.states())
			.expectNext(Lease.State.GRANTED)
			.then(() -> lease.withdraw().block())
			.expectNext(Lease.State.RELEASED)
			.verifyComplete();
		lease.withdraw().block();
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
	}

	@Test
	void newerIncarnationTakesThePlaceOfTheOlder() {
		Lease old = advertise("one", 1, SERVICE);
		Lease fresh = advertise("one", 2, new ServiceName("other"));
		assertThat(old.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(watch()).containsExactly(List.of());
		old.withdraw().block();
		assertThat(fresh.state()).isEqualTo(Lease.State.GRANTED);
		assertThat(advertise("one", 1, SERVICE).state()).isEqualTo(Lease.State.RELEASED);
	}

	@Test
	void watcherMayAdvertiseFromWithinItsCallback() {
		List<List<String>> seen = new ArrayList<>();
		this.directory.watch(SERVICE).subscribe((snapshot) -> {
			seen.add(nodeIds(snapshot));
			if (snapshot.instances().size() == 1) {
				advertise("two", 1, SERVICE);
			}
		});
		List<List<String>> other = watch();
		advertise("one", 1, SERVICE);
		assertThat(seen).containsExactly(List.of(), List.of("one"), List.of("one", "two"));
		assertThat(other).endsWith(List.of("one", "two"));
	}

	@Test
	void slowWatcherMissesSnapshotsButNeverTheLatest() {
		StepVerifier.create(this.directory.watch(SERVICE), 1)
			.expectNextCount(1)
			.then(() -> List.of("a", "b", "c").forEach((nodeId) -> advertise(nodeId, 1, SERVICE)))
			.thenRequest(10)
			.assertNext((snapshot) -> assertThat(nodeIds(snapshot)).containsExactly("a", "b", "c"))
			.thenCancel()
			.verify();
	}

	@Test
	void advertisingFromManyThreadsLosesNothing() throws Exception {
		List<List<String>> seen = watch();
		CountDownLatch done = new CountDownLatch(4);
		for (int thread = 0; thread < 4; thread++) {
			int number = thread;
			new Thread(() -> {
				for (int i = 0; i < 100; i++) {
					advertise(number + "-" + i, 1, SERVICE);
				}
				done.countDown();
			}).start();
		}
		assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(watch().get(0)).hasSize(400);
		assertThat(seen.get(seen.size() - 1)).hasSize(400);
	}

	@Test
	void staticDirectoryGivesItsFixedInstances() {
		StaticDirectory fixed = StaticDirectory.empty()
			.with(SERVICE, new Endpoint("10.0.0.2", 9001), new Endpoint("10.0.0.1", 9001));
		ServiceResolver resolver = ServiceResolver.watch(fixed, SERVICE);
		Snapshot snapshot = resolver.current();
		assertThat(snapshot).isNotNull();
		assertThat(nodeIds(snapshot)).containsExactly("10.0.0.1:9001", "10.0.0.2:9001");
		assertThat(resolver.age()).hasMillis(0);
		assertThat(ServiceResolver.watch(fixed, new ServiceName("other")).current().instances()).isEmpty();
	}

	private List<List<String>> watch() {
		List<List<String>> seen = new ArrayList<>();
		this.directory.watch(SERVICE).subscribe((snapshot) -> seen.add(nodeIds(snapshot)));
		return seen;
	}

	private Lease advertise(String nodeId, long incarnation, ServiceName service) {
		Instance instance = new Instance(nodeId, incarnation, new Endpoint("127.0.0.1", 9001), null, 0, 100, Map.of());
		return this.directory.advertise(new Advertisement(instance, Set.of(service), Advertisement.DEFAULT_TTL));
	}

	private static List<String> nodeIds(Snapshot snapshot) {
		return snapshot.instances().stream().map(Instance::nodeId).toList();
	}

}
