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

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.macula.machines.Machine.Role;
import org.jspecify.annotations.Nullable;

/**
 * What the step {@code check} found on a machine, and what speaks against a deployment.
 * Immutable.
 */
final class Facts {

	private static final Pattern VERSION = Pattern.compile("version \"(?:1\\.)?([0-9]+)[^\"]*\"");

	private static final Map<String, String> OF_MODES = Map.of("systemd",
			"systemd does not run there: take --mode process, or docker", "docker",
			"there is no docker: install it there (Debian's package docker.io), or take --mode systemd", "dockerd",
			"docker does not answer: start it there (systemctl start docker)", "k3s",
			"there is no k3s: install it there (https://docs.k3s.io/quick-start), or take --mode systemd", "k3s server",
			"k3s does not answer: start it there (systemctl start k3s)");

	private static final int LEAST_JAVA = 17;

	private static final String RELEASES = "releases/";

	private final Machine machine;

	private final Map<String, List<String>> facts = new HashMap<>();

	private Facts(Machine machine) {
		this.machine = machine;
	}

	/**
	 * Read what the step printed.
	 * @param machine where it ran
	 * @param printed lines {@code name=value}
	 * @return the facts
	 */
	static Facts parse(Machine machine, String printed) {
		Facts facts = new Facts(machine);
		printed.lines().forEach((line) -> {
			int equals = line.indexOf('=');
			if (equals > 0) {
				facts.facts.computeIfAbsent(line.substring(0, equals), (name) -> new ArrayList<>())
					.add(line.substring(equals + 1).strip());
			}
		});
		return facts;
	}

	Machine machine() {
		return this.machine;
	}

	/**
	 * Release that is started.
	 * @return its name, or {@code null} if there is none
	 */
	@Nullable String current() {
		return release("current");
	}

	/**
	 * Release that was started before.
	 * @return its name, or {@code null} if there is none
	 */
	@Nullable String previous() {
		return release("previous");
	}

	/**
	 * What a reader of figures must know of the machine.
	 * @return its kernel and how many processors it has
	 */
	String system() {
		return SshFailure.last(String.valueOf(first("system")));
	}

	boolean running() {
		return this.facts.containsKey("running");
	}

	/**
	 * Whether a release is there.
	 * @param release its name
	 * @return true if nothing must be sent
	 */
	boolean has(String release) {
		return this.facts.getOrDefault("has", List.of()).contains(release);
	}

	/**
	 * The mode of what is there.
	 * @return its name, or {@code null} if nothing is there
	 */
	@Nullable String mode() {
		return first("mode");
	}

	/**
	 * What speaks against a deployment.
	 * @param mode how the provider is to be run
	 * @param neededBytes room that is needed
	 * @return lines, each of which says how to mend it
	 */
	List<String> problems(Mode mode, long neededBytes) {
		List<String> problems = new ArrayList<>();
		missing(mode, problems);
		if (this.machine.is(Role.CLIENT) || !mode.runsImage()) {
			java(problems);
		}
		if (this.machine.is(Role.PROVIDER)) {
			leftovers(mode, problems);
			room(neededBytes, problems);
			port("udp", "UDP", this.machine.udp(), problems);
			port("http", "TCP", this.machine.http(), problems);
		}
		return problems.stream().map((problem) -> this.machine.name() + ": " + problem).toList();
	}

	private void missing(Mode mode, List<String> problems) {
		for (String missing : this.facts.getOrDefault("missing", List.of())) {
			String remedy = OF_MODES.get(missing);
			if (remedy == null) {
				problems.add("there is no " + missing + ": install it there");
			}
			else if (this.machine.is(Role.PROVIDER)) {
				problems.add(remedy);
			}
		}
		if (mode.needsRoot() && !"0".equals(first("uid")) && this.machine.is(Role.PROVIDER)) {
			problems
				.add("user " + this.machine.user() + " does not become root: log in as root, or take --mode process");
		}
	}

