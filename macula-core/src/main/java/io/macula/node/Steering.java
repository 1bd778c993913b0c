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

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.macula.client.ServiceClient;
import io.macula.log.Printable;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What an operator may do to a node, from wherever: drain and resume it, eject and
 * restore instances of what it calls, weigh it. Each act is written into the log with
 * whoever wants it; what cannot be done throws an {@link IllegalArgumentException} that
 * says why. Safe for all threads.
 */
public final class Steering {

	private static final Logger logger = PrintableLogger.of(Steering.class);

	private static final int LONGEST_VALUE = 100;

	private static final int LONGEST_OPERATOR = 400;

	private final RealmNode node;

	/**
	 * Steers a node.
	 * @param node the node
	 */
	public Steering(RealmNode node) {
		this.node = node;
	}

	/**
	 * Change the share of this node of the calls of weighted strategies.
	 * @param weight see {@link RealmNode#weight}
	 * @param operator who wants it, or {@code null} if unknown
	 */
	public void weight(int weight, @Nullable String operator) {
		weight(weight, operator, null);
	}

	/**
	 * The same, by way of whatever else keeps the weight.
	 * @param weight see {@link RealmNode#weight}
	 * @param operator who wants it, or {@code null} if unknown
	 * @param change changes it, or {@code null} to change only the node
	 */
	public void weight(int weight, @Nullable String operator, @Nullable Runnable change) {
		requireProvider("The weight of node '" + nodeId() + "' cannot be set to " + weight);
		try {
			if (change != null) {
				change.run();
			}
			else {
				this.node.weight(weight);
			}
		}
		catch (IllegalStateException ex) {
			throw new IllegalArgumentException(ex.getMessage(), ex);
		}
		logger.info("{} gave node {} the weight {}", who(operator), nodeId(), weight);
	}

	/**
	 * Get no calls until the node is resumed.
	 * @param operator who wants it, or {@code null} if unknown
	 */
	public void drain(@Nullable String operator) {
		requireProvider("Node '" + nodeId() + "' cannot be drained");
		try {
			this.node.suspend().subscribe();
		}
		catch (IllegalStateException ex) {
			throw new IllegalArgumentException(ex.getMessage(), ex);
		}
		logger.info("{} drained node {}: it withdraws its services and refuses new calls until it is resumed",
				who(operator), nodeId());
	}

	private void requireProvider(String what) {
		if (this.node.report().provider() == null) {
			throw new IllegalArgumentException(what + ": it is no provider: give the application a @MaculaService bean,"
					+ " or set macula.provider.enabled=true");
		}
	}

	/**
	 * Take calls again.
	 * @param operator who wants it, or {@code null} if unknown
	 */
	public void resume(@Nullable String operator) {
		NodeReport.Provider provider = this.node.report().provider();
		if (provider == null || !provider.suspended()) {
			throw new IllegalArgumentException("node '" + nodeId() + "' is not drained by an operator");
		}
		this.node.resume();
		logger.info("{} resumed node {}", who(operator), nodeId());
	}

	/**
	 * Leave an instance out of the calls of this node until it is restored.
	 * @param client the client service, or {@code null} for all
	 * @param instance node id of the instance
	 * @param reason for people, or {@code null}
	 * @param operator who wants it, or {@code null} if unknown
	 */
	public void eject(@Nullable String client, @Nullable String instance, @Nullable String reason,
			@Nullable String operator) {
		String why = (reason != null && !reason.isBlank()) ? shown(reason) : "no reason given";
		String by = (operator != null) ? why + ", " + Printable.text(operator, LONGEST_OPERATOR) : why;
		String nodeId = required(instance);
		each("eject", false, client, nodeId, (service) -> service.eject(nodeId, by));
		logger.info("{} ejected instance {} of {} until it is restored: {}", who(operator), nodeId, of(client), why);
	}

	/**
	 * Use it again.
	 * @param client the client service, or {@code null} for all
	 * @param instance node id of the instance
	 * @param operator who wants it, or {@code null} if unknown
	 */
	public void restore(@Nullable String client, @Nullable String instance, @Nullable String operator) {
		String nodeId = required(instance);
		each("restore", true, client, nodeId, (service) -> service.restore(nodeId));
		logger.info("{} restored instance {} of {}", who(operator), nodeId, of(client));
	}

	/**
	 * Do something to the instance in each client service that knows it.
	 * @param absent whether also in those that do not know it at the moment
	 * @param act gives what speaks against it, or {@code null}
	 */
	private void each(String action, boolean absent, @Nullable String client, String nodeId,
			Function<ServiceClient, @Nullable String> act) {
		List<String> done = new ArrayList<>();
		List<String> refused = new ArrayList<>();
		boolean known = false;
		for (ServiceClient service : this.node.client().clients()) {
			if (client != null && !service.name().equals(client)) {
				continue;
			}
			known = true;
			boolean there = service.instances().stream().anyMatch((each) -> each.instance().nodeId().equals(nodeId));
			if (client == null && !there && !absent) {
				continue;
			}
			String obstacle = act.apply(service);
			if (obstacle == null) {
				done.add(service.name());
			}
			else if (client != null || there) {
				refused.add("client service '" + service.name() + "': " + obstacle);
			}
		}
		if (client != null && !known) {
			throw new IllegalArgumentException("there is no client service '" + shown(client) + "'");
		}
		if (done.isEmpty() && refused.isEmpty()) {
			throw new IllegalArgumentException("no client service has an instance '" + shown(nodeId) + "'");
		}
		if (!refused.isEmpty()) {
			throw new IllegalArgumentException("cannot " + action + " in " + String.join("; in ", refused)
					+ (done.isEmpty() ? "" : "; it is done in " + String.join(", ", done)));
		}
	}

	private static String required(@Nullable String instance) {
		if (instance == null || instance.isBlank()) {
			throw new IllegalArgumentException("instance is missing: expected the id of a node, such as"
					+ " {\"action\": \"eject\", \"instance\": \"node1\"}");
		}
		return instance.trim();
	}

	private String nodeId() {
		return this.node.report().nodeId();
	}

	private static String of(@Nullable String client) {
		return (client != null) ? "client service " + client : "all client services";
	}

	/**
	 * How the log names who steers.
	 * @param operator the name, or {@code null} if unknown
	 * @return begins a sentence
	 */
	public static String who(@Nullable String operator) {
		return (operator != null) ? "Operator " + Printable.text(operator, LONGEST_OPERATOR) : "An operator";
	}

	private static String shown(String text) {
		return Printable.text(text, LONGEST_VALUE);
	}

}
