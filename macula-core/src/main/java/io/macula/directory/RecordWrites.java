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
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.RecordStore.Held;
import io.macula.directory.RecordStore.Session;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * How the records of one node get into the session that it has at a remote system, and
 * out of it. Immutable; its steps touch no state of the loop and run on any thread.
 */
final class RecordWrites {

	/** Services at once. */
	private static final int AT_ONCE = 8;

	/** Another writer of the same record is believed to be there for so many times. */
	private static final int TRIES = 5;

	private static final Comparator<Instance> CLAIM = Comparator.comparingLong(Instance::incarnation)
		.thenComparing((instance) -> instance.endpoint().toString());

	private final Session session;

	private final Instance self;

	private final Set<Endpoint> ownEndpoints;

	private final Duration timeout;

	private final Scheduler timer;

	/**
	 * Writes into a session.
	 * @param self the node
	 * @param ownEndpoints all that this node had in this incarnation
	 * @param timeout of each step
	 * @param timer measures it
	 */
	RecordWrites(Session session, Instance self, Set<Endpoint> ownEndpoints, Duration timeout, Scheduler timer) {
		this.session = session;
		this.self = self;
		this.ownEndpoints = Set.copyOf(ownEndpoints);
		this.timeout = timeout;
		this.timer = timer;
	}

	/**
	 * Put records where they are not there already. One that is refused keeps none of the
	 * others back.
	 * @param records texts
	 * @param departing texts of those services whose records must go
	 * @param notice how long a departing record stays
	 * @return who has the node id with a better claim, or empty when all is done; fails
	 * if it could not be done
	 */
	Mono<AdvertisementRecord> put(Map<ServiceName, byte[]> records, Map<ServiceName, byte[]> departing,
			Duration notice) {
		return Mono.defer(() -> {
			Refusals refusals = new Refusals();
			return Flux.fromIterable(records.entrySet())
				.flatMap((entry) -> claim(entry.getKey(), entry.getValue(), TRIES).onErrorResume(refusals::add),
						AT_ONCE)
				.next()
				.switchIfEmpty(drop(departing, notice).then(refusals.first()));
		});
	}

	/** Empty if the record is there now, else who has it. */
	private Mono<AdvertisementRecord> claim(ServiceName service, byte[] record, int tries) {
		return read(service).flatMap((held) -> {
			if (held.bound() && Arrays.equals(held.record(), record)) {
				return Mono.empty();
			}
			AdvertisementRecord rival = rival(service, held);
			if (rival != null) {
				return Mono.just(rival);
			}
			return put(service, record, held).flatMap((written) -> {
				if (written) {
					return Mono.empty();
				}
				return (tries > 1) ? claim(service, record, tries - 1) : Mono.error(new IllegalStateException(
						"record '" + this.self.nodeId() + "' of service " + service + " is written by others, too"));
			});
		});
	}

	/* A record that cannot be read is nobody's, and who leaves claims nothing. */
	private @Nullable AdvertisementRecord rival(ServiceName service, Held held) {
		if (held.equals(Held.NONE)) {
			return null;
		}
		AdvertisementRecord record;
		try {
			record = AdvertisementRecord.parse(held.record(), service, this.self.nodeId());
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
		Instance other = record.instance();
		boolean own = other.incarnation() == this.self.incarnation() && this.ownEndpoints.contains(other.endpoint());
		return (!own && !record.departing() && CLAIM.compare(other, this.self) > 0) ? record : null;
	}

	private Mono<Void> drop(Map<ServiceName, byte[]> departing, Duration notice) {
		if (departing.isEmpty()) {
			return Mono.empty();
		}
		return depart(departing).then(Mono.delay(notice, this.timer))
			.thenMany(Flux.fromIterable(departing.keySet()))
			.flatMap((service) -> within(this.session.delete(service, this.self.nodeId())), AT_ONCE)
			.then();
	}

	/**
	 * Say of services that this node leaves them.
	 * @param departing texts that say so
	 * @return completes when it is said where it can be
	 */
	Mono<Void> depart(Map<ServiceName, byte[]> departing) {
		return Flux.fromIterable(departing.entrySet())
			.flatMap((entry) -> read(entry.getKey())
				.flatMap((held) -> held.bound() ? put(entry.getKey(), entry.getValue(), held) : Mono.just(false))
				.onErrorComplete(), AT_ONCE)
			.then();
	}

	/**
	 * Whether the session holds no record of these services.
	 * @param services of the records
	 * @return fails if that cannot be known
	 */
	Mono<Boolean> nothingBound(Set<ServiceName> services) {
		return Flux.fromIterable(Set.copyOf(services))
			.flatMap(this::read, AT_ONCE)
			.collectList()
			.map((all) -> all.stream().noneMatch(Held::bound));
	}

	private Mono<Held> read(ServiceName service) {
		return within(this.session.read(service, this.self.nodeId()).defaultIfEmpty(Held.NONE));
	}

	private Mono<Boolean> put(ServiceName service, byte[] record, Held expected) {
		return within(this.session.put(service, this.self.nodeId(), record, expected));
	}

	private <T> Mono<T> within(Mono<T> step) {
		return Answers.within(this.timeout, step, this.timer);
	}

	/**
	 * What was refused of one write. Refusals come soon: a system that takes longer than
	 * a step gives none of its answers, and is not asked for all that is left.
	 */
	private final class Refusals {

		private final long beginMillis = RecordWrites.this.timer.now(TimeUnit.MILLISECONDS);

		private final Queue<Throwable> refusals = new ConcurrentLinkedQueue<>();

		<T> Mono<T> add(Throwable refusal) {
			long millis = RecordWrites.this.timer.now(TimeUnit.MILLISECONDS) - this.beginMillis;
			if (millis >= RecordWrites.this.timeout.toMillis()) {
				return Mono.error(refusal);
			}
			this.refusals.add(refusal);
			return Mono.empty();
		}

		<T> Mono<T> first() {
			return Mono.defer(() -> {
				Throwable first = this.refusals.peek();
				return (first != null) ? Mono.error(first) : Mono.empty();
			});
		}

	}

}
