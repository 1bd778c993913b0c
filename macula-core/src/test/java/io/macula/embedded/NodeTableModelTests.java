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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.macula.ServiceName;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.testing.ModelStep;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The table of a replica as random steps: owners advertise, renew, withdraw and start
 * again, two of them with one node id; what they said arrives in any order, late, twice
 * or never; others forge it; time passes. After each step the table holds what the
 * {@link Model} holds.
 */
@Tag("model")
class NodeTableModelTests {

	private static final long LEASE_MILLIS = 15_000;

	private static final long LEASE = TimeUnit.MILLISECONDS.toNanos(LEASE_MILLIS);

	/** Silence after which it is over. */
	private static final long COUNTED = HeldRecord.countedNanos(LEASE);

	private static final ServiceName SERVICE = new ServiceName("s");

	/** Of three ids, so that there is no room for the third. */
	private static final int MOST_NODES = 2;

	@Property(tries = 120)
	void theTableHoldsWhatTheModelHolds(@ForAll("lives") ActionChain<World> life) {
		life.run();
	}

	@Provide
	Arbitrary<ActionChain<World>> lives() {
		return ActionChain.startWith(World::new)
			.withAction(4, step("advertise", (world, choice) -> world.owner(choice).advertise()))
			.withAction(1, step("restart", (world, choice) -> world.owner(choice).restart()))
			.withAction(4, step("renew", (world, choice) -> world.owner(choice).renew()))
			.withAction(3, step("withdraw", (world, choice) -> world.owner(choice).withdraw()))
			.withAction(16, step("hear", World::hear))
			.withAction(4, step("hear the latest", World::hearLatest))
			.withAction(3, step("hear what is forged", World::hearForged))
			.withAction(2, step("let the id pass", World::pass))
			.withAction(4, step("time", World::time))
			.withMaxTransformations(60);
	}

	private static Action.Independent<World> step(String name, ModelStep<World> step) {
		return ModelStep.named(name, step, World::check);
	}

	/**
	 * Whatever two replicas heard, in whatever order: once both have heard all, they hold
	 * the same, and it is what the owners said last.
	 */
	@Property(tries = 80)
	void replicasThatHeardTheSameAgreeWhateverTheOrder(@ForAll("histories") List<Integer> history,
			@ForAll Random random) {
		List<Owner> owners = List.of(new Owner("a", "one"), new Owner("b", "two"));
		List<Said> said = new ArrayList<>();
		for (int choice : history) {
			Owner owner = owners.get(choice % owners.size());
			switch (choice / owners.size() % 4) {
				case 0, 1 -> owner.advertise();
				case 2 -> owner.renew();
				default -> owner.withdraw();
			}
			said.addAll(owner.takeSaid());
		}
		List<NodeTable> tables = List.of(table(() -> 0), table(() -> 0), table(() -> 0));
		for (NodeTable table : tables) {
			List<Said> heard = new ArrayList<>(said);
			heard.addAll(said.subList(0, said.size() / 2));
			Collections.shuffle(heard, random);
			heard.forEach((each) -> each.tell(table, 0));
			for (Owner owner : owners) {
				Upsert held = table.upsert(owner.nodeId);
				if (owner.said != null && !owner.withdrawn) {
					assertThat(held).isEqualTo(owner.said);
				}
				else {
					assertThat(held).isNull();
				}
			}
			assertThat(table.digest()).isEqualTo(tables.get(0).digest());
		}
	}

	@Provide
	Arbitrary<List<Integer>> histories() {
		return Arbitraries.integers().between(0, 7).list().ofMinSize(2).ofMaxSize(14);
	}

	private static final RecordCheck CHECK = new RecordCheck(TestOwner.REALM, () -> 1000);

	private static NodeTable table(java.util.function.LongSupplier clock) {
		return new NodeTable(clock, MOST_NODES, CHECK, 4 * LEASE, null);
	}

