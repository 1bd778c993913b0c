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

package io.macula.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.Level;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLease;
import io.macula.directory.InMemoryDirectory;
import io.macula.directory.Lease;
import io.macula.directory.LeaseListener;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import io.macula.testing.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Advertiser}: what it advertises, also when that changes, and what it
 * says of it in the log.
 */
class AdvertiserTests {

	private static final ServiceName SERVICE = new ServiceName("shop");

	private static final Advertisement HERE = at("10.1.2.3");

	private static final Advertisement THERE = at("10.1.2.4");

	private static final String READY = "Node node is ready at endpoint 10.1.2.3:9443: advertises [shop]";

	private static final String WITHDRAWN = "Node node withdrew its services [shop]: clients send new calls elsewhere,"
			+ " those that come are served";

	private static final String AGAIN = "Node node advertises its services [shop] again";

	private final InMemoryDirectory directory = new InMemoryDirectory();

	private final Advertiser advertiser = new Advertiser(this.directory, HERE);

	@RegisterExtension
	final LogLines log = LogLines.of(Advertiser.class).from(Level.INFO);

	@Test
	void whenWhatIsAdvertisedIsReplacedThenOthersSeeTheNewOneAlone() {
		this.advertiser.advertise();
		this.advertiser.replace(THERE);
		assertThat(seen()).containsExactly(THERE.instance());
		assertThat(this.advertiser.state()).isEqualTo(Lease.State.GRANTED);
		assertThat(this.advertiser.advertisement()).isSameAs(THERE);
		this.advertiser.withdraw().block();
		assertThat(seen()).isEmpty();
	}

	@Test
	void whenNothingIsAdvertisedThenAReplacementWaitsUntilItIsToldTo() {
		this.advertiser.replace(THERE);
		assertThat(seen()).isEmpty();
		this.advertiser.advertise();
		assertThat(seen()).containsExactly(THERE.instance());
		this.advertiser.withdraw().block();
		this.advertiser.replace(HERE);
		assertThat(seen()).isEmpty();
		this.advertiser.advertise();
		assertThat(seen()).containsExactly(HERE.instance());
		this.advertiser.end();
		this.advertiser.withdraw().block();
		this.advertiser.replace(THERE);
		assertThat(seen()).isEmpty();
	}

	@Test
	void whenItIsReplacedWhileTheRegistryIsAskedThenTheRegistryIsAskedAgain() {
		AtomicReference<Advertiser> asking = new AtomicReference<>();
		Registry slow = (advertisement) -> {
			if (advertisement == HERE) {
				asking.get().replace(THERE);
			}
			return this.directory.advertise(advertisement);
		};
		asking.set(new Advertiser(slow, HERE));
		asking.get().advertise();
		assertThat(seen()).containsExactly(THERE.instance());
	}

	@Test
	void whenServicesAreWithdrawnAndAdvertisedAgainThenEachIsSaidOnce() {
		this.advertiser.withdraw().block();
		assertThat(lines()).isEmpty();
		this.advertiser.advertise();
		assertThat(lines()).containsExactly(READY);
		this.advertiser.withdraw().block();
		this.advertiser.withdraw().block();
		assertThat(lines()).containsExactly(READY, WITHDRAWN);
		this.advertiser.advertise();
		this.advertiser.advertise();
		assertThat(lines()).containsExactly(READY, WITHDRAWN, AGAIN);
	}

	@Test
	void whenALeaseIsReleasedLateThenTheNodeIsAdvertisedAgainAllTheSame() {
		List<DirectoryLease> given = new ArrayList<>();
		Advertiser quick = new Advertiser((advertisement) -> {
			DirectoryLease lease = new DirectoryLease(advertisement, (withdrawn) -> {
			});
			given.add(lease);
			return lease;
		}, HERE);
		quick.advertise();
		quick.withdraw();
		quick.advertise();
		quick.advertise();
		assertThat(given).hasSize(2);
	}

	@Test
	void whenALeaseIsGrantedOrLostThenItsListenerIsTold() {
		List<DirectoryLease> given = new ArrayList<>();
		List<String> told = new ArrayList<>();
		Advertiser watched = new Advertiser((advertisement) -> {
			given.forEach((lease) -> lease.become(Lease.State.RELEASED));
			DirectoryLease lease = new DirectoryLease(advertisement, (withdrawn) -> {
				withdrawn.become(Lease.State.RELEASED);
				withdrawn.endWithdrawal();
			});
			given.add(lease);
			return lease;
		}, HERE, new LeaseListener() {

			@Override
			public void granted(Advertisement advertisement) {
				told.add("granted");
			}

			@Override
			public void lost(Advertisement advertisement) {
				told.add("lost");
			}

		});
		watched.advertise();
		assertThat(told).isEmpty();
		given.get(0).become(Lease.State.GRANTED);
		assertThat(told).containsExactly("granted");
		assertThat(watched.sinceConfirmed()).isNotNull();
		given.get(0).become(Lease.State.PENDING);
		given.get(0).become(Lease.State.GRANTED);
		assertThat(told).containsExactly("granted", "lost", "granted");
		// Another advertisement takes its place, which nobody has to hear of.
		watched.replace(THERE);
		given.get(1).become(Lease.State.GRANTED);
		assertThat(told).containsExactly("granted", "lost", "granted");
		// Another node took the id.
		given.get(1).become(Lease.State.RELEASED);
		assertThat(told).containsExactly("granted", "lost", "granted", "lost");
		watched.advertise();
		given.get(2).become(Lease.State.GRANTED);
		watched.withdraw().block();
		assertThat(told).containsExactly("granted", "lost", "granted", "lost", "granted");
	}

