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

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.benchmarks.stack.Mode;
import io.macula.benchmarks.stack.Stack;
import io.macula.benchmarks.stack.Stacks;
import org.jspecify.annotations.Nullable;

/**
 * What a run measures.
 *
 * @param quick whether it is the short form
 * @param whole whether everything is measured
 * @param named whether the workloads were named, so that each stack runs all of them
 * @param stacks the stacks
 * @param workloads the workloads, as far as a stack knows their mode
 * @param rounds rounds, each over all stacks
 * @param warmUpMillis before each window
 * @param windowMillis length of a window
 * @param profile what to profile instead of measuring; {@code null} to measure
 */
record Plan(boolean quick, boolean whole, boolean named, List<Stack> stacks, List<Workload> workloads, int rounds,
		long warmUpMillis, long windowMillis, @Nullable Profile profile) {

	private static final List<String> QUICK_STACKS = List.of("macula-async", "macula-proxy-sync", "limit-quic",
			"grpc-direct", "rsocket-tls");

	private static final List<String> QUICK_WORKLOADS = List.of("async-1", "async-64", "sync-1", "echo-16", "stream");

	/** What a whole run measures: each pair answers a target. */
	private static final Map<String, List<String>> JUDGED = judged();

	/** What else can be asked for by name; no target needs it. */
	private static final Map<String, List<String>> OTHERS = Map.of("spring-grpc", List.of("sync-1", "sync-64"),
			"rsocket-tls-cbor", List.of("echo-16"), "http-exchange-h1", List.of("sync-64"), "reactor-netty-quic",
			List.of("async-64"), "macula-lanes4", List.of("async-64", "async-512"), "macula-loops2",
			List.of("async-64", "async-512"), "macula-connections2", List.of("async-64", "async-512"));

	/** Seconds that two processes take to start and connect. */
	private static final double START_SECONDS = 5;

	/** Seconds that a stream workload takes beyond its window. */
	private static final double STREAM_SECONDS = 10;

	private static Map<String, List<String>> judged() {
		Map<String, List<String>> judged = new LinkedHashMap<>();
		judged.put("macula-async", List.of("async-1", "async-64", "async-512", "echo-16", "mixed-64", "stream",
				"echo-16-mtu1500", "echo-16-mtu9000", "async-64-lossy"));
		judged.put("grpc-direct",
				List.of("async-1", "async-64", "async-512", "echo-16", "stream", "echo-16-mtu1500", "async-64-lossy"));
		judged.put("grpc-direct-cbor", List.of("async-64", "echo-16"));
		judged.put("rsocket-tls", List.of("async-1", "async-64", "async-512", "echo-16"));
		judged.put("limit-quic", List.of("async-64", "async-512"));
		judged.put("limit-quic-gso", List.of("async-64", "async-512", "echo-16-mtu1500"));
		judged.put("limit-quic-large", List.of("async-64", "async-512", "echo-16"));
		judged.put("macula-proxy-future", List.of("async-64", "async-512"));
		judged.put("grpc-default", List.of("async-64", "async-512"));
		judged.put("grpc-fixed2", List.of("async-64", "async-512"));
		judged.put("macula-proxy-sync", List.of("sync-1", "sync-64"));
		judged.put("grpc-blocking", List.of("sync-1", "sync-64"));
		judged.put("dubbo", List.of("sync-64"));
		judged.put("dubbo-triple", List.of("sync-64"));
		judged.put("http-exchange-h2", List.of("sync-64"));
		judged.put("macula-proxy-cold", List.of());
		return judged;
	}

	static Plan parse(String[] args) {
		boolean quick = Arrays.asList(args).contains("--quick");
		List<String> stacks = quick ? QUICK_STACKS : List.copyOf(JUDGED.keySet());
		boolean named = quick;
		boolean partial = quick;
		List<String> workloads = quick ? QUICK_WORKLOADS : Workload.all().stream().map(Workload::id).toList();
		int rounds = quick ? 1 : 3;
		long warmUp = quick ? 1000 : 5000;
		long window = quick ? 1000 : 2500;
		Profile profile = null;
		for (int i = 0; i < args.length; i++) {
			switch (args[i]) {
				case "--quick" -> {
				}
				case "--only" -> {
					stacks = names(args, ++i);
					partial = true;
				}
				case "--workloads" -> {
					workloads = names(args, ++i);
					named = true;
					partial = true;
				}
				case "--profile" -> {
					profile = Profile.parse(names(args, ++i).get(0));
					stacks = List.of(profile.stack());
					workloads = List.of(profile.workload());
					named = true;
					partial = true;
					rounds = 1;
					window = 15_000;
				}
				case "--rounds" -> rounds = Integer.parseInt(names(args, ++i).get(0));
				case "--window" -> window = Long.parseLong(names(args, ++i).get(0));
				case "--warm-up" -> warmUp = Long.parseLong(names(args, ++i).get(0));
				default -> throw new IllegalArgumentException("Argument '" + args[i]
						+ "' is unknown: expected --quick, --only STACK,..., --workloads WORKLOAD,..., --rounds N, "
						+ "--warm-up MILLIS, --window MILLIS or --profile STACK:WORKLOAD[:EVENT]");
			}
		}
		return new Plan(quick, !partial, named, stacks.stream().map(Stacks::named).toList(),
				workloads.stream().map(Workload::named).toList(), rounds, warmUp, window, profile);
	}

	List<Workload> workloadsOf(Stack stack) {
		List<Workload> known = new ArrayList<>(this.workloads);
		List<String> whole = JUDGED.getOrDefault(stack.name(), OTHERS.getOrDefault(stack.name(), List.of()));
		known.removeIf(
				(workload) -> !stack.modes().contains(workload.mode()) || (workload.large() && !stack.carriesLarge())
						|| (workload.link() != Workload.Link.LOOPBACK && !stack.links())
						|| (!this.named && !whole.contains(workload.id())));
		return known;
	}

	/**
	 * Roughly how long the run will take; each link and stack has processes of its own.
	 */
	Duration estimate() {
		double seconds = 0;
		for (Stack stack : this.stacks) {
			List<Workload> own = workloadsOf(stack);
			long processes = Math.max(1, own.stream().map(Workload::link).distinct().count());
			seconds += processes * START_SECONDS + Math.min(processes, own.size()) * this.warmUpMillis / 1e3;
			for (Workload workload : own) {
				seconds += (this.warmUpMillis + this.windowMillis) / 1e3
						+ ((workload.mode() == Mode.STREAM) ? STREAM_SECONDS : 0);
			}
		}
		return Duration.ofSeconds((long) (seconds * this.rounds));
	}

	private static List<String> names(String[] args, int index) {
		if (index >= args.length) {
			throw new IllegalArgumentException("Argument '" + args[index - 1] + "' needs a value");
		}
		return List.of(args[index].split(","));
	}

	/**
	 * A profile of one stack at one workload.
	 *
	 * @param stack name of the stack
	 * @param workload id of the workload
	 * @param event {@link #CPU}, {@link #ALLOCATION} or another event of async-profiler
	 */
	record Profile(String stack, String workload, String event) {

		static final String CPU = "cpu";

		static final String ALLOCATION = "alloc";

		static Profile parse(String text) {
			String[] parts = text.split(":");
			if (parts.length < 2 || parts.length > 3) {
				throw new IllegalArgumentException(
						"--profile '" + text + "' is not of the form STACK:WORKLOAD or STACK:WORKLOAD:EVENT");
			}
			return new Profile(parts[0], parts[1], (parts.length == 3) ? parts[2] : CPU);
		}

	}

}
