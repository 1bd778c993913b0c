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

import java.util.function.Consumer;

import io.macula.Instance;
import io.macula.log.Printable;
import io.macula.node.RealmNode;
import io.macula.node.Steering;
import io.macula.spring.autoconfigure.RuntimeSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * What an operator may do to a node through the actuator: {@link Steering}, with refusals
 * as endpoints have them. Safe for all threads.
 */
final class NodeOperations {

	private static final int LONGEST_VALUE = 100;

	private static final String ACTIONS = "drain, resume, eject or restore";

	private final Steering steering;

	private final String nodeId;

	private final @Nullable RuntimeSettings settings;

	NodeOperations(RealmNode node, @Nullable RuntimeSettings settings) {
		this.nodeId = node.report().nodeId();
		this.steering = new Steering(node);
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
		changing((present) -> present.set(key, value, Steering.who(operator)));
	}

	void reset(String key, @Nullable String operator) {
		changing((present) -> present.reset(key, Steering.who(operator)));
	}

	private void changing(Consumer<RuntimeSettings> change) {
		RuntimeSettings present = this.settings;
		if (present == null) {
			throw refusal("node '" + this.nodeId + "' has no settings that can change: it was not made by its"
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
		RuntimeSettings present = this.settings;
		// So that there is one weight, however it is set and reset.
		steer(() -> this.steering.weight(weight, operator,
				(present != null) ? () -> present.weight(weight, Steering.who(operator)) : null));
	}

	void drain(@Nullable String operator) {
		steer(() -> this.steering.drain(operator));
	}

	void resume(@Nullable String operator) {
		steer(() -> this.steering.resume(operator));
	}

	void eject(@Nullable String client, @Nullable String instance, @Nullable String reason, @Nullable String operator) {
		steer(() -> this.steering.eject(client, instance, reason, operator));
	}

	void restore(@Nullable String client, @Nullable String instance, @Nullable String operator) {
		steer(() -> this.steering.restore(client, instance, operator));
	}

	private static void steer(Runnable act) {
		try {
			act.run();
		}
		catch (IllegalArgumentException ex) {
			throw refusal(String.valueOf(ex.getMessage()), ex);
		}
	}

	static String unknownClient(String client) {
		return "there is no client service '" + shown(client) + "'";
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
