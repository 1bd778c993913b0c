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

import org.jspecify.annotations.Nullable;

/**
 * One attempt of a call, as it was observed. Immutable.
 *
 * @param number number within the call, from 1
 * @param node id of the node that it went to
 * @param outcome code of its outcome, or {@code null} if it had none when the call ended
 */
record Attempt(int number, String node, @Nullable String outcome) {

	@Override
	public String toString() {
		return this.number + ": " + this.node + " " + ((this.outcome != null) ? this.outcome : "open");
	}

}
