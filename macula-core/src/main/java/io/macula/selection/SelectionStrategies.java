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

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The built-in strategies and their names. All of them are stateless and safe for all
 * threads.
 */
public final class SelectionStrategies {

	/** Name of {@link #first()}. */
	public static final String FIRST = "first";

	/** Name of {@link #random()}. */
	public static final String RANDOM = "random";

	/** Name of {@link #roundRobin()}, the default. */
	public static final String ROUND_ROBIN = "round_robin";

	/** Name of {@link #leastLoaded()}. */
	public static final String LEAST_LOADED = "least_loaded";

	/** Name of {@link #weightedRandom()}. */
	public static final String WEIGHTED_RANDOM = "weighted_random";

	/** Name of {@link #zoneAware()}. */
	public static final String ZONE_AWARE = "zone_aware";

	/** Name of {@link #consistentHash()}. */
	public static final String CONSISTENT_HASH = "consistent_hash";

	private static final Supplier<RandomGenerator> THREAD_LOCAL = ThreadLocalRandom::current;

	private static final SelectionStrategy FIRST_STRATEGY = (candidates, context) -> candidates.get(0);

	private static final Spreading ROUND_ROBIN_STRATEGY = (candidates, context) -> candidates
		.get((int) Long.remainderUnsigned(context.tick(), candidates.size()));

	/** An object of its own, by which it is known. */
	private static final SelectionStrategy ZONE_AWARE_STRATEGY = new RoundRobinInZone();

	private static final SelectionStrategy CONSISTENT_HASH_STRATEGY = new ConsistentHash();

	private static final Map<String, SelectionStrategy> BY_NAME = byName(THREAD_LOCAL);

	private SelectionStrategies() {
	}

	/**
	 * All built-in strategies.
	 * @return strategies by name, in the order of the documentation; unmodifiable
	 */
	public static Map<String, SelectionStrategy> builtIn() {
		return BY_NAME;
	}

	/**
	 * The built-in strategy of a name.
	 * @param name a name
	 * @return the strategy
	 * @throws IllegalArgumentException if there is none of that name; the message lists
	 * the names
	 */
	public static SelectionStrategy named(String name) {
		SelectionStrategy strategy = BY_NAME.get(name);
		if (strategy == null) {
			throw new IllegalArgumentException(
					"Selection strategy '" + name + "' is unknown: expected one of " + BY_NAME.keySet());
		}
		return strategy;
	}

	/**
	 * Always the first in the stable order (priority, then node id).
	 * @return the strategy
	 */
	public static SelectionStrategy first() {
		return FIRST_STRATEGY;
	}

	/**
	 * Any, each as likely as the others.
	 * @return the strategy
	 */
	public static SelectionStrategy random() {
		return named(RANDOM);
	}

	/**
	 * Any, each as likely as the others.
	 * @param random source of randomness, asked at each choice
	 * @return the strategy
	 */
	public static SelectionStrategy random(Supplier<RandomGenerator> random) {
		Spreading strategy = (candidates, context) -> candidates.get(random.get().nextInt(candidates.size()));
		return strategy;
	}

	/**
	 * One after the other, exactly even while the instances stay the same: the choice
	 * follows from the number of the call alone.
	 * @return the strategy
	 */
	public static SelectionStrategy roundRobin() {
		return ROUND_ROBIN_STRATEGY;
	}

	/**
	 * The better of two random ones: fewer attempts in flight, lower recent latency,
	 * higher weight.
	 * @return the strategy
	 */
	public static SelectionStrategy leastLoaded() {
		return named(LEAST_LOADED);
	}

	/**
	 * The better of two random ones.
	 * @param random source of randomness, asked at each choice
	 * @return the strategy
	 */
	public static SelectionStrategy leastLoaded(Supplier<RandomGenerator> random) {
		return new LeastLoaded(random);
	}

	/**
	 * Any, as likely as its share of the weights.
	 * @return the strategy
	 */
	public static SelectionStrategy weightedRandom() {
		return named(WEIGHTED_RANDOM);
	}

	/**
	 * Any, as likely as its share of the weights.
	 * @param random source of randomness, asked at each choice
	 * @return the strategy
	 */
	public static SelectionStrategy weightedRandom(Supplier<RandomGenerator> random) {
		return new WeightedRandom(random);
	}

	/**
	 * Round robin among the instances of the caller's zone while those can carry its
	 * calls. What makes the zone count is the load balancer, for this strategy always and
	 * for any other one where that is set; asked without one, this is round robin.
	 * @return the strategy
	 */
	public static SelectionStrategy zoneAware() {
		return ZONE_AWARE_STRATEGY;
	}

