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

package io.macula.operations;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How many calls there are in a second, how many of them fail, and how long they take, in
 * the latest interval. Immutable.
 *
 * @param calls calls in a second
 * @param failures those that failed
 * @param latency calls of the interval by bucket of {@link Counted}
 */
public record Rate(double calls, double failures, List<Long> latency) {

	/** Nothing. */
	public static final Rate NONE = new Rate(0, 0, List.of());

	/** Keeps a copy. */
	public Rate {
		latency = NodeStatus.copy(latency);
	}

	/**
	 * Median of the latency.
	 * @return the end of its bucket, or {@code null} without calls
	 */
	public @Nullable Duration p50() {
		return quantile(0.5);
	}

	/**
	 * 99th percentile of the latency.
	 * @return the end of its bucket, or {@code null} without calls
	 */
	public @Nullable Duration p99() {
		return quantile(0.99);
	}

	private @Nullable Duration quantile(double quantile) {
		return this.latency.isEmpty() ? null : new Counted(0, 0, this.latency).quantile(quantile);
	}

	/**
	 * Both together.
	 * @param other the other one
	 * @return the sum
	 */
	public Rate and(Rate other) {
		if (other == NONE) {
			return this;
		}
		return (this == NONE) ? other
				: new Rate(this.calls + other.calls, this.failures + other.failures, sum(this.latency, other.latency));
	}

	private static List<Long> sum(List<Long> one, List<Long> other) {
		if (one.isEmpty() || other.isEmpty()) {
			return one.isEmpty() ? other : one;
		}
		List<Long> sum = new ArrayList<>(Math.max(one.size(), other.size()));
		for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
			sum.add(((i < one.size()) ? one.get(i) : 0) + ((i < other.size()) ? other.get(i) : 0));
		}
		return sum;
	}

	/** What was counted within some seconds. */
	static Rate of(Counted counted, double seconds) {
		if (seconds <= 0 || (counted.calls() == 0 && counted.failures() == 0)) {
			return NONE;
		}
		return new Rate(counted.calls() / seconds, counted.failures() / seconds,
				counted.latency().stream().allMatch((count) -> count == 0) ? List.of() : counted.latency());
	}

}
