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

package io.macula.realm;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.ServiceName;
import io.macula.directory.Snapshot;
import io.macula.realm.DirectoryUpdate.Gone;
import io.macula.realm.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/**
 * The directory of a node that does not serve: watches its services at one seed at a time
 * and turns to the next when that one falls silent; meanwhile what came last stays. Safe
 * for all threads.
 */
final class DirectoryClient extends EmbeddedDirectory {

	/*
	 * States: WAITING -> DIALLING -> WATCHING -> WAITING, each time with the next seed.
	 *
	 * The client judges no leases: its seed tells it of each end. What it holds is
	 * replaced by a complete account only if the seed has run for a lease; the account of
	 * a seed that has just started lacks those that have not yet told it of themselves.
	 */

	private static final Duration TICK = Duration.ofMillis(250);

	private static final Logger logger = LoggerFactory.getLogger(DirectoryClient.class);

	private final List<Endpoint> seeds;

	private final SeedDialer dialer;

	private final Map<Endpoint, String> states = new LinkedHashMap<>();

	private Set<ServiceName> interests = Set.of();

	private long interestNumber;

	private boolean interestsScheduled;

	private int nextSeed;

	private int failures;

	private @Nullable Watching watching;

	/** Node ids of an account that is being heard. */
	private @Nullable Set<String> accountHeard;

	private long answered;

	private boolean answeredBySettled;

	private long answeredNanos;

	private long tickedNanos;

	private volatile long heardNanos;

	/**
	 * A client.
	 * @param nodeId this node
	 * @param incarnation of this process
	 * @param seeds configured seeds
	 * @param dialer calls seeds
	 * @param loop owns the state
	 */
	DirectoryClient(String nodeId, long incarnation, List<Endpoint> seeds, SeedDialer dialer, DirectoryLoop loop) {
		super(nodeId, incarnation, loop);
		this.seeds = List.copyOf(new LinkedHashSet<>(seeds));
		this.dialer = dialer;
		this.heardNanos = loop.nanoTime();
	}

	@Override
	void start() {
		loop().execute(() -> {
			this.tickedNanos = loop().nanoTime();
			this.seeds.forEach((seed) -> this.states.put(seed, "standby"));
			if (this.seeds.isEmpty()) {
				logger.warn("This node has no seeds and does not serve: it will find no providers;"
						+ " name some nodes of the realm (macula.realm.seeds)");
			}
			else {
				this.nextSeed = loop().random(this.seeds.size());
				dial();
			}
			loop().every(TICK, this::tick);
		});
	}

	@Override
	Mono<Void> close() {
		return Mono.create((sink) -> {
			loop().execute(() -> {
				hangUp();
				sink.success();
				loop().close();
			});
		});
	}

	private void dial() {
		if (this.watching != null) {
			return;
		}
		Endpoint seed = this.seeds.get(this.nextSeed);
		Watching attempt = new Watching(seed);
		this.watching = attempt;
		this.states.put(seed, "connecting");
		this.dialer.resolve(seed)
			.flatMapMany((addresses) -> this.dialer.watch(addresses.get(loop().random(addresses.size())),
					attempt.outgoing()))
			.subscribe(attempt.inbound);
	}

	private void heard(Watching from, DirectoryUpdate update) {
		if (from != this.watching) {
			return;
		}
		long now = loop().nanoTime();
		from.heardNanos = now;
		this.heardNanos = now;
		if (!from.established) {
			from.established = true;
			this.failures = 0;
			this.accountHeard = null;
			this.states.put(from.seed, "watching");
			logger.info("Watching the directory at seed {}, which is node '{}'", from.seed, update.sender());
		}
		if (update.begins()) {
			this.accountHeard = new HashSet<>();
		}
		for (Upsert upsert : update.upserts()) {
			apply(upsert);
		}
		for (Gone gone : update.gone()) {
			if (gone.withdrawn()) {
				table().apply(gone);
			}
			else {
				table().forget(gone);
			}
		}
		Set<String> account = this.accountHeard;
		if (update.ends() && account != null) {
			this.accountHeard = null;
			if (update.settled()) {
				table().retain(account);
			}
			if (this.answered != update.answers()) {
				this.answeredNanos = now;
			}
			this.answered = update.answers();
			this.answeredBySettled = update.settled();
		}
		NodeTable.Changes changes = table().takeChanges();
		tellWatches(changes.services());
		if (update.ends()) {
			tellKnown();
		}
		report();
	}

	private void apply(Upsert upsert) {
		if (this.accountHeard != null) {
			this.accountHeard.add(upsert.record().nodeId());
		}
		try {
			table().apply(upsert);
		}
		catch (RuntimeException ex) {
			logger.warn("Left out the record of node '{}': {}", upsert.record().nodeId(), ex.getMessage());
		}
	}