	/** What an owner said once, and goes on being told by others. */
	private interface Said {

		Verdict tell(NodeTable table, long ageMillis);

		Verdict tell(Model model, long ageMillis);

	}

	/** One process after the other that has a key, and a node id that others may want. */
	private static final class Owner {

		private final String nodeId;

		private final String host;

		private TestOwner key;

		private final List<Said> unsaid = new ArrayList<>();

		private long term = 1;

		private long version;

		private long renewals;

		/** Since the last start. */
		private int withdrawals;

		private int lives;

		private boolean withdrawn = true;

		private @Nullable Upsert said;

		Owner(String nodeId, String host) {
			this.nodeId = nodeId;
			this.host = host;
			this.key = TestOwner.named(host);
		}

		List<Said> takeSaid() {
			List<Said> taken = List.copyOf(this.unsaid);
			this.unsaid.clear();
			return taken;
		}

		void advertise() {
			this.version++;
			this.renewals = 0;
			this.withdrawn = false;
			this.key.sign(new NodeRecord(this.nodeId, this.term, this.version, this.term, this.host, 9443, null, 0, 100,
					Map.of(), List.of(SERVICE.value()), LEASE_MILLIS));
			tellRecord();
		}

		/** Another life with the same key, as nodes with SSL bundles have. */
		void restart() {
			this.term += 2;
			this.version = 0;
			this.withdrawals = 0;
			this.lives++;
			this.key = new TestOwner(this.key.key);
			advertise();
		}

		void renew() {
			if (!this.withdrawn) {
				this.renewals++;
				tellRecord();
				Renewal renewal = this.key.renewal(this.renewals);
				Fact fact = fact();
				this.unsaid.add(new Said() {
					@Override
					public Verdict tell(NodeTable table, long ageMillis) {
						Verdict verdict = table.apply(new Renewal(renewal.nodeId(), renewal.term(), renewal.version(),
								renewal.renewals(), ageMillis, renewal.proof()));
						if (verdict == Verdict.WANTED) {
							// Whoever told it is asked for the record.
							return fact.said().tell(table, ageMillis);
						}
						return verdict;
					}

					@Override
					public Verdict tell(Model model, long ageMillis) {
						return model.renewal(fact, ageMillis);
					}
				});
			}
		}

		void withdraw() {
			if (!this.withdrawn) {
				this.withdrawn = true;
				Gone gone = this.key.withdrawal();
				this.withdrawals++;
				this.version++;
				Fact fact = fact();
				this.unsaid.add(new Said() {
					@Override
					public Verdict tell(NodeTable table, long ageMillis) {
						return table.apply(gone);
					}

					@Override
					public Verdict tell(Model model, long ageMillis) {
						return model.withdrawal(fact);
					}
				});
			}
		}

		private void tellRecord() {
			Upsert upsert = this.key.upsert(this.renewals);
			this.said = upsert;
			this.unsaid.add(fact().said());
		}

		private Fact fact() {
			return new Fact(this.nodeId, this.host, this.lives, this.withdrawals, this.term, this.version,
					this.renewals, this.said);
		}

	}

	/**
	 * What is true of a record.
	 *
	 * @param owner name of its key
	 * @param life of the owner
	 * @param withdrawals of that life before it, or with it if it is one
	 */
	private record Fact(String nodeId, String owner, int life, int withdrawals, long term, long version, long renewals,
			Upsert upsert) {

		boolean sameOwner(Fact other) {
			return this.owner.equals(other.owner);
		}

		int compare(Fact other) {
			return NodeRecord.compare(this.term, this.version, other.term, other.version);
		}

		/** Whether this withdrawal is of that record, too. */
		boolean withdraws(Fact record) {
			return sameOwner(record) && this.life == record.life && this.withdrawals > record.withdrawals;
		}

		Said said() {
			return new Said() {
				@Override
				public Verdict tell(NodeTable table, long ageMillis) {
					Upsert told = Fact.this.upsert;
					return table.apply(new Upsert(told.record(), told.renewals(), ageMillis, told.proof()));
				}

				@Override
				public Verdict tell(Model model, long ageMillis) {
					return model.record(Fact.this, ageMillis);
				}
			};
		}

	}

