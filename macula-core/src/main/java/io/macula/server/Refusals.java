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
package io.macula.server;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;

/**
 * What a caller is told when this node does not serve its call, or does not finish it:
 * which node, which limit, which setting to change. Immutable.
 */
final class Refusals {

	private final String node;

	private final Status draining;

	private final Status suspended;

	private final Status outOfMemory;

	private final Status noThread;

	private final Status shed;

	private final Status closedWhileRunning;

	/** What is told when much is refused is made once, and before memory is short. */
	Refusals(String nodeId) {
		this.node = "node " + nodeId;
		this.draining = Status.notProcessed(Code.UNAVAILABLE, this.node + " is draining");
		this.suspended = Status.notProcessed(Code.UNAVAILABLE,
				this.node + " is drained by its operator until it is resumed");
		this.outOfMemory = Status.notProcessed(Code.UNAVAILABLE, this.node + " is out of memory");
		this.noThread = Status.notProcessed(Code.RESOURCE_EXHAUSTED,
				this.node + " has no thread and no place in its queue left (macula.provider.queue-capacity)");
		this.shed = Status.notProcessed(Code.RESOURCE_EXHAUSTED, this.node
				+ " has no place in its queue left, and refuses calls of low priority first (macula.provider.queue-capacity)");
		this.closedWhileRunning = Status.unknown(Code.UNAVAILABLE,
				this.node + " closed while the handler ran; it had the time of macula.provider.grace");
	}

	/** The node, as messages name it. */
	String node() {
		return this.node;
	}

	Status draining() {
		return this.draining;
	}

	Status suspended() {
		return this.suspended;
	}

	/** Others may serve it. */
	Status withdrawn(ServiceName service) {
		return Status.notProcessed(Code.UNAVAILABLE,
				"service '" + service + "' is served by " + this.node + " no longer");
	}

	/** Another node may have other lists. */
	Status notAllowed(String reason) {
		return Status.notProcessed(Code.PERMISSION_DENIED, reason + " of " + this.node);
	}

	Status outOfMemory() {
		return this.outOfMemory;
	}

	Status tooManyInFlight(int maxInFlight) {
		return Status.notProcessed(Code.RESOURCE_EXHAUSTED,
				this.node + " serves " + maxInFlight + " calls already (macula.provider.max-in-flight)");
	}

	/** Of a call of low priority. */
	Status keptForOthers(int inFlight, int maxInFlight) {
		return Status.notProcessed(Code.RESOURCE_EXHAUSTED,
				this.node + " serves " + inFlight + " calls already, and keeps the rest of its " + maxInFlight
						+ " for calls that are not of low priority (macula.provider.max-in-flight)");
	}

	/** A call of low priority gave its place to another one. */
	Status shed() {
		return this.shed;
	}

	Status noThread() {
		return this.noThread;
	}

	Status deadlineOver(String procedure) {
		return Status.notProcessed(Code.DEADLINE_EXCEEDED,
				"the deadline was over before " + procedure + " started on " + this.node);
	}

	/** The handler ran, and nobody knows how far it came. */
	Status closedWhileRunning() {
		return this.closedWhileRunning;
	}

}
