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

package io.macula.spring.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import io.macula.Instance;
import io.macula.client.ServiceClient;
import io.macula.log.Printable;
import io.macula.log.PrintableLogger;
import io.macula.node.RealmNode;
import io.macula.spring.autoconfigure.RuntimeSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * What an operator may do to a node through the actuator. Each act is written into the
 * log with whoever wants it; what is refused says why. Safe for all threads.
 */
final class NodeOperations {

	private static final Logger logger = PrintableLogger.of(NodeOperations.class);

	private static final int LONGEST_VALUE = 100;

	private static final String ACTIONS = "drain, resume, eject or restore";

	private final RealmNode node;

	private final @Nullable RuntimeSettings settings;

	NodeOperations(RealmNode node, @Nullable RuntimeSettings settings) {
		this.node = node;
		this.settings = settings;
	}

	/**
	 * Change a setting, or reset it.
	 * @param key the key
	 * @param value its value, unless it is reset
	 * @param action {@code reset} or {@code null}
	 * @param others whether something else is wanted, too
	 * @param operator who wants it, or {@code null} if unknown
	 */
	void setting(@Nullable String key, @Nullable String value, @Nullable String action, boolean others,
			@Nullable String operator) {
		boolean reset = isReset(action);
		if (others || (action != null && !reset)) {
			throw refusal("setting and " + (others ? "weight" : "action") + " are two requests: send one of them");
		}
		if (key == null || key.isBlank()) {
			throw refusal("setting is missing: expected its key, such as"
					+ " {\"setting\": \"macula.client.deadline\", \"value\": \"5s\"}");
		}
		if (reset && value == null) {
			reset(key, operator);
		}
		else if (reset || value == null) {
			throw refusal(reset ? "value '" + shown(String.valueOf(value)) + "' is not valid beside the action reset"
					: "value of setting '" + shown(key) + "' is missing: expected one as in a configuration file,"
							+ " such as \"5s\", or the action reset");
		}
		else {
			set(key, value, operator);
		}
	}

	static boolean isReset(@Nullable String action) {
		return action != null && action.trim().equals("reset");
	}

	void set(String key, String value, @Nullable String operator) {
		changing((present) -> present.set(key, value, who(operator)));
	}

	void reset(String key, @Nullable String operator) {
		changing((present) -> present.reset(key, who(operator)));
	}

	private void changing(Consumer<RuntimeSettings> change) {
		RuntimeSettings present = this.settings;
		if (present == null) {
			throw refusal("node '" + nodeId() + "' has no settings that can change: it was not made by its"
					+ " auto-configuration");
		}
		try {
			change.accept(present);
		}
		catch (IllegalArgumentException ex) {
			throw refusal(String.valueOf(ex.getMessage()), ex);
		}
	}

	/**
	 * An act that is named by a text.
	 * @param action drain, resume, eject or restore
	 * @param client the client service whose instance is meant, or {@code null} for all
	 * @param instance the instance that is ejected or restored
	 * @param reason for people, or {@code null}
	 * @param operator who wants it, or {@code null} if unknown
	 */
	void act(@Nullable String action, @Nullable String client, @Nullable String instance, @Nullable String reason,
			@Nullable String operator) {
		String named = (action != null) ? action.trim() : "";
		if (client != null && !named.equals("eject") && !named.equals("restore")) {
			throw refusal("action '" + shown(named) + "' of a client service is not valid: expected eject or restore");
		}
		switch (named) {
			case "drain" -> drain(operator);
			case "resume" -> resume(operator);
			case "eject" -> eject(client, instance, reason, operator);
			case "restore" -> restore(client, instance, operator);
			case "" -> throw refusal("action is missing: expected " + ACTIONS + ", such as {\"action\": \"drain\"}");
			default -> throw refusal("action '" + shown(named) + "' is not valid: expected " + ACTIONS);
		}
	}

	void weight(int weight, @Nullable String operator) {
		requireProvider("The weight of node '" + nodeId() + "' cannot be set to " + weight);
		try {
			this.node.weight(weight);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			throw refusal(String.valueOf(ex.getMessage()), ex);
		}
		logger.info("{} gave node {} the weight {}", who(operator), nodeId(), weight);
	}

	void drain(@Nullable String operator) {
		requireProvider("Node '" + nodeId() + "' cannot be drained");
		try {
			this.node.suspend().subscribe();
		}
		catch (IllegalStateException ex) {
			throw refusal(String.valueOf(ex.getMessage()), ex);
		}
		logger.info("{} drained node {}: it withdraws its services and refuses new calls until it is resumed",
				who(operator), nodeId());
	}

	private void requireProvider(String what) {
		if (this.node.report().provider() == null) {
			throw refusal(what + ": it is no provider: give the application a @MaculaService bean, or set"
					+ " macula.provider.enabled=true");
		}
	}

	void resume(@Nullable String operator) {
		var provider = this.node.report().provider();
		if (provider == null || !provider.suspended()) {
			throw refusal("node '" + nodeId() + "' is not drained by an operator");
		}
		this.node.resume();
		logger.info("{} resumed node {}", who(operator), nodeId());
	}

	void eject(@Nullable String client, @Nullable String instance, @Nullable String reason, @Nullable String operator) {
		String why = (reason != null && !reason.isBlank()) ? shown(reason) : "no reason given";
		String by = (operator != null) ? why + ", " + shown(operator) : why;
		String nodeId = required(instance);
		each("eject", false, client, nodeId, (service) -> service.eject(nodeId, by));
		logger.info("{} ejected instance {} of {} until it is restored: {}", who(operator), nodeId, of(client), why);
	}

	void restore(@Nullable String client, @Nullable String instance, @Nullable String operator) {
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
			throw refusal(unknownClient(client));
		}
		if (done.isEmpty() && refused.isEmpty()) {
			throw refusal("no client service has an instance '" + shown(nodeId) + "'");
		}
		if (!refused.isEmpty()) {
			throw refusal("cannot " + action + " in " + String.join("; in ", refused)
					+ (done.isEmpty() ? "" : "; it is done in " + String.join(", ", done)));
		}
	}

	static String unknownClient(String client) {
		return "there is no client service '" + shown(client) + "'";
	}

	private static String required(@Nullable String instance) {
		if (instance == null || instance.isBlank()) {
			throw refusal("instance is missing: expected the id of a node, such as"
					+ " {\"action\": \"eject\", \"instance\": \"node1\"}");
		}
		return instance.trim();
	}

	/** A weight as a text, so that one that is no number can be named. */
	static int number(@Nullable String weight) {
		try {
			return Integer.parseInt(String.valueOf(weight).trim());
		}
		catch (NumberFormatException ex) {
			String found = (weight != null) ? "weight '" + shown(weight) + "' is not valid" : "weight is missing";
			throw refusal(found + ": expected a whole number from 1 to " + Instance.MAX_WEIGHT
					+ ", such as {\"weight\": 100}", ex);
		}
	}

	private String nodeId() {
		return this.node.report().nodeId();
	}

	private static String of(@Nullable String client) {
		return (client != null) ? "client service " + client : "all client services";
	}

	private static String who(@Nullable String operator) {
		return (operator != null) ? "Operator " + shown(operator) : "An operator";
	}

	private static String shown(String text) {
		return Printable.text(text, LONGEST_VALUE);
	}

	static InvalidEndpointRequestException refusal(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

	private static InvalidEndpointRequestException refusal(String reason, Exception cause) {
		return new InvalidEndpointRequestException(reason, reason, cause);
	}

}
