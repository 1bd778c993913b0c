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
package io.macula.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.macula.Realm;
import io.macula.node.RealmNodeBuilder;
import io.macula.tls.BundleTls;
import io.macula.tls.HostVerification;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import org.jspecify.annotations.Nullable;

/**
 * What the command shows to the realm and whom it trusts: the secret of the realm, or
 * certificates. Nothing is read before it is used.
 */
final class Credentials {

	private static final Set<PosixFilePermission> OTHERS = Set.of(PosixFilePermission.GROUP_READ,
			PosixFilePermission.OTHERS_READ);

	private final @Nullable Given secret;

	private final @Nullable Given certificate;

	private final @Nullable Given key;

	private final @Nullable Given trust;

	private final @Nullable Given peerName;

	private final Surroundings surroundings;

	private Credentials(Map<Setting, Given> given, Surroundings surroundings) {
		this.secret = given.get(Setting.SECRET_FILE);
		this.certificate = given.get(Setting.CERTIFICATE);
		this.key = given.get(Setting.KEY);
		this.trust = given.get(Setting.TRUST);
		this.peerName = given.get(Setting.PEER_NAME);
		this.surroundings = surroundings;
	}

	/**
	 * Decide between secret and certificates: what was said nearer has the last word.
	 */
	static Credentials of(Map<Setting, Given> given, Surroundings surroundings) {
		Credentials all = new Credentials(given, surroundings);
		Given first = all.bundled().min(Comparator.comparingInt(Given::layer)).orElse(null);
		if (first != null && all.secret != null && first.layer() == all.secret.layer()) {
			throw CommandException.usage("Both a secret (" + all.secret.origin() + ") and certificates ("
					+ first.origin() + ") are set: leave one out");
		}
		return all;
	}

	private Stream<Given> bundled() {
		return Stream.of(this.certificate, this.key, this.trust).filter(Objects::nonNull).map(Given.class::cast);
	}

	private boolean secretWins() {
		int nearest = bundled().mapToInt(Given::layer).min().orElse(Integer.MAX_VALUE);
		return nearest == Integer.MAX_VALUE || (this.secret != null && this.secret.layer() < nearest);
	}

	/**
	 * Have a node use them.
	 * @param warning is told of files that others can read
	 */
	void secure(RealmNodeBuilder node, Consumer<String> warning) {
		if (secretWins()) {
			if (this.peerName != null) {
				warning.accept("peer-name from " + this.peerName.origin()
						+ " has no effect with a secret: it is for certificates");
			}
			node.secrets(secrets(warning));
			return;
		}
		node.tls(bundle(warning));
	}

	/**
	 * What a node with them shows and trusts.
	 * @param warning is told of files that others can read
	 */
	TlsContexts tls(Realm realm, String nodeId, Consumer<String> warning) {
		return secretWins() ? SecretTls.of(realm, nodeId, secrets(warning)) : bundle(warning);
	}

	private TlsContexts bundle(Consumer<String> warning) {
		Given shown = required(this.certificate, Setting.CERTIFICATE);
		Given secretKey = required(this.key, Setting.KEY);
		Given trusted = required(this.trust, Setting.TRUST);
		Path keyFile = PemFiles.inline(secretKey.value()) ? null : secretKey.path(this.surroundings.home());
		if (keyFile != null) {
			warnOfReaders("private key", keyFile, warning);
		}
		PemFiles pem = new PemFiles(this.surroundings.home());
		try {
			return BundleTls.of(
					"certificate from " + shown.origin(), (this.peerName != null)
							? HostVerification.fixedName(this.peerName.value()) : HostVerification.dialledHost(),
					pem.keys(shown, secretKey), pem.trust(trusted));
		}
		catch (IllegalArgumentException ex) {
			throw CommandException.usage(String.valueOf(ex.getMessage()));
		}
	}

	private static Given required(@Nullable Given part, Setting setting) {
		if (part == null) {
			throw CommandException.usage(
					"Certificates need all of --certificate, --key and --trust: " + setting.option() + " is missing");
		}
		return part;
	}

	private List<RealmSecret> secrets(Consumer<String> warning) {
		try {
			return (this.secret != null) ? configured(this.secret, warning) : List.of(ofUser());
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			throw CommandException.usage(String.valueOf(ex.getMessage()));
		}
	}

	private List<RealmSecret> configured(Given given, Consumer<String> warning) {
		List<RealmSecret> secrets = new ArrayList<>();
		boolean variable = given.layer() == Given.VARIABLE;
		for (String each : variable ? List.of(given.value()) : List.of(given.value().split(","))) {
			Given one = new Given(each.trim(), given.origin(), given.base(), given.layer());
			if (variable && !each.startsWith("file:")) {
				secrets.add(RealmSecret.of(each, given.origin()));
				continue;
			}
			Path file = one.path(this.surroundings.home()).toAbsolutePath();
			warnOfReaders("realm secret", file, warning);
			secrets.add(RealmSecret.configured("file:" + file, given.origin()));
		}
		return secrets;
	}

	/** Never makes one: the nodes of the realm could not know it. */
	private RealmSecret ofUser() {
		Path file = this.surroundings.home().resolve(".macula").resolve("realm-secret");
		if (!Files.exists(file)) {
			throw CommandException.usage("There is no secret of the realm: set --secret-file or MACULA_REALM_SECRET, or"
					+ " certificates by --certificate, --key and --trust (" + file + " does not exist either)");
		}
		return RealmSecret.loadOrCreate(file);
	}

	private static void warnOfReaders(String what, Path file, Consumer<String> warning) {
		try {
			Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
			if (permissions.stream().anyMatch(OTHERS::contains)) {
				warning.accept("the file of the " + what + " " + file + " can be read by others ("
						+ PosixFilePermissions.toString(permissions) + "): run 'chmod 600 " + file + "'");
			}
		}
		catch (IOException | UnsupportedOperationException ex) {
			// Whoever reads it says what is wrong.
		}
	}

}
