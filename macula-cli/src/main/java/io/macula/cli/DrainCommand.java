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

import io.macula.operations.NodeStatus;
import io.macula.operations.OperationsClient;
import io.macula.operations.RealmView;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Has a node get no calls.
 */
@Command(name = "drain", description = "Have a node get no new calls until it is resumed; calls in flight go on.")
final class DrainCommand extends SteeringCommand {

	@Parameters(paramLabel = "NODE", description = "Id of the node.")
	private @Nullable String node;

	@Override
	Plan plan(RealmView view, OperationsClient operations) {
		NodeStatus status = RealmConnection.require(view, Objects.requireNonNull(this.node));
		String nodeId = status.node().nodeId();
		List<String> effects = new ArrayList<>();
		String back = "macula resume " + nodeId;
		effects.add(who(status) + " will get no new calls until '" + back + "'; " + status.life().inFlight()
				+ " calls in flight are finished.");
		for (NodeStatus.ServiceStatus service : status.services()) {
			long others = others(view, service.name(), nodeId);
			effects.add(service.name() + ": " + switch ((int) others) {
				case 0 -> "NO other instance takes calls, so that calls will fail.";
				case 1 -> "1 other instance stays.";
				default -> others + " other instances stay.";
			});
		}
		if (!status.life().state().equals("serving")) {
			effects.add("It is " + status.life().state() + " already.");
		}
		return new Plan(effects, List.of(new Step(nodeId, "drain",
				"Node " + nodeId + " drains; '" + back + "' ends that.", operations.drain(address(view, nodeId)))));
	}

}
