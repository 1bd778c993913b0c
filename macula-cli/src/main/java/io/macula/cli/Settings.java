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

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.log.DurationText;
import org.jspecify.annotations.Nullable;

/**
 * What holds for one run of the command. Immutable.
 *
 * @param realm name of the realm
 * @param seeds nodes that are asked first
 * @param seedsOrigin where they were set, for messages
 * @param timeout bound of each question to a node
 * @param credentials what is shown and who is trusted
 */
record Settings(String realm, List<Endpoint> seeds, String seedsOrigin, Duration timeout, Credentials credentials) {

	private static final Endpoint USUAL_SEED = new Endpoint("127.0.0.1", 9443);

	private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(3);

	private static final Duration LONGEST = Duration.ofHours(1);

	private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ms|s|m|h)");

	private static final Map<String, Long> UNITS = Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L);

	/**
	 * Put together what was set.
	 * @param given the value of each setting with the last word
	 */
	static Settings of(Map<Setting, Given> given, Surroundings surroundings) {
		Given seeds = given.get(Setting.SEEDS);
		return new Settings(realm(given.get(Setting.REALM)), seeds(seeds),
				(seeds != null) ? seeds.origin() : "the default", timeout(given.get(Setting.TIMEOUT)),
				Credentials.of(given, surroundings));
	}

	private static String realm(@Nullable Given given) {
		if (given == null) {
			return "default";
		}
		try {
			return new Realm(given.value()).name();
		}
		catch (IllegalArgumentException ex) {
			throw given.refused("realm",
					"expected 1 to 128 letters, digits, '.', '_' or '-', starting with a letter or a digit");
		}
	}

	private static List<Endpoint> seeds(@Nullable Given given) {
		if (given == null) {
			return List.of(USUAL_SEED);
		}
		List<Endpoint> seeds = Arrays.stream(given.value().split(","))
			.map(String::trim)
			.filter((text) -> !text.isEmpty())
			.map((text) -> seed(text, given))
			.toList();
		if (seeds.isEmpty()) {
			throw given.refused("seeds", "expected host:port of a node that listens, several with commas");
		}
		return seeds;
	}

	private static Endpoint seed(String text, Given given) {
		try {
			return Endpoint.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw new Given(text, given.origin(), given.base(), given.layer()).refused("seed",
					"expected host:port of a node that listens, such as 10.0.0.1:9443");
		}
	}

	private static Duration timeout(@Nullable Given given) {
		return (given != null) ? duration(given, "timeout", LONGEST) : USUAL_TIMEOUT;
	}

	/** A duration such as {@code 500ms}, {@code 10s} or {@code 2m}. */
	static Duration duration(Given given, String what, Duration longest) {
		Matcher matcher = DURATION.matcher(given.value().trim());
		Long unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
		if (unit != null) {
			BigDecimal millis = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
			if (millis.signum() > 0 && millis.compareTo(BigDecimal.valueOf(longest.toMillis())) <= 0) {
				return Duration.ofNanos(millis.movePointRight(6).longValue());
			}
		}
		throw given.refused(what, "expected a duration such as 500ms, 10s or 2m, at most " + DurationText.of(longest));
	}

}
