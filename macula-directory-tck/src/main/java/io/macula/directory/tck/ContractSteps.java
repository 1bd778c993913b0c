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

package io.macula.directory.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import io.macula.directory.tck.DirectoryHarness.Ability;
import io.macula.directory.tck.DirectoryHarness.Node;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import reactor.core.Disposable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the rows of the contract are made of: nodes that are started, told and watched.
 * For {@link DirectoryContractTests} alone.
 */
abstract class ContractSteps {

	/** The lease of all nodes. */
	protected static final Duration LEASE = Duration.ofSeconds(3);

	static final Duration SOON = Duration.ofSeconds(10);

	/** Threads that everybody shares, or that end by themselves when nothing is to do. */
	private static final Pattern SHARED = Pattern.compile(
			"(boundedElastic|parallel|awaitility|ForkJoinPool|Attach|Reference|Signal|process reaper|junit|Common-Cleaner|globalEventExecutor).*");

	final List<DirectoryEngine> engines = new ArrayList<>();

	final List<Disposable> watches = new ArrayList<>();

	private @Nullable DirectoryHarness harness;

	/**
	 * Start a system with an empty realm.
	 * @return the system, closed by the test
	 * @throws Exception if it cannot be started
	 */
	protected abstract DirectoryHarness open() throws Exception;

	@BeforeEach
	void openHarness() throws Exception {
		this.harness = open();
	}

	@AfterEach
	void closeAll() throws Exception {
		this.watches.forEach(Disposable::dispose);
		this.engines.forEach((engine) -> engine.close().block(SOON));
		harness().close();
	}

	/** Skip the row if something is lacking. */
	final void needs(Ability... abilities) {
		Map<Ability, String> lacks = harness().lacks();
		for (Ability ability : abilities) {
			Assumptions.assumeFalse(lacks.containsKey(ability), () -> ability + ": " + lacks.get(ability));
		}
	}

	DirectoryHarness harness() {
		return Objects.requireNonNull(this.harness);
	}

	DirectoryEngine node(String nodeId) {
		return node(nodeId, 1);
	}

	DirectoryEngine node(String nodeId, long incarnation) {
		DirectoryEngine engine = harness().engine(new Node(nodeId, incarnation, LEASE, !nodeId.startsWith("client")));
		this.engines.add(engine);
		harness().start(engine);
		return engine;
	}

	Watch watch(DirectoryEngine engine, ServiceName service) {
		Watch watch = new Watch(engine);
		this.watches.add(engine.directory().watch(service).subscribe(watch.seen::add));
		return watch;
	}

	Told tell(DirectoryEngine engine, Instance instance, ServiceName... services) {
		return tell(engine, advertisement(instance, services));
	}

	Told tell(DirectoryEngine engine, Advertisement advertisement) {
		Registry registry = engine.registry();
		return (registry != null) ? new Told(registry.advertise(advertisement), null)
				: new Told(null, harness().publish(advertisement));
	}

	static Advertisement advertisement(Instance instance, ServiceName... services) {
		return new Advertisement(instance, Set.of(services), LEASE);
	}

	static Instance instance(String nodeId, long incarnation) {
		return new Instance(nodeId, incarnation, new Endpoint("10.0.0.1", 9443), null, 0, Instance.DEFAULT_WEIGHT,
				Map.of());
	}

	static Instance withoutIdentity(Instance instance) {
		return new Instance(instance.nodeId(), instance.incarnation(), instance.endpoint(), instance.zone(),
				instance.priority(), instance.weight(), instance.metadata(), null, instance.further());
	}

	static List<String> ids(Snapshot snapshot) {
		return snapshot.instances().stream().map(Instance::nodeId).toList();
	}

	/** Time must pass for what must not happen in it. */
	static void pass(Duration duration) {
		long begin = System.nanoTime();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(50))
			.atMost(duration.plusSeconds(5))
			.until(() -> System.nanoTime() - begin >= duration.toNanos());
	}

	static void uninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	Set<String> threadsSince(Set<Thread> before) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !before.contains(thread) && !SHARED.matcher(thread.getName()).matches()
					&& !harness().isOfSystem(thread))
			.map(Thread::getName)
			.collect(Collectors.toSet());
	}

	/** What a subscriber has seen. */
	static final class Watch {

		private final DirectoryEngine engine;

		final List<Snapshot> seen = Collections.synchronizedList(new ArrayList<>());

		Watch(DirectoryEngine engine) {
			this.engine = engine;
		}

		Snapshot latest() {
			return this.seen.get(this.seen.size() - 1);
		}

		List<String> ids() {
			return this.seen.isEmpty() ? List.of("(nothing seen)") : ContractSteps.ids(latest());
		}

		List<Long> incarnations() {
			return latest().instances().stream().map(Instance::incarnation).toList();
		}

		Duration age() {
			return Duration.ofNanos(System.nanoTime() - this.engine.directory().confirmedNanoTime(latest()));
		}

		void awaitIds(String... expected) {
			List<String> sorted = Arrays.stream(expected).sorted().toList();
			Awaitility.await()
				.atMost(SOON)
				.pollInterval(Duration.ofMillis(10))
				.untilAsserted(() -> assertThat(ids()).isEqualTo(sorted));
		}

	}

	/** What the system was told of an instance, by a registry or in its own way. */
	record Told(@Nullable Lease lease, @Nullable AutoCloseable publication) {

		/** {@code null} without a registry. */
		Lease.@Nullable State state() {
			return (this.lease != null) ? this.lease.state() : null;
		}

		void awaitState(Lease.State state) {
			if (this.lease != null) {
				Awaitility.await().atMost(SOON).until(() -> this.lease.state() == state);
			}
		}

		void withdraw() {
			if (this.lease != null) {
				this.lease.withdraw().block(SOON);
				return;
			}
			try {
				Objects.requireNonNull(this.publication).close();
			}
			catch (Exception ex) {
				throw new IllegalStateException("The instance cannot be taken back", ex);
			}
		}

	}

}
