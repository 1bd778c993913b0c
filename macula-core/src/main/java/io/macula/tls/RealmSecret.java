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

package io.macula.tls;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What all nodes of a realm know and nobody else; their trust in each other is derived
 * from it. Immutable; never shows itself.
 */
public final class RealmSecret {

	/** Fewest characters of a secret. */
	public static final int MIN_LENGTH = 16;

	/** How a good one is made. */
	public static final String COMMAND = "openssl rand -base64 32";

	private static final String FILE_PREFIX = "file:";

	private final byte[] bytes;

	private final boolean random;

	private final String origin;

	private RealmSecret(byte[] bytes, boolean random, String origin) {
		this.bytes = bytes;
		this.random = random;
		this.origin = origin;
	}

	/**
	 * A secret that was configured.
	 * @param text at least {@value #MIN_LENGTH} characters that are not easily guessed,
	 * in one line, without the white space around them
	 * @param origin where it was configured, for messages, for example
	 * {@code macula.realm.secret}
	 * @return the secret
	 * @throws IllegalArgumentException if the text is too short, too long or too weak, or
	 * looks like the place of a secret; the message does not show it
	 */
	public static RealmSecret of(String text, String origin) {
		Objects.requireNonNull(origin, "origin");
		String trimmed = text.trim();
		String fault = SecretLooks.unseen(trimmed);
		if (fault == null) {
			fault = SecretLooks.fault(trimmed);
		}
		if (fault != null) {
			throw new IllegalArgumentException("The realm secret from " + origin + " " + fault);
		}
		String weakness = (trimmed.length() < MIN_LENGTH) ? "has " + trimmed.length() + " characters"
				: SecretStrength.weakness(trimmed);
		if (weakness != null) {
			throw new IllegalArgumentException(
					"The realm secret from " + origin + " " + weakness + ": expected at least " + MIN_LENGTH
							+ " characters that nobody can guess; '" + COMMAND + "' makes good ones");
		}
		byte[] bytes = trimmed.getBytes(StandardCharsets.UTF_8);
		if (bytes.length > SecretFile.MAX_BYTES) {
			throw new IllegalArgumentException("The realm secret from " + origin + " has " + bytes.length
					+ " bytes: expected at most " + SecretFile.MAX_BYTES);
		}
		return new RealmSecret(bytes, SecretStrength.random(trimmed), origin);
	}

	/**
	 * A secret that was configured, or the file in which it is.
	 * @param value the secret, or {@code file:<path>}
	 * @param origin where the value was configured, for messages
	 * @return the secret; that in a file has the file as its origin
	 * @throws IllegalArgumentException if the secret is too weak
	 * @throws IllegalStateException if the file cannot be trusted; the message names the
	 * remedy
	 */
	public static RealmSecret configured(String value, String origin) {
		Path file = file(value, origin);
		return (file != null) ? SecretFile.configured(file).load() : of(value, origin);
	}

	/**
	 * The file that a configured value names.
	 * @param value the secret, or {@code file:<path>}
	 * @param origin where the value was configured, for messages
	 * @return the file, or {@code null} if the value is the secret itself
	 */
	static @Nullable Path file(String value, String origin) {
		String trimmed = value.trim();
		if (!trimmed.startsWith(FILE_PREFIX)) {
			return null;
		}
		String path = trimmed.substring(FILE_PREFIX.length());
		try {
			return Path.of(path.startsWith("///") ? path.substring(2) : path);
		}
		catch (InvalidPathException ex) {
			throw new IllegalArgumentException(
					"The realm secret's file '" + path + "' from " + origin + " is no path: " + ex.getReason(), ex);
		}
	}

	/**
	 * What changes when the file that a configured value names is written, or swapped for
	 * another one.
	 * @param value the secret, or {@code file:<path>}
	 * @param origin where the value was configured, for messages
	 * @return for comparison with another one, or {@code null} if the value is the secret
	 * itself
	 */
	public static @Nullable String fileState(String value, String origin) {
		Path file = file(value, origin);
		return (file != null) ? SecretFile.configured(file).state() : null;
	}

	/**
	 * Where the secret of this machine's user is kept.
	 * @return {@code ~/.macula/realm-secret}
	 * @throws IllegalStateException if this process has no home directory; the message
	 * names the remedy
	 */
	public static Path defaultPath() {
		String home = System.getProperty("user.home");
		if (home == null || !Path.of(home).isAbsolute() || !Files.isDirectory(Path.of(home))) {
			throw new IllegalStateException("This process has no home directory in which a realm secret could be kept "
					+ "(user.home is '" + home + "'): set macula.realm.secret, to the same for all nodes of the realm");
		}
		return Path.of(home, ".macula", "realm-secret");
	}

	/**
	 * The secret in a file, which is created with a random one if it does not exist, for
	 * this user only. Processes that do this at the same time get the same secret.
	 * @param path the file
	 * @return the secret
	 * @throws IllegalStateException if others may read the file, or it is no regular file
	 * of this user, or it cannot be read or created; the message names the remedy
	 */
	public static RealmSecret loadOrCreate(Path path) {
		return SecretFile.own(path).loadOrCreate();
	}

	/**
	 * A secret that only this object knows.
	 */
	static RealmSecret random() {
		byte[] random = new byte[SecretFile.GENERATED_BYTES];
		new SecureRandom().nextBytes(random);
		return new RealmSecret(Base64.getEncoder().encode(random), true, "nowhere");
	}

	/**
	 * Whether it has the looks of 32 random bytes; otherwise guessing is made slow.
	 */
	boolean isRandom() {
		return this.random;
	}

	/** Not a copy: for derivation only. */
	byte[] bytes() {
		return this.bytes;
	}

	/**
	 * Where the secret comes from.
	 * @return name of a setting or path of a file
	 */
	public String origin() {
		return this.origin;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof RealmSecret secret && MessageDigest.isEqual(this.bytes, secret.bytes);
	}

	@Override
	public int hashCode() {
		return Arrays.hashCode(this.bytes);
	}

	@Override
	public String toString() {
		return "secret from " + this.origin + " (not shown)";
	}

}
