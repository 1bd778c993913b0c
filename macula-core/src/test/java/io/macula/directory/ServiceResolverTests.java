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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.RpcException;
import io.macula.ServiceName;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServiceResolver}.
 */
class ServiceResolverTests {

	private static final ServiceName SERVICE = new ServiceName("test.calculator");

	private final Sinks.Many<Snapshot> source = Sinks.many().multicast().directBestEffort();

	private final AtomicLong nanos = new AtomicLong();

	private final ServiceResolver resolver = new ServiceResolver((service) -> this.source.asFlux(), SERVICE,
			this.nanos::get);

	@Test
	void beforeTheFirstSnapshotThereIsNone() {
		this.resolver.start();
		assertThat(this.resolver.current()).isNull();
		assertThat(this.resolver.age()).isNull();
	}

	@Test
	void latestSnapshotIsReadWithoutWaiting() {
		this.resolver.start();
		Snapshot snapshot = snapshot(5, "a");
		this.source.tryEmitNext(snapshot);
		assertThat(this.resolver.current()).isSameAs(snapshot);
		StepVerifier.create(this.resolver.first(Duration.ofSeconds(1))).expectNext(snapshot).verifyComplete();
	}

	@Test
	void callerBeforeTheFirstSnapshotWaitsForIt() {
		this.resolver.start();
		Snapshot snapshot = snapshot(5, "a");
		StepVerifier.create(this.resolver.first(Duration.ofSeconds(10)))
			.then(() -> this.source.tryEmitNext(snapshot))
			.expectNext(snapshot)
			.verifyComplete();
	}

	@Test
	void callerThatWaitsTooLongIsToldWhatToCheck() {
		this.resolver.start();
		StepVerifier.withVirtualTime(() -> this.resolver.first(Duration.ofMillis(300)))
			.thenAwait(Duration.ofMillis(300))
			.expectErrorSatisfies((ex) -> {
				assertThat(((RpcException) ex).code()).isEqualTo(Code.UNAVAILABLE);
				assertThat(ex).hasMessageContaining("test.calculator").hasMessageContaining("300 ms");
			})
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void sameInstancesKeepTheIdentityOfTheSnapshot() {
		this.resolver.start();
		Snapshot snapshot = snapshot(5, "a");
		List<Snapshot> heard = new ArrayList<>();
		this.resolver.onChange(heard::add);
		this.source.tryEmitNext(snapshot);
		this.source.tryEmitNext(snapshot(9, "a"));
		assertThat(this.resolver.current()).isSameAs(snapshot);
		assertThat(heard).containsExactly(snapshot);
	}

	@Test
	void lateListenerGetsTheLatestAndThenChangesUntilDisposed() {
		this.resolver.start();
		Snapshot one = snapshot(1, "a");
		Snapshot two = snapshot(2, "a", "b");
		this.source.tryEmitNext(one);
		List<Snapshot> heard = new ArrayList<>();
		Disposable listening = this.resolver.onChange(heard::add);
		this.source.tryEmitNext(two);
		listening.dispose();
		this.source.tryEmitNext(snapshot(3));
		assertThat(heard).containsExactly(one, two);
	}

	@Test
	void listenerThatThrowsDisturbsNobody() {
		this.resolver.start();
		List<Snapshot> heard = new ArrayList<>();
		this.resolver.onChange((snapshot) -> {
			throw new IllegalStateException("expected by the test");
		});
		this.resolver.onChange(heard::add);
		this.source.tryEmitNext(snapshot(1, "a"));
		this.source.tryEmitNext(snapshot(2, "b"));
		assertThat(heard).hasSize(2);
	}

	@Test
	void whenAListenerThrowsAnErrorThenTheWatchGoesOn() {
		this.resolver.start();
		List<Snapshot> heard = new ArrayList<>();
		this.resolver.onChange((snapshot) -> {
			throw new AssertionError("expected by the test");
		});
		this.resolver.onChange(heard::add);
		this.source.tryEmitNext(snapshot(1, "a"));
		this.source.tryEmitNext(snapshot(2, "b"));
		assertThat(heard).hasSize(2);
	}

	@Test
	void ageGrowsFromTheConfirmation() {
		this.resolver.start();
		this.source.tryEmitNext(snapshot(Duration.ofSeconds(1).toNanos(), "a"));
		this.nanos.set(Duration.ofSeconds(4).toNanos());
		assertThat(this.resolver.age()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void ageIsWhatTheDirectoryConfirmsLater() {
		Directory confirming = new Directory() {
			@Override
			public Flux<Snapshot> watch(ServiceName service) {
				return Flux.<Snapshot>never().startWith(snapshot(0, "a"));
			}

			@Override
			public long confirmedNanoTime(Snapshot snapshot) {
				return Duration.ofSeconds(59).toNanos();
			}
		};
		ServiceResolver confirmed = new ServiceResolver(confirming, SERVICE, () -> Duration.ofSeconds(60).toNanos());
		confirmed.start();
		assertThat(confirmed.age()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void lastKnownGoodSurvivesADirectoryThatFailsOrCompletes() {
		AtomicInteger watches = new AtomicInteger();
		Directory broken = (service) -> switch (watches.getAndIncrement()) {
			case 0 -> Flux.just(snapshot(0, "a")).concatWith(Flux.error(new IllegalStateException("by the test")));
			case 1 -> Flux.empty();
			default -> Flux.<Snapshot>never().startWith(snapshot(0, "b"));
		};
		StepVerifier.withVirtualTime(() -> {
			ServiceResolver retrying = new ServiceResolver(broken, SERVICE, () -> 0);
			retrying.start();
			assertThat(retrying.current()).isEqualTo(snapshot(0, "a"));
			return Flux.interval(Duration.ofSeconds(1)).map((tick) -> retrying.current()).take(20).takeLast(1);
		})
			.thenAwait(Duration.ofSeconds(20))
			.assertNext((latest) -> assertThat(latest).isEqualTo(snapshot(0, "b")))
			.verifyComplete();
		assertThat(watches).hasValue(3);
	}

	@Test
	void closedResolverKeepsItsSnapshotAndFailsWhoStillWaits() {
		this.resolver.start();
		StepVerifier.create(this.resolver.first(Duration.ofSeconds(10)))
			.then(this.resolver::close)
			.expectErrorMatches((ex) -> ((RpcException) ex).code() == Code.UNAVAILABLE)
			.verify(Duration.ofSeconds(5));
		assertThat(this.source.currentSubscriberCount()).isZero();
	}

	private static Snapshot snapshot(long nanoTime, String... nodeIds) {
		List<Instance> instances = new ArrayList<>();
		for (String nodeId : nodeIds) {
			instances.add(Instance.of(nodeId, new Endpoint("127.0.0.1", 9001)));
		}
		return new Snapshot(SERVICE, instances, nanoTime);
	}

}
