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

package io.macula.benchmarks.scale;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.harness.Jvm;

/**
 * A process of {@link MeasuredNodes}. Closed, it is killed: nobody hears a word of it.
 */
final class NodeProcess implements AutoCloseable {

	private final Process process;

	private NodeProcess(Process process) {
		this.process = process;
	}

	/**
	 * Start providers.
	 * @param nodes each as {@code node id:port}
	 */
	static NodeProcess start(Duration lease, List<Endpoint> seeds, List<String> nodes) {
		List<String> arguments = new ArrayList<>(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path"),
				MeasuredNodes.class.getName(), Long.toString(lease.toMillis()),
				seeds.stream().map(Endpoint::toString).collect(Collectors.joining(","))));
		arguments.addAll(nodes);
		try {
			return new NodeProcess(
					new ProcessBuilder(Jvm.command(arguments)).redirectError(ProcessBuilder.Redirect.DISCARD).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Wait until its providers are advertised; what it says from then on is printed. */
	NodeProcess awaitReady() {
		BufferedReader lines = this.process.inputReader(StandardCharsets.UTF_8);
		try {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith(ScaleRealm.READY)) {
					Thread rest = new Thread(() -> lines.lines().forEach(System.out::println), "node process");
					rest.setDaemon(true);
					rest.start();
					return this;
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		throw new IllegalStateException("Process " + this.process.pid() + " ended before it was ready");
	}

	@Override
	public void close() {
		try {
			if (!this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Process " + this.process.pid() + " did not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
