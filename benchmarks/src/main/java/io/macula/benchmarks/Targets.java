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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What the product has to reach against the peers of the same run.
 */
final class Targets {

	private static final String ASYNC = "macula-async";

	private static final String FUTURE = "macula-proxy-future";

	private static final String SYNC = "macula-proxy-sync";

	private static final String COLD = "macula-proxy-cold";

	private static final String[] LIMITS = { "limit-quic", "limit-quic-gso", "limit-quic-large" };

	private static final String SMALL = Workload.Kind.SMALL.title();

	private static final String BLOCKING = Workload.Kind.BLOCKING.title();

	private static final String ECHO = Workload.Kind.ECHO.title();

	private static final String ECHO_LINK = Workload.Kind.ECHO_LINK.title();

	private static final String ECHO_JUMBO = Workload.Kind.ECHO_JUMBO.title();

	private static final String LOSSY = Workload.Kind.LOSSY.title();

	private static final String MIXED = Workload.Kind.MIXED.title();

	private static final String STREAM = Workload.Kind.STREAM.title();

	private static final String FIRST = Workload.Kind.FIRST.title();

	private final List<Row> rows;

	private final List<Fact> facts;

	private final List<Verdict> verdicts = new ArrayList<>();

	private final Set<Judged> judged = new LinkedHashSet<>();

	private Targets(List<Row> rows, List<Fact> facts) {
		this.rows = rows;
		this.facts = facts;
	}

	/**
	 * Judge the medians of a run.
	 * @param medians rows
	 * @param facts other figures
	 * @return a verdict for each target, and the figures that were used
	 */
	static Judgement judge(List<Row> medians, List<Fact> facts) {
		Targets targets = new Targets(medians, facts);
		targets.judge();
		return new Judgement(targets.verdicts, targets.judged);
	}

	private void judge() {
		atLeast(4, Figure.CALLS, ASYNC, SMALL, 64, "grpc-direct");
		atLeast(3, Figure.CALLS, ASYNC, SMALL, 512, "grpc-direct");
		atLeast(2, Figure.CALLS, ASYNC, SMALL, 64, "rsocket-tls");
		atLeast(1.2, Figure.CALLS, ASYNC, SMALL, 512, "rsocket-tls");
		for (int inFlight : new int[] { 64, 512 }) {
			atLeast(0.6, Figure.CALLS, ASYNC, SMALL, inFlight, LIMITS);
			atMost(0.3, Figure.CPU, ASYNC, SMALL, inFlight, "grpc-direct");
			atMost(1, Figure.CPU, ASYNC, SMALL, inFlight, "rsocket-tls");
			atMost(1.15, Figure.CPU, ASYNC, SMALL, inFlight, LIMITS);
			atLeast(4, Figure.CALLS, FUTURE, SMALL, inFlight, "grpc-default");
			atLeast(1, Figure.CALLS, FUTURE, SMALL, inFlight, "grpc-fixed2");
			atMost(1, Figure.P99, FUTURE, SMALL, inFlight, "grpc-default");
			atMost(1, Figure.P99, FUTURE, SMALL, inFlight, "grpc-fixed2");
		}
		atLeast(1.5, Figure.CALLS, SYNC, BLOCKING, 64, "grpc-blocking");
		atLeast(2, Figure.CALLS, SYNC, BLOCKING, 64, "dubbo");
		atLeast(3, Figure.CALLS, SYNC, BLOCKING, 64, "dubbo-triple");
		atLeast(3, Figure.CALLS, SYNC, BLOCKING, 64, "http-exchange-h2");
		for (Figure latency : new Figure[] { Figure.P50, Figure.P99 }) {
			atMost(1, latency, ASYNC, SMALL, 1, "grpc-direct");
			atMost(1, latency, SYNC, BLOCKING, 1, "grpc-blocking");
		}
		atMost(1.1, Figure.P50, ASYNC, SMALL, 1, "rsocket-tls");
		atLeast(1, Figure.CALLS, ASYNC, ECHO, 16, "rsocket-tls");
		atLeast(1.3, Figure.CALLS, ASYNC, ECHO, 16, "grpc-direct");
		atMost(1, Figure.CPU, ASYNC, ECHO, 16, "rsocket-tls");
		atLeast(1, Figure.CALLS, ASYNC, ECHO, 16, "grpc-direct-cbor");
		atLeast(0.95, Figure.CALLS, ASYNC, ECHO_LINK, 16, "limit-quic-gso");
		atLeast(0.4, Figure.CALLS, ASYNC, ECHO_LINK, 16, "grpc-direct");
		atLeast(3, Figure.CALLS, ASYNC, STREAM, 1, "grpc-direct");
		bound(ASYNC, Fact.GROWTH_CLIENT, 4 << 20);
		bound(ASYNC, Fact.GROWTH_SERVER, 4 << 20);
		bound(ASYNC, Fact.AHEAD, 20_000);
		mixed();
		jumbo();
		atMost(1, Figure.P99, ASYNC, LOSSY, 64, "grpc-direct");
		firstCall();
		allocation("client", Figure.CLIENT_BYTES, Fact.BARE_CLIENT);
		allocation("server", Figure.SERVER_BYTES, Fact.BARE_SERVER);
	}

