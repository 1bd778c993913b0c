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

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * How hard a secret is to guess, by its looks: whether it is random, or else about how
 * many bits somebody has to guess who tries words, sequences and repetitions first.
 */
final class SecretStrength {

	/*
	 * The cheapest way to write the text down, from its beginning (dynamic programming):
	 * a character, a common word, a run or sequence, or a part that was there before.
	 * Letters that follow letters of their case count as those of words do, since random
	 * ones change their kind all the time. It is an estimate from below for what people
	 * make up, not a proof. Each start of a process waits for it: no lambdas, and nothing
	 * that grows with the square of the length but the search for repetitions.
	 */

	/** Fewest bits that are accepted; each guess costs one {@link Scrypt} derivation. */
	static final int MIN_BITS = 50;

	/** Kind of the characters that are neither letters nor digits. */
	static final int OTHER = 3;

	private static final int MIN_DISTINCT = 8;

	/** 256 bits in hexadecimal. */
	private static final Pattern HEX = Pattern.compile("(?:[0-9a-f]{2}){32,}|(?:[0-9A-F]{2}){32,}");

	/** 256 bits in base64 of either alphabet, padded or not. */
	private static final Pattern BASE64 = Pattern.compile("(?:[A-Za-z0-9+/]{43,}|[A-Za-z0-9_-]{43,})={0,2}");

	private static final double WORD_BITS = 7;

	private static final double RUN_BITS = 6;

	private static final double IN_WORD_BITS = 2.2;

	private static final double DIGIT_BITS = 3.3;

	private static final double LETTER_BITS = 4.5;

	private static final double OTHER_BITS = 5;

	/** Of a word, a repetition or a sequence: shorter ones are chance. */
	private static final int MIN_PART = 3;

	/** What people join words with is no secret. */
	private static final double SEPARATOR_BITS = 3;

	private static final int YEAR_LENGTH = 4;

	/** More is not looked at: it is enough by then, or repeats itself. */
	private static final int MAX_LENGTH = 256;

	private static final String[] ROWS = { "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop",
			"asdfghjkl", "zxcvbnm", "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "!\"$%&/()=", "!@#$%^&*()" };

	private static final Set<String> WORDS = Set.of("""
			password passwort passwd secret geheim geheimnis topsecret changeme change please replace example sample
			admin administrator root user username login guest default welcome letmein access master monkey dragon
			football baseball sunshine princess iloveyou shadow superman batman trustno hello world test testing tests
			demo local localhost server client service services realm macula spring boot cloud cluster node token apikey
			key private public shared system company shop order orders payment prod production stage staging dev develop
			development java docker compose kubernetes redis postgres mysql mongo kafka rabbit vault correct horse
			battery staple correcthorsebatterystaple troubador summer winter autumn january february march april june
			july august september october november december monday friday sunday the this that must have with from your
			you for and not very long enough only secure security strong weak random string value none null true false
			insert here todo fixme dummy placeholder hunter foobar internal team super ultra mega
			""".trim().split("\\s+"));

	private static final int LONGEST_WORD = "correcthorsebatterystaple".length();

	private SecretStrength() {
	}

	/**
	 * Whether a secret has the looks of at least 32 random bytes, in hexadecimal or
	 * base64: then no derivation can make it harder to guess. Part of the wire format,
	 * since all nodes of a realm have to come to the same answer.
	 * @param secret without white space around it
	 */
	static boolean random(String secret) {
		if (HEX.matcher(secret).matches()) {
			return true;
		}
		if (!BASE64.matcher(secret).matches()) {
			return false;
		}
		String digits = secret.replace("=", "");
		int changes = 0;
		for (int i = 1; i < digits.length(); i++) {
			if (kind(digits.charAt(i)) != kind(digits.charAt(i - 1))) {
				changes++;
			}
		}
		return changes * 5 >= digits.length() * 2;
	}

	/** Of a character: a small letter, a capital one, a digit, or {@link #OTHER}. */
	static int kind(char character) {
		return (character >= 'a' && character <= 'z') ? 0
				: (character >= 'A' && character <= 'Z') ? 1 : (character >= '0' && character <= '9') ? 2 : OTHER;
	}

