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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLease;
import io.macula.directory.Lease;
import io.macula.directory.Lease.State;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.testing.ModelStep;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The lease of a provider as random steps: it advertises, also in the place of what it
 * advertised before, withdraws and leaves; seeds hold its record, and are out of reach;
 * another node of its key takes the id and gives it back; time passes. After each step
 * every lease, its withdrawal and the record are what the {@link Model} says.
 */
@Tag("model")
class LeaseModelTests {

	private static final long LEASE_MILLIS = 15_000;

	/** Silence after which the others count it as over. */
	private static final long COUNTED_MILLIS = TimeUnit.NANOSECONDS
		.toMillis(HeldRecord.countedNanos(TimeUnit.MILLISECONDS.toNanos(LEASE_MILLIS)));

	private static final long INCARNATION = 1_000_000;

	private static final long TICK_MILLIS = 400;

	@Property(tries = 40)
	void theLeaseIsWhatTheModelSays(@ForAll("lives") ActionChain<World> life) {
		World world = life.run();
		world.end();
	}

	@Provide
	Arbitrary<ActionChain<World>> lives() {
		return ActionChain.startWith(World::new)
			.withAction(5, step("advertise", (world, choice) -> world.advertise()))
			.withAction(4, step("withdraw", World::withdraw))
			.withAction(6, step("links change", (world, choice) -> world.linksChange(choice % 3 != 0)))
			.withAction(5, step("another takes the id", World::rivalClaims))
			.withAction(3, step("the other gives it back", (world, choice) -> world.rivalWithdraws()))
			.withAction(2, step("an end is told", (world, choice) -> world.endIsTold()))
			.withAction(6, step("time", World::pass))
			.withAction(1, step("leave", World::leave))
			.withMaxTransformations(40);
	}

	private static Action.Independent<World> step(String name, ModelStep<World> step) {
		return ModelStep.named(name, step, World::check);
	}

	/** What there is, driven as a replica drives it. */
	private static final class World {

		private final TestLoop test = new TestLoop();

		private final NodeTable table = new NodeTable(this.test.loop.clock(), 10);

		private final OwnRecord record = new OwnRecord(TestLoop.self("me", INCARNATION),
				new OwnSeal(TestOwner.REALM, () -> TestOwner.named("me").key), this.table, this.test.loop);

		private final OwnAdvertisement advertisement = new OwnAdvertisement(this.test.loop, this.record);

		/** Its key is the same. */
		private final TestOwner rival = TestOwner.named("me");

		private @Nullable Upsert rivalSaid;

		private final Model model = new Model();

		private final List<Held> leases = new ArrayList<>();

		private boolean bySeed;

		private boolean left;

		/** How often the end of all withdrawals was told to who leaves. */
		private int leaveEnds;

		private int leaves;

		private long nowMillis() {
			return this.test.time.now(TimeUnit.MILLISECONDS);
		}

		void advertise() {
			NodeRecord before = mine();
			Held held = new Held(this);
			this.leases.add(held);
			this.model.advertise();
			this.test.run(() -> {
				if (this.advertisement.advertise(held.lease)) {
					this.advertisement.held(this.bySeed);
				}
			});
			this.model.held(this.bySeed);
			NodeRecord after = mine();
			if (before != null && after != before) {
				assertThat(NodeRecord.compare(after.term(), after.version(), before.term(), before.version()))
					.as("%s after %s: the others take the later one", after, before)
					.isPositive();
			}
		}

		/** Any of those that there ever were, once or again. */
		void withdraw(int choice) {
			if (!this.leases.isEmpty()) {
				int index = Math.max(0, this.leases.size() - 1 - choice % 3);
				this.model.withdraw(index, nowMillis());
				this.leases.get(index).withdraw();
			}
		}

		/** Of the loop, as a replica does it. */
		private void withdraw(DirectoryLease lease) {
			this.test.run(() -> this.advertisement.withdraw(lease));
		}

		/** A link to a seed stands that knows this node, or none does. */
		void linksChange(boolean known) {
			this.bySeed = known;
			this.test.run(() -> {
				this.advertisement.held(known);
				if (known) {
					this.advertisement.withdrawalsHeard();
				}
			});
			this.model.held(known);
			if (known) {
				this.model.heard();
			}
		}