	/** What the document says of the table, for one id after the other. */
	private static final class Model {

		private final World world;

		private final Map<String, Held> held = new HashMap<>();

		private final Map<String, End> ends = new HashMap<>();

		Model(World world) {
			this.world = world;
		}

		Verdict record(Fact fact, long ageMillis) {
			End end = this.ends.get(fact.nodeId);
			Held present = this.held.get(fact.nodeId);
			if (end != null && end.covers(fact)) {
				return Verdict.STALE;
			}
			if (present != null && present.fact.sameOwner(fact)) {
				int order = fact.compare(present.fact);
				if (order < 0) {
					return Verdict.STALE;
				}
				if (order == 0) {
					return present.renew(fact.renewals, ageMillis);
				}
			}
			if (TimeUnit.MILLISECONDS.toNanos(ageMillis) >= COUNTED) {
				return Verdict.TOO_OLD;
			}
			if (present == null && this.held.size() >= MOST_NODES) {
				return Verdict.FULL;
			}
			if (present != null && !present.fact.sameOwner(fact)) {
				return Verdict.CLAIMED;
			}
			take(fact, ageMillis, (present != null) ? present.displaced : null);
			this.ends.remove(fact.nodeId);
			return Verdict.CHANGED;
		}

		private Held take(Fact fact, long ageMillis, @Nullable Displaced displaced) {
			Held taken = new Held(this.world, fact, ageMillis, displaced);
			this.held.put(fact.nodeId, taken);
			return taken;
		}

		Verdict renewal(Fact fact, long ageMillis) {
			Held present = this.held.get(fact.nodeId);
			if (present != null && present.displaced != null && present.displaced.revives(fact)) {
				Held back = present.displaced.held;
				this.held.put(fact.nodeId, back);
				back.displaced = null;
				return Verdict.CHANGED;
			}
			if (present == null) {
				End end = this.ends.get(fact.nodeId);
				if (end != null && end.known && !end.yieldsTo(fact)) {
					return Verdict.STALE;
				}
				return (this.held.size() >= MOST_NODES) ? Verdict.FULL : record(fact, ageMillis);
			}
			int order = fact.compare(present.fact);
			if (order < 0) {
				return Verdict.STALE;
			}
			if (order > 0) {
				return record(fact, ageMillis);
			}
			if (present.fact.sameOwner(fact)) {
				return present.renew(fact.renewals, ageMillis);
			}
			return (fact.renewals > present.renewals) ? Verdict.UNPROVEN : Verdict.KNOWN;
		}

		Verdict withdrawal(Fact fact) {
			Held present = this.held.get(fact.nodeId);
			if (present == null) {
				End end = this.ends.get(fact.nodeId);
				if (end == null) {
					this.ends.put(fact.nodeId, new End(fact, fact, true, false));
				}
				else if (end.record.life == fact.life && end.record.sameOwner(fact)
						&& (!end.withdrawn || fact.withdrawals > end.last.withdrawals)
						&& fact.withdrawals > end.record.withdrawals) {
					this.ends.put(fact.nodeId, new End(end.record, fact, true, end.known));
				}
				return Verdict.KNOWN;
			}
			if (fact.withdraws(present.fact)) {
				this.held.remove(fact.nodeId);
				this.ends.put(fact.nodeId, new End(present.fact, fact, true, true));
				return Verdict.CHANGED;
			}
			return (fact.compare(present.fact) > 0) ? Verdict.UNPROVEN : Verdict.STALE;
		}

		void expire() {
			for (Held each : List.copyOf(this.held.values())) {
				if (this.world.nanos - each.renewedNanos >= COUNTED) {
					this.held.remove(each.fact.nodeId);
					this.ends.put(each.fact.nodeId, new End(each.fact, each.latest(), false, true));
				}
			}
		}

	}

