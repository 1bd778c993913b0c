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

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.spring.autoconfigure.RuntimeSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Actuator endpoint that shows the node, what it provides and calls, and its connections,
 * and changes its weight. {@link MaculaEndpointWebExtension} and
 * {@link MaculaEndpointJmxExtension} drain and resume it, eject and restore instances,
 * and change settings.
 */
@Endpoint(id = "macula")
public final class MaculaEndpoint {

	/*
	 * What all endpoints produce; an operation without a result produces nothing, and
	 * then is another one than that of the extension.
	 */

	static final String V3 = "application/vnd.spring-boot.actuator.v3+json";

	static final String V2 = "application/vnd.spring-boot.actuator.v2+json";

	static final String JSON = "application/json";

	private final RealmNode node;

	private final @Nullable RuntimeSettings settings;

	private final NodeOperations operations;

	/**
	 * An endpoint of the given node, whose settings stay as they are.
	 * @param node the node
	 */
	public MaculaEndpoint(RealmNode node) {
		this(node, null);
	}

	/**
	 * An endpoint of the given node.
	 * @param node the node
	 * @param settings its settings, or {@code null} if they stay as they are
	 */
	public MaculaEndpoint(RealmNode node, @Nullable RuntimeSettings settings) {
		this.node = node;
		this.settings = settings;
		this.operations = new NodeOperations(node, settings);
	}

	/**
	 * Everything the node knows about itself.
	 * @return the report
	 */
	@ReadOperation
	public NodeDescriptor node() {
		RuntimeSettings present = this.settings;
		return new NodeDescriptor(this.node.report(),
				(present != null) ? new SettingsDescriptor(present.inEffect(), present.changed()) : null);
	}

	/**
	 * One client service.
	 * @param clientService name of the client service
	 * @return its part of the report, or {@code null} if there is none of that name
	 */
	@ReadOperation
	public @Nullable ClientServiceDescriptor clientService(@Selector String clientService) {
		NodeReport.ClientService report = this.node.report(clientService);
		return (report != null) ? new ClientServiceDescriptor(report) : null;
	}

	/**
	 * Change the share that this node has of the calls of weighted strategies, until it
	 * is set again or the process ends.
	 * @param weight the share, relative to that of other instances, from 1 to 10000
	 */
	@WriteOperation(produces = { V3, V2, JSON })
	public void weight(int weight) {
		this.operations.weight(weight, null);
	}

	/** What else operators may do, through the web and JMX. */
	NodeOperations operations() {
		return this.operations;
	}

	/**
	 * The report of a node.
	 *
	 * @param report the report
	 * @param settings what can change at run time, or {@code null}
	 */
	public record NodeDescriptor(@JsonUnwrapped NodeReport report,
			@Nullable SettingsDescriptor settings) implements OperationResponseBody {

	}

	/**
	 * The settings that can change at run time.
	 *
	 * @param inEffect their values by key
	 * @param changed those that are not what they were at start
	 */
	public record SettingsDescriptor(Map<String, String> inEffect, List<RuntimeSettings.Changed> changed) {

	}

	/**
	 * The report of a client service.
	 *
	 * @param report the report
	 */
	public record ClientServiceDescriptor(
			@JsonUnwrapped NodeReport.ClientService report) implements OperationResponseBody {

	}

}
