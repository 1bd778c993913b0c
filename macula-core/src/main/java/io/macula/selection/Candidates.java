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

package io.macula.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Fingerprint;
import io.macula.selection.InstanceTracker.Availability;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a service, sorted by what their standings make of them at one moment.
 * Immutable; {@link Roster} makes another one with each change.
 */
final class Candidates {

	/** An ejected instance waits so long for a call that can be repeated. */
	private static final long IDEMPOTENT_PROBE_NANOS = 5_000_000_000L;

	private static final long NEVER_NANOS = Long.MAX_VALUE / 4;

	private static final InstanceTracker[] NONE = {};

	/** Callers without a contract may make names up. */
	private static final int MAX_METHODS = 1000;

	/** In stable order. */
	private final InstanceTracker[] all;

	/** Of all zones: the best tier that is not empty. */
	private final Offer whole;

	/** Instances that are out and worth a probe. */
	private final InstanceTracker[] due;

	/** Neither time nor the method of a call makes a difference. */
	private final boolean plain;

	private final long changesNanoTime;

	/**
	 * Those that may have a method, by its mark; {@code null} where all have the same
	 * methods, as far as is known.
	 */
	private final @Nullable Map<String, Candidates> byMethod;

	private final @Nullable Zoning zoning;

	/**
	 * Made by the first choice. Without a barrier, since it is immutable: at worst two
	 * threads make the same one.
	 */
	private @Nullable ZoneSplit split;

	Candidates(InstanceTracker[] all, long now, @Nullable Zoning zoning) {
		this(all, now, zoning, sameMethods(all) ? null : new ConcurrentHashMap<>());
	}

	private Candidates(InstanceTracker[] all, long now, @Nullable Zoning zoning,
			@Nullable Map<String, Candidates> byMethod) {
		this.all = all;
		this.zoning = zoning;
		this.byMethod = byMethod;
		Standing[] standings = new Standing[all.length];
		int best = Standing.TIERS;
		for (int i = 0; i < all.length; i++) {
			standings[i] = all[i].standing();
			best = Math.min(best, standings[i].tier());
		}
		List<InstanceTracker> preferredOnes = new ArrayList<>(all.length);
		List<InstanceTracker> settledOnes = new ArrayList<>(all.length);
		List<InstanceTracker> dueOnes = new ArrayList<>(0);
		List<InstanceTracker> offeredOnes = new ArrayList<>(all.length);
		boolean waits = false;
		long next = now + NEVER_NANOS;
		for (int i = 0; i < all.length; i++) {
			Standing standing = standings[i];
			boolean isPreferred = standing.tier() == best;
			boolean isDue = false;
			if (!standing.usable()) {
				long dueNanoTime = standing.dueNanoTime(now);
				isDue = now - dueNanoTime >= 0;
				waits = true;
				next = isDue ? next : earlier(dueNanoTime, next);
			}
			SlowStart start = standing.slowStart();
			if (start != null) {
				waits = true;
				next = earlier(start.endNanoTime(), next);
			}
			if (isPreferred) {
				preferredOnes.add(all[i]);
			}
			if (isPreferred && start == null) {
				settledOnes.add(all[i]);
			}
			if (isDue) {
				dueOnes.add(all[i]);
			}
			if (isPreferred || isDue) {
				offeredOnes.add(all[i]);
			}
		}
		// As a rule all of these are the same.
		CandidateList preferred = ((preferredOnes.size() == all.length) ? new CandidateList(all) : list(preferredOnes))
			.noted();
		this.whole = new Offer(preferred, (settledOnes.size() == preferredOnes.size()) ? preferred : list(settledOnes),
				(offeredOnes.size() == preferredOnes.size()) ? preferred : list(offeredOnes));
		this.due = dueOnes.isEmpty() ? NONE : dueOnes.toArray(NONE);
		this.plain = !waits && byMethod == null;
		this.changesNanoTime = next;
		this.split = (zoning == null) ? ZoneSplit.NONE : null;
	}

	/** All instances, in stable order; not to be changed. */
	InstanceTracker[] all() {
		return this.all;
	}

	List<InstanceTracker> asList() {
		return Collections.unmodifiableList(Arrays.asList(this.all));
	}

	boolean isEmpty() {
		return this.all.length == 0;
	}