		/** With a term that is later than what this node knows, or earlier. */
		void rivalClaims(int choice) {
			NodeRecord known = mine();
			Gone gone = this.table.gone("me");
			long latest = Math.max((known != null) ? known.term() : INCARNATION, (gone != null) ? gone.term() : 0);
			boolean later = choice % 4 != 0 || !this.model.claims;
			long term = later ? latest + 1 + choice % 3 : INCARNATION - 1 - choice % 3;
			NodeRecord theirs = new NodeRecord("me", term, 1, term, "elsewhere", 9443, null, 0, 100, Map.of(),
					List.of("s"), LEASE_MILLIS);
			Upsert said = new Upsert(this.rival.sign(theirs), 0, 0);
			this.test.get(() -> this.record.heard(said));
			this.model.rivalClaims(later, nowMillis());
			if (this.model.rivalHeld) {
				this.rivalSaid = said;
			}
			held();
		}

		void rivalWithdraws() {
			Upsert said = this.rivalSaid;
			if (said != null) {
				NodeRecord theirs = said.record();
				this.test.get(() -> this.record.heard(new Gone("me", theirs.term(), theirs.version() + 1, 0, true)));
				this.model.endIsTold(mineIsEarlier(theirs), nowMillis());
				this.model.rivalWithdraws();
				this.rivalSaid = null;
				held();
			}
		}

		/** Of a later life. */
		void endIsTold() {
			NodeRecord known = mine();
			if (known != null && this.model.claims) {
				this.test.get(() -> this.record.heard(new Gone("me", known.term() + 1, 1, 0, true)));
				this.model.endIsTold(true, nowMillis());
				held();
			}
		}

		private boolean mineIsEarlier(NodeRecord theirs) {
			NodeRecord known = mine();
			return known != null
					&& NodeRecord.compare(theirs.term(), theirs.version() + 1, known.term(), known.version()) > 0;
		}

		/** A replica looks whenever something was heard. */
		private void held() {
			this.test.run(() -> this.advertisement.held(this.bySeed));
			this.model.held(this.bySeed);
		}

		void pass(int choice) {
			long millis = switch (choice % 4) {
				case 0 -> 1 + choice % 400;
				case 1 -> OwnAdvertisement.WITHDRAWAL_TIMEOUT.toMillis() - 1;
				case 2 -> OwnAdvertisement.WITHDRAWAL_TIMEOUT.toMillis();
				default -> LEASE_MILLIS / 2 + choice % 10_000;
			};
			while (millis > 0) {
				long part = Math.min(millis, TICK_MILLIS);
				this.test.pass(Duration.ofMillis(part));
				millis -= part;
				this.test.run(() -> {
					this.record.tick();
					this.table.sweep((ignored) -> false);
				});
				this.model.tick(nowMillis());
				held();
				check();
			}
		}

		void leave(int choice) {
			this.left = true;
			this.leaves++;
			this.model.leave(nowMillis());
			this.test.run(() -> {
				this.advertisement.leave();
				this.advertisement.withdrawn().subscribe(null, null, () -> this.leaveEnds++);
			});
		}

		private @Nullable NodeRecord mine() {
			return this.table.record("me");
		}

		void check() {
			assertThat(this.record.claimed()).as("claimed").isEqualTo(this.model.claims);
			NodeRecord known = mine();
			assertThat(known != null && known.host().equals("here")).as("own record: %s", known)
				.isEqualTo(this.model.claims);
			assertThat(known != null && known.host().equals("elsewhere")).as("the other's record: %s", known)
				.isEqualTo(this.model.rivalHeld);
			int open = 0;
			for (int i = 0; i < this.leases.size(); i++) {
				Held held = this.leases.get(i);
				Model.Entry expected = this.model.leases.get(i);
				assertThat(held.lease.state()).as("lease %s", i).isEqualTo(expected.state);
				assertThat(held.told.get(held.told.size() - 1)).as("told of lease %s", i).isEqualTo(expected.state);
				assertThat(held.completed).as("lease %s is over", i).isEqualTo(expected.state == State.RELEASED);
				assertThat(held.ends).as("withdrawals of lease %s that ended", i)
					.isEqualTo((expected.ended) ? held.asked : 0);
				open += (held.lease.state() != State.RELEASED) ? 1 : 0;
				for (int j = 1; j < held.told.size(); j++) {
					assertThat(held.told.get(j)).isNotEqualTo(held.told.get(j - 1));
				}
			}
			assertThat(open).as("leases that count").isLessThanOrEqualTo((this.left) ? 0 : 1);
			assertThat(this.leaveEnds).isEqualTo(this.model.pending() ? this.model.leaveEnds : this.leaves);
		}

