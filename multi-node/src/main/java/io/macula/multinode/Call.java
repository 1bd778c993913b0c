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

package io.macula.multinode;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One call as its caller saw it. Immutable.
 *
 * @param number number of the call in its scenario, from 1
 * @param node id of the node that answered, or {@code null} if none did
 * @param startMicros when it began, in microseconds: of the clock that all processes of a
 * machine share, and in a report since the scenario began
 * @param micros from the proxy's call to its return, in microseconds
 * @param attempts its attempts in order; empty if the only one succeeded, or if they were
 * not observed
 * @param failure how it failed, or {@code null}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Call(long number, @Nullable String node, long startMicros, long micros, List<Attempt> attempts,
		@Nullable String failure) {

	Call {
		// What was empty was not written.
		attempts = (attempts != null) ? List.copyOf(attempts) : List.of();
	}

	Call withNumber(long other) {
		return new Call(other, this.node, this.startMicros, this.micros, this.attempts, this.failure);
	}

	Call since(long beginMicros) {
		return new Call(this.number, this.node, this.startMicros - beginMicros, this.micros, this.attempts,
				this.failure);
	}

	long endMicros() {
		return this.startMicros + this.micros;
	}

	/** Whether an attempt failed on one node and a further one succeeded on another. */
	boolean failedOverFrom(String node) {
		if (this.attempts.size() < 2 || this.failure != null) {
			return false;
		}
		Attempt first = this.attempts.get(0);
		Attempt last = this.attempts.get(this.attempts.size() - 1);
		return first.node().equals(node) && first.outcome() != null && !first.outcome().equals("OK")
				&& !last.node().equals(node) && "OK".equals(last.outcome()) && last.node().equals(this.node);
	}

}