	private void ended(Watching attempt, String reason) {
		if (attempt != this.watching) {
			return;
		}
		hangUp();
		this.states.put(attempt.seed, "unreachable: " + reason);
		if (attempt.established) {
			logger.info("Lost the directory at seed {}: {}; turning to another", attempt.seed, reason);
		}
		else if (this.failures == SeedLink.TRIES_BEFORE_WARNING * this.seeds.size()) {
			logger.warn("None of the {} seeds can be reached; the last was {}: {}; trying on", this.seeds.size(),
					attempt.seed, reason);
		}
		this.nextSeed = (this.nextSeed + 1) % this.seeds.size();
		/* The first round through all seeds is quick, then they are given time. */
		int round = this.failures++ / this.seeds.size();
		loop().schedule(this::dial, SeedLink.pause(loop(), round));
		report();
	}

	private void hangUp() {
		Watching left = this.watching;
		this.watching = null;
		if (left != null) {
			left.inbound.leave();
		}
	}

	private void tick() {
		long now = loop().nanoTime();
		Watching present = this.watching;
		if (present != null) {
			if (now - this.tickedNanos > Duration.ofSeconds(1).toNanos()) {
				present.heardNanos = now;
			}
			Duration limit = present.established ? DirectorySession.SILENCE : SeedLink.DIAL_TIMEOUT;
			if (now - present.heardNanos > limit.toNanos()) {
				ended(present, (present.established ? "silent for " : "no answer within ") + limit.toMillis() + " ms");
			}
		}
		this.tickedNanos = now;
		tellKnown();
		report();
	}

	private void report() {
		publish(new NodeReport.DirectoryState(new LinkedHashMap<>(textStates()), table().size(), false));
	}

	private Map<String, String> textStates() {
		Map<String, String> texts = new LinkedHashMap<>();
		this.states.forEach((seed, state) -> texts.put(seed.toString(), state));
		return texts;
	}

	@Override
	void interestsChanged() {
		if (!this.interestsScheduled) {
			this.interestsScheduled = true;
			loop().execute(this::tellInterests);
		}
	}

	private void tellInterests() {
		this.interestsScheduled = false;
		Set<ServiceName> present = new HashSet<>();
		watches().forEach((watch) -> present.add(watch.service()));
		if (present.equals(this.interests)) {
			return;
		}
		this.interests = present;
		this.interestNumber++;
		for (LocalWatch watch : watches()) {
			if (watch.interestNumber() == 0) {
				watch.interestNumber(this.interestNumber);
			}
		}
		if (this.watching != null) {
			this.watching.tellInterests();
		}
	}

	@Override
	boolean knows(LocalWatch watch) {
		if (this.seeds.isEmpty()) {
			return true;
		}
		boolean heard = watch.interestNumber() > 0 && this.answered >= watch.interestNumber();
		return heard && (this.answeredBySettled || loop().nanoTime() - this.answeredNanos >= PATIENCE.toNanos());
	}

	@Override
	public boolean settled() {
		return false;
	}

	@Override
	public long confirmedNanoTime(Snapshot snapshot) {
		long heard = this.heardNanos;
		return (heard - snapshot.confirmedNanoTime() > 0) ? heard : snapshot.confirmedNanoTime();
	}

	/**
	 * One attempt to watch at one seed.
	 */
	private final class Watching {

		private final Endpoint seed;

		private final DirectoryInbound<DirectoryUpdate> inbound;

		private @Nullable FluxSink<DirectoryInterest> sink;

		private boolean established;

		private long heardNanos = loop().nanoTime();

		Watching(Endpoint seed) {
			this.seed = seed;
			this.inbound = new DirectoryInbound<>(loop(), (update) -> heard(this, update), (error) -> {
				if (error == null && DirectoryClient.this.seeds.size() == 1) {
					DirectoryClient.this.failures = Math.max(DirectoryClient.this.failures,
							SeedLink.PAUSE_OF_THE_LEAVING);
				}
				ended(this, (error != null) ? String.valueOf(error.getMessage()) : "it left");
			});
		}

		Flux<DirectoryInterest> outgoing() {
			return Flux.create((created) -> loop().execute(() -> {
				this.sink = created;
				tellInterests();
			}), FluxSink.OverflowStrategy.LATEST);
		}

		void tellInterests() {
			if (this.sink != null) {
				this.sink.next(new DirectoryInterest(DirectoryClient.this.interestNumber,
						DirectoryClient.this.interests.stream().map(ServiceName::value).sorted().toList()));
			}
		}

	}

}
