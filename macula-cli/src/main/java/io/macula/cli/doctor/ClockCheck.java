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

	/*
	 * No answer of a node carries its time of day. Its incarnation is the time of day of
	 * its start in milliseconds, and it tells its age, measured by a clock that nobody
	 * sets: both together are its time of day as long as its clock was not set since. The
	 * age begins when the start is done, a few seconds later where the machine is slow,
	 * so that the node's clock seems to be behind by that.
	 */

	static final String CLOCK = "clock";

	private static final Duration NOTABLE = Duration.ofSeconds(30);

	/** How long a start may take. */
	private static final Duration START = Duration.ofSeconds(5);

	/** Trust by a secret bears so much, see {@code RealmAuthority}. */
	private static final Duration BORNE = Duration.ofDays(3);

	private static final long EARLIEST_MILLIS = Instant.parse("2020-01-01T00:00:00Z").toEpochMilli();

	private ClockCheck() {
	}

	/**
	 * Compare.
	 * @param status what the node told
	 * @param asked when it was asked, by the clock of this machine
	 * @param answered when it had answered
	 */
	static Finding of(NodeStatus status, Instant asked, Instant answered) {
		long started = status.node().incarnation();
		if (started < EARLIEST_MILLIS) {
			return unknown("its incarnation " + started + " is no time");
		}
		Duration half = Duration.between(asked, answered).dividedBy(2).abs();
		Instant there = Instant.ofEpochMilli(started).plus(status.life().age());
		Duration difference = Duration.between(asked.plus(half), there);
		if (difference.abs().compareTo(half.plus(START)) <= 0) {
			return Finding.ok(CLOCK, "the clocks agree within " + START.toSeconds() + " s" + since(status));
		}
		String seen = "its clock is " + DurationText.of(rounded(difference.abs()))
				+ (difference.isNegative() ? " behind" : " ahead") + ", to about " + START.toSeconds() + " s"
				+ since(status);
		if (difference.abs().compareTo(NOTABLE) < 0) {
			return Finding.ok(CLOCK, seen);
		}
		return Finding.warning(CLOCK, seen,
				"synchronise both clocks (chrony, systemd-timesyncd): certificates are judged by them, and trust ends at a"
						+ " difference of " + BORNE.toDays() + " days");
	}

	private static String since(NodeStatus status) {
		return " (if its clock was set since its start " + DurationText.of(rounded(status.life().age()))
				+ " ago, that is not seen)";
	}

	static Finding unknown(String why) {
		return Finding.skipped(CLOCK, "the difference of the clocks is not known: " + why);
	}

	private static Duration rounded(Duration duration) {
		return (duration.toSeconds() > 0) ? Duration.ofSeconds(duration.toSeconds())
				: Duration.ofMillis(duration.toMillis());
	}

}