		/** Everything that began comes to its end, and an id that is free is claimed. */
		void end() {
			rivalWithdraws();
			pass(3);
			linksChange(true);
			check();
			assertThat(this.model.pending()).isFalse();
			if (!this.leases.isEmpty()) {
				Lease last = this.leases.get(this.leases.size() - 1).lease;
				assertThat(last.state()).isIn(State.GRANTED, State.RELEASED);
			}
		}

	}

	/** A lease as the application has it. */
	private static final class Held {

		private final DirectoryLease lease;

		private final List<State> told = new ArrayList<>();

		private boolean completed;

		/** Who waits for the end of the withdrawal. */
		private int asked;

		private int ends;

		Held(World world) {
			Instance instance = new Instance("me", INCARNATION, new Endpoint("here", 9443), null, 0, 100, Map.of());
			this.lease = new DirectoryLease(
					new Advertisement(instance, Set.of(new ServiceName("s")), Duration.ofMillis(LEASE_MILLIS)),
					world::withdraw);
			this.lease.states().subscribe(this.told::add, null, () -> this.completed = true);
		}

		void withdraw() {
			this.asked++;
			this.lease.withdraw().subscribe(null, null, () -> this.ends++);
		}

	}

	/** What should be. */
	private static final class Model {

		private static final int MOST_TAKEOVERS = 3;

		private final List<Entry> leases = new ArrayList<>();

		private @Nullable Entry present;

		/** Whether the id is this node's. */
		private boolean claims;

		/** Whether a seed held the record since it was claimed. */
		private boolean accepted;

		/** Whether this node knows a record of the other. */
		private boolean rivalHeld;

		private long rivalHeardMillis;

		private boolean left;

		/** The waits for the end of all withdrawals that were over at once. */
		private int leaveEnds;

		private int takeovers;

		private long takeoversSinceMillis;

		void advertise() {
			Entry opened = new Entry();
			this.leases.add(opened);
			if (this.left) {
				opened.state = State.RELEASED;
				return;
			}
			if (this.present != null) {
				this.present.state = State.RELEASED;
			}
			this.present = opened;
			claim();
		}

		private void claim() {
			this.claims = true;
			this.accepted = false;
			this.rivalHeld = false;
		}

		void withdraw(int index, long now) {
			withdraw(this.leases.get(index), now);
		}

		private void withdraw(Entry released, long now) {
			released.state = State.RELEASED;
			if (released.withdrawn) {
				return;
			}
			released.withdrawn = true;
			if (this.present != released) {
				released.ended = true;
				return;
			}
			this.present = null;
			released.ended = !this.claims;
			released.sinceMillis = now;
			this.claims = false;
		}

		void held(boolean bySeed) {
			if (this.present != null) {
				boolean granted = bySeed && this.claims;
				this.accepted |= granted;
				this.present.state = (granted) ? State.GRANTED : State.PENDING;
			}
		}

		void heard() {
			this.leases.forEach((each) -> each.ended |= each.withdrawn);
		}

		void rivalClaims(boolean later, long now) {
			if (!this.claims || (later && (this.accepted || !mayTakeOver(now)))) {
				this.claims = false;
				this.rivalHeld = true;
				this.rivalHeardMillis = now;
			}
		}

		void rivalWithdraws() {
			this.rivalHeld = false;
		}

		void endIsTold(boolean later, long now) {
			if (this.claims && later && !this.accepted) {
				mayTakeOver(now);
			}
		}

		private boolean mayTakeOver(long now) {
			if (this.takeovers == 0 || now - this.takeoversSinceMillis >= LEASE_MILLIS) {
				this.takeovers = 0;
				this.takeoversSinceMillis = now;
			}
			return ++this.takeovers <= MOST_TAKEOVERS;
		}

		/** The record is looked at before those of others are. */
		void tick(long now) {
			for (Entry each : this.leases) {
				each.ended |= each.withdrawn
						&& now - each.sinceMillis >= OwnAdvertisement.WITHDRAWAL_TIMEOUT.toMillis();
			}
			if (this.present != null && !this.claims && !this.rivalHeld) {
				claim();
			}
			if (this.rivalHeld && now - this.rivalHeardMillis >= COUNTED_MILLIS) {
				this.rivalHeld = false;
			}
		}

		void leave(long now) {
			this.left = true;
			if (this.present != null) {
				withdraw(this.present, now);
			}
			this.leaveEnds += (pending()) ? 0 : 1;
		}

		boolean pending() {
			return this.leases.stream().anyMatch((each) -> each.withdrawn && !each.ended);
		}

		/** One lease. */
		private static final class Entry {

			private State state = State.PENDING;

			private boolean withdrawn;

			private boolean ended;

			private long sinceMillis;

		}

	}

}