	/** A record with its lease. */
	private static final class Held {

		private final World world;

		private final Fact fact;

		private long renewals;

		private long renewedNanos;

		private @Nullable Displaced displaced;

		Held(World world, Fact fact, long ageMillis, @Nullable Displaced displaced) {
			this.world = world;
			this.fact = fact;
			this.renewals = fact.renewals;
			this.renewedNanos = world.nanos - TimeUnit.MILLISECONDS.toNanos(ageMillis);
			this.displaced = displaced;
		}

		Verdict renew(long number, long ageMillis) {
			if (number <= this.renewals) {
				return Verdict.KNOWN;
			}
			this.renewals = number;
			this.renewedNanos = Math.max(this.renewedNanos,
					this.world.nanos - TimeUnit.MILLISECONDS.toNanos(ageMillis));
			return Verdict.RENEWED;
		}

		Fact latest() {
			return new Fact(this.fact.nodeId, this.fact.owner, this.fact.life, this.fact.withdrawals, this.fact.term,
					this.fact.version, this.renewals, this.fact.upsert);
		}

	}

	/** What lost its id to another owner, and gets it back if it renews its lease. */
	private static final class Displaced {

		private final Held held;

		private final long atNanos;

		private boolean over;

		Displaced(Held held) {
			this.held = held;
			this.atNanos = held.world.nanos;
		}

		boolean lives() {
			return !this.over && this.held.world.nanos - this.held.renewedNanos < COUNTED;
		}

		boolean isOf(Fact fact) {
			return this.held.fact.sameOwner(fact);
		}

		boolean revives(Fact renewal) {
			if (!this.held.fact.sameOwner(renewal) || renewal.compare(this.held.fact) != 0 || this.over) {
				return false;
			}
			long now = this.held.world.nanos;
			if (now - this.held.renewedNanos >= COUNTED) {
				this.over = true;
				return false;
			}
			if (renewal.renewals <= this.held.renewals) {
				return false;
			}
			this.held.renewals = renewal.renewals;
			this.held.renewedNanos = now;
			return now - this.atNanos >= COUNTED / 2;
		}

	}

	/**
	 * An end that is remembered.
	 *
	 * @param record of this record and owner
	 * @param last what is known latest of it
	 * @param withdrawn whether by its owner
	 * @param known whether the record was held
	 */
	private record End(Fact record, Fact last, boolean withdrawn, boolean known) {

		boolean covers(Fact fact) {
			return (this.withdrawn && this.last.withdraws(fact))
					|| (this.known && this.record.sameOwner(fact) && !yieldsTo(fact));
		}

		boolean yieldsTo(Fact fact) {
			int order = fact.compare(this.last);
			return order > 0 || (order == 0 && !this.withdrawn && fact.renewals > this.last.renewals);
		}

	}

	private static final class World {

		private long nanos = 17;

		private final NodeTable table = table(() -> this.nanos);

		private final Model model = new Model(this);

		private final List<Owner> owners = List.of(new Owner("a", "one"), new Owner("a", "two"),
				new Owner("b", "three"), new Owner("c", "four"));

		private final List<Said> said = new ArrayList<>();

		private final List<Long> saidNanos = new ArrayList<>();

		Owner owner(int choice) {
			return this.owners.get(choice % this.owners.size());
		}

		private void listen() {
			for (Owner owner : this.owners) {
				for (Said each : owner.takeSaid()) {
					this.said.add(each);
					this.saidNanos.add(this.nanos);
				}
			}
		}

		void hear(int choice) {
			if (!this.said.isEmpty()) {
				hearAt(choice % this.said.size());
			}
		}

		void hearLatest(int choice) {
			listen();
			if (!this.said.isEmpty()) {
				hearAt(this.said.size() - 1);
			}
		}