	@Test
	void whenANodeHasNoServicesThenItSaysNothingOfThem() {
		Advertiser seedOnly = new Advertiser(this.directory, new Advertisement(HERE.instance(), Set.of(), HERE.ttl()));
		seedOnly.advertise();
		seedOnly.withdraw().block();
		seedOnly.advertise();
		assertThat(lines()).isEmpty();
	}

	@Test
	void whenWhatIsAdvertisedIsReplacedThenItIsNotSaidToBeBack() {
		this.advertiser.advertise();
		this.advertiser.replace(THERE);
		assertThat(lines()).as("whoever replaces it says so").containsExactly(READY);
		this.advertiser.withdraw().block();
		this.advertiser.replace(HERE);
		assertThat(lines()).containsExactly(READY, WITHDRAWN);
		this.advertiser.advertise();
		this.advertiser.replace(THERE);
		assertThat(lines()).containsExactly(READY, WITHDRAWN, AGAIN);
	}

	@Test
	void whenServicesAreWithdrawnWhileTheRegistryIsAskedThenTheyAreSaidToBeBackOnlyOnceTheyAre() {
		AtomicReference<Runnable> asking = new AtomicReference<>(() -> {
		});
		Advertiser slow = new Advertiser((advertisement) -> {
			asking.getAndSet(() -> {
			}).run();
			return this.directory.advertise(advertisement);
		}, HERE);
		asking.set(() -> slow.withdraw().block());
		slow.advertise();
		assertThat(seen()).isEmpty();
		assertThat(lines()).as("nobody saw them").isEmpty();
		slow.advertise();
		assertThat(seen()).containsExactly(HERE.instance());
		assertThat(lines()).as("they were never said to be gone").containsExactly(READY);
		asking.set(() -> slow.withdraw().block());
		slow.replace(THERE);
		assertThat(seen()).isEmpty();
		assertThat(lines()).containsExactly(READY, WITHDRAWN);
		slow.advertise();
		assertThat(lines()).containsExactly(READY, WITHDRAWN, AGAIN);
	}

	@Test
	void whenTheNodeEndsThenItsDrainSaysSo() {
		this.advertiser.advertise();
		this.advertiser.end();
		this.advertiser.withdraw().block();
		assertThat(lines()).containsExactly(READY);
	}

	@Test
	void whenServicesComeAndGoAllTheTimeThenTheLinesAreLimited() {
		for (int i = 0; i < 1000; i++) {
			this.advertiser.advertise();
			this.advertiser.withdraw().block();
		}
		assertThat(lines()).hasSize(11);
	}

	@Test
	void whoRetreatsIsThereForOperatorsAndHasNoService() {
		List<Advertisement> told = new ArrayList<>();
		Advertiser retreating = new Advertiser((advertisement) -> {
			told.add(advertisement);
			return this.directory.advertise(advertisement);
		}, HERE);
		retreating.retreat().block();
		assertThat(retreating.state()).as("no service was told yet").isNull();
		retreating.advertise();
		assertThat(seen()).containsExactly(HERE.instance());
		retreating.retreat().block();
		retreating.retreat().block();
		assertThat(seen()).isEmpty();
		assertThat(retreating.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(retreating.sinceConfirmed()).isNull();
		retreating.replace(THERE);
		assertThat(seen()).isEmpty();
		retreating.advertise();
		assertThat(seen()).containsExactly(THERE.instance());
		retreating.retreat().block();
		retreating.end();
		retreating.withdraw().block();
		assertThat(told).containsExactly(HERE.ofNodeAlone(), HERE, HERE.ofNodeAlone(), THERE.ofNodeAlone(), THERE,
				THERE.ofNodeAlone());
		assertThat(this.directory.watch(Advertisement.NODE).blockFirst(Duration.ofSeconds(5)).instances()).isEmpty();
		assertThat(lines()).containsExactly(READY, WITHDRAWN, AGAIN, WITHDRAWN);
	}

	@Test
	void whoRetreatsAndAdvertisesFromSeveralThreadsEndsAsTheLastOneSaid() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < 500; i++) {
				CyclicBarrier both = new CyclicBarrier(2);
				Future<?> advertising = threads.submit(() -> {
					both.await();
					this.advertiser.advertise();
					return null;
				});
				Future<?> retreating = threads.submit(() -> {
					both.await();
					return this.advertiser.retreat().block();
				});
				advertising.get();
				retreating.get();
				boolean advertised = !seen().isEmpty();
				assertThat(this.advertiser.state() == Lease.State.GRANTED).isEqualTo(advertised);
				this.advertiser.retreat().block();
				assertThat(seen()).isEmpty();
				this.advertiser.advertise();
				assertThat(seen()).hasSize(1);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private List<String> lines() {
		return this.log.at(Level.INFO);
	}

	private List<Instance> seen() {
		Snapshot snapshot = Objects.requireNonNull(this.directory.watch(SERVICE).blockFirst(Duration.ofSeconds(5)));
		return snapshot.instances();
	}

	private static Advertisement at(String host) {
		return new Advertisement(Instance.of("node", new Endpoint(host, 9443)), Set.of(SERVICE),
				Advertisement.DEFAULT_TTL);
	}

}
