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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

import io.macula.Endpoint;
import io.macula.directory.DirectoryLoop;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * The seeds of a client, of which it watches one at a time: finds one that speaks and
 * turns to the next when that one falls silent. Owned by the loop.
 */
final class SeedRotation {

	/*
	 * States of a seed: standby -> connecting (its turn has come) -> watching (it spoke
	 * first) -> unreachable (it ended, or was silent) -> connecting; connecting ->
	 * standby (another one spoke first), -> unreachable (it ended, or did not answer).
	 *
	 * A watched seed that is late is still watched while the next is dialled beside it;
	 * whichever speaks first is watched from then on.
	 *
	 * One that does not answer at once is not waited for: the next is dialled beside it,
	 * and the first to speak is watched. However many seeds are dead or unreachable, each
	 * is dialled about every three seconds, by each client at moments of its own, so that
	 * one that returns is found within five and is not overwhelmed.
	 */

	/** State of the seed that tells this client of the realm. */
	static final String WATCHING = "watching";

	/** A seed that has not answered after this time is not waited for any longer. */
	private static final Duration NEXT_SEED = Duration.ofMillis(500);

	/**
	 * The same for the first dial of all: a cold virtual machine needs half of this, and
	 * on a busy machine most of it.
	 */
	private static final Duration SECOND_SEED = Duration.ofSeconds(2);

	/** Bound of a round through all seeds. */
	private static final Duration LONGEST_ROUND = Duration.ofSeconds(3);

	/** A tick that is this late means that this very process stood still. */
	private static final long STANDSTILL_NANOS = Duration.ofSeconds(1).toNanos();

	/** Time between two looks at the time limits. */
	static final Duration TICK = Duration.ofMillis(250);

	/** The same while there is no time limit. */
	private static final Duration QUIET_TICK = Duration.ofSeconds(5);

	private static final Logger logger = PrintableLogger.of(SeedRotation.class);

	private final List<Endpoint> seeds;

	private final DirectoryLoop loop;

	private final SeedDialer dialer;

	private final SeedListener listener;

	private final Map<Endpoint, String> states = new LinkedHashMap<>();

	/** The same for people, until it changes. */
	private @Nullable Map<String, String> description;

	private int nextSeed;

	private int failures;

	/** Attempts that are not answered yet. */
	private final List<Attempt> dialled = new ArrayList<>();

	private @Nullable Attempt watched;

	private final Plan nextDial;

	private long tickDueNanos;

	private boolean begun;

	private boolean stopped;

	private final LogLimit limit;

	/**
	 * A rotation.
	 * @param seeds the configured seeds
	 * @param loop owns the state
	 * @param dialer calls seeds
	 * @param listener the client
	 */
	SeedRotation(List<Endpoint> seeds, DirectoryLoop loop, SeedDialer dialer, SeedListener listener) {
		this.seeds = List.copyOf(new LinkedHashSet<>(seeds));
		this.loop = loop;
		this.dialer = dialer;
		this.listener = listener;
		this.nextDial = new Plan(loop, this::dial);
		this.limit = LogLimit.ofPeers(loop.clock());
	}

	/**
	 * Start with any of the seeds.
	 */
	void start() {
		assert this.loop.inLoop();
		this.tickDueNanos = this.loop.nanoTime();
		this.seeds.forEach((seed) -> enter(seed, "standby"));
		if (!this.seeds.isEmpty()) {
			this.nextSeed = this.loop.random(this.seeds.size());
			dial();
		}
	}

	private void dial() {
		Endpoint seed = nextSeed();
		if (this.stopped || seed == null || (this.watched != null && !late(this.loop.nanoTime()))) {
			return;
		}
		Attempt attempt = new Attempt(seed);
		this.dialled.add(attempt);
		enter(seed, "connecting");
		this.dialer.resolve(seed)
			.flatMapMany((addresses) -> this.dialer.watch(addresses.get(this.loop.random(addresses.size())),
					attempt.interests()))
			.subscribe(attempt.inbound);
		// Afterwards, since a cold virtual machine loads much of itself in the first
		// dial.
		if (this.seeds.size() > 1 && this.dialled.contains(attempt)) {
			this.nextDial.after(this.begun ? bounded(NEXT_SEED) : SECOND_SEED);
		}
		this.begun = true;
	}