	private void mixed() {
		String target = ASYNC + ": p99 of small calls beside 64 KiB ones at most 2x of without";
		OptionalDouble alone = best(Figure.P99, false, SMALL, 64, ASYNC);
		OptionalDouble beside = best(Figure.P99, false, MIXED, 64, ASYNC);
		add(target, ratio(beside, alone), 2, false);
	}

	private void jumbo() {
		OptionalDouble small = best(Figure.CALLS, true, ECHO_LINK, 16, ASYNC);
		OptionalDouble large = best(Figure.CALLS, true, ECHO_JUMBO, 16, ASYNC);
		add(ASYNC + ", " + ECHO_JUMBO + ", 16 in flight: calls/s at least 3.00x of those with an MTU of 1500",
				ratio(large, small), 3, true);
	}

	private void firstCall() {
		String target = SYNC + ": first call of a fresh process under 500 ms, connecting included";
		// A single call spreads as a tail does.
		OptionalDouble first = best(Figure.P99, false, FIRST, 1, SYNC);
		this.verdicts.add(new Verdict(target, milliseconds(first), Result.of(first, first.orElse(0) < 500_000)));
		String delay = SYNC + ": the warm-up delays readiness by at most 300 ms";
		OptionalDouble with = fact(SYNC, Fact.READY);
		OptionalDouble without = fact(COLD, Fact.READY);
		OptionalDouble added = (with.isPresent() && without.isPresent())
				? OptionalDouble.of(with.getAsDouble() - without.getAsDouble()) : OptionalDouble.empty();
		this.verdicts.add(new Verdict(delay, milliseconds(added), Result.of(added, added.orElse(0) <= 300_000)));
	}

	private void allocation(String side, Figure figure, String bareName) {
		String target = ASYNC + ", 64 in flight: at most 400 bytes per call on the " + side
				+ " beyond the user's records and their codec";
		OptionalDouble all = best(figure, false, SMALL, 64, ASYNC);
		OptionalDouble bare = fact(Fact.NO_STACK, bareName);
		if (all.isPresent() && bare.isPresent()) {
			double own = all.getAsDouble() - bare.getAsDouble();
			this.verdicts.add(new Verdict(target, String.format(Locale.ROOT, "%.0f (%.0f in all, %.0f without RPC)",
					own, all.getAsDouble(), bare.getAsDouble()), (own <= 400) ? Result.REACHED : Result.MISSED));
		}
		else {
			this.verdicts.add(new Verdict(target, "", Result.NOT_MEASURED));
		}
	}

