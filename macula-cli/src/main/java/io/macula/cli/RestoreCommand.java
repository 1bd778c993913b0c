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
 * Has nodes use an instance again.
 */
@Command(name = "restore", description = "Have nodes use an instance again, whoever ejected it.")
final class RestoreCommand extends SteeringCommand {

	@Parameters(paramLabel = "INSTANCE", description = "Node id of the instance.")
	private @Nullable String instance;

	@ArgGroup(multiplicity = "1")
	private Callers callers = new Callers();

	@Option(names = "--client", paramLabel = "NAME", description = "Only in this client service of theirs.")
	private @Nullable String client;

	@Override
	Plan plan(RealmView view, OperationsClient operations) {
		String nodeId = Objects.requireNonNull(this.instance);
		List<NodeStatus> at = this.callers.leavingOut(view, nodeId, this.client);
		return new Plan(
				List.of(Callers.sentence(at) + " will send calls to node " + nodeId + Callers.by(this.client)
						+ " again."),
				at.stream()
					.map((each) -> new Step(each.node().nodeId(), "restore",
							"Node " + each.node().nodeId() + " uses " + nodeId + ".",
							operations.restore(address(view, each.node().nodeId()), this.client, nodeId)))
					.toList());
	}

}
