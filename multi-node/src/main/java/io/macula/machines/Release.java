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

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

import io.macula.machines.Machine.Role;

/**
 * An application with its settings and how it is run, as it lies in a folder of a
 * machine: all that is taken back by a rollback. Its name tells what is in it, so that
 * another application, setting or secret is another release. Immutable.
 */
final class Release {

	/** Name of the unit, the container, the namespace and the pod. */
	static final String SERVICE = "macula-provider";

	/** A secret that is easily guessed must not be so by the name of a folder. */
	private static final int HASH_ROUNDS = 200_000;

	private static final int HASH_CHARACTERS = 12;

	private final Application application;

	private final Mode mode;

	private final Limits limits;

	private final Templates templates;

	private final Map<String, String> settings;

	private final String seeds;

	private final String secret;

	private final String name;

	/**
	 * A release.
	 * @param application what is run
	 * @param mode how it is run
	 * @param limits how long it may take to stop
	 * @param templates what it is run by
	 * @param machines all of the realm
	 * @param settings further settings, by variable
	 * @param secret of the realm
	 */
	Release(Application application, Mode mode, Limits limits, Templates templates, List<Machine> machines,
			Map<String, String> settings, String secret) {
		this.application = application;
		this.mode = mode;
		this.limits = limits;
		this.templates = templates;
		this.settings = settings;
		this.secret = secret;
		List<Machine> providers = machines.stream().filter((machine) -> machine.is(Role.PROVIDER)).toList();
		this.seeds = providers.stream().map(Machine::endpoint).collect(Collectors.joining(","));
		this.name = application.version() + "-" + hash(providers);
	}

	String name() {
		return this.name;
	}

	Application application() {
		return this.application;
	}

	/**
	 * The files of a machine.
	 * @param machine the machine
	 * @return what lies in the folder
	 */
	List<RemoteFile> files(Machine machine) {
		List<RemoteFile> files = new ArrayList<>();
		Content jar = this.application.jar();
		if (jar != null) {
			files.add(new RemoteFile("application.jar", "644", jar));
		}
		else {
			files.add(new RemoteFile("image", "644", Content.of("image", this.application.image() + "\n")));
		}
		files.add(new RemoteFile("provider.env", "600", Content.of("provider.env", environment(machine, this.secret))));
		description(machine).forEach((file, text) -> files
			.add(new RemoteFile(file, "644", Content.of(file + " of " + machine.name(), text))));
		return files;
	}

	/**
	 * Variables of a provider.
	 * @param machine its machine
	 * @param shown what stands there as the secret
	 * @return lines {@code VARIABLE=value}
	 */
	String environment(Machine machine, String shown) {
		Map<String, String> variables = new LinkedHashMap<>();
		variables.put("MACULA_NODE_ID", machine.name());
		variables.put("MACULA_REALM_SECRET", shown);
		variables.put("MACULA_REALM_SEEDS", this.seeds);
		variables.put("MACULA_PROVIDER_PORT", Integer.toString(machine.udp()));
		variables.put("MACULA_PROVIDER_ADVERTISEDHOST", machine.advertised());
		variables.put("MACULA_PROVIDER_TERMINATIONGRACEPERIOD", Long.toString(this.limits.stop().toSeconds()));
		String zone = machine.zone();
		if (zone != null) {
			variables.put("MACULA_NODE_ZONE", zone);
		}
		String further = machine.further();
		if (further != null) {
			variables.put("MACULA_PROVIDER_FURTHERADDRESSES", further);
		}
		// The actuator, and whatever else it serves, for this machine alone.
		variables.put("SERVER_ADDRESS", "127.0.0.1");
		variables.put("SERVER_PORT", Integer.toString(machine.http()));
		variables.put("MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED", "true");
		variables.put("MANAGEMENT_ENDPOINT_MACULA_ACCESS", "read-only");
		variables.putAll(this.settings);
		return variables.entrySet()
			.stream()
			.map((variable) -> variable.getKey() + "=" + variable.getValue() + "\n")
			.collect(Collectors.joining());
	}

	/** What runs it there, by the name of the file. */
	private Map<String, String> description(Machine machine) {
		return switch (this.mode) {
			case SYSTEMD -> Map.of(SERVICE + ".service", this.templates.unit(machine, this.limits));
			case K3S -> Map.of(SERVICE + ".yaml",
					this.templates.manifest(machine, this.limits, String.valueOf(this.application.image())));
			case DOCKER, PROCESS -> Map.of();
		};
	}

	private String hash(List<Machine> providers) {
		MessageDigest digest = Content.sha256();
		String shown = HexFormat.of().formatHex(derived(this.secret));
		StringBuilder all = new StringBuilder(this.mode.key() + "\n" + this.application.identity() + "\n");
		for (Machine machine : providers) {
			all.append(environment(machine, shown)).append(description(machine)).append('\n');
		}
		return HexFormat.of()
			.formatHex(digest.digest(all.toString().getBytes(StandardCharsets.UTF_8)))
			.substring(0, HASH_CHARACTERS);
	}

	private static byte[] derived(String secret) {
		byte[] salt = "macula release".getBytes(StandardCharsets.UTF_8);
		try {
			return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
				.generateSecret(new PBEKeySpec(secret.toCharArray(), salt, HASH_ROUNDS, 256))
				.getEncoded();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Each Java has PBKDF2WithHmacSHA256", ex);
		}
	}

	/**
	 * A file of a release. Immutable.
	 *
	 * @param name its name in the folder
	 * @param permissions as {@code chmod} takes them
	 * @param content what is in it
	 */
	record RemoteFile(String name, String permissions, Content content) {

	}

}
