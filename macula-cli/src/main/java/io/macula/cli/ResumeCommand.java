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

import java.util.List;
import java.util.Objects;

import io.macula.operations.NodeStatus;
import io.macula.operations.OperationsClient;
import io.macula.operations.RealmView;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Has a node take calls again.
 */
@Command(name = "resume", description = "Have a node take calls again that was drained.")
final class ResumeCommand extends SteeringCommand {

	@Parameters(paramLabel = "NODE", description = "Id of the node.")
	private @Nullable String node;

	@Override
	Plan plan(RealmView view, OperationsClient operations) {
		NodeStatus status = RealmConnection.require(view, Objects.requireNonNull(this.node));
		String nodeId = status.node().nodeId();
		String services = String.join(", ", status.services().stream().map(NodeStatus.ServiceStatus::name).toList());
		return new Plan(
				List.of(who(status) + ", which is " + status.life().state() + ", will take calls of "
						+ (services.isEmpty() ? "no service" : services) + "."),
				List.of(new Step(nodeId, "resume", "Node " + nodeId + " takes calls.",
						operations.resume(address(view, nodeId)))));
	}

}
