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

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import io.macula.Endpoint;
import io.macula.ServiceName;
import io.macula.directory.DirectoryState;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Upsert;
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
	 * One that does not answer at once is not waited for: the next is dialled beside it,
	 * and the first to speak is watched. However many seeds are dead or unreachable, each
	 * is dialled about every three seconds, by each client at moments of its own, so that
	 * one that returns is found within five and is not run over.
	 *
	 * The client judges no leases: its seed tells it of each end. What it holds is
	 * replaced by a complete account only if the seed has run for a lease; the account of
	 * a seed that has just started lacks those that have not yet told it of themselves.
	 */

	private static final Duration TICK = Duration.ofMillis(250);

	/** A seed that has not answered after this time is not waited for any longer. */
	private static final Duration NEXT_SEED = Duration.ofMillis(500);

	/** Bound of a round through all seeds. */
	private static final Duration LONGEST_ROUND = Duration.ofSeconds(3);

	private static final Logger logger = LoggerFactory.getLogger(DirectoryClient.class);

	private final List<Endpoint> seeds;

	private final SeedDialer dialer;

	private final Map<Endpoint, String> states = new LinkedHashMap<>();

	private Set<ServiceName> interests = Set.of();

	private long interestNumber;

	private boolean interestsScheduled;

	private int nextSeed;

	private int failures;

	/** Attempts that are not answered yet. */
	private final List<Watching> dialled = new ArrayList<>();

	private @Nullable Watching watching;

	/** The latest plan to dial replaces the earlier ones. */
	private long dialPlanned;

	/** Records, by node id, of an account that is being heard. */
	private @Nullable Map<String, Upsert> accountHeard;

	private long answered;

	private boolean answeredBySettled;

	private long answeredNanos;

	private long tickedNanos;

	private volatile long heardNanos;

	/**
	 * A client.
	 * @param settings how the node takes part
	 * @param dialer calls seeds
	 * @param loop owns the state
	 */
	DirectoryClient(EmbeddedSettings settings, SeedDialer dialer, DirectoryLoop loop) {
		super(settings, Integer.MAX_VALUE, loop);
		this.seeds = List.copyOf(new LinkedHashSet<>(settings.seeds()));
		this.dialer = dialer;
		this.heardNanos = loop.nanoTime();
	}

	@Override
	public @Nullable Registry registry() {
		return null;
	}

	@Override
	public void start(@Nullable Endpoint self) {
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
	Mono<Void> leave() {
		return Mono.create((sink) -> {
			loop().execute(() -> {
				hangUp();
				sink.success();
			});
		});
	}

	private void dial() {
		Endpoint seed = nextSeed();
		if (this.watching != null || seed == null) {
			return;
		}
		Watching attempt = new Watching(seed);
		this.dialled.add(attempt);
		this.states.put(seed, "connecting");
		if (this.seeds.size() > 1) {
			dialAfter(bounded(NEXT_SEED));
		}
		this.dialer.resolve(seed)
			.flatMapMany((addresses) -> this.dialer.watch(addresses.get(loop().random(addresses.size())),
					attempt.outgoing()))
			.subscribe(attempt.inbound);
	}

	/** The next one in turn of which no answer is awaited. */
	private @Nullable Endpoint nextSeed() {
		for (int i = 0; i < this.seeds.size(); i++) {
			Endpoint seed = this.seeds.get(this.nextSeed);
			this.nextSeed = (this.nextSeed + 1) % this.seeds.size();
			if (this.dialled.stream().noneMatch((attempt) -> attempt.seed.equals(seed))) {
				return seed;
			}
		}
		return null;
	}

	private void dialAfter(Duration pause) {
		long plan = ++this.dialPlanned;
		loop().schedule(() -> {
			if (plan == this.dialPlanned) {
				dial();
			}
		}, pause);
	}

	private Duration bounded(Duration pause) {
		Duration longest = LONGEST_ROUND.dividedBy(this.seeds.size());
		return loop().jittered((pause.compareTo(longest) < 0) ? pause : longest);
	}

	private void heard(Watching from, DirectoryUpdate update) {
		if (this.dialled.contains(from)) {
			establish(from, update.sender());
		}
		if (from != this.watching) {
			return;
		}
		long now = loop().nanoTime();
		from.heardNanos = now;
		this.heardNanos = now;
		if (update.begins()) {
			this.accountHeard = new LinkedHashMap<>();
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
		Map<String, Upsert> account = this.accountHeard;
		if (update.ends() && account != null) {
			this.accountHeard = null;
			if (update.settled()) {
				table().retain(account.keySet());
				account.values().forEach(this::adopt);
			}
			if (this.answered != update.answers()) {
				this.answeredNanos = now;
			}
			this.answered = update.answers();
			this.answeredBySettled = update.settled();
		}
		TableChanges changes = table().takeChanges();
		tellWatches(changes.services());
		if (update.ends()) {
			tellKnown();
		}
		report();
	}

	private void establish(Watching from, String sender) {
		this.dialled.remove(from);
		this.dialled.forEach((other) -> {
			other.inbound.leave();
			this.states.put(other.seed, "standby");
		});
		this.dialled.clear();
		this.dialPlanned++;
		this.watching = from;
		this.failures = 0;
		this.accountHeard = null;
		this.states.put(from.seed, "watching");
		logger.info("Watching the directory at seed {}, which is node '{}'", from.seed, sender);
	}

	private void apply(Upsert upsert) {
		if (this.accountHeard != null) {
			this.accountHeard.put(upsert.record().nodeId(), upsert);
		}
		take(upsert, table()::apply);
	}

	private void adopt(Upsert upsert) {
		take(upsert, table()::adopt);
	}

	private static void take(Upsert upsert, Consumer<Upsert> taker) {
		try {
			taker.accept(upsert);
		}
		catch (RuntimeException ex) {
			logger.warn("Left out the record of node '{}': {}", upsert.record().nodeId(), ex.getMessage());
		}
	}

	private void ended(Watching attempt, String reason) {
		boolean established = attempt == this.watching;
		if (!established && !this.dialled.remove(attempt)) {
			return;
		}
		attempt.inbound.leave();
		this.states.put(attempt.seed, "unreachable: " + reason);
		if (established) {
			this.watching = null;
			logger.info("Lost the directory at seed {}: {}; turning to another", attempt.seed, reason);
		}
		else if (this.failures == SeedLink.TRIES_BEFORE_WARNING * this.seeds.size()) {
			logger.warn("None of the {} seeds can be reached; the last was {}: {}; trying on", this.seeds.size(),
					attempt.seed, reason);
		}
		/* The first round through all seeds is quick, then they are given time. */
		int round = this.failures++ / this.seeds.size();
		dialAfter(bounded(SeedLink.longestPause(round)));
		report();
	}

	private void hangUp() {
		this.dialPlanned++;
		this.dialled.forEach((attempt) -> attempt.inbound.leave());
		this.dialled.clear();
		Watching left = this.watching;
		this.watching = null;
		if (left != null) {
			left.inbound.leave();
		}
	}

	private void tick() {
		long now = loop().nanoTime();
		Watching present = this.watching;
		if (present != null && now - this.tickedNanos > Duration.ofSeconds(1).toNanos()) {
			present.heardNanos = now;
		}
		if (present != null && now - present.heardNanos > DirectorySession.SILENCE.toNanos()) {
			ended(present, "silent for " + DirectorySession.SILENCE.toMillis() + " ms");
		}
		for (Watching attempt : List.copyOf(this.dialled)) {
			if (now - attempt.heardNanos > SeedLink.DIAL_TIMEOUT.toNanos()) {
				ended(attempt, "no answer within " + SeedLink.DIAL_TIMEOUT.toMillis() + " ms");
			}
		}
		this.tickedNanos = now;
		table().forgetTombstones();
		tellKnown();
		report();
	}

	private void report() {
		publish(new DirectoryState(textStates(), table().size(), false, List.of()));
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
		this.dialled.forEach(Watching::tellInterests);
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