	/**
	 * Why a secret is too weak.
	 * @param secret without white space around it
	 * @return a clause about it that does not show it, or {@code null} if it is not
	 */
	static @Nullable String weakness(String secret) {
		double bits = bits(secret);
		if (bits < MIN_BITS) {
			return "consists of words, sequences or repetitions, so that about 2^" + (int) bits + " guesses find it";
		}
		int distinct = 0;
		for (int i = 0; i < secret.length(); i++) {
			distinct += (secret.indexOf(secret.charAt(i)) == i) ? 1 : 0;
		}
		return (distinct < MIN_DISTINCT) ? "has only " + distinct + " different characters" : null;
	}

	/** About how many bits have to be guessed. */
	static double bits(String secret) {
		String text = plain(secret.substring(0, Math.min(MAX_LENGTH, secret.length())));
		int length = text.length();
		double[] bits = new double[length + 1];
		Arrays.fill(bits, Double.MAX_VALUE);
		bits[0] = 0;
		for (int i = 0; i < length; i++) {
			offer(bits, i, 1, character(secret, i));
			for (int end = i + MIN_PART; end <= Math.min(length, i + LONGEST_WORD); end++) {
				if (WORDS.contains(text.substring(i, end))) {
					offer(bits, i, end - i, WORD_BITS);
				}
			}
			// A part of these is one, too, so that the first one that is none is the end.
			for (int end = i + MIN_PART; end <= length && text.indexOf(text.substring(i, end)) < i; end++) {
				offer(bits, i, end - i, RUN_BITS);
			}
			for (int end = i + MIN_PART; end <= length && run(text.substring(i, end)); end++) {
				offer(bits, i, end - i, RUN_BITS);
			}
			if (year(text, i)) {
				offer(bits, i, YEAR_LENGTH, RUN_BITS);
			}
		}
		return bits[length];
	}

	private static void offer(double[] bits, int from, int size, double cost) {
		bits[from + size] = Math.min(bits[from + size], bits[from] + cost);
	}

	private static double character(String secret, int index) {
		int kind = kind(secret.charAt(index));
		boolean like = index > 0 && kind(secret.charAt(index - 1)) == kind;
		return switch (kind) {
			case 0, 1 -> like ? IN_WORD_BITS : LETTER_BITS;
			case 2 -> DIGIT_BITS;
			default -> (secret.indexOf(secret.charAt(index)) < index) ? 1
					: (" -_.,:".indexOf(secret.charAt(index)) >= 0) ? SEPARATOR_BITS : OTHER_BITS;
		};
	}

	/** Equal characters, or a part of a row of the alphabet or the keyboard. */
	private static boolean run(String part) {
		if (part.equals(part.substring(0, 1).repeat(part.length()))) {
			return true;
		}
		String back = new StringBuilder(part).reverse().toString();
		for (String row : ROWS) {
			if (row.contains(part) || row.contains(back)) {
				return true;
			}
		}
		return false;
	}

	private static boolean year(String text, int from) {
		return (text.startsWith("19", from) || text.startsWith("20", from)) && from + YEAR_LENGTH <= text.length()
				&& kind(text.charAt(from + 2)) == 2 && kind(text.charAt(from + 3)) == 2;
	}

	/** As those think who replace letters by their likes. Keeps the length. */
	private static String plain(String secret) {
		String lower = secret.toLowerCase(Locale.ROOT);
		String text = (lower.length() == secret.length()) ? lower : secret;
		StringBuilder plain = new StringBuilder(text.length());
		for (int i = 0; i < text.length(); i++) {
			boolean inWord = i > 0 && Character.isLetter(text.charAt(i - 1))
					|| i + 1 < text.length() && Character.isLetter(text.charAt(i + 1));
			int like = "01345$7@!".indexOf(text.charAt(i));
			plain.append((inWord && like >= 0) ? "oieassta!".charAt(like) : text.charAt(i));
		}
		return plain.toString();
	}

}
