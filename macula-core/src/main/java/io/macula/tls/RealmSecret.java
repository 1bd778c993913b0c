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

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all nodes of a realm know and nobody else; their trust in each other is derived
 * from it. Immutable; never shows itself.
 */
public final class RealmSecret {

	/** Fewest characters of a secret. */
	public static final int MIN_LENGTH = 16;

	private static final Logger logger = LoggerFactory.getLogger(RealmSecret.class);

	private static final int MAX_BYTES = 4096;

	private static final int GENERATED_BYTES = 32;

	private final byte[] bytes;

	private final String origin;

	private RealmSecret(byte[] bytes, String origin) {
		this.bytes = bytes;
		this.origin = origin;
	}

	/**
	 * A secret that was configured.
	 * @param text at least {@value #MIN_LENGTH} characters, without the white space
	 * around them
	 * @param origin where it was configured, for messages, for example
	 * {@code macula.realm.secret}
	 * @return the secret
	 * @throws IllegalArgumentException if the text is too short or too long; the message
	 * does not show it
	 */
	public static RealmSecret of(String text, String origin) {
		Objects.requireNonNull(origin, "origin");
		String trimmed = text.trim();
		if (trimmed.length() < MIN_LENGTH) {
			throw new IllegalArgumentException(
					"The realm secret from " + origin + " has " + trimmed.length() + " characters: expected at least "
							+ MIN_LENGTH + ", for example the output of 'openssl rand -base64 32'");
		}
		byte[] bytes = trimmed.getBytes(StandardCharsets.UTF_8);
		if (bytes.length > MAX_BYTES) {
			throw new IllegalArgumentException("The realm secret from " + origin + " has " + bytes.length
					+ " bytes: expected at most " + MAX_BYTES);
		}
		return new RealmSecret(bytes, origin);
	}

	/**
	 * Where the secret of this machine's user is kept.
	 * @return {@code ~/.macula/realm-secret}
	 */
	public static Path defaultPath() {
		return Path.of(System.getProperty("user.home", "."), ".macula", "realm-secret");
	}

	/**
	 * The secret in a file, which is created with a random one if it does not exist, for
	 * this user only. Processes that do this at the same time get the same secret.
	 * @param path the file
	 * @return the secret
	 * @throws IllegalStateException if others may read the file, or it cannot be read or
	 * created; the message names the remedy
	 */
	public static RealmSecret loadOrCreate(Path path) {
		Path file = path.toAbsolutePath();
		try {
			RealmSecret existing = load(file);
			if (existing != null) {
				logger.info("Using the realm secret in {}", file);
				return existing;
			}
			boolean created = create(file);
			RealmSecret secret = load(file);
			if (secret == null) {
				throw new NoSuchFileException(file.toString());
			}
			logger.info(created
					? "Created a realm secret in {}: applications of this user trust each other; those of other users and machines need the same secret"
					: "Using the realm secret in {}", file);
			return secret;
		}
		catch (IOException | UncheckedIOException ex) {
			throw new IllegalStateException("The realm secret in " + file + " can neither be read nor created (" + ex
					+ "): set macula.realm.secret, or let this user write there", ex);
		}
	}

	private static @Nullable RealmSecret load(Path file) throws IOException {
		byte[] content;
		try (InputStream in = Files.newInputStream(file)) {
			requirePrivate(file);
			content = in.readNBytes(MAX_BYTES + 1);
		}
		catch (NoSuchFileException ex) {
			return null;
		}
		try {
			return of(new String(content, StandardCharsets.UTF_8), file.toString());
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalStateException(
					ex.getMessage() + "; delete the file to have a new one created, or write one there", ex);
		}
	}

	private static void requirePrivate(Path file) throws IOException {
		if (!posix()) {
			return;
		}
		Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
		Set<PosixFilePermission> foreign = EnumSet.copyOf(permissions);
		foreign.removeAll(EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE,
				PosixFilePermission.OWNER_EXECUTE));
		if (!foreign.isEmpty()) {
			throw new IllegalStateException("The realm secret in " + file + " is open to other users ("
					+ PosixFilePermissions.toString(permissions) + "): run 'chmod 600 " + file
					+ "', and change the secret if others may have read it");
		}
	}

	/*
	 * The file appears complete and under its own name at once, or not at all: a link to
	 * a finished temporary file is atomic and does not replace what another process has
	 * put there meanwhile. Where there are no links the file is created exclusively.
	 */
	private static boolean create(Path file) throws IOException {
		Path directory = Objects.requireNonNull(file.getParent(), "directory of " + file);
		if (!Files.isDirectory(directory)) {
			Files.createDirectories(directory, attributes("rwx------"));
		}
		byte[] random = new byte[GENERATED_BYTES];
		new SecureRandom().nextBytes(random);
		byte[] text = (Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n")
			.getBytes(StandardCharsets.US_ASCII);
		Path temporary = Files.createTempFile(directory, ".realm-secret", ".tmp", attributes("rw-------"));
		try {
			Files.write(temporary, text);
			Files.createLink(file, temporary);
			return true;
		}
		catch (FileAlreadyExistsException ex) {
			logger.debug("Another process created {} first ({})", file, ex.toString());
			return false;
		}
		catch (UnsupportedOperationException ex) {
			logger.debug("No links at {} ({})", directory, ex.toString());
			Files.createFile(file, attributes("rw-------"));
			Files.write(file, text, StandardOpenOption.WRITE);
			return true;
		}
		finally {
			Files.deleteIfExists(temporary);
		}
	}

	private static FileAttribute<?>[] attributes(String permissions) {
		return posix()
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
				: new FileAttribute<?>[0];
	}

	private static boolean posix() {
		return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
	}

	/**
	 * A secret that only this object knows.
	 */
	static RealmSecret random() {
		byte[] bytes = new byte[GENERATED_BYTES];
		new SecureRandom().nextBytes(bytes);
		return new RealmSecret(bytes, "nowhere");
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
