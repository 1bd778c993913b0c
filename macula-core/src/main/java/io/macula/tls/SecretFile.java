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
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A file that holds a realm's secret, and who may read it. Each refusal is an
 * {@link IllegalStateException} that names the file and the remedy; nothing but a regular
 * file is ever opened. Immutable.
 */
final class SecretFile {

	/*
	 * The file of a user's home is this product's own and has one right form. One that
	 * was configured may come from an orchestrator: Kubernetes mounts links to files of
	 * root, Docker files of root that everybody in the container can read. Who owns it
	 * decides: what this user owns must be private; what root owns this user cannot make
	 * private, so that it is read, with a warning if all can.
	 */

	static final int MAX_BYTES = 4096;

	static final int GENERATED_BYTES = 32;

	private static final Logger logger = PrintableLogger.of(RealmSecret.class);

	/** How long another process may need to fill the file that it has made. */
	private static final long FILLED_WITHIN_NANOS = 2_000_000_000;

	private static final long LOOK_AGAIN_NANOS = 20_000_000;

	/** A mounted file may be swapped for another one between two looks at it. */
	private static final int ATTEMPTS = 3;

	/** What a shell takes as it is. */
	private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./,:=@%+-]+");

	private final Path path;

	private final boolean own;

	private SecretFile(Path path, boolean own) {
		this.path = path;
		this.own = own;
	}

	/**
	 * A file that this product makes for a user: no link, owned by this user or root, of
	 * no use to others, in a directory that others cannot change.
	 */
	static SecretFile own(Path path) {
		return new SecretFile(path.toAbsolutePath(), true);
	}

	/**
	 * A file that was configured: links are followed; it may be root's, and then be read
	 * by others.
	 */
	static SecretFile configured(Path path) {
		return new SecretFile(path.toAbsolutePath(), false);
	}

	/**
	 * The secret in the file.
	 * @throws IllegalStateException if there is none, or it is not to be trusted
	 */
	RealmSecret load() {
		RealmSecret secret = loaded();
		if (secret == null) {
			throw refused("does not exist",
					"correct the path, or create it: with the secret that the realm's nodes have, " + "or a new one by "
							+ command(),
					null);
		}
		return secret;
	}

	/**
	 * The secret in the file, which is created with a random one if it does not exist.
	 * Processes that do this at the same time get the same secret.
	 */
	RealmSecret loadOrCreate() {
		RealmSecret existing = loaded();
		if (existing != null) {
			logger.info("Using the realm secret in {}", this.path);
			return existing;
		}
		boolean created = create();
		RealmSecret secret = load();
		logger.info(created
				? "Created a realm secret in {}: applications of this user trust each other; those of other users and machines need the same secret"
				: "Using the realm secret in {}", this.path);
		return secret;
	}

	private @Nullable RealmSecret loaded() {
		String text;
		try {
			text = text();
			for (long waited = 0; text != null && text.isBlank() && this.own
					&& waited < FILLED_WITHIN_NANOS; waited += LOOK_AGAIN_NANOS) {
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
				text = text();
			}
		}
		catch (IOException ex) {
			throw unreadable(ex);
		}
		if (text == null) {
			return null;
		}
		if (text.isBlank()) {
			throw refused("is empty", write() + recreated(), null);
		}
		try {
			return RealmSecret.of(text, this.path.toString());
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalStateException(ex.getMessage() + "; " + write() + recreated(), ex);
		}
	}

	/** All nodes have the same: a new one is for a realm that has none. */
	private String write() {
		return "write the secret there that the realm's nodes have, or a new one by " + command();
	}

	private String command() {
		return "'" + RealmSecret.COMMAND + " > " + quoted(this.path) + "'";
	}

	/** As an argument of a command. */
	private static String quoted(Path path) {
		String text = path.toString();
		return PLAIN.matcher(text).matches() ? text : '"' + text.replaceAll("([\\\\\"$`])", "\\\\$1") + '"';
	}

	private String recreated() {
		return this.own ? ", or delete the file to have one created" : "";
	}

	/**
	 * Changes when the file is written or swapped for another one.
	 * @return for comparison with another one
	 */
	String state() {
		try {
			Path real = this.path.toRealPath();
			BasicFileAttributes attributes = attributes(real);
			return real + " " + attributes.fileKey() + " " + attributes.size() + " " + attributes.lastModifiedTime();
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	/** What is in the file, or {@code null} if it does not exist. */
	private @Nullable String text() throws IOException {
		for (int attempt = 1;; attempt++) {
			try {
				Path real = this.own ? this.path : this.path.toRealPath();
				BasicFileAttributes before = checked(real);
				byte[] content = read(real);
				if (Objects.equals(before.fileKey(), attributes(real).fileKey())) {
					return decoded(content);
				}
				if (attempt == ATTEMPTS) {
					throw refused("was replaced while it was read", "start again", null);
				}
			}
			catch (NoSuchFileException ex) {
				if (attempt == ATTEMPTS || !Files.exists(this.path, LinkOption.NOFOLLOW_LINKS)) {
					return absent();
				}
			}
		}
	}

	private @Nullable String absent() {
		if (Files.isSymbolicLink(this.path)) {
			throw refused("is a link to nothing", "correct the link, or the path", null);
		}
		return null;
	}

	private static BasicFileAttributes attributes(Path file) throws IOException {
		return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
	}

	private BasicFileAttributes checked(Path file) throws IOException {
		BasicFileAttributes attributes = attributes(file);
		if (!attributes.isRegularFile()) {
			String what = attributes.isSymbolicLink() ? "a symbolic link"
					: attributes.isDirectory() ? "a directory" : "no regular file but a pipe, a socket or a device";
			throw refused("is " + what,
					this.own ? "put the file itself there, or set macula.realm.secret=file:<path> to what it links to"
							: "name a regular file",
					null);
		}
		if (attributes.size() > MAX_BYTES) {
			throw refused("has " + attributes.size() + " bytes", "a secret has at most " + MAX_BYTES + "; " + write(),
					null);
		}
		FileAccess access = FileAccess.of(file);
		if (access != null) {
			requirePrivate(file, access);
		}
		return attributes;
	}

	private void requirePrivate(Path file, FileAccess access) throws IOException {
		if (!access.ownedByThisUser() && !access.ownedByRoot()) {
			throw refused("belongs to another user (" + access + "), who can change it",
					"run 'chown " + FileAccess.thisUser() + " " + quoted(file) + "' as root, or make one of your own",
					null);
		}
		boolean mounted = !this.own && access.ownedByRoot();
		if (access.othersWrite() || !mounted && access.othersRead()) {
			throw refused("is open to other users (" + access + ")",
					"run 'chmod 600 " + quoted(file) + "', and change the secret if others may have read it", null);
		}
		if (access.allRead()) {
			logger
				.warn("The realm secret's file {} can be read by every user of this machine or container ({}): mount it "
						+ "with mode 0440 and a group of this process alone (Kubernetes: 'defaultMode' of the volume, "
						+ "'fsGroup' of the pod)", this.path, access);
		}
		Path directory = file.getParent();
		if (this.own && directory != null) {
			requirePrivateDirectory(directory, FileAccess.of(directory));
		}
	}

	private void requirePrivateDirectory(Path directory, @Nullable FileAccess around) {
		if (around != null && (around.othersWrite() || !around.ownedByThisUser() && !around.ownedByRoot())) {
			throw refused("is in a directory that other users can change (" + around + ")",
					"run 'chmod 700 " + quoted(directory) + "' as its owner, and change the secret", null);
		}
	}

	private static byte[] read(Path file) throws IOException {
		try (InputStream in = Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
			return in.readNBytes(MAX_BYTES + 1);
		}
	}

	private String decoded(byte[] content) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
		}
		catch (CharacterCodingException ex) {
			throw refused("is no text in UTF-8", "a secret is text; " + write(), null);
		}
	}

	/*
	 * The file appears complete and under its own name at once, or not at all: a link to
	 * a finished temporary file is atomic and does not replace what another process has
	 * put there meanwhile. Where there are no links the file is created exclusively, and
	 * who finds it empty looks again.
	 */
	private boolean create() {
		Path directory = Objects.requireNonNull(this.path.getParent(), "directory of the secret");
		try {
			if (!Files.isDirectory(directory)) {
				Files.createDirectories(directory, FileAccess.attributes("rwx------"));
			}
			byte[] text = (generated() + "\n").getBytes(StandardCharsets.US_ASCII);
			Path temporary = Files.createTempFile(directory, ".realm-secret", ".tmp",
					FileAccess.attributes("rw-------"));
			try {
				Files.write(temporary, text);
				link(temporary, text);
				return true;
			}
			finally {
				Files.deleteIfExists(temporary);
			}
		}
		catch (FileAlreadyExistsException ex) {
			logger.debug("Another process created {} first ({})", this.path, ex.toString());
			return false;
		}
		catch (IOException ex) {
			throw new IllegalStateException("A realm secret cannot be created in " + this.path + " (" + reason(ex)
					+ "): set macula.realm.secret, or let this user write there", ex);
		}
	}

	private void link(Path temporary, byte[] text) throws IOException {
		try {
			Files.createLink(this.path, temporary);
		}
		catch (FileAlreadyExistsException ex) {
			throw ex;
		}
		catch (UnsupportedOperationException | FileSystemException ex) {
			logger.debug("No links for {} ({})", this.path, ex.toString());
			Files.createFile(this.path, FileAccess.attributes("rw-------"));
			Files.write(this.path, text, StandardOpenOption.WRITE);
		}
	}

	private static String generated() {
		byte[] random = new byte[GENERATED_BYTES];
		String text;
		do {
			new SecureRandom().nextBytes(random);
			text = Base64.getEncoder().encodeToString(random);
		}
		while (!SecretStrength.random(text) || SecretLooks.fault(text) != null);
		return text;
	}

	private IllegalStateException unreadable(IOException failure) {
		if (failure instanceof AccessDeniedException) {
			FileAccess access = access();
			boolean mine = this.own || access != null && access.ownedByThisUser();
			return refused(
					"cannot be read by this user (" + FileAccess.thisUser()
							+ ((access != null) ? "; the file has " + access : "") + ")",
					mine ? "run 'chmod 600 " + quoted(this.path) + "' as its owner"
							: "let this user or its group read it; in Kubernetes by 'fsGroup' of the pod or "
									+ "'defaultMode' of the volume",
					failure);
		}
		if (failure instanceof NotDirectoryException || failure instanceof FileSystemLoopException) {
			return refused("cannot be reached (" + reason(failure) + ")", "correct the path", failure);
		}
		return refused("cannot be read (" + reason(failure) + ")",
				"set macula.realm.secret, or mend what is wrong with " + this.path, failure);
	}

	private @Nullable FileAccess access() {
		try {
			return FileAccess.of(this.path.toRealPath());
		}
		catch (IOException ex) {
			return null;
		}
	}

	/** Without the path, which is told beside it. */
	private static String reason(IOException failure) {
		if (failure instanceof AccessDeniedException) {
			return "this user may not";
		}
		if (failure instanceof FileSystemException file) {
			String reason = file.getReason();
			return (reason != null) ? reason : file.getClass().getSimpleName() + " at " + file.getFile();
		}
		return failure.toString();
	}

	private IllegalStateException refused(String reason, String remedy, @Nullable Throwable cause) {
		return new IllegalStateException("The realm secret's file " + this.path + " " + reason + ": " + remedy, cause);
	}

}
