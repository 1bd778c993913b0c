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

package io.macula.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How bad a link is, each way. Immutable.
 *
 * @param delayMillis delay of a packet
 * @param jitterMillis what the delay varies by, up and down
 * @param lossPercent share of the packets that are lost
 * @param reorderPercent share of the packets that overtake
 */
public record Link(double delayMillis, double jitterMillis, double lossPercent, double reorderPercent) {

	/**
	 * Start the daemon {@code linkd} ({@code src/main/c}), which treats the packets of a
	 * netfilter queue so, and wait until it does.
	 * @param linkd the executable
	 * @param hosts the hosts
	 * @param host where it runs
	 * @param queue number of the queue, which is also the seed of its losses
	 * @return the daemon, for the caller to end
	 */
	public Process begin(Path linkd, Namespaces hosts, String host, String queue) {
		List<String> command = hosts.on(host,
				List.of(linkd.toString(), queue, Double.toString(this.delayMillis), Double.toString(this.jitterMillis),
						Double.toString(this.lossPercent), Double.toString(this.reorderPercent), queue));
		try {
			Process daemon = new ProcessBuilder(command).redirectErrorStream(true).start();
			String said = daemon.inputReader().readLine();
			if (!"ready".equals(said)) {
				daemon.destroyForcibly();
				throw new IllegalStateException("linkd did not start: " + said);
			}
			return daemon;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("linkd did not start", ex);
		}
	}

	/**
	 * Treat so what a host receives.
	 * @param linkd the executable
	 * @param hosts the hosts
	 * @param host the host
	 * @param queue number of a queue that nobody uses on that host
	 * @param match of {@code iptables}: which packets; none for all
	 * @return the daemon, for the caller to end after {@link #release}
	 */
	public Process hold(Path linkd, Namespaces hosts, String host, String queue, String... match) {
		Process daemon = begin(linkd, hosts, host, queue);
		queueInput("-I", hosts, host, queue, match);
		return daemon;
	}

	/**
	 * Treat what a host receives as before {@link #hold}.
	 * @param hosts the hosts
	 * @param host the host
	 * @param queue the number
	 * @param match the packets
	 */
	public static void release(Namespaces hosts, String host, String queue, String... match) {
		queueInput("-D", hosts, host, queue, match);
	}

	private static void queueInput(String operation, Namespaces hosts, String host, String queue, String... match) {
		List<String> command = new ArrayList<>(List.of("iptables", operation, "INPUT"));
		command.addAll(List.of(match));
		command.addAll(List.of("-j", "NFQUEUE", "--queue-num", queue, "--queue-bypass"));
		hosts.in(host, command.toArray(String[]::new));
	}

}
