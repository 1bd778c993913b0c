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

package io.macula.client;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.macula.Priority;
import io.macula.log.DurationText;
import io.macula.selection.EjectionSettings;
import io.macula.selection.SelectionStrategies;
import io.macula.selection.SelectionStrategy;
import org.jspecify.annotations.Nullable;

/**
 * How one client service is called. Immutable.
 *
 * @param strategyName name of the strategy, for people
 * @param strategy chooses the instance of each attempt
 * @param codec name of the payload codec; default {@code cbor}
 * @param deadline bound of the whole call, at most 365 days; default 30 seconds
 * @param attemptTimeout bound of one attempt, at most the deadline; {@code null}, the
 * default, learns it from the instance's recent latency
 * @param failover further attempts
 * @param ejection outlier ejection
 * @param patience how long a call waits while no instance of its service is known, never
 * beyond its deadline; 0 to 365 days, 0 fails at once; default 10 seconds
 * @param zoneAware whether instances of the caller's zone come first, whatever the
 * strategy; default false, but always true with the strategy
 * {@link SelectionStrategies#zoneAware()}
 * @param priority how important calls are, of methods of which neither settings nor
 * contract say it; default {@link Priority#NORMAL}
 * @param methods how single methods are called, by their names on the wire; upper case
 * and signs in these names make no difference, unless two methods differ by them alone;
 * default none
 */
