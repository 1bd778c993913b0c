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

import java.io.IOException;
import java.nio.file.Path;

import one.profiler.AsyncProfiler;
import org.jspecify.annotations.Nullable;

/**
 * Records the stacks of this process during a window with async-profiler, in processes
 * that were asked for it by {@link #OPTION}.
 */
final class Profiler {

	/** System property {@code EVENT,DIRECTORY}. */
	static final String OPTION = "benchmark.profile";

	/** Timers of threads: counts processor time without rights to perf events. */
	private static final String CPU = "ctimer,interval=500us";

	private final String event;

	private final Path directory;

	private final String process;

	private Profiler(String event, Path directory, String process) {
		this.event = event;
		this.directory = directory;
		this.process = process;
	}

	/** The profiler of this process, or {@code null} if none was asked for. */
	static @Nullable Profiler ofThisProcess(String process) {
		String option = System.getProperty(OPTION, "");
		int comma = option.indexOf(',');
		return (comma < 0) ? null
				: new Profiler(option.substring(0, comma), Path.of(option.substring(comma + 1)), process);
	}

	void start() throws IOException {
		String started = this.event.equals(Plan.Profile.CPU) ? CPU : this.event;
		AsyncProfiler.getInstance().execute("start,event=" + started);
	}

	/** Stop, and write stacks and flame graph. */
	void stop() throws IOException {
		AsyncProfiler profiler = AsyncProfiler.getInstance();
		profiler.execute("stop");
		String total = this.event.equals(Plan.Profile.ALLOCATION) ? ",total" : "";
		profiler.execute("dump,collapsed" + total + ",file=" + this.directory.resolve(this.process + ".collapsed"));
		profiler.execute("dump,flamegraph" + total + ",title=" + this.process + ",file="
				+ this.directory.resolve(this.process + ".html"));
	}

}
