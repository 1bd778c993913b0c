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
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.InMemoryDirectory;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Advertiser} when what it advertises changes.
 */
class AdvertiserTests {

	private static final ServiceName SERVICE = new ServiceName("shop");

	private static final Advertisement HERE = at("10.1.2.3");

	private static final Advertisement THERE = at("10.1.2.4");

	private final InMemoryDirectory directory = new InMemoryDirectory();

	private final Advertiser advertiser = new Advertiser(this.directory, HERE);

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

	private List<Instance> seen() {
		Snapshot snapshot = Objects.requireNonNull(this.directory.watch(SERVICE).blockFirst(Duration.ofSeconds(5)));
		return snapshot.instances();
	}

	private static Advertisement at(String host) {
		return new Advertisement(Instance.of("node", new Endpoint(host, 9443)), Set.of(SERVICE),
				Advertisement.DEFAULT_TTL);
	}

}