	boolean contains(InstanceTracker tracker) {
		for (InstanceTracker one : this.all) {
			if (one == tracker) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether the preferred ones are right for every call, now and later: otherwise time
	 * alone may change something, or instances differ in their methods.
	 */
	boolean plain() {
		return this.plain;
	}

	private static boolean sameMethods(InstanceTracker[] all) {
		Fingerprint first = (all.length > 0) ? all[0].fingerprint() : null;
		for (InstanceTracker tracker : all) {
			Fingerprint told = tracker.fingerprint();
			// Equal ones are one object.
			if (told != first && (told == null || first == null || !told.methods().equals(first.methods()))) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The candidates for a call: those that may have its method, or all of these where
	 * none has, so that the call is told so.
	 */
	Candidates having(SelectionContext context, Roster roster) {
		Map<String, Candidates> known = this.byMethod;
		String mark = (known != null) ? context.methodMark() : null;
		if (known == null || mark == null) {
			return this;
		}
		Candidates having = known.get(mark);
		if (having == null) {
			having = having(mark, roster.now());
			if (known.size() < MAX_METHODS) {
				known.put(mark, having);
			}
		}
		return having;
	}

	private Candidates having(String mark, long now) {
		InstanceTracker[] some = Arrays.stream(this.all).filter((tracker) -> {
			Fingerprint told = tracker.fingerprint();
			return told == null || told.mayHave(mark);
		}).toArray(InstanceTracker[]::new);
		return (some.length == 0 || some.length == this.all.length) ? this
				: new Candidates(some, now, this.zoning, null);
	}

	/** The same instances for whoever looks at zones in this way. */
	Candidates under(@Nullable Zoning wanted, long now) {
		return (this.zoning == wanted) ? this : new Candidates(this.all, now, wanted);
	}

	@Nullable Zoning zoning() {
		return this.zoning;
	}

	/** When the candidates have to be sorted anew. */
	long changesNanoTime() {
		return this.changesNanoTime;
	}

	/**
	 * What an attempt chooses from: all there is, or what one zone has, drawn anew each
	 * time.
	 */
	Offer offer(Supplier<RandomGenerator> random) {
		ZoneSplit present = split();
		return present.none() ? this.whole : present.draw(random);
	}

	private ZoneSplit split() {
		ZoneSplit present = this.split;
		if (present == null) {
			Zoning zones = this.zoning;
			present = (zones != null) ? ZoneSplit.of(this.all, this.whole, this.due, zones) : ZoneSplit.NONE;
			this.split = present;
		}
		return present;
	}

	/** The zones at this moment, the own one first; empty without an instance of it. */
	List<ZoneSpread.Zone> zones() {
		return split().zones();
	}

	/** The due ones for which this call may be the probe. */
	InstanceTracker[] due(SelectionContext context, long now) {
		if (this.due.length == 0 || context.attempt() > 1) {
			return NONE;
		}
		return context.idempotent() ? this.due : overdue(now);
	}

	private InstanceTracker[] overdue(long now) {
		return Arrays.stream(this.due).filter((tracker) -> {
			Standing standing = tracker.standing();
			return standing.availability() == Availability.AVAILABLE
					&& now - standing.dueNanoTime(now) >= IDEMPOTENT_PROBE_NANOS;
		}).toArray(InstanceTracker[]::new);
	}

	/** The preferred ones of an offer and some of the due ones. */
	CandidateList offered(Offer offer, InstanceTracker[] some) {
		return (some.length == this.due.length) ? offer.offered() : joined(this.all, offer.preferred(), some);
	}

	/** Candidates and some others, in the order of all. */
	static CandidateList joined(InstanceTracker[] all, CandidateList list, InstanceTracker[] others) {
		Set<InstanceTracker> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
		Collections.addAll(wanted, list.trackers());
		Collections.addAll(wanted, others);
		List<InstanceTracker> joined = new ArrayList<>(wanted.size());
		for (InstanceTracker tracker : all) {
			if (wanted.contains(tracker)) {
				joined.add(tracker);
			}
		}
		return list(joined);
	}

	/** The untried ones of an offer, or else those of the best tier that has any. */
	CandidateList untried(Collection<InstanceTracker> tried, Supplier<RandomGenerator> random) {
		CandidateList drawn = offer(random).preferred();
		CandidateList rest = drawn.without(tried);
		if (drawn != this.whole.preferred()) {
			rest = (rest != null) ? rest : without(drawn, tried::contains);
			rest = !rest.isEmpty() ? rest : this.whole.preferred().without(tried);
		}
		return (rest != null && !rest.isEmpty()) ? rest : exceptOfAnyTier(tried::contains);
	}

	/**
	 * Those of a zone that are not to be left out, or else those of the best tier that
	 * has any.
	 */
	CandidateList except(Predicate<InstanceTracker> left, Supplier<RandomGenerator> random) {
		if (!split().none()) {
			CandidateList rest = without(offer(random).preferred(), left);
			if (!rest.isEmpty()) {
				return rest;
			}
		}
		return exceptOfAnyTier(left);
	}

	private static CandidateList without(CandidateList list, Predicate<InstanceTracker> left) {
		List<InstanceTracker> rest = new ArrayList<>();
		for (InstanceTracker tracker : list.trackers()) {
			if (!left.test(tracker)) {
				rest.add(tracker);
			}
		}
		return list(rest);
	}

	private CandidateList exceptOfAnyTier(Predicate<InstanceTracker> left) {
		int best = Standing.TIERS;
		int count = 0;
		InstanceTracker[] untried = new InstanceTracker[this.all.length];
		for (InstanceTracker tracker : this.all) {
			int tier = tracker.standing().tier();
			if (tier <= best && !left.test(tracker)) {
				count = (tier < best) ? 0 : count;
				best = tier;
				untried[count++] = tracker;
			}
		}
		return new CandidateList(Arrays.copyOf(untried, count));
	}

	private static long earlier(long nanoTime, long other) {
		return (nanoTime - other < 0) ? nanoTime : other;
	}

	private static CandidateList list(List<InstanceTracker> trackers) {
		return new CandidateList(trackers.toArray(NONE));
	}

}