	/**
	 * Calls of the same key go to the same instance while that is there, whichever node
	 * calls; those of an instance that leaves are spread over the others. Calls without a
	 * key go round.
	 * @return the strategy
	 */
	public static SelectionStrategy consistentHash() {
		return CONSISTENT_HASH_STRATEGY;
	}

	/**
	 * A share of the calls goes to the instances of a certain entry in their metadata,
	 * such as those of a new version; calls with a key are decided by it.
	 * @param entry key in the metadata ({@code macula.provider.metadata.version})
	 * @param value the canaries' value of it
	 * @param share their share of the calls, from 0 to 1, however many instances they are
	 * @param within chooses among the canaries, and among the others
	 * @return the strategy
	 * @throws IllegalArgumentException if the share is not valid
	 */
	public static SelectionStrategy canary(String entry, String value, double share, SelectionStrategy within) {
		return new Canary(entry, value, share, within, THREAD_LOCAL);
	}

	private static Map<String, SelectionStrategy> byName(Supplier<RandomGenerator> random) {
		Map<String, SelectionStrategy> strategies = new LinkedHashMap<>();
		strategies.put(FIRST, first());
		strategies.put(RANDOM, random(random));
		strategies.put(ROUND_ROBIN, roundRobin());
		strategies.put(LEAST_LOADED, leastLoaded(random));
		strategies.put(WEIGHTED_RANDOM, weightedRandom(random));
		strategies.put(ZONE_AWARE, zoneAware());
		strategies.put(CONSISTENT_HASH, consistentHash());
		return Collections.unmodifiableMap(strategies);
	}

	/**
	 * A strategy that only spreads load and has no opinion of its own, so that the load
	 * balancer may lead single calls elsewhere: a probe to an ejected instance, a share
	 * of the calls away from an instance in slow start.
	 */
	interface Spreading extends SelectionStrategy {

	}

	/**
	 * A spreading strategy that gives more to those of more weight.
	 */
	interface Weighing extends Spreading {

	}

	/**
	 * Round robin, known by its type.
	 */
	private record RoundRobinInZone() implements Spreading {

		@Override
		public Candidate select(List<Candidate> candidates, SelectionContext context) {
			return ROUND_ROBIN_STRATEGY.select(candidates, context);
		}

	}

	/**
	 * Power of two choices over the expected wait: (in flight + 1) x latency / weight.
	 */
	private record LeastLoaded(Supplier<RandomGenerator> random) implements Weighing {

		@Override
		public Candidate select(List<Candidate> candidates, SelectionContext context) {
			int size = candidates.size();
			if (size == 1) {
				return candidates.get(0);
			}
			RandomGenerator generator = this.random.get();
			int one = generator.nextInt(size);
			int other = generator.nextInt(size - 1);
			return better(candidates.get(one), candidates.get((other < one) ? other : other + 1));
		}

		/**
		 * Without an answer yet the latency of an instance is unknown, not zero: then the
		 * calls in flight decide alone, or a newcomer would draw every call until its
		 * first answer.
		 */
		private static Candidate better(Candidate one, Candidate other) {
			long oneLatency = one.latencyNanos();
			long otherLatency = other.latencyNanos();
			boolean known = oneLatency > 0 && otherLatency > 0;
			double oneWait = (one.inFlight() + 1.0) * (known ? oneLatency : 1) * other.instance().weight();
			double otherWait = (other.inFlight() + 1.0) * (known ? otherLatency : 1) * one.instance().weight();
			return (oneWait <= otherWait) ? one : other;
		}

	}

	/**
	 * A random point on the line of all weights laid end to end; the load balancer's own
	 * lists remember the sums.
	 */
	private record WeightedRandom(Supplier<RandomGenerator> random) implements Weighing {

		@Override
		public Candidate select(List<Candidate> candidates, SelectionContext context) {
			if (candidates instanceof CandidateList list) {
				return list.atWeight(this.random.get().nextLong(list.totalWeight()));
			}
			long total = 0;
			for (Candidate candidate : candidates) {
				total += candidate.instance().weight();
			}
			long rest = this.random.get().nextLong(total);
			for (Candidate candidate : candidates) {
				rest -= candidate.instance().weight();
				if (rest < 0) {
					return candidate;
				}
			}
			return candidates.get(candidates.size() - 1);
		}

	}

}
