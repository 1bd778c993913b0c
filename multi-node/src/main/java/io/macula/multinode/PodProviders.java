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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.harness.Clock;
import io.macula.harness.LoggedProcess;

/**
 * Providers that are pods. A node whose pod is killed stays away until it is started,
 * which no Deployment would let it: the pod's process is killed, and its Deployment is
 * told to have none.
 */
final class PodProviders implements Providers {

	private static final int COUNT = 3;

	private static final int PORT = 9443;

	private static final String SERVICE = "calculator";

	private static final String READY = "Started ProviderApplication";

	/** As long as the startup probe waits, and the time to find a machine. */
	private static final Duration START_LIMIT = Duration.ofSeconds(240);

	/** Above the grace of the manifests. */
	private static final Duration END_LIMIT = Duration.ofSeconds(120);

	private static final Duration LOG_LIMIT = Duration.ofSeconds(10);

	/** An image may have no more than bash. */
	private static final String KILL = "for p in /proc/[0-9]*; do read -r c < $p/comm && [ \"$c\" = java ]"
			+ " && kill -9 ${p#/proc/}; done; true";

	private final Kubectl kubectl;

	private final PodManifests manifests;

	private final StartedProcesses processes;

	private final Map<String, LoggedProcess> logs = new LinkedHashMap<>();

	private final Map<String, String> endpoints = new LinkedHashMap<>();

	/**
	 * Providers that were not started yet.
	 * @param kubectl for their namespace
	 * @param manifests what describes them
	 * @param processes where their logs are read
	 */
	PodProviders(Kubectl kubectl, PodManifests manifests, StartedProcesses processes) {
		this.kubectl = kubectl;
		this.manifests = manifests;
		this.processes = processes;
		for (int i = 1; i <= COUNT; i++) {
			this.endpoints.put("node" + i, "node" + i + ":" + PORT);
			this.logs.put("node" + i, processes.process("node" + i, READY));
		}
	}

	@Override
	public List<String> nodes() {
		return List.copyOf(this.endpoints.keySet());
	}

	/** Before its first start nobody knows; its name stands for it. */
	@Override
	public String endpoint(String node) {
		return String.valueOf(this.endpoints.get(node));
	}

	/** The Service of the manifests: addresses of pods do not last. */
	@Override
	public List<String> lastingSeeds() {
		return List.of(SERVICE + ":" + PORT);
	}

	@Override
	public void start(String node, List<String> settings) {
		int factor = nodes().indexOf(node) + 2;
		// Theirs stand in the manifests.
		List<String> own = settings.stream().filter((setting) -> !setting.startsWith("--macula.realm.seeds=")).toList();
		this.kubectl.apply(this.manifests.provider(node, Map.of("CALCULATOR_FACTOR", Integer.toString(factor)), own));
	}

	@Override
	public void awaitReady(String node) {
		this.endpoints.put(node, pods(node).awaitReady(START_LIMIT) + ":" + PORT);
		LoggedProcess log = log(this.logs, node);
		log.kill();
		this.processes.start(log, this.kubectl.command("logs", "--follow", "deployment/" + PodManifests.name(node)));
		try {
			log.awaitReady();
		}
		catch (IllegalStateException ex) {
			if (log.running()) {
				throw ex;
			}
			// The pod is ready: what ended is the program that follows its log.
			throw new IllegalStateException("The log of " + node + " cannot be followed (which needs the right to get"
					+ " pods/log): " + Kubectl.reason(log.logOfThisLife().strip()), ex);
		}
	}

	@Override
	public void stop(String node) {
		this.kubectl.run("scale", "deployment", PodManifests.name(node), "--replicas", "0");
		awaitGone(node);
	}

	@Override
	public void kill(String node) {
		// It kills the container in which it runs, and so never ends well.
		this.kubectl.succeeds("exec", "deployment/" + PodManifests.name(node), "--", "bash", "-c", KILL);
		this.kubectl.run("scale", "deployment", PodManifests.name(node), "--replicas", "0");
		this.kubectl.run("delete", "pods", "--selector", selector(node), "--grace-period", "0", "--force");
		awaitGone(node);
	}

	private void awaitGone(String node) {
		pods(node).awaitGone(END_LIMIT);
		awaitEndOfLog(node);
	}

	/** It ends with what it follows. */
	private void awaitEndOfLog(String node) {
		LoggedProcess log = log(this.logs, node);
		Clock.within(LOG_LIMIT, () -> !log.running());
		log.kill();
	}

	/** As an operator does it; what is started has the settings of what was there. */
	@Override
	public String restart(String node, List<String> settings) {
		List<String> before = pods(node).names();
		this.kubectl.run("rollout", "restart", "deployment", PodManifests.name(node));
		Clock.await("the pods " + before + " are gone", END_LIMIT, () -> {
			boolean there = pods(node).names().stream().anyMatch(before::contains);
			if (there) {
				before.forEach((pod) -> this.kubectl.succeeds("wait", "--for", "delete", pod, "--timeout", "20s"));
			}
			return !there;
		});
		awaitEndOfLog(node);
		String log = log(node);
		awaitReady(node);
		return log;
	}

	@Override
	public String log(String node) {
		return log(this.logs, node).logOfThisLife();
	}

	@Override
	public void close() {
		this.logs.values().forEach(LoggedProcess::kill);
		this.kubectl.succeeds("delete", "deployments", "--selector", PodManifests.NODE_LABEL, "--wait=false");
	}

	private Pods pods(String node) {
		return new Pods(this.kubectl, selector(node));
	}

	private static String selector(String node) {
		return PodManifests.NODE_LABEL + "=" + node;
	}

	private static LoggedProcess log(Map<String, LoggedProcess> logs, String node) {
		LoggedProcess log = logs.get(node);
		if (log == null) {
			throw new IllegalArgumentException("Node '" + node + "' is not one of " + logs.keySet());
		}
		return log;
	}

}
