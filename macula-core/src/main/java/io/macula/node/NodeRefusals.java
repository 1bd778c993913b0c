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

package io.macula.node;

import io.macula.Code;
import io.macula.Status;

/**
 * What calls are told for which the node has no life.
 *
 * @param nodeId of the node
 * @param startedBy who starts it first
 * @param startedAgainBy who starts it after a stop
 */
record NodeRefusals(String nodeId, String startedBy, String startedAgainBy) {

	Status notStarted() {
		return refusal("is not started yet: " + this.startedBy);
	}

	Status stopped() {
		return refusal("is stopped: " + this.startedAgainBy);
	}

	Status closed() {
		return refusal("is closed: nothing can be called through it any more");
	}

	private Status refusal(String state) {
		return Status.notProcessed(Code.UNAVAILABLE, "node '" + this.nodeId + "' " + state);
	}

}
