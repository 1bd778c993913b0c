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

package io.macula.embedded;

import java.time.Duration;

/**
 * Where a node id was before another identity took it while nobody was there: who comes
 * back to that place, or with that key, gets the id back. Immutable.
 *
 * @param record what had the id
 * @param tenureNanos for how long it had
 * @param leftNanos when it was gone, on this node's clock
 */
record Home(NodeRecord record, long tenureNanos, long leftNanos) {

	private static final Duration LONGEST = Duration.ofHours(1);

	/**
	 * Whether it still counts: no longer than the id was there.
	 */
	boolean stands(long now) {
		return now - this.leftNanos < Math.min(this.tenureNanos, LONGEST.toNanos());
	}

	/**
	 * Whether a record comes from there.
	 */
	boolean isOf(NodeRecord other) {
		return this.record.sameOwner(other) || this.record.address().equals(other.address());
	}

}
