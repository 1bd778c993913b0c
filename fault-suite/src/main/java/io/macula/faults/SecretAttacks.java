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

package io.macula.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import io.macula.Realm;
import io.macula.harness.Clock;
import io.macula.harness.Shell;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;

/**
 * What gives secrets away.
 */
final class SecretAttacks {

	private static final Duration START_LIMIT = Duration.ofSeconds(25);

	private static final int GUESSES = 5;

	private SecretAttacks() {
	}

	static List<Trial> all() {
		return List.of(
				new Trial("guessing", "an outsider holds a certificate of the realm and guesses the secret", true,
						SecretAttacks::guessing),
				new Trial("weak-secret", "nodes whose operator chose a weak secret", false, SecretAttacks::weakSecret),
				new Trial("secret-file", "a secret's file that is a link, a pipe, open to others, or another user's",
						false, SecretAttacks::secretFile),
				new Trial("unverified", "nodes that trust everybody, and listen beyond this machine", false,
						SecretAttacks::unverified),
				new Trial("secret-shown", "/actuator/env and /configprops, with show-values=always", true,
						SecretAttacks::secretShown),
				new Trial("confidential", "an exception that no contract declares, with a password in its message",
						true, SecretAttacks::confidential),
				new Trial("leaf-life", "the certificate that a node shows", true, SecretAttacks::leafLife));
	}

	/*
	 * What comes after the derivation costs a guess as much as it costs a node whose
	 * secret is random, and an attacker would leave it out: only the difference counts.
	 */
	private static void guessing(AttackWorld world, FaultLog log, boolean quick) {
		Random random = new Random(world.secret().hashCode());
		double guess = Double.POSITIVE_INFINITY;
		double rest = Double.POSITIVE_INFINITY;
		for (int i = 0; i < GUESSES; i++) {
			byte[] bytes = new byte[32];
			random.nextBytes(bytes);
			rest = Math.min(rest, millis(Base64.getEncoder().encodeToString(bytes)));
			guess = Math.min(guess, millis("our Office cat no. %d sleeps on 2 red chairs!".formatted(i)));
		}
		double perSecond = 1000 / Math.max(0.001, guess - rest);
		log.must("a secret that a person made up takes a core 20 ms a guess",
				"%.0f ms, %.0f a second".formatted(guess - rest, perSecond), guess - rest >= 20);
	}

	private static double millis(String secret) {
		long start = Clock.now();
		SecretTls.of(new Realm("test"), "guess", RealmSecret.of(secret, "a guess")).authority();
		return (Clock.now() - start) / 1e6;
	}

	private static void weakSecret(AttackWorld world, FaultLog log, boolean quick) {
		for (String weak : List.of("passwordpassword", "aaaaaaaaaaaaaaaaaaaaaaaa", "1234567890123456",
				"changemechangeme")) {
			String said = world.refusedToStart("weak-" + weak.substring(0, 4), Map.of("MACULA_REALM_SECRET", weak),
					List.of(), AttackWorld.HOST, START_LIMIT);
			log.must("'" + weak + "' is refused at start, with the command that makes a good one", lastWords(said),
					said.contains("openssl rand") && !said.startsWith("still running") && !said.contains(weak));
		}
	}

	private static void secretFile(AttackWorld world, FaultLog log, boolean quick) {
		Map<String, String> forms = new TreeMap<>(Map.of("link", "ln -s other realm-secret", "pipe",
				"mkfifo -m 600 realm-secret", "open", "cp other realm-secret; chmod 644 realm-secret", "foreign",
				"cp other realm-secret; chmod 600 realm-secret; chown 65534 realm-secret", "directory",
				"mkdir realm-secret"));
		forms.forEach((form, command) -> {
			Path home = world.directory().toAbsolutePath().resolve("home-" + form);
			Path place = home.resolve(".macula");
			try {
				Files.createDirectories(place);
				Files.writeString(place.resolve("other"), world.secret() + "\n");
				Files.setPosixFilePermissions(place.resolve("other"), PosixFilePermissions.fromString("rw-------"));
			}
			catch (IOException ex) {
				throw new UncheckedIOException("No home " + home, ex);
			}
			if (!Shell.succeeds("sh", "-c", "cd '" + place + "' && " + command)) {
				log.measured("secret's file that is " + form, "cannot be made by this user");
				return;
			}
			String said = world.refusedToStart("file-" + form, Map.of(), List.of("-Duser.home=" + home),
					AttackWorld.HOST, START_LIMIT);
			log.must("the secret's file '" + form + "' is refused at start, by its name", lastWords(said),
					!said.startsWith("still running") && said.contains(place.resolve("realm-secret").toString())
							&& !said.contains(world.secret()));
		});
	}

	private static void unverified(AttackWorld world, FaultLog log, boolean quick) {
		Map<String, String> trusting = Map.of("MACULA_SSL_VERIFY", "false");
		for (String address : List.of("0.0.0.0", "::")) {
			String said = world.refusedToStart("unverified", trusting, List.of(), address, START_LIMIT);
			log.must("ssl.verify=false at '" + address + "' is refused at start, with what would accept it",
					words(said, "trusts everybody"), !said.startsWith("still running")
							&& said.contains("'" + address + "'") && said.contains("unverified-beyond-localhost=true"));
		}
		String said = world.refusedToStart("unverified-here", trusting, List.of(), AttackWorld.HOST, START_LIMIT);
		log.measured("a node that listens at " + AttackWorld.HOST, words(said, "verif"));
	}

	private static String words(String said, String word) {
		String text = said.lines()
			.filter((line) -> line.contains(word))
			.reduce((first, second) -> second)
			.orElse("nothing");
		return text.substring(0, Math.min(250, text.length()));
	}

	private static String lastWords(String said) {
		List<String> lines = said.lines().filter((line) -> !line.isBlank()).toList();
		String text = lines.stream()
			.filter((line) -> line.contains("secret") && !line.startsWith("\tat"))
			.reduce((first, second) -> second)
			.orElse(lines.isEmpty() ? "nothing" : lines.get(lines.size() - 1));
		return text.substring(0, Math.min(250, text.length()));
	}

	private static void secretShown(AttackWorld world, FaultLog log, boolean quick) {
		for (String page : List.of("env", "configprops", "macula")) {
			String text = world.actuator("d1", page);
			log.must("/actuator/" + page + " does not show the secret", text.length() + " characters",
					text.startsWith("{") && !text.contains(world.secret()));
		}
	}

	private static void confidential(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(20, () -> {
		}, "confidential");
		String answer = siege.outcome("answer");
		log.must("the caller learns neither class nor message", answer,
				answer.startsWith("FAILURE") && !answer.contains("IllegalState") && !answer.contains("hunter2"));
	}

	private static void leafLife(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(20, () -> {
		}, "leaf-life");
		String days = siege.outcome("days");
		log.must("it is valid for 30 days at most from now on", days + " days",
				days.matches("\\d+") && Integer.parseInt(days) <= 30);
	}

}
