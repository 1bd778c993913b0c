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

import io.macula.benchmarks.stack.Stack;
import io.macula.benchmarks.stack.Stacks;
import org.jspecify.annotations.Nullable;

/**
 * What a run measures.
 *
 * @param quick whether it is the short form
 * @param stacks the stacks
 * @param workloads the workloads, as far as a stack knows their mode
 * @param rounds rounds, each over all stacks
 * @param warmUpMillis before each window
 * @param windowMillis length of a window
 * @param profile what to profile instead of measuring; {@code null} to measure
 */
record Plan(boolean quick, List<Stack> stacks, List<Workload> workloads, int rounds, long warmUpMillis,
		long windowMillis, @Nullable Profile profile) {

	private static final List<String> QUICK_STACKS = List.of("macula-async", "limit-quic", "grpc-direct",
			"rsocket-tls");

	private static final List<String> QUICK_WORKLOADS = List.of("async-1", "async-64");

	/** Stacks that are left out unless they are asked for: no answer to any target. */
	private static final List<String> EXTRA_STACKS = List.of();

	static Plan parse(String[] args) {
		boolean quick = Arrays.asList(args).contains("--quick");
		List<String> stacks = Stacks.names()
			.stream()
			.filter((name) -> !EXTRA_STACKS.contains(name) && (!quick || QUICK_STACKS.contains(name)))
			.toList();
		List<String> workloads = quick ? QUICK_WORKLOADS : Workload.all().stream().map(Workload::id).toList();
		int rounds = 3;
		long warmUp = quick ? 1000 : 5000;
		long window = quick ? 1000 : 3000;
		Profile profile = null;
		for (int i = 0; i < args.length; i++) {
			switch (args[i]) {
				case "--quick" -> {
				}
				case "--only" -> stacks = names(args, ++i);
				case "--workloads" -> workloads = names(args, ++i);
				case "--profile" -> {
					profile = Profile.parse(names(args, ++i).get(0));
					stacks = List.of(profile.stack());
					workloads = List.of(profile.workload());
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
		return new Plan(quick, stacks.stream().map(Stacks::named).toList(),
				workloads.stream().map(Workload::named).toList(), rounds, warmUp, window, profile);
	}

	List<Workload> workloadsOf(Stack stack) {
		List<Workload> known = new ArrayList<>(this.workloads);
		known.removeIf(
				(workload) -> !stack.modes().contains(workload.mode()) || (workload.large() && !stack.carriesLarge()));
		return known;
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
