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

import java.io.Serializable;
import java.util.Objects;

import io.macula.log.Printable;

/**
 * One failed attempt of a call: where it went, and how it ended. Immutable.
 *
 * @param number 1 for the call's first attempt; a hedged call may have lower numbers that
 * ended later
 * @param instanceId node id of the instance
 * @param endpoint where the instance listens
 * @param status how it ended; its message is as it came
 */
public record Attempt(int number, String instanceId, Endpoint endpoint, Status status) implements Serializable {

	public Attempt {
		Objects.requireNonNull(instanceId, "instanceId");
		Objects.requireNonNull(endpoint, "endpoint");
		Objects.requireNonNull(status, "status");
	}

	@Override
	public String toString() {
		return this.number + ": " + this.instanceId + " at " + this.endpoint + " -> "
				+ Printable.text(this.status.toString(), Integer.MAX_VALUE);
	}

}
