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

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Whether a text has the looks of a place where a secret is, rather than of a secret: who
 * forgets {@code file:} makes the same mistake on all nodes, so that everything works,
 * with a secret that stands in the manifest.
 */
final class SecretLooks {

	private static final String WRITE_FILE = ", and is no secret: write file:<path> to have the secret read from there";

	/** Of a file, by its beginning alone; none of them is in the alphabet of base64. */
	private static final Pattern PATH = Pattern
		.compile("(?:\\.{1,2}|~[A-Za-z0-9_.-]*)[/\\\\].*|[A-Za-z]:[/\\\\].*" + "|\\\\\\\\[A-Za-z0-9].*");

	/** Of a resource, of whatever kind. */
	private static final Pattern URL = Pattern.compile("([A-Za-z][A-Za-z0-9+.*-]*):/.*");

	private static final Pattern SCHEME = Pattern.compile("(file|classpath\\*?|vault|env|environment|config|configtree|"
			+ "optional|base64|jar|url|uri|urn|arn|ssm|sm|secret|secrets|secretsmanager|aws|gcp|azure|keyvault|k8s|"
			+ "kubernetes|docker|resource|bundle|system|sys|sops|consul|jndi|java|prefix|op|ref|encrypted|cipher):.*",
			Pattern.CASE_INSENSITIVE);

	/** What others resolve, and what was not. */
	private static final Pattern REFERENCE = Pattern.compile(
			"[$#%]\\{.*|\\$\\(.*|`.*`|\\{\\{.*\\}\\}"
					+ "|\\{[A-Za-z0-9-]+\\}.*|ENC\\(.*\\)|%[A-Za-z0-9_]+%|\\$[A-Z_][A-Z0-9_]*|<[^<>]*>",
			Pattern.DOTALL);

	private SecretLooks() {
	}

	/**
	 * Why a text is no secret.
	 * @param text without white space around it
	 * @return a clause that does not show it, or {@code null} if it may be one
	 */
	static @Nullable String fault(String text) {
		if (PATH.matcher(text).matches() || text.startsWith("/") && !text.endsWith("=") && !mixed(text)) {
			return "looks like the path of a file" + WRITE_FILE;
		}
		Matcher scheme = SCHEME.matcher(text);
		if (!scheme.matches()) {
			scheme = URL.matcher(text);
		}
		if (scheme.matches()) {
			String name = scheme.group(1);
			if (name.equals("file")) {
				return "is the place of a file, where the secret itself is expected (RealmSecret.configured reads "
						+ "file:<path>)";
			}
			return name.equalsIgnoreCase("file")
					? "looks like a file, for which 'file:' has to be in small letters" + WRITE_FILE
					: "looks like a place that begins with '" + name + ":', which nothing reads here" + WRITE_FILE;
		}
		if (REFERENCE.matcher(text).matches()) {
			return "looks like a reference that nothing has resolved, and is no secret: write the secret, or file:<path> "
					+ "to have it read from a file";
		}
		return (!SecretStrength.random(text) && exists(text)) ? "is the path of a file that exists" + WRITE_FILE : null;
	}

	/**
	 * Whether letters of both cases and digits change all the time, as in base64, of
	 * which one in 64 begins with a slash; what separates words does not count.
	 */
	private static boolean mixed(String text) {
		int length = 0;
		int changes = 0;
		int last = SecretStrength.OTHER;
		for (int i = 0; i < text.length(); i++) {
			int kind = SecretStrength.kind(text.charAt(i));
			if (kind != SecretStrength.OTHER) {
				changes += (kind != last) ? 1 : 0;
				length++;
				last = kind;
			}
		}
		return changes * 5 >= length * 2;
	}

	private static boolean exists(String text) {
		try {
			return Files.exists(Path.of(text), LinkOption.NOFOLLOW_LINKS);
		}
		catch (InvalidPathException ex) {
			return false;
		}
	}

	/**
	 * Whether a text has characters that nobody sees, such as the end of a line, and that
	 * others would not have in theirs.
	 * @return a clause that names the place, or {@code null}
	 */
	static @Nullable String unseen(String text) {
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == '\n' || character == '\r') {
				return "has more than one line: expected one secret; another one belongs to a setting or a file of its "
						+ "own";
			}
			int type = Character.getType(character);
			if (type == Character.CONTROL || type == Character.FORMAT || type == Character.LINE_SEPARATOR
					|| type == Character.PARAGRAPH_SEPARATOR) {
				return String.format(Locale.ROOT, "has the character U+%04X, which nobody sees, at place %d: expected "
						+ "one line of visible characters", (int) character, i + 1);
			}
		}
		return null;
	}

}
