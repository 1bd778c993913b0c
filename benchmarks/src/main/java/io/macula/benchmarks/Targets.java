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

package io.macula.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * What the product has to reach against the peers of the same run.
 */
final class Targets {

	private static final String ASYNC = "macula-async";

	private static final String FUTURE = "macula-proxy-future";

	private static final String SYNC = "macula-proxy-sync";

	private static final String[] LIMITS = { "limit-quic", "limit-quic-gso", "limit-quic-large" };

	private static final String SMALL = Workload.Kind.SMALL.title();

	private static final String BLOCKING = Workload.Kind.BLOCKING.title();

	private static final String ECHO = Workload.Kind.ECHO.title();

	private static final String MIXED = Workload.Kind.MIXED.title();

	private static final String STREAM = Workload.Kind.STREAM.title();

	private static final String FIRST = Workload.Kind.FIRST.title();

	private final List<Row> rows;

	private final List<Verdict> verdicts = new ArrayList<>();

	private Targets(List<Row> rows) {
		this.rows = rows;
	}

	static List<Verdict> judge(List<Row> medians) {
		Targets targets = new Targets(medians);
		targets.judge();
		return targets.verdicts;
	}

	private void judge() {
		atLeast(4, "calls/s", Row::callsPerSecond, ASYNC, SMALL, 64, "grpc-direct");
		atLeast(3, "calls/s", Row::callsPerSecond, ASYNC, SMALL, 512, "grpc-direct");
		atLeast(2, "calls/s", Row::callsPerSecond, ASYNC, SMALL, 64, "rsocket-tls");
		atLeast(1.2, "calls/s", Row::callsPerSecond, ASYNC, SMALL, 512, "rsocket-tls");
		for (int inFlight : new int[] { 64, 512 }) {
			atLeast(0.6, "calls/s", Row::callsPerSecond, ASYNC, SMALL, inFlight, LIMITS);
			atMost(0.3, "CPU per call", Row::cpuSecondsPer100k, ASYNC, SMALL, inFlight, "grpc-direct");
			atMost(1, "CPU per call", Row::cpuSecondsPer100k, ASYNC, SMALL, inFlight, "rsocket-tls");
			atLeast(4, "calls/s", Row::callsPerSecond, FUTURE, SMALL, inFlight, "grpc-default");
			atLeast(1, "calls/s", Row::callsPerSecond, FUTURE, SMALL, inFlight, "grpc-fixed2");
			atMost(1, "p99", Row::p99Micros, FUTURE, SMALL, inFlight, "grpc-default");
			atMost(1, "p99", Row::p99Micros, FUTURE, SMALL, inFlight, "grpc-fixed2");
		}
		atLeast(1.5, "calls/s", Row::callsPerSecond, SYNC, BLOCKING, 64, "grpc-blocking");
		atLeast(3, "calls/s", Row::callsPerSecond, SYNC, BLOCKING, 64, "dubbo-triple");
		atLeast(3, "calls/s", Row::callsPerSecond, SYNC, BLOCKING, 64, "http-exchange-h2");
		atMost(1, "p50", Row::p50Micros, ASYNC, SMALL, 1, "grpc-direct");
		atMost(1, "p99", Row::p99Micros, ASYNC, SMALL, 1, "grpc-direct");
		atMost(1, "p50", Row::p50Micros, SYNC, BLOCKING, 1, "grpc-blocking");
		atMost(1, "p99", Row::p99Micros, SYNC, BLOCKING, 1, "grpc-blocking");
		atMost(1.1, "p50", Row::p50Micros, ASYNC, SMALL, 1, "rsocket-tls");
		atLeast(1, "calls/s", Row::callsPerSecond, ASYNC, ECHO, 16, "grpc-direct");
		atLeast(3, "elements/s", Row::callsPerSecond, ASYNC, STREAM, 1, "grpc-direct");
		absolute(400, "bytes allocated per call on the client, codec and records included",
				Row::clientBytesAllocatedPerCall, ASYNC, SMALL, 64);
		absolute(400, "bytes allocated per call on the server, codec and records included",
				Row::serverBytesAllocatedPerCall, ASYNC, SMALL, 64);
		absolute(500_000, "microseconds to the first answer", Row::p50Micros, SYNC, FIRST, 1);
		OptionalDouble alone = best(Row::p99Micros, SMALL, 64, false, ASYNC);
		OptionalDouble beside = best(Row::p99Micros, MIXED, 64, false, ASYNC);
		if (alone.isPresent() && beside.isPresent()) {
			add(beside.getAsDouble() <= 2 * alone.getAsDouble(),
					ASYNC + ", p99 of small calls beside 64 KiB ones at most 2x of without",
					beside.getAsDouble() / alone.getAsDouble());
		}
	}

	private void atLeast(double factor, String figure, ToDoubleFunction<Row> value, String ours, String workload,
			int inFlight, String... others) {
		compare(true, factor, figure, value, ours, workload, inFlight, others);
	}

	private void atMost(double factor, String figure, ToDoubleFunction<Row> value, String ours, String workload,
			int inFlight, String... others) {
		compare(false, factor, figure, value, ours, workload, inFlight, others);
	}

	private void compare(boolean atLeast, double factor, String figure, ToDoubleFunction<Row> value, String ours,
			String workload, int inFlight, String... others) {
		OptionalDouble own = best(value, workload, inFlight, atLeast, ours);
		OptionalDouble other = best(value, workload, inFlight, atLeast, others);
		if (own.isPresent() && other.isPresent()) {
			double ratio = own.getAsDouble() / other.getAsDouble();
			String target = String.format(Locale.ROOT, "%s, %s, %d in flight: %s at %s %.2fx of %s", ours, workload,
					inFlight, figure, atLeast ? "least" : "most", factor, String.join(" or ", others));
			add(atLeast ? ratio >= factor : ratio <= factor, target, ratio);
		}
	}

	private void absolute(double bound, String figure, ToDoubleFunction<Row> value, String ours, String workload,
			int inFlight) {
		best(value, workload, inFlight, false,
				ours)
			.ifPresent(
					(own) -> this.verdicts
						.add(new Verdict(
								String.format(Locale.ROOT, "%s, %s, %d in flight: at most %.0f %s", ours, workload,
										inFlight, bound, figure),
								String.format(Locale.ROOT, "%.0f", own), own <= bound)));
	}

	private void add(boolean met, String target, double ratio) {
		this.verdicts.add(new Verdict(target, String.format(Locale.ROOT, "%.2fx", ratio), met));
	}

	private OptionalDouble best(ToDoubleFunction<Row> value, String workload, int inFlight, boolean largest,
			String... stacks) {
		var values = this.rows.stream()
			.filter((row) -> row.workload().equals(workload) && row.inFlight() == inFlight
					&& Arrays.asList(stacks).contains(row.stack()))
			.mapToDouble(value);
		return largest ? values.max() : values.min();
	}

	/**
	 * A target and what was measured.
	 *
	 * @param target the target, in words
	 * @param measured the figure
	 * @param met whether it is reached
	 */
	record Verdict(String target, String measured, boolean met) {

	}

}