	private void bound(String stack, String name, double most) {
		OptionalDouble value = fact(stack, name);
		this.verdicts.add(new Verdict(String.format(Locale.ROOT, "%s: at most %,.0f %s", stack, most, name),
				value.isPresent() ? String.format(Locale.ROOT, "%,.0f", value.getAsDouble()) : "",
				Result.of(value, value.orElse(0) <= most)));
	}

	private void atLeast(double factor, Figure figure, String ours, String workload, int inFlight, String... others) {
		compare(true, factor, figure, ours, workload, inFlight, others);
	}

	private void atMost(double factor, Figure figure, String ours, String workload, int inFlight, String... others) {
		compare(false, factor, figure, ours, workload, inFlight, others);
	}

	private void compare(boolean atLeast, double factor, Figure figure, String ours, String workload, int inFlight,
			String... others) {
		String target = String.format(Locale.ROOT, "%s, %s, %d in flight: %s at %s %.2fx of %s", ours, workload,
				inFlight, figure.title(), atLeast ? "least" : "most", factor,
				(others.length > 1) ? "the best of " + String.join(", ", others) : others[0]);
		add(target, ratio(best(figure, atLeast, workload, inFlight, ours),
				best(figure, atLeast, workload, inFlight, others)), factor, atLeast);
	}

	private void add(String target, OptionalDouble ratio, double factor, boolean atLeast) {
		boolean met = atLeast ? ratio.orElse(0) >= factor : ratio.orElse(0) <= factor;
		this.verdicts
			.add(new Verdict(target, ratio.isPresent() ? String.format(Locale.ROOT, "%.2fx", ratio.getAsDouble()) : "",
					Result.of(ratio, met)));
	}

	private OptionalDouble best(Figure figure, boolean largest, String workload, int inFlight, String... stacks) {
		List<Row> candidates = this.rows.stream()
			.filter((row) -> row.workload().equals(workload) && row.inFlight() == inFlight
					&& Arrays.asList(stacks).contains(row.stack()))
			.toList();
		candidates.forEach((row) -> this.judged.add(new Judged(row.stack(), row.key(), figure)));
		var values = candidates.stream().mapToDouble(figure::of);
		return largest ? values.max() : values.min();
	}

	private OptionalDouble fact(String stack, String name) {
		return this.facts.stream()
			.filter((fact) -> fact.stack().equals(stack) && fact.name().equals(name))
			.mapToDouble(Fact::value)
			.findFirst();
	}

	private static OptionalDouble ratio(OptionalDouble figure, OptionalDouble other) {
		return (figure.isPresent() && other.isPresent() && other.getAsDouble() > 0)
				? OptionalDouble.of(figure.getAsDouble() / other.getAsDouble()) : OptionalDouble.empty();
	}

	private static String milliseconds(OptionalDouble micros) {
		return micros.isPresent() ? String.format(Locale.ROOT, "%.0f ms", micros.getAsDouble() / 1000) : "";
	}

	/**
	 * Verdicts, and the figures they rest on.
	 *
	 * @param verdicts one for each target
	 * @param judged figures that were compared
	 */
	record Judgement(List<Verdict> verdicts, Set<Judged> judged) {

	}

	/**
	 * A figure that a target was judged by.
	 *
	 * @param stack name of the stack
	 * @param key what else identifies the row
	 * @param figure the figure
	 */
	record Judged(String stack, String key, Figure figure) {

	}

	/**
	 * A target and what was measured.
	 *
	 * @param target the target, in words
	 * @param measured the figure; empty if there is none
	 * @param result whether it is reached
	 */
	record Verdict(String target, String measured, Result result) {

	}

	/**
	 * What became of a target.
	 */
	enum Result {

		/** The target is reached. */
		REACHED,
		/** It is not. */
		MISSED,
		/** This run has no figure for it. */
		NOT_MEASURED;

		static Result of(OptionalDouble figure, boolean met) {
			if (figure.isEmpty()) {
				return NOT_MEASURED;
			}
			return met ? REACHED : MISSED;
		}

	}

}