	private void java(List<String> problems) {
		String said = String.valueOf(first("java"));
		Matcher matcher = VERSION.matcher(said);
		if (!matcher.find()) {
			problems.add("there is no Java at " + this.machine.java() + " (" + SshFailure.last(said)
					+ "): install Java " + LEAST_JAVA
					+ " or later there (Debian's package openjdk-17-jre-headless), or name it by java=PATH");
		}
		else if (Integer.parseInt(matcher.group(1)) < LEAST_JAVA) {
			problems.add("Java at " + this.machine.java() + " is " + matcher.group(1) + ": expected " + LEAST_JAVA
					+ " or later: install it there, and name it by java=PATH");
		}
	}

	private void leftovers(Mode mode, List<String> problems) {
		String lock = first("lock");
		String present = mode();
		String found = first("found");
		String elsewhere = first("elsewhere");
		if (elsewhere != null && elsewhere.isEmpty()) {
			problems
				.add(mode.thing() + " is there, and 'up' has not made it: take it away there, or take another --mode");
		}
		else if (elsewhere != null) {
			String other = SshFailure.last(elsewhere);
			problems.add("its " + mode.thing() + " is that of another directory (" + other
					+ "), and a machine has one: take directory=" + other
					+ ", or take that provider away by 'down' with its own hosts file");
		}
		else if (lock != null) {
			problems.add("another run holds its lock (" + SshFailure.last(lock)
					+ "): wait for its end; if it was killed: rm -r " + this.machine.directory()
					+ "/lock there, and look at it with 'logs'");
		}
		else if (present != null && !present.equals(mode.key())) {
			problems.add("its provider was deployed by --mode " + SshFailure.last(present)
					+ ": take that one, or 'down' first");
		}
		else if (present == null && first("installed") != null) {
			problems.add("leftover of an earlier run: " + SshFailure.last(String.valueOf(first("installed")))
					+ ", without a release: take it away by 'down --mode " + mode.key() + "'");
		}
		else if (present == null && found != null && !found.isEmpty()) {
			problems.add(this.machine.directory() + " is there and has other things in it (" + SshFailure.last(found)
					+ "): move them away, or take directory=PATH");
		}
	}

	private void room(long neededBytes, List<String> problems) {
		if (first("writable") == null) {
			problems.add("user " + this.machine.user() + " may not write to " + this.machine.directory()
					+ ": take directory=PATH of a folder of its own, or a mode with root");
		}
		long free = number(first("free")) * 1024;
		if (free < neededBytes) {
			problems.add((free >> 20) + " MB are free at " + this.machine.directory() + ", and " + (neededBytes >> 20)
					+ " MB are needed: its disk is full: make room, or take directory=PATH on another file system");
		}
	}

	/** Its own provider may have it. */
	private void port(String name, String protocol, int port, List<String> problems) {
		boolean own = running() && Integer.toString(port).equals(first("present_" + name));
		if ("taken".equals(first(name)) && !own) {
			problems.add(protocol + " port " + port
					+ " is taken by another process: stop that one (ss -lnp there names it), or take " + name
					+ "=PORT");
		}
	}

	/**
	 * A fact as it was printed, for one line of a message.
	 * @param name its name
	 * @return what was printed, or {@code null} if nothing was
	 */
	@Nullable String told(String name) {
		String value = first(name);
		return (value != null) ? SshFailure.last(value) : null;
	}

	private @Nullable String release(String link) {
		String target = first(link);
		return (target != null && target.startsWith(RELEASES)) ? target.substring(RELEASES.length()) : null;
	}

	private @Nullable String first(String name) {
		List<String> values = this.facts.get(name);
		return (values != null) ? values.get(0) : null;
	}

	private static long number(@Nullable String text) {
		return (text != null && text.matches("[0-9]{1,15}")) ? Long.parseLong(text) : 0;
	}

}
