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
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Files of each node of a world that hold the secret which it shows and two that it
 * accepts: as the section "Rotation" of docs/security.md has it.
 */
final class SecretFiles {

	/** What a node shows. */
	static final String SHOWN = "shown";

	/** What it accepts at first. */
	static final String OLDER = "a";

	/** What it is told to accept, too. */
	static final String NEWER = "b";

	private final Path directory;

	private final String secret;

	private final List<Path> nodes = new ArrayList<>();

	SecretFiles(Path directory, String secret) {
		this.directory = directory;
		this.secret = secret;
	}

	/**
	 * Settings of a node in the environment; its files are made if they are not there.
	 * @param host the node
	 * @return names and values
	 */
	Map<String, String> environment(String host) {
		Path own = this.directory.resolve("secrets-" + host);
		if (!this.nodes.contains(own)) {
			this.nodes.add(own);
			try {
				Files.createDirectory(own);
			}
			catch (IOException ex) {
				throw new UncheckedIOException("Directory of secrets cannot be made", ex);
			}
			List.of(SHOWN, OLDER, NEWER).forEach((file) -> write(own, file, this.secret));
		}
		String accepted = "MACULA_REALM_ACCEPTEDSECRETS_";
		return Map.of("MACULA_REALM_SECRET", place(own, SHOWN), accepted + "0", place(own, OLDER), accepted + "1",
				place(own, NEWER));
	}

	private static String place(Path own, String file) {
		return "file:" + own.resolve(file).toAbsolutePath();
	}

	/**
	 * Write a secret to one file of every node.
	 * @param file which
	 * @param secret the secret
	 */
	void write(String file, String secret) {
		this.nodes.forEach((own) -> write(own, file, secret));
	}

	/* Renamed, so that nobody reads half of it. */
	private static void write(Path own, String file, String secret) {
		Path beside = own.resolve(file + ".new");
		try {
			Files.createFile(beside,
					PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
			Files.writeString(beside, secret);
			Files.move(beside, own.resolve(file), StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Secret cannot be written to " + own.resolve(file), ex);
		}
	}

}
