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

package io.macula;

import java.util.Collection;
import java.util.Objects;
import java.util.TreeSet;

/**
 * What an instance tells of the version of a contract that it serves: a digest of all
 * that the contract says, and a mark for each of its methods. Two instances with the same
 * digest understand the same calls. Immutable; small enough to travel with an
 * advertisement.
 *
 * @param text the digest, 11 characters, and, unless the methods are left open, a dot and
 * 4 characters for each method, sorted
 */
public record Fingerprint(String text) {

	/** A contract of more methods leaves them open. */
	public static final int MAX_METHODS = 1000;

	private static final int DIGEST = 11;

	private static final int MARK = 4;

	private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	public Fingerprint {
		Objects.requireNonNull(text, "text");
		if (!valid(text)) {
			throw new IllegalArgumentException("Fingerprint of " + text.length() + " characters is not valid: expected "
					+ DIGEST + " of base64url, a dot and " + MARK + " for each of at most " + MAX_METHODS + " methods");
		}
	}

	private static boolean valid(String text) {
		int marks = text.length() - DIGEST - 1;
		boolean valid = marks == -1 || (marks >= 0 && marks % MARK == 0 && marks / MARK <= MAX_METHODS);
		for (int i = 0; valid && i < text.length(); i++) {
			valid = (i == DIGEST) ? text.charAt(i) == '.' : DIGITS.indexOf(text.charAt(i)) >= 0;
		}
		return valid;
	}

	/**
	 * Whether a text has the form of a {@link #version}.
	 * @param text of a peer
	 * @return true for 11 characters of base64url
	 */
	public static boolean isVersion(String text) {
		return text.length() == DIGEST && valid(text);
	}

	/**
	 * The fingerprint of a contract.
	 * @param digest of all that it says; the first 8 bytes count
	 * @param marks of its methods, see {@link #mark}
	 * @return the fingerprint
	 */
	public static Fingerprint of(byte[] digest, Collection<String> marks) {
		StringBuilder text = new StringBuilder();
		long bits = 0;
		for (int i = 0; i < 8; i++) {
			bits = (bits << 8) | (digest[i] & 0xFF);
		}
		append(text, bits, DIGEST);
		if (marks.size() <= MAX_METHODS) {
			text.append('.');
			new TreeSet<>(marks).forEach(text::append);
		}
		return new Fingerprint(text.toString());
	}

	/**
	 * The mark of a method: what a call needs to find a method that can take it at all,
	 * so that instances whose versions differ in less share the calls. Two methods in
	 * many millions have the same one, and then a call learns from the instance that it
	 * has no such method.
	 * @param wireName name of the method on the wire
	 * @param parameters how many values are sent
	 * @param elements whether the caller sends a stream
	 * @param stream whether a stream comes back
	 * @return 4 characters
	 */
	public static String mark(String wireName, int parameters, boolean elements, boolean stream) {
		long hash = 0xCBF29CE484222325L;
		for (int i = 0; i < wireName.length(); i++) {
			hash = (hash ^ wireName.charAt(i)) * 0x100000001B3L;
		}
		hash = (hash ^ '/') * 0x100000001B3L;
		hash = (hash ^ (parameters * 4L + (elements ? 2 : 0) + (stream ? 1 : 0))) * 0x100000001B3L;
		hash ^= hash >>> 32;
		StringBuilder mark = new StringBuilder(MARK);
		append(mark, hash ^ (hash >>> 24), MARK);
		return mark.toString();
	}

	private static void append(StringBuilder text, long bits, int digits) {
		for (int i = digits - 1; i >= 0; i--) {
			text.append(DIGITS.charAt((int) (bits >>> (6 * i)) & 0x3F));
		}
	}

	/**
	 * What two instances have in common that speak the same version.
	 * @return the digest
	 */
	public String version() {
		return this.text.substring(0, DIGEST);
	}

	/**
	 * The marks of the methods, or nothing where they are left open.
	 * @return equal for instances that have the same methods
	 */
	public String methods() {
		return this.text.substring(DIGEST);
	}

	/**
	 * Whether the instance may have a method.
	 * @param mark of the method
	 * @return false if it certainly has not
	 */
	public boolean mayHave(String mark) {
		if (this.text.length() == DIGEST) {
			return true;
		}
		for (int i = DIGEST + 1; i < this.text.length(); i += MARK) {
			if (this.text.startsWith(mark, i)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The same version with its methods left open, for where there is little room.
	 * @return a fingerprint of 11 characters
	 */
	public Fingerprint withoutMethods() {
		return new Fingerprint(version());
	}

	@Override
	public String toString() {
		return version();
	}

}
