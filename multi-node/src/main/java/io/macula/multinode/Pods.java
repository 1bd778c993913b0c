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

import java.time.Duration;
import java.util.List;

import io.macula.harness.Clock;

/**
 * Pods that a label selects. For one thread.
 */
final class Pods {

	/** Readiness, address, and why it waits, of each pod. */
	private static final String STATE = "jsonpath={range .items[*]}{.metadata.name}{'|'}"
			+ "{.status.conditions[?(@.type==\"Ready\")].status}{'|'}{.status.podIP}{'|'}"
			+ "{.status.containerStatuses[0].state.waiting.reason}{'|'}{.status.phase} "
			+ "{.status.containerStatuses[0].state.waiting.message} "
			+ "{.status.conditions[?(@.type==\"PodScheduled\")].message}{'\\n'}{end}";

	/** What the controller could not make, such as a pod beyond a quota. */
	private static final String REFUSED = "jsonpath={.items[*].status.conditions[?(@.type==\"ReplicaFailure\")].message}";

	private static final List<String> HOPELESS = List.of("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull",
			"InvalidImageName", "CreateContainerConfigError", "CreateContainerError", "CrashLoopBackOff");

	private final Kubectl kubectl;

	private final String selector;

	/** Of one that is ready. */
	private String address = "";

	/**
	 * Pods that need not exist.
	 * @param kubectl for their namespace
	 * @param selector the label and its value
	 */
	Pods(Kubectl kubectl, String selector) {
		this.kubectl = kubectl;
		this.selector = selector;
	}

	/**
	 * Their names.
	 * @return names as commands take them, those that end included
	 */
	List<String> names() {
		return this.kubectl.run("get", "pods", "--selector", this.selector, "--output", "name").lines().toList();
	}

	/**
	 * Wait until one is ready.
	 * @param limit bound of the wait
	 * @return its address
	 * @throws IllegalStateException if none is within the limit, or one says that it will
	 * not start
	 */
	String awaitReady(Duration limit) {
		if (!Clock.within(limit, this::becomesReady)) {
			throw new IllegalStateException("No pod " + this.selector + " is ready after " + limit.toSeconds()
					+ " s. It says: " + (state() + refused()).strip().replace('\n', ' '));
		}
		return this.address;
	}

	private boolean becomesReady() {
		this.address = readyAddress();
		if (this.address.isEmpty()) {
			// One process that waits, and not one after the other that looks.
			this.kubectl.succeeds("wait", "--for", "condition=Ready", "pods", "--selector", this.selector, "--timeout",
					"3s");
		}
		return !this.address.isEmpty();
	}

	private String readyAddress() {
		for (String pod : state().lines().toList()) {
			String[] state = pod.split("\\|", 5);
			if (HOPELESS.contains(state[3])) {
				throw new IllegalStateException("Pod " + state[0] + " says: " + state[3] + ", " + state[4].strip());
			}
			if (state[1].equals("True")) {
				return state[2];
			}
		}
		return "";
	}

	/**
	 * Wait until none is left.
	 * @param limit bound of the wait
	 */
	void awaitGone(Duration limit) {
		Clock.await("no pod " + this.selector + " is left", limit, () -> {
			if (!names().isEmpty()) {
				this.kubectl.succeeds("wait", "--for", "delete", "pods", "--selector", this.selector, "--timeout",
						"20s");
			}
			return names().isEmpty();
		});
	}

	private String state() {
		return this.kubectl.run("get", "pods", "--selector", this.selector, "--output", STATE);
	}

	private String refused() {
		return this.kubectl.run("get", "deployments", "--selector", this.selector, "--output", REFUSED).strip();
	}

}
