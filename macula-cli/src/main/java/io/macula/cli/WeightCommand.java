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
package io.macula.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.macula.Instance;
import io.macula.operations.NodeStatus;
import io.macula.operations.OperationsClient;
import io.macula.operations.RealmView;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Changes the share of a node.
 */
@Command(name = "weight", description = "Change the share of a node of the calls of weighted strategies.")
final class WeightCommand extends SteeringCommand {

	@Parameters(index = "0", paramLabel = "NODE", description = "Id of the node.")
	private @Nullable String node;

	@Parameters(index = "1", paramLabel = "N", description = "From 1 to " + Instance.MAX_WEIGHT + "; 100 is usual.")
	private int weight;

	@Override
	Plan plan(RealmView view, OperationsClient operations) {
		if (this.weight < 1 || this.weight > Instance.MAX_WEIGHT) {
			throw CommandException
				.usage("weight " + this.weight + " is not valid: expected 1 to " + Instance.MAX_WEIGHT);
		}
		NodeStatus status = RealmConnection.require(view, Objects.requireNonNull(this.node));
		String nodeId = status.node().nodeId();
		List<String> effects = new ArrayList<>();
		effects.add(who(status) + " will have weight " + this.weight + " instead of " + status.life().weight() + ".");
		for (NodeStatus.ServiceStatus service : status.services()) {
			long others = view.nodes()
				.stream()
				.filter((each) -> !each.node().nodeId().equals(nodeId) && each.life().state().equals("serving"))
				.filter((each) -> each.services().stream().anyMatch((one) -> one.name().equals(service.name())))
				.mapToLong((each) -> each.life().weight())
				.sum();
			effects.add(service.name() + ": its share of the calls of weighted strategies goes from "
					+ share(status.life().weight(), others) + " to " + share(this.weight, others) + ".");
		}
		return new Plan(effects,
				List.of(new Step(nodeId, "weight", "Node " + nodeId + " has weight " + this.weight + ".",
						operations.weight(address(view, nodeId), this.weight))));
	}

	private static String share(long own, long others) {
		return Output.number(100.0 * own / (own + others)) + " %";
	}

}
