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

package io.macula.cli.doctor;

import java.time.Duration;
import java.time.Instant;

import io.macula.log.DurationText;
import io.macula.operations.NodeStatus;

/**
 * How far the clock of a node is from that of this machine.
 */
final class ClockCheck {

	static final String CLOCK = "clock";

	private static final Duration NOTABLE = Duration.ofSeconds(30);

	/** A node tells several who ask at once the same, which is so old at most. */
	private static final Duration OLDEST = Duration.ofMillis(100);

	/** Trust by a secret bears so much, see {@code RealmAuthority}. */
	private static final Duration BORNE = Duration.ofDays(3);

	private ClockCheck() {
	}

	/**
	 * Compare.
	 * @param status what the node told
	 * @param asked when it was asked, by the clock of this machine
	 * @param answered when it had answered
	 */
	static Finding of(NodeStatus status, Instant asked, Instant answered) {
		if (status.life().clock() == 0) {
			return unknown("the node does not tell its time of day");
		}
		Instant earliest = asked.minus(OLDEST);
		Duration half = Duration.between(earliest, answered).dividedBy(2).abs();
		Instant there = Instant.ofEpochMilli(status.life().clock());
		Duration difference = Duration.between(earliest.plus(half), there);
		if (difference.abs().compareTo(half) <= 0) {
			return Finding.ok(CLOCK, "the clocks agree within " + DurationText.of(rounded(half)));
		}
		String seen = "its clock is " + DurationText.of(rounded(difference.abs()))
				+ (difference.isNegative() ? " behind" : " ahead") + ", to " + DurationText.of(rounded(half));
		if (difference.abs().compareTo(NOTABLE) < 0) {
			return Finding.ok(CLOCK, seen);
		}
		return Finding.warning(CLOCK, seen,
				"synchronise both clocks (chrony, systemd-timesyncd): certificates are judged by them, and trust ends at a"
						+ " difference of " + BORNE.toDays() + " days");
	}

	static Finding unknown(String why) {
		return Finding.skipped(CLOCK, "the difference of the clocks is not known: " + why);
	}

	private static Duration rounded(Duration duration) {
		return (duration.toSeconds() > 0) ? Duration.ofSeconds(duration.toSeconds())
				: Duration.ofMillis(duration.toMillis());
	}

}