	/** The next one in turn that is not watched and of which no answer is awaited. */
	private @Nullable Endpoint nextSeed() {
		for (int i = 0; i < this.seeds.size(); i++) {
			Endpoint seed = this.seeds.get(this.nextSeed);
			this.nextSeed = (this.nextSeed + 1) % this.seeds.size();
			boolean watching = this.watched != null && this.watched.seed.equals(seed);
			if (!watching && this.dialled.stream().noneMatch((attempt) -> attempt.seed.equals(seed))) {
				return seed;
			}
		}
		return null;
	}

	private Duration bounded(Duration pause) {
		Duration longest = LONGEST_ROUND.dividedBy(this.seeds.size());
		return this.loop.jittered((pause.compareTo(longest) < 0) ? pause : longest);
	}

	private void heard(Attempt from, DirectoryUpdate update) {
		if (this.dialled.contains(from)) {
			establish(from, update.sender());
		}
		if (from == this.watched) {
			leaveDialled();
			this.failures = 0;
			from.heardNanos = this.loop.nanoTime();
			this.listener.heard(update);
		}
	}

	private void establish(Attempt from, String sender) {
		this.dialled.remove(from);
		leaveDialled();
		this.nextDial.cancel();
		Attempt late = this.watched;
		if (late != null) {
			leave(late, silentFor(late.pace.late()));
		}
		this.watched = from;
		this.failures = 0;
		enter(from.seed, WATCHING);
		this.limit.log(from.seed + " watched", (suppressed) -> logger
			.info("Watching the directory at seed {}, which is node '{}'{}", from.seed, sender, suppressed));
		this.listener.watching();
	}

	/** Another one spoke first. */
	private void leaveDialled() {
		this.dialled.forEach((other) -> {
			other.inbound.leave();
			enter(other.seed, "standby");
		});
		this.dialled.clear();
	}

	/** The watched seed is watched no more. */
	private void leave(Attempt left, String reason) {
		left.inbound.leave();
		this.watched = null;
		enter(left.seed, "unreachable: " + reason);
		this.limit.log(left.seed + " lost", (suppressed) -> logger
			.info("Lost the directory at seed {}: {}; turning to another{}", left.seed, reason, suppressed));
	}

	/* A seed that leaves is not asked again at once, if there is no other one. */
	private void ended(Attempt attempt, @Nullable Throwable error) {
		if (error == null && this.seeds.size() == 1) {
			this.failures = Math.max(this.failures, SeedLink.PAUSE_OF_THE_LEAVING);
		}
		end(attempt, (error != null) ? String.valueOf(error.getMessage()) : "it left");
	}

	private void end(Attempt attempt, String reason) {
		boolean established = attempt == this.watched;
		if (!established && !this.dialled.remove(attempt)) {
			return;
		}
		if (established) {
			leave(attempt, reason);
		}
		else {
			attempt.inbound.leave();
			enter(attempt.seed, "unreachable: " + reason);
		}
		if (!established && this.failures == SeedLink.TRIES_BEFORE_WARNING * this.seeds.size()) {
			this.limit.log("none",
					(suppressed) -> logger.warn("None of the {} seeds can be reached; the last was {}: {}; trying on{}",
							this.seeds.size(), attempt.seed, reason, suppressed));
		}
		/* The first round through all seeds is quick, then they are given time. */
		int round = this.failures++ / this.seeds.size();
		this.nextDial.after(bounded(SeedLink.longestPause(round)));
		this.listener.lost();
	}

	/**
	 * A node of the realm was found to have another one in its place: if no seed is
	 * watched, one is dialled now, since most likely it is there again.
	 */
	void hurry() {
		assert this.loop.inLoop();
		if (this.watched == null && this.dialled.isEmpty() && !this.stopped) {
			this.nextDial.after(Duration.ZERO);
		}
	}

