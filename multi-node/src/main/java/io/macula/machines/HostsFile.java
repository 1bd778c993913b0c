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
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.Endpoint;
import io.macula.Route;
import io.macula.machines.Machine.Role;
import io.macula.machines.Machine.Setting;

/**
 * Reads the hosts file: a machine a line, {@code name address user port role} and then
 * settings {@code key=value}; {@code #} begins a comment. For one file.
 *
 * What is read goes into command lines of ssh and into shell scripts: nothing passes that
 * would have to be quoted there, or that ssh takes for an option.
 */
final class HostsFile {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

	private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_.-]{0,31}");

	private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._+-]+)+");

	private static final int FIELDS = 5;

	private static final int MAX_PORT = 65_535;

	private final Path file;

	private final List<String> faults = new ArrayList<>();

	private final List<Machine> machines = new ArrayList<>();

	/** Line of each name and of each place, for those that are named twice. */
	private final Map<String, Integer> seen = new HashMap<>();

	private HostsFile(Path file) {
		this.file = file;
	}

	/**
	 * Read a hosts file.
	 * @param file the file
	 * @return its machines in order, at least one of them a provider
	 * @throws CannotDeployException if it cannot be read, or a line is not valid: with a
	 * line of the message for each of them
	 */
	static List<Machine> read(Path file) {
		HostsFile hosts = new HostsFile(file);
		int number = 1;
		for (String line : lines(file)) {
			hosts.line(number++, line);
		}
		if (hosts.faults.isEmpty() && hosts.machines.stream().noneMatch((machine) -> machine.is(Role.PROVIDER))) {
			hosts.faults.add(file + " has no machine with role provider: write one as in machines/hosts.example");
		}
		if (!hosts.faults.isEmpty()) {
			throw new CannotDeployException(String.join("\n", hosts.faults));
		}
		return List.copyOf(hosts.machines);
	}

	private static List<String> lines(Path file) {
		try {
			return Files.readAllLines(file);
		}
		catch (NoSuchFileException ex) {
			throw new CannotDeployException(
					"There is no hosts file " + file + ": write one as machines/hosts.example is", ex);
		}
		catch (CharacterCodingException ex) {
			throw new CannotDeployException("Hosts file " + file + " is not text in UTF-8: write it as such", ex);
		}
		catch (IOException ex) {
			throw new CannotDeployException(
					"Hosts file " + file + " cannot be read: give a file that you may read (" + ex.getMessage() + ")",
					ex);
		}
	}

	private void line(int number, String line) {
		String text = line.replaceFirst("(^|\\s)#.*$", "").strip();
		if (text.isEmpty()) {
			return;
		}
		int before = this.faults.size();
		List<String> fields = List.of(text.split("\\s+"));
		if (fields.size() < FIELDS || fields.subList(0, FIELDS).stream().anyMatch((field) -> field.contains("="))) {
			fault(number, "'" + printable(text) + "' is not a machine",
					"five fields, name address user port role, such as: beam01 192.168.1.11 deploy 22 provider");
			return;
		}
		String name = matching(number, "name", fields.get(0), NAME, "letters, digits, dots and dashes, at most 63");
		String address = host(number, "address", fields.get(1));
		String user = matching(number, "user", fields.get(2), USER, "a user of that machine, in small letters");
		int port = port(number, "port", fields.get(3));
		Set<Role> roles = roles(number, fields.get(4));
		Map<Setting, String> settings = settings(number, fields.subList(FIELDS, fields.size()));
		if (this.faults.size() > before) {
			return;
		}
		Machine machine = new Machine(name, address, user, port, roles, settings);
		if (machine.is(Role.PROVIDER)) {
			reached(number, machine);
		}
		boolean other = once(number, "name '" + name + "'", "another name") && once(number,
				"machine " + address + " port " + port, "each machine once, with roles provider,client for both");
		if (other && machine.is(Role.PROVIDER)) {
			once(number, "endpoint " + Endpoint.parse(machine.endpoint()), "another one: udp=PORT or advertise=HOST");
		}
		this.machines.add(machine);
	}

	private String matching(int number, String what, String value, Pattern pattern, String expected) {
		if (!pattern.matcher(value).matches()) {
			fault(number, what + " '" + printable(value) + "' is not valid", expected);
		}
		return value;
	}

	private int port(int number, String what, String value) {
		if (value.matches("[0-9]{1,5}")) {
			int port = Integer.parseInt(value);
			if (port >= 1 && port <= MAX_PORT) {
				return port;
			}
		}
		fault(number, what + " '" + printable(value) + "' is not valid", "1 to " + MAX_PORT);
		return 1;
	}

	private Set<Role> roles(int number, String value) {
		Set<Role> roles = EnumSet.noneOf(Role.class);
		for (String part : value.split(",", -1)) {
			Stream.of(Role.values()).filter((role) -> key(role).equals(part)).findFirst().ifPresentOrElse((role) -> {
				if (!roles.add(role)) {
					fault(number, "role '" + part + "' stands there twice", "each role once");
				}
			}, () -> fault(number, "role '" + printable(part) + "' is not known",
					"provider, client, or provider,client"));
		}
		return roles;
	}

	private Map<Setting, String> settings(int number, List<String> parts) {
		Map<Setting, String> settings = new EnumMap<>(Setting.class);
		for (String part : parts) {
			int equals = part.indexOf('=');
			String key = (equals < 0) ? part : part.substring(0, equals);
			String value = (equals < 0) ? "" : part.substring(equals + 1);
			Setting setting = Stream.of(Setting.values())
				.filter((candidate) -> key(candidate).equals(key))
				.findFirst()
				.orElse(null);
			if (setting == null || equals < 0) {
				fault(number, "'" + printable(part) + "' is not a setting",
						Stream.of(Setting.values())
							.map((known) -> key(known) + "=")
							.collect(Collectors.joining(", ", "one of ", ", without spaces around it")));
			}
			else if (settings.put(setting, value) != null) {
				fault(number, "setting '" + key + "' stands there twice", "each setting once");
			}
			else {
				check(number, setting, value);
			}
		}
		return settings;
	}

	private void check(int number, Setting setting, String value) {
		switch (setting) {
			case UDP, HTTP -> port(number, key(setting), value);
			case DIRECTORY, JAVA -> {
				matching(number, key(setting), value, PATH, "an absolute path of letters, digits, and . _ + -");
				if (value.contains("/..") || value.contains("/./") || value.endsWith("/.")) {
					fault(number, key(setting) + " '" + value + "' is not valid", "a path without . and ..");
				}
			}
			case ADVERTISE -> host(number, key(setting), value);
			case ZONE -> matching(number, key(setting), value, NAME, "letters, digits, dots and dashes, at most 63");
			case FURTHER -> further(number, value);
		}
	}

	private String host(int number, String what, String value) {
		if (!Host.isValid(value)) {
			fault(number, what + " '" + printable(value) + "' is not valid", "a host name or an IP address");
		}
		return value;
	}

	private void further(int number, String value) {
		List<String> addresses = List.of(value.split(",", -1));
		if (addresses.size() > Route.MAX_FURTHER) {
			fault(number, "further '" + printable(value) + "' has " + addresses.size() + " addresses",
					"at most " + Route.MAX_FURTHER);
		}
		Set<Endpoint> endpoints = new HashSet<>();
		for (String address : addresses) {
			Endpoint endpoint = Host.endpoint(address);
			String shown = "further '" + printable(address) + "'";
			if (endpoint == null) {
				fault(number, shown + " is not valid",
						"HOST:PORT, or several with commas between, an IPv6 address in brackets");
			}
			else if (Host.isLinkLocal(endpoint.host())) {
				fault(number, shown + " means nothing on other links", "another address of this machine");
			}
			else if (!endpoints.add(endpoint)) {
				fault(number, shown + " stands there twice", "each address once");
			}
		}
	}

	/** The realm has to reach it where it says. */
	private void reached(int number, Machine machine) {
		String host = machine.advertised();
		if (Host.isLinkLocal(host)) {
			fault(number,
					(machine.settings().containsKey(Setting.ADVERTISE) ? "advertise '" : "address '") + host
							+ "' means nothing on other links",
					"advertise=HOST, a name or address that all others know");
		}
		String further = machine.further();
		if (further != null && Stream.of(further.split(","))
			.anyMatch((address) -> Endpoint.parse(machine.endpoint()).equals(Host.endpoint(address)))) {
			fault(number, "further '" + machine.endpoint() + "' is its first address", "others");
		}
	}

	private boolean once(int number, String what, String expected) {
		Integer first = this.seen.putIfAbsent(what, number);
		if (first != null) {
			fault(number, what + " stands in line " + first + " already", expected);
		}
		return first == null;
	}

	private void fault(int number, String fault, String expected) {
		this.faults.add(this.file + " line " + number + ": " + fault + ": expected " + expected);
	}

	static String key(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	/** What others wrote is printed to a terminal. */
	private static String printable(String text) {
		String safe = text.replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{S} ]", "?");
		return (safe.length() > 100) ? safe.substring(0, 100) + "..." : safe;
	}

}
