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
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Has nodes leave an instance out.
 */
@Command(name = "eject",
		description = "Have nodes leave an instance out of the calls that they make, until it is restored.")
final class EjectCommand extends SteeringCommand {

	@Parameters(paramLabel = "INSTANCE", description = "Node id of the instance.")
	private @Nullable String instance;

	@ArgGroup(multiplicity = "1")
	private Callers callers = new Callers();

	@Option(names = "--client", paramLabel = "NAME", description = "Only in this client service of theirs.")
	private @Nullable String client;

	@Option(names = "--reason", paramLabel = "TEXT", description = "For those who look at it later.")
	private @Nullable String reason;

	@Override
	Plan plan(RealmView view, OperationsClient operations) {
		String nodeId = Objects.requireNonNull(this.instance);
		List<NodeStatus> at = this.callers.of(view, nodeId, this.client);
		return new Plan(
				List.of(Callers.sentence(at) + " will send no calls to node " + nodeId + Callers.by(this.client)
						+ " until 'macula restore " + nodeId + "'.", Callers.BLIND),
				at.stream()
					.map((each) -> new Step(each.node().nodeId(), "eject",
							"Node " + each.node().nodeId() + " leaves " + nodeId + " out.",
							operations.eject(address(view, each.node().nodeId()), this.client, nodeId, this.reason)))
					.toList());
	}

}
