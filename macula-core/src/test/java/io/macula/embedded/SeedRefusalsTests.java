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

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.publisher.TestPublisher;

import static org.assertj.core.api.Assertions.assertThat;

class SeedRefusalsTests {

	private static final Endpoint ONE = new Endpoint("10.0.0.1", 9443);

	private static final Endpoint OTHER = new Endpoint("10.0.0.2", 9443);

	private static final Status REFUSED = Status.notProcessed(Code.UNAUTHENTICATED, "it has another secret");

	private static final DirectoryUpdate HEARTBEAT = new DirectoryUpdate("node1", 1, true, false, false, 0, 0, null,
			List.of(), List.of(), List.of(), List.of(), List.of(), true);

	private final Map<Endpoint, TestPublisher<DirectoryUpdate>> seeds = new HashMap<>();

	private final SeedRefusals refusals = new SeedRefusals(new SeedDialer() {

		@Override
		public Flux<DirectoryUpdate> link(Endpoint seed, Flux<DirectoryUpdate> mine, Consumer<ProvenPeer> met) {
			TestPublisher<DirectoryUpdate> publisher = TestPublisher.create();
			SeedRefusalsTests.this.seeds.put(seed, publisher);
			return publisher.flux();
		}

		@Override
		public Flux<DirectoryUpdate> watch(Endpoint seed, Flux<DirectoryInterest> interests) {
			return link(seed, Flux.never(), (peer) -> {
			});
		}

		@Override
		public Flux<ProvenPeer> peersAt(List<Endpoint> addresses, Predicate<ProvenPeer> enough) {
			return Flux.empty();
		}

	});

	@Test
	void aRefusalStaysWhileTheSeedIsDialledAnewUntilItSpeaks() {
		assertThat(this.refusals.obstacle()).isNull();
		dial(ONE).error(REFUSED.toException());
		assertThat(this.refusals.obstacle()).isEqualTo(REFUSED);
		TestPublisher<DirectoryUpdate> again = dial(ONE);
		assertThat(this.refusals.obstacle()).isEqualTo(REFUSED);
		again.next(HEARTBEAT);
		assertThat(this.refusals.obstacle()).isNull();
		again.complete();
		assertThat(this.refusals.obstacle()).isNull();
	}

	@Test
	void anotherFailureOfTheSeedTakesThePlaceOfTheRefusal() {
		dial(ONE).error(REFUSED.toException());
		dial(ONE).error(Status.notProcessed(Code.UNAVAILABLE, "nobody listens").toException());
		assertThat(this.refusals.obstacle()).isNull();
	}

	@Test
	void whileAnotherSeedSpeaksThereIsNoObstacle() {
		TestPublisher<DirectoryUpdate> other = dial(OTHER);
		other.next(HEARTBEAT);
		dial(ONE).error(REFUSED.toException());
		assertThat(this.refusals.obstacle()).isNull();
		other.error(Status.notProcessed(Code.UNAVAILABLE, "lost").toException());
		assertThat(this.refusals.obstacle()).isEqualTo(REFUSED);
	}

	private TestPublisher<DirectoryUpdate> dial(Endpoint seed) {
		this.refusals.watch(seed, Flux.never()).subscribe((update) -> {
		}, (error) -> {
		});
		return this.seeds.get(seed);
	}

}
