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

package io.macula.machines;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.harness.Arguments;
import io.macula.machines.Machine.Role;
import org.jspecify.annotations.Nullable;

/**
 * The machines of a hosts file and the way to them, as the options of a command say.
 */
final class Machines {

	private final Path hosts;

	private final List<Machine> all;

	private final Limits limits;

	private final Ssh ssh;

	private final Ssh back;

	private final @Nullable Remote dry;

	private final Mode mode;

	private final boolean deployed;

	/**
	 * Read the hosts file, and find out how it was deployed where nothing is said.
	 * @param arguments of the command: {@code hosts}, and, if they are given,
	 * {@code mode}, {@code wait}, {@code settle} and {@code stop}
	 * @param environment variables {@code SSH_IDENTITY} and {@code SSH_KNOWN_HOSTS}
	 * @param dryRun whether nothing is to be done
	 * @param deployed whether a dry run is one of machines that have a release
	 * @param out where a dry run prints
	 * @throws CannotDeployException if something is not valid
	 */
	Machines(Arguments arguments, Map<String, String> environment, boolean dryRun, boolean deployed, PrintStream out) {
		this.hosts = Path.of(arguments.required("hosts"));
		this.all = HostsFile.read(this.hosts);
		this.limits = Limits.of(arguments.optional("wait", "60"), arguments.optional("settle", "3"),
				arguments.optional("stop", "45"));
		Path identity = Ssh.readable(environment.get("SSH_IDENTITY"), "Private key SSH_IDENTITY");
		Path knownHosts = Ssh.readable(environment.get("SSH_KNOWN_HOSTS"), "File of host keys SSH_KNOWN_HOSTS");
		this.ssh = new Ssh(identity, knownHosts);
		this.back = new Ssh(identity, knownHosts);
		String given = arguments.optional("mode", "");
		Mode otherwise = given.isEmpty() ? Mode.SYSTEMD : Mode.of(given);
		this.dry = dryRun ? new DryRun(this.ssh, deployed, otherwise, out) : null;
		Mode found = (given.isEmpty() && !dryRun) ? detected() : otherwise;
		this.deployed = found != null;
		this.mode = (found != null) ? found : otherwise;
	}

	Mode mode() {
		return this.mode;
	}

	/**
	 * That there is something to look at, or to go back from.
	 * @return the same
	 * @throws CannotDeployException if no machine has a provider
	 */
	Machines deployed() {
		if (!this.deployed) {
			throw new CannotDeployException("No machine of " + this.hosts + " has a provider: deploy one by 'up'");
		}
		return this;
	}

	Limits limits() {
		return this.limits;
	}

	Ssh ssh() {
		return this.ssh;
	}

	List<Machine> all() {
		return this.all;
	}

	List<Machine> with(Role role) {
		return this.all.stream().filter((machine) -> machine.is(role)).toList();
	}

	/**
	 * The machine from which scenarios are run.
	 * @return the first one with that role
	 * @throws CannotDeployException if there is none
	 */
	Machine client() {
		return with(Role.CLIENT).stream()
			.findFirst()
			.orElseThrow(() -> new CannotDeployException(this.hosts
					+ " has no machine with role client, from which the scenarios are run: give one that role; one that provides "
					+ "may have both (provider,client)"));
	}

	Fleet fleet() {
		return fleet(this.limits);
	}

	Fleet fleet(Limits others) {
		return new Fleet((this.dry != null) ? this.dry : this.ssh, this.mode, others, owner());
	}

	/**
	 * The same machines by a way that nobody interrupts.
	 * @return what takes back what was done
	 */
	Fleet back() {
		return back(this.limits);
	}

	Fleet back(Limits others) {
		return new Fleet((this.dry != null) ? this.dry : this.back, this.mode, others, owner());
	}

	/**
	 * As it was deployed; all machines in one way.
	 * @return the mode, or {@code null} if no machine has a provider
	 */
	private @Nullable Mode detected() {
		Fleet any = new Fleet(this.ssh, Mode.SYSTEMD, this.limits, owner());
		List<Machine> providers = with(Role.PROVIDER);
		List<String> modes = Together.ask(providers, any::deployed);
		Map<String, List<String>> found = new TreeMap<>();
		for (int i = 0; i < modes.size(); i++) {
			found.computeIfAbsent(modes.get(i), (mode) -> new ArrayList<>()).add(providers.get(i).name());
		}
		found.remove("");
		if (found.size() > 1) {
			throw new CannotDeployException("The machines were deployed in several modes, " + found
					+ ": take away those that are wrong by a hosts file of these and 'down --mode MODE'");
		}
		return found.keySet().stream().findFirst().map(Mode::of).orElse(null);
	}

	/** Who this is, for whoever finds the lock. */
	private static String owner() {
		String host;
		try {
			host = Files.exists(Path.of("/proc/sys/kernel/hostname"))
					? Files.readString(Path.of("/proc/sys/kernel/hostname")).strip() : "?";
		}
		catch (IOException ex) {
			host = "?";
		}
		return (System.getProperty("user.name") + "@" + host + " process " + ProcessHandle.current().pid() + " since "
				+ Instant.now().truncatedTo(ChronoUnit.SECONDS))
			.replaceAll("[^A-Za-z0-9@._: -]", "?");
	}

}
