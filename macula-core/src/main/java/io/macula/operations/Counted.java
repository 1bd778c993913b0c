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

import io.macula.server.CallRecorder;
import io.macula.server.LatencyScale;
import org.jspecify.annotations.Nullable;

/**
 * Calls that were counted while somebody wanted to know. Immutable; grows only, so that
 * {@link #since} tells what happened between two readings.
 *
 * @param calls calls that are over
 * @param failures those of them that failed
 * @param latency number of calls in each bucket of the {@link LatencyScale}, without the
 * empty ones at its end
 */
public record Counted(long calls, long failures, List<Long> latency) {

	/** Nothing. */
	public static final Counted NONE = new Counted(0, 0, List.of());

	/** Keeps a copy. */
	public Counted {
		latency = NodeStatus.copy(latency);
	}

	/**
	 * What a node counted.
	 * @param counted its figures, or {@code null} for none
	 * @return the same, as it travels
	 */
	public static Counted of(CallRecorder.@Nullable Counted counted) {
		if (counted == null) {
			return NONE;
		}
		List<Long> latency = new ArrayList<>(counted.latency().length);
		for (long count : counted.latency()) {
			latency.add(count);
		}
		return new Counted(counted.calls(), counted.failures(), latency);
	}

	/**
	 * What was counted since an earlier reading.
	 * @param before the earlier one, of the same incarnation of the node
	 * @return the difference, never below 0
	 */
	public Counted since(Counted before) {
		List<Long> more = new ArrayList<>(this.latency.size());
		for (int i = 0; i < this.latency.size(); i++) {
			long then = (i < before.latency.size()) ? before.latency.get(i) : 0;
			more.add(Math.max(0, this.latency.get(i) - then));
		}
		return new Counted(Math.max(0, this.calls - before.calls), Math.max(0, this.failures - before.failures), more);
	}

	/**
	 * What was counted of two together.
	 * @param other the other one
	 * @return the sum
	 */
	public Counted and(Counted other) {
		List<Long> both = new ArrayList<>();
		for (int i = 0; i < Math.max(this.latency.size(), other.latency.size()); i++) {
			both.add(((i < this.latency.size()) ? this.latency.get(i) : 0)
					+ ((i < other.latency.size()) ? other.latency.get(i) : 0));
		}
		return new Counted(this.calls + other.calls, this.failures + other.failures, both);
	}

	/**
	 * A quantile of the latency, as the provider measured it.
	 * @param quantile 0 to 1, such as 0.99
	 * @return the end of its bucket, a quarter too long at most from 4 microseconds to
	 * two minutes; {@code null} without calls
	 */
	public @Nullable Duration quantile(double quantile) {
		long all = this.latency.stream().mapToLong(Long::longValue).sum();
		long wanted = Math.max(1, (long) Math.ceil(all * quantile));
		long seen = 0;
		for (int i = 0; i < Math.min(this.latency.size(), LatencyScale.BUCKETS); i++) {
			seen += this.latency.get(i);
			if (seen >= wanted) {
				return Duration.ofNanos(LatencyScale.endNanos(i));
			}
		}
		return null;
	}

}
