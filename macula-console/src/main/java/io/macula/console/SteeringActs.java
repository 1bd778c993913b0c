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

package io.macula.console;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

import io.macula.RpcException;
import io.macula.log.NearestName;
import io.macula.log.Printable;
import io.macula.operations.NodeAddress;
import io.macula.operations.OperationsClient;
import io.macula.operations.RealmPicture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;

/**
 * Steers nodes for those who may, and writes down who did what, and who was refused. Safe
 * for all threads; blocks.
 */
@Component
final class SteeringActs {

	private static final Logger logger = LoggerFactory.getLogger(SteeringActs.class);

	private final RealmWatch watch;

	private final Timeline timeline;

	private final Permissions permissions;

	SteeringActs(RealmWatch watch, Timeline timeline, Permissions permissions) {
		this.watch = watch;
		this.timeline = timeline;
		this.permissions = permissions;
	}

	void steer(Act act, Authentication user, String address) {
		String who = "User '" + Printable.text(user.getName()) + "' at " + Printable.text(address);
		String refusal = this.permissions.refusalToSteer(user);
		if (refusal != null) {
			logger.warn("Refused {} of {} to {}: {}", Printable.text(String.valueOf(act.act())),
					Printable.text(String.valueOf(act.node())), who, refusal);
			throw Problems.of(403, "Not allowed: " + refusal);
		}
		Known known = known(act);
		NodeAddress node = address(known.node());
		try {
			act(known, node).block();
		}
		catch (RpcException ex) {
			logger.warn("{} could not {}: {}", who, known.text(), ex.status());
			throw Problems.of(switch (ex.code()) {
				case PERMISSION_DENIED -> 403;
				case INVALID_ARGUMENT -> 400;
				default -> 502;
			}, ex.status().message());
		}
		String because = (known.reason() != null) ? ": " + known.reason() : "";
		logger.info("{} did {}{}", who, known.text(), because);
		this.timeline.add(Instant.now(), "steered", known.node(), known.instance(), null, known.client(),
				"user " + Printable.text(user.getName()) + ": " + known.text() + because);
	}

	private Mono<Void> act(Known act, NodeAddress node) {
		OperationsClient operations = this.watch.operations();
		String instance = (act.instance() != null) ? act.instance() : "";
		return switch (act.kind()) {
			case DRAIN -> operations.drain(node);
			case RESUME -> operations.resume(node);
			case EJECT -> operations.eject(node, act.client(), instance, act.reason());
			case RESTORE -> operations.restore(node, act.client(), instance);
			case WEIGHT -> operations.weight(node, act.weight());
		};
	}

	private NodeAddress address(String nodeId) {
		RealmPicture realm = this.watch.picture();
		RealmPicture.Node node = realm.node(nodeId);
		if (node == null) {
			throw Problems.of(404,
					"There is no node '" + Printable.text(nodeId) + "' in the realm: "
							+ NearestName.question(nodeId,
									realm.nodes().stream().map(RealmPicture.Node::nodeId).toList())
							+ "expected one that is shown");
		}
		NodeAddress address = node.address();
		if (address == null) {
			throw Problems.of(400, "Node '" + nodeId + "' only calls: it listens nowhere and cannot be steered");
		}
		return address;
	}

	private static Known known(Act act) {
		Kind kind = Kind.of(act.act());
		if (act.node() == null || act.node().isBlank()) {
			throw Problems.of(400, "$.node: expected the id of the node that is steered");
		}
		boolean instance = kind == Kind.EJECT || kind == Kind.RESTORE;
		if (instance && (act.instance() == null || act.instance().isBlank())) {
			throw Problems.of(400, "$.instance: expected the id of the node that is left out");
		}
		Integer weight = act.weight();
		if (kind == Kind.WEIGHT && (weight == null || weight < 1 || weight > 10_000)) {
			throw Problems.of(400, "$.weight: expected 1 to 10000, but it is " + weight);
		}
		String reason = (act.reason() != null && !act.reason().isBlank()) ? Printable.text(act.reason()) : null;
		return new Known(kind, act.node(), instance ? act.instance() : null, instance ? act.client() : null,
				(weight != null) ? weight : 0, reason);
	}

	/** What can be done. */
	private enum Kind {

		DRAIN, RESUME, EJECT, RESTORE, WEIGHT;

		static Kind of(@Nullable String name) {
			List<String> names = List.of("drain", "resume", "eject", "restore", "weight");
			if (name == null || !names.contains(name)) {
				String given = (name != null) ? name : "";
				throw Problems.of(400, "$.act: '" + Printable.text(given) + "' is not known: "
						+ NearestName.question(given, names) + "expected one of " + String.join(", ", names));
			}
			return valueOf(name.toUpperCase(Locale.ROOT));
		}

	}

	/** An act that is valid. */
	private record Known(Kind kind, String node, @Nullable String instance, @Nullable String client, int weight,
			@Nullable String reason) {

		String text() {
			String at = (this.client != null) ? " (client service " + Printable.text(this.client) + ")" : "";
			String which = Printable.text(this.node);
			return switch (this.kind) {
				case DRAIN -> "drain node " + which;
				case RESUME -> "resume node " + which;
				case EJECT -> "eject instance " + Printable.text(this.instance) + " at node " + which + at;
				case RESTORE -> "restore instance " + Printable.text(this.instance) + " at node " + which + at;
				case WEIGHT -> "weight node " + which + " with " + this.weight;
			};
		}

	}

	/**
	 * An act as a page asks for it.
	 *
	 * @param act drain, resume, eject, restore, or weight
	 * @param node the node that is steered
	 * @param instance whom it leaves out or uses again
	 * @param client at which client service, or {@code null} for all
	 * @param weight the new weight
	 * @param reason for people
	 */
	record Act(@Nullable String act, @Nullable String node, @Nullable String instance, @Nullable String client,
			@Nullable Integer weight, @Nullable String reason) {

	}

}