public record ServiceSettings(String strategyName, SelectionStrategy strategy, String codec, Duration deadline,
		@Nullable Duration attemptTimeout, Failover failover, EjectionSettings ejection, Duration patience,
		boolean zoneAware, Priority priority, Map<String, MethodSettings> methods) {

	/**
	 * How long a call waits for a first instance unless something else is said.
	 */
	public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

	/**
	 * Longest of all durations: sums and multiples of it must not overflow in
	 * nanoseconds.
	 */
	private static final Duration LONGEST = Duration.ofDays(365);

	public ServiceSettings {
		Objects.requireNonNull(strategyName, "strategyName");
		Objects.requireNonNull(strategy, "strategy");
		if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException("deadline " + DurationText.setting(deadline)
					+ " is not valid: expected more than 0 and at most 365d");
		}
		if (attemptTimeout != null
				&& (attemptTimeout.isNegative() || attemptTimeout.isZero() || attemptTimeout.compareTo(deadline) > 0)) {
			throw new IllegalArgumentException("attemptTimeout " + DurationText.setting(attemptTimeout)
					+ " is not valid: expected more than 0 and at most the deadline " + DurationText.setting(deadline));
		}
		if (patience.isNegative() || patience.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException("patience " + DurationText.setting(patience)
					+ " is not valid: expected 0 or more and at most 365d");
		}
		zoneAware |= strategy == SelectionStrategies.zoneAware();
		Objects.requireNonNull(priority, "priority");
		methods = Map.copyOf(methods);
	}

	/**
	 * Settings without any of single methods.
	 * @param strategyName name of the strategy, for people
	 * @param strategy chooses the instance of each attempt
	 * @param codec name of the payload codec
	 * @param deadline bound of the whole call
	 * @param attemptTimeout bound of one attempt, or {@code null} to learn it
	 * @param failover further attempts
	 * @param ejection outlier ejection
	 * @param patience how long a call waits while no instance of its service is known
	 * @param zoneAware whether instances of the caller's zone come first
	 */
	public ServiceSettings(String strategyName, SelectionStrategy strategy, String codec, Duration deadline,
			@Nullable Duration attemptTimeout, Failover failover, EjectionSettings ejection, Duration patience,
			boolean zoneAware) {
		this(strategyName, strategy, codec, deadline, attemptTimeout, failover, ejection, patience, zoneAware,
				Priority.NORMAL, Map.of());
	}

	/**
	 * Settings with the default patience, zone-aware only if the strategy is.
	 * @param strategyName name of the strategy, for people
	 * @param strategy chooses the instance of each attempt
	 * @param codec name of the payload codec
	 * @param deadline bound of the whole call
	 * @param attemptTimeout bound of one attempt, or {@code null} to learn it
	 * @param failover further attempts
	 * @param ejection outlier ejection
	 */
	public ServiceSettings(String strategyName, SelectionStrategy strategy, String codec, Duration deadline,
			@Nullable Duration attemptTimeout, Failover failover, EjectionSettings ejection) {
		this(strategyName, strategy, codec, deadline, attemptTimeout, failover, ejection, DEFAULT_PATIENCE, false);
	}

	/**
	 * The defaults: round robin, CBOR, 30 seconds.
	 * @return settings
	 */
	public static ServiceSettings defaults() {
		return new ServiceSettings("round_robin", SelectionStrategies.roundRobin(), "cbor", Duration.ofSeconds(30),
				null, Failover.defaults(), EjectionSettings.defaults());
	}

	/**
	 * These settings with another strategy; zone-aware ones remain so.
	 * @param name name of the strategy, for people
	 * @param chosen the strategy
	 * @return settings
	 */
	public ServiceSettings withStrategy(String name, SelectionStrategy chosen) {
		return new ServiceSettings(name, chosen, this.codec, this.deadline, this.attemptTimeout, this.failover,
				this.ejection, this.patience, this.zoneAware, this.priority, this.methods);
	}

	/**
	 * These settings with another payload codec.
	 * @param name name of the codec
	 * @return settings
	 */
	public ServiceSettings withCodec(String name) {
		return new ServiceSettings(this.strategyName, this.strategy, name, this.deadline, this.attemptTimeout,
				this.failover, this.ejection, this.patience, this.zoneAware, this.priority, this.methods);
	}

	/**
	 * These settings with another deadline.
	 * @param bound of the whole call
	 * @return settings
	 */
	public ServiceSettings withDeadline(Duration bound) {
		return new ServiceSettings(this.strategyName, this.strategy, this.codec, bound, this.attemptTimeout,
				this.failover, this.ejection, this.patience, this.zoneAware, this.priority, this.methods);
	}

	/**
	 * These settings with another bound of an attempt.
	 * @param bound of one attempt, or {@code null} to learn it
	 * @return settings
	 */
	public ServiceSettings withAttemptTimeout(@Nullable Duration bound) {
		return new ServiceSettings(this.strategyName, this.strategy, this.codec, this.deadline, bound, this.failover,
				this.ejection, this.patience, this.zoneAware, this.priority, this.methods);
	}

	/**
	 * These settings with other rules for further attempts.
	 * @param rules the rules
	 * @return settings
	 */
	public ServiceSettings withFailover(Failover rules) {
		return new ServiceSettings(this.strategyName, this.strategy, this.codec, this.deadline, this.attemptTimeout,
				rules, this.ejection, this.patience, this.zoneAware, this.priority, this.methods);
	}

	/**
	 * These settings with another patience.
	 * @param wait how long a call waits while no instance of its service is known
	 * @return settings
	 */
	public ServiceSettings withPatience(Duration wait) {
		return new ServiceSettings(this.strategyName, this.strategy, this.codec, this.deadline, this.attemptTimeout,
				this.failover, this.ejection, wait, this.zoneAware, this.priority, this.methods);
	}

	/**
	 * These settings with or without a preference for the caller's zone.
	 * @param near whether instances of the caller's zone come first
	 * @return settings
	 */
	public ServiceSettings withZoneAware(boolean near) {
		return new ServiceSettings(this.strategyName, this.strategy, this.codec, this.deadline, this.attemptTimeout,
				this.failover, this.ejection, this.patience, near, this.priority, this.methods);
	}

	/**
	 * These settings with another priority.
	 * @param importance of calls of which neither the method's settings nor the contract
	 * say it
	 * @return settings
	 */
	public ServiceSettings withPriority(Priority importance) {
		return new ServiceSettings(this.strategyName, this.strategy, this.codec, this.deadline, this.attemptTimeout,
				this.failover, this.ejection, this.patience, this.zoneAware, importance, this.methods);
	}

	/**
	 * These settings with others for single methods.
	 * @param own how these are called, by their names on the wire
	 * @return settings
	 */
	public ServiceSettings withMethods(Map<String, MethodSettings> own) {
		return new ServiceSettings(this.strategyName, this.strategy, this.codec, this.deadline, this.attemptTimeout,
				this.failover, this.ejection, this.patience, this.zoneAware, this.priority, own);
	}

	/**
	 * The name under which settings of a method are kept. An exact match wins; an
	 * environment variable cannot express upper case and dashes.
	 * @param method name of a method on the wire
	 * @return one of the names in {@link #methods()}, or empty if there are none of it
	 */
	public Optional<String> methodName(String method) {
		if (this.methods.isEmpty() || this.methods.containsKey(method)) {
			return this.methods.isEmpty() ? Optional.empty() : Optional.of(method);
		}
		String uniform = uniform(method);
		return uniform.isEmpty() ? Optional.empty()
				: this.methods.keySet().stream().filter((name) -> uniform(name).equals(uniform)).findFirst();
	}

	private static String uniform(String name) {
		return name.replaceAll("[^\\p{L}\\p{M}\\p{N}]", "").toLowerCase(Locale.ROOT);
	}

	/**
	 * Further attempts after a failed one. Immutable.
	 *
	 * @param maxAttempts attempts of one call, the first included; 1 to 20, default 3; 1
	 * switches failover off
	 * @param backoff wait before the first further attempt on an instance that was tried
	 * already; another instance is tried at once; default 50 milliseconds
	 * @param maxBackoff bound of the wait, which doubles each time, with jitter; default
	 * 2 seconds
	 * @param budgetRatio retries and hedges that each call earns; default 0.2
	 * @param budgetFloor retries and hedges per second that are allowed whatever the
	 * number of calls; default 10
	 */
	public record Failover(int maxAttempts, Duration backoff, Duration maxBackoff, double budgetRatio,
			double budgetFloor) {

		public Failover {
			require(maxAttempts >= 1 && maxAttempts <= 20, "maxAttempts", maxAttempts, "1 to 20");
			require(!backoff.isNegative(), "backoff", backoff, "0 or more");
			require(maxBackoff.compareTo(backoff) >= 0, "maxBackoff", maxBackoff,
					"at least the backoff " + DurationText.setting(backoff));
			require(budgetRatio >= 0 && budgetRatio <= 10, "budgetRatio", budgetRatio, "0 to 10");
			require(budgetFloor >= 0, "budgetFloor", budgetFloor, "0 or more");
		}

		/**
		 * The defaults.
		 * @return settings
		 */
		public static Failover defaults() {
			return new Failover(3, Duration.ofMillis(50), Duration.ofSeconds(2), 0.2, 10);
		}

		private static void require(boolean valid, String name, Object value, String expected) {
			if (!valid) {
				Object told = (value instanceof Duration time) ? DurationText.setting(time) : value;
				throw new IllegalArgumentException(name + " " + told + " is not valid: expected " + expected);
			}
		}

	}

}