		private void hearAt(int index) {
			Said each = this.said.get(index);
			long ageMillis = TimeUnit.NANOSECONDS.toMillis(this.nanos - this.saidNanos.get(index));
			Verdict expected = each.tell(this.model, ageMillis);
			assertThat(each.tell(this.table, ageMillis)).isEqualTo(expected);
		}

		/** By a member that has no key but its own, of an id that is held. */
		void hearForged(int choice) {
			Owner owner = owner(choice);
			NodeRecord record = this.table.record(owner.nodeId);
			if (record == null) {
				return;
			}
			Upsert known = this.table.upsert(owner.nodeId);
			NodeRecord elsewhere = new NodeRecord(record.nodeId(), record.term() + 1, 1, 1, "rogue", 1, null, 0, 100,
					Map.of(), List.of(SERVICE.value()), LEASE_MILLIS);
			assertThatIllegalArgumentException()
				.isThrownBy(() -> this.table.apply(new Upsert(elsewhere.sealed(record.seal()), 0, 0, known.proof())));
			assertThat(this.table.apply(new Renewal(record.nodeId(), record.term(), record.version(),
					known.renewals() + 1 + choice % 5, 0, known.proof())))
				.isEqualTo(Verdict.UNPROVEN);
			for (Proof proof : new Proof[] { null, record.seal().withdrawal(), known.proof(), new Proof(1, choice) }) {
				assertThat(this.table
					.apply(new Gone(record.nodeId(), record.term(), record.version() + 1, 0, choice % 4 != 0, proof)))
					.isIn(Verdict.UNPROVEN, Verdict.KNOWN);
			}
		}

		/** The one that has an id was not found at its endpoint. */
		void pass(int choice) {
			Owner owner = owner(choice);
			Held present = this.model.held.get(owner.nodeId);
			Upsert claim = owner.said;
			if (claim == null || owner.withdrawn || present == null || present.fact.owner.equals(owner.host)) {
				return;
			}
			Fact fact = owner.fact();
			End end = this.model.ends.get(fact.nodeId);
			if (end != null && end.covers(fact)) {
				return;
			}
			assertThat(this.table.pass(claim, this.table.record(owner.nodeId), false)).isEqualTo(Verdict.CHANGED);
			boolean back = present.displaced != null && present.displaced.lives() && present.displaced.isOf(fact);
			this.model.take(fact, 0, back ? null : new Displaced(present));
		}

		/** As the ticks of a directory have it. */
		void time(int choice) {
			for (int i = choice % 40; i >= 0; i--) {
				this.nanos += Duration.ofMillis(200).toNanos();
				this.table.sweep((record) -> false);
				this.model.expire();
			}
		}

		void check() {
			listen();
			assertThat(this.table.nodeIds()).containsExactlyInAnyOrderElementsOf(this.model.held.keySet());
			NodeTable fresh = table(() -> this.nanos);
			this.model.held.forEach((nodeId, held) -> {
				NodeRecord record = this.table.record(nodeId);
				assertThat(record).isEqualTo(held.fact.upsert.record());
				assertThat(this.table.upsert(nodeId).renewals()).isEqualTo(held.renewals);
				assertThat(this.table.gone(nodeId)).isNull();
				assertThat(this.table.serves(SERVICE)).isTrue();
				fresh.apply(new Upsert(record, 0, 0, record.seal().renewal()));
			});
			assertThat(this.table.digest()).isEqualTo(fresh.digest());
			assertThat(this.table.size()).isEqualTo(this.model.held.size());
			assertThat(this.table.snapshot(SERVICE).instances()).hasSameSizeAs(this.model.held.keySet());
			this.model.ends.forEach((nodeId, end) -> {
				Gone gone = this.table.gone(nodeId);
				assertThat(gone != null).isEqualTo(end.known);
				if (gone != null) {
					assertThat(gone.withdrawn()).isEqualTo(end.withdrawn);
				}
			});
		}

	}

}
