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

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What is sent to a machine: a file, or a text. Immutable.
 *
 * @param name for whoever reads what would be sent
 * @param bytes how long it is
 * @param sum SHA-256 of it, as hex
 * @param opener opens it
 */
record Content(String name, long bytes, String sum, Opener opener) {

	/**
	 * A text, which may be secret: its name shows instead.
	 * @param name its name
	 * @param text the text
	 * @return the content
	 */
	static Content of(String name, String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		Opener opener = () -> new ByteArrayInputStream(bytes);
		return new Content(name, bytes.length, sum(opener), opener);
	}

	/**
	 * A file.
	 * @param file the file
	 * @return the content
	 * @throws CannotDeployException if it cannot be read
	 */
	static Content of(Path file) {
		Opener opener = () -> Files.newInputStream(file);
		try {
			return new Content(file.toString(), Files.size(file), sum(opener), opener);
		}
		catch (IOException | UncheckedIOException ex) {
			throw new CannotDeployException("File " + file + " cannot be read: give one that is there", ex);
		}
	}

	InputStream open() throws IOException {
		return this.opener.open();
	}

	static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Each Java has SHA-256", ex);
		}
	}

	private static String sum(Opener opener) {
		MessageDigest digest = sha256();
		try (InputStream stream = new DigestInputStream(opener.open(), digest)) {
			stream.transferTo(OutputStream.nullOutputStream());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return HexFormat.of().formatHex(digest.digest());
	}

	@Override
	public String toString() {
		return this.name;
	}

	/** Opens what is sent. */
	interface Opener {

		InputStream open() throws IOException;

	}

}
