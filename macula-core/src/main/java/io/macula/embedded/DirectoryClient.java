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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.Endpoint;
import io.macula.directory.DirectoryLoop;
import io.macula.directory.DirectoryState;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;

/**
 * The directory of a node that does not serve: watches its services at one seed at a
 * time; while there is none, what came last stays. Safe for all threads; all state is
 * owned by the loop.
 */
final class DirectoryClient extends EmbeddedDirectory implements SeedListener {

	private static final Logger logger = PrintableLogger.of(DirectoryClient.class);

	private static final long TIDY_NANOS = TimeUnit.MINUTES.toNanos(1);

	/** Without a call for this long a client is calm. */
	private static final long CALM_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final NodeTable table;

	private final LongSupplier uncalledNanos;

	private final SeedDialer dialer;

	private final SeedRotation seeds;

	private final SeedAccount account;

	private final ClientInterests interests = new ClientInterests();

	private boolean interestsScheduled;

	private final Plan nextTick;

	/** The next tick only looks whether the seed is silent. */
	private boolean quiet;

	private long tickedNanos;

	/** When the watched seed last spoke, for readers of all threads. */
	private volatile long heardNanos;

	/** What the watched seed last said of itself, for readers of all threads. */
	private volatile boolean seedSettled;

	/**
	 * A client.
	 * @param settings how the node takes part
	 * @param dialer calls seeds
	 * @param loop owns the state
	 * @param uncalledNanos tells how long ago this node last called anybody
	 */
	DirectoryClient(EmbeddedSettings settings, SeedDialer dialer, DirectoryLoop loop, LongSupplier uncalledNanos) {
		this(settings, new SeedRefusals(dialer), loop, new NodeTable(loop.clock(), Integer.MAX_VALUE), uncalledNanos);
	}

	private DirectoryClient(EmbeddedSettings settings, SeedRefusals dialer, DirectoryLoop loop, NodeTable table,
			LongSupplier uncalledNanos) {
		super(settings, dialer, loop, table);
		this.table = table;
		this.uncalledNanos = uncalledNanos;
		this.dialer = dialer;
		this.seeds = new SeedRotation(settings.seeds(), loop, dialer, this);
		this.account = new SeedAccount(table, loop);
		this.nextTick = new Plan(loop, this::tick);
		this.heardNanos = loop.nanoTime();
		this.tickedNanos = this.heardNanos;
	}

	@Override
	public @Nullable Registry registry() {
		return null;
	}

	@Override
	public void start(@Nullable Endpoint self) {
		loop().execute(() -> {
			if (this.seeds.isEmpty()) {
				logger.warn("This node has no seeds and does not serve: it will find no providers;"
						+ " name some nodes of the realm (macula.realm.seeds)");
			}
			this.seeds.start();
			report();
			planTick(true);
			this.dialer.onStranger(() -> loop().execute(this.seeds::hurry));
		});
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
		if (this.interests.update(watches().all())) {
			this.seeds.tellInterest();
			planTick(true);
		}
	}

	private void choosePace() {
		boolean calm = this.uncalledNanos.getAsLong() > CALM_NANOS;
		if (this.interests.update(calm ? WatchPace.CALM : WatchPace.BRISK)) {
			this.seeds.tellInterest();
		}
	}

	@Override
	public DirectoryInterest interest() {
		return this.interests.interest();
	}

	@Override
	public void watching() {
		this.account.restart();
	}

	@Override
	public void heard(DirectoryUpdate update) {
		long now = loop().nanoTime();
		this.heardNanos = now;
		this.seedSettled = update.settled();
		this.account.heard(update, now);
		watches().tell(this.table.takeChanges().services());
		if (update.ends()) {
			watches().tellKnown();
		}
		report();
		choosePace();
		if (this.quiet) {
			// A seed that speaks in time wakes this thread often enough.
			this.nextTick
				.after((now - this.tickedNanos < TIDY_NANOS) ? this.seeds.untilNextTick(false) : Duration.ZERO);
		}
	}

	@Override
	public void lost() {
		report();
		planTick(true);
	}

	private void tick() {
		boolean known = false;
		this.tickedNanos = loop().nanoTime();
		try {
			this.seeds.tick();
			this.table.forgetTombstones();
			known = watches().tellKnown();
			report();
		}
		finally {
			planTick(!known);
		}
	}

	private void planTick(boolean soon) {
		this.quiet = !soon;
		this.nextTick.after(this.seeds.untilNextTick(soon));
	}

	private void report() {
		publish(new DirectoryState(this.seeds.describe(), this.table.size(), false, List.of(), null));
	}

	@Override
	boolean knows(LocalWatch watch) {
		return this.seeds.isEmpty() || this.account.answers(watch.interestNumber(), loop().nanoTime());
	}

	@Override
	String withoutSeeds() {
		return "this node has no seeds: set macula.realm.seeds to the host:port of a provider";
	}

	@Override
	public @Nullable String awaited() {
		String what = this.seedSettled ? " was asked and has not told of it yet"
				: " has run for less than a lease, so that providers may not have made themselves known to it yet";
		return state().seeds()
			.entrySet()
			.stream()
			.filter((seed) -> seed.getValue().equals(SeedRotation.WATCHING))
			.map((seed) -> "seed " + seed.getKey() + what)
			.findFirst()
			.orElse(null);
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

	@Override
	Mono<Void> leave() {
		return Mono.create((sink) -> loop().execute(() -> {
			this.seeds.stop();
			sink.success();
		}, sink::success));
	}

}
