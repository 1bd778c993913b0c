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

import io.macula.Processed;
import org.jspecify.annotations.Nullable;

/**
 * One call of the load as its caller saw it. Immutable.
 *
 * @param id id of the question
 * @param kind what was called, and how
 * @param start when it was meant to start, in {@link System#nanoTime()}
 * @param end when it ended
 * @param code {@code OK}, or how it failed
 * @param processed what the failure says of the execution; YES for success
 * @param node node that answered, or {@code null}
 * @param detail message of the failure, or empty
 */
record CallRecord(long id, Kind kind, long start, long end, String code, Processed processed, @Nullable String node,
		String detail) {

	private static final String NONE = "-";

	boolean failed() {
		return !this.code.equals("OK");
	}

	double millis() {
		return (this.end - this.start) / 1e6;
	}

	String line() {
		return this.id + "\t" + this.kind + "\t" + this.start + "\t" + this.end + "\t" + this.code + "\t"
				+ this.processed + "\t" + ((this.node != null) ? this.node : NONE) + "\t"
				+ this.detail.replaceAll("[\\t\\r\\n]+", " ");
	}

	static CallRecord parse(String line) {
		String[] parts = line.split("\t", -1);
		return new CallRecord(Long.parseLong(parts[0]), Kind.valueOf(parts[1]), Long.parseLong(parts[2]),
				Long.parseLong(parts[3]), parts[4], Processed.valueOf(parts[5]),
				parts[6].equals(NONE) ? null : parts[6], parts[7]);
	}

	/** What is called, and how. */
	enum Kind {

		/** Idempotent, the caller waits, next call after the answer. */
		MULTIPLY(true),
		/** Idempotent, at a fixed rate whatever the answers. */
		MULTIPLY_LATER(true),
		/** Not idempotent, the caller waits, next call after the answer. */
		ADD(false),
		/** Not idempotent, at a fixed rate whatever the answers. */
		ADD_LATER(false),
		/** Idempotent, one of many that start at once. */
		BURST(true),
		/** Idempotent, does not fit into a packet. */
		PARCEL(true),
		/** A stream of answers. */
		TABLE(false),
		/** A stream of answers that lasts for seconds. */
		LONG_TABLE(false);

		private final boolean idempotent;

		Kind(boolean idempotent) {
			this.idempotent = idempotent;
		}

		boolean idempotent() {
			return this.idempotent;
		}

		boolean once() {
			return this == ADD || this == ADD_LATER;
		}

		boolean stream() {
			return this == TABLE || this == LONG_TABLE;
		}

	}

}