	/**
	 * Look after the time limits.
	 */
	void tick() {
		assert this.loop.inLoop();
		long now = this.loop.nanoTime();
		Attempt present = this.watched;
		if (now - this.tickDueNanos > STANDSTILL_NANOS) {
			forgiveSilence(now);
		}
		if (present != null && now - present.heardNanos > present.pace.silence().toNanos()) {
			end(present, silentFor(present.pace.silence()));
		}
		else if (present != null && late(now) && this.dialled.isEmpty()) {
			dial();
		}
		for (Attempt attempt : List.copyOf(this.dialled)) {
			if (now - attempt.heardNanos > SeedLink.DIAL_TIMEOUT.toNanos()) {
				end(attempt, "no answer within " + SeedLink.DIAL_TIMEOUT.toMillis() + " ms");
			}
		}
	}

	/** What the seeds said meanwhile may wait. */
	private void forgiveSilence(long now) {
		if (this.watched != null) {
			this.watched.heardNanos = now;
		}
		this.dialled.forEach((attempt) -> attempt.heardNanos = now);
	}

	/**
	 * What the client watches has changed.
	 */
	void tellInterest() {
		assert this.loop.inLoop();
		this.dialled.forEach(Attempt::tellInterest);
		if (this.watched != null) {
			this.watched.tellInterest();
		}
	}

	/**
	 * Leave all seeds for good.
	 */
	void stop() {
		assert this.loop.inLoop();
		this.stopped = true;
		this.nextDial.cancel();
		this.dialled.forEach((attempt) -> attempt.inbound.leave());
		this.dialled.clear();
		Attempt left = this.watched;
		this.watched = null;
		if (left != null) {
			left.inbound.leave();
		}
	}

	private static String silentFor(Duration time) {
		return "silent for " + time.toMillis() + " ms";
	}

	private boolean late(long now) {
		Attempt present = this.watched;
		return present != null && now - present.heardNanos > present.pace.late().toNanos();
	}

	/**
	 * When to look after the time limits next: while a seed is watched right when it
	 * would be late.
	 * @param soon whether there is more to look after
	 */
	Duration untilNextTick(boolean soon) {
		long now = this.loop.nanoTime();
		Duration next = (soon || !this.dialled.isEmpty()) ? TICK : untilLate(now);
		this.tickDueNanos = now + next.toNanos();
		return next;
	}

	private Duration untilLate(long now) {
		Attempt present = this.watched;
		if (present == null) {
			return this.seeds.isEmpty() ? QUIET_TICK : TICK;
		}
		long left = present.heardNanos + present.pace.late().toNanos() + 1 - now;
		return (left > 0) ? Duration.ofNanos(left) : TICK;
	}

	boolean isEmpty() {
		return this.seeds.isEmpty();
	}

	private void enter(Endpoint seed, String state) {
		this.states.put(seed, state);
		this.description = null;
	}

	/**
	 * The state of each seed, for people.
	 * @return unmodifiable; the same one until something changes
	 */
	Map<String, String> describe() {
		Map<String, String> present = this.description;
		if (present == null) {
			Map<String, String> texts = new LinkedHashMap<>();
			this.states.forEach((seed, state) -> texts.put(seed.toString(), state));
			present = Collections.unmodifiableMap(texts);
			this.description = present;
		}
		return present;
	}

	/**
	 * One attempt to watch at one seed.
	 */
	private final class Attempt {

		private final Endpoint seed;

		private final DirectoryInbound<DirectoryUpdate> inbound;

		private @Nullable FluxSink<DirectoryInterest> sink;

		private long heardNanos = SeedRotation.this.loop.nanoTime();

		/** As the seed was told last. */
		private WatchPace pace = WatchPace.BRISK;

		Attempt(Endpoint seed) {
			this.seed = seed;
			this.inbound = new DirectoryInbound<>(SeedRotation.this.loop, (update) -> heard(this, update),
					(error) -> ended(this, error));
		}

		Flux<DirectoryInterest> interests() {
			return Flux.create((created) -> SeedRotation.this.loop.execute(() -> {
				this.sink = created;
				tellInterest();
			}, created::complete), FluxSink.OverflowStrategy.LATEST);
		}

		void tellInterest() {
			if (this.sink != null) {
				DirectoryInterest interest = SeedRotation.this.listener.interest();
				if (interest.pace() != this.pace) {
					// It will be answered; until then its silence was asked for.
					this.pace = interest.pace();
					this.heardNanos = SeedRotation.this.loop.nanoTime();
				}
				this.sink.next(interest);
			}
		}

	}

}
