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

package io.macula.cli.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.HdrHistogram.Histogram;

/**
 * What was measured. Immutable.
 *
 * @param plan what was asked for
 * @param measured for how long was measured
 * @param scheduled calls that were to start meanwhile
 * @param notStarted calls that could not be started because too many were open
 * @param unanswered calls that had no answer when the patience was over; they count with
 * their age, as failed
 * @param all the calls that ended
 * @param instances the calls by the instance that was asked last
 * @param late the latest start of a call behind its schedule: what this process itself
 * added to the latencies
 * @param interrupted whether it was ended before its time
 */
public record LoadReport(LoadPlan plan, Duration measured, long scheduled, long notStarted, long unanswered, Part all,
		Map<String, Part> instances, Duration late, boolean interrupted) {

	/** Keeps a copy in the same order. */
	public LoadReport {
		instances = new LinkedHashMap<>(instances);
	}

	/**
	 * Calls that did not succeed, of those that were to start.
	 * @return failed, unanswered and not started ones
	 */
	public long bad() {
		return this.all.failed() + this.notStarted;
	}

	/**
	 * Their share.
	 * @return from 0 to 1
	 */
	public double badShare() {
		return (this.scheduled > 0) ? (double) bad() / this.scheduled : 0;
	}

	/**
	 * Answers per second.
	 * @return 0 or more
	 */
	public double answersPerSecond() {
		return (this.measured.isZero()) ? 0 : this.all.calls() * 1e9 / this.measured.toNanos();
	}

	/**
	 * For programs; times in milliseconds.
	 * @return maps, lists, texts and numbers
	 */
	public Map<String, Object> json() {
		Map<String, Object> json = new LinkedHashMap<>();
		json.put("rate", this.plan.rate());
		json.put("seconds", this.measured.toMillis() / 1000.0);
		json.put("interrupted", this.interrupted);
		json.put("scheduled", this.scheduled);
		json.put("notStarted", this.notStarted);
		json.put("unanswered", this.unanswered);
		json.put("answersPerSecond", answersPerSecond());
		json.put("bad", bad());
		json.put("badShare", badShare());
		json.put("lateMillis", this.late.toNanos() / 1e6);
		json.putAll(this.all.json());
		List<Map<String, Object>> each = new ArrayList<>();
		this.instances.forEach((instance, part) -> {
			Map<String, Object> one = new LinkedHashMap<>();
			one.put("instance", instance);
			one.putAll(part.json());
			each.add(one);
		});
		json.put("instances", each);
		return json;
	}

	/**
	 * Calls and their latencies.
	 *
	 * @param codes how many ended with which code
	 * @param attempts attempts that were sent for them
	 * @param micros latencies in microseconds from when calls were to start
	 */
	public record Part(Map<String, Long> codes, long attempts, Histogram micros) {

		/** Percentiles that are told. */
		public static final List<Double> PERCENTILES = List.of(50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99);

		/**
		 * Calls that ended.
		 * @return 0 or more
		 */
		public long calls() {
			return this.micros.getTotalCount();
		}

		/**
		 * Those that did not end well.
		 * @return 0 or more
		 */
		public long failed() {
			return calls() - this.codes.getOrDefault(LoadCounts.OK, 0L);
		}

		/**
		 * A percentile of the latencies.
		 * @param percentile from 0 to 100
		 * @return milliseconds, 0 if there are none
		 */
		public double millis(double percentile) {
			return this.micros.getValueAtPercentile(percentile) / 1000.0;
		}

		private Map<String, Object> json() {
			Map<String, Object> json = new LinkedHashMap<>();
			json.put("calls", calls());
			json.put("codes", this.codes);
			json.put("attempts", this.attempts);
			Map<String, Object> latency = new LinkedHashMap<>();
			latency.put("min", this.micros.getTotalCount() == 0 ? 0 : this.micros.getMinValue() / 1000.0);
			latency.put("mean", this.micros.getMean() / 1000.0);
			PERCENTILES.forEach((percentile) -> latency.put(name(percentile), millis(percentile)));
			latency.put("max", this.micros.getMaxValue() / 1000.0);
			json.put("latencyMillis", latency);
			return json;
		}

		/**
		 * Name of a percentile.
		 * @param percentile from 0 to 100
		 * @return for example {@code p99.9}
		 */
		public static String name(double percentile) {
			return "p" + ((percentile == Math.rint(percentile)) ? String.valueOf((int) percentile)
					: String.valueOf(percentile));
		}

	}

}
