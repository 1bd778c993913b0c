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

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.jmx.annotation.EndpointJmxExtension;

/**
 * {@link EndpointJmxExtension @EndpointJmxExtension} of the {@link MaculaEndpoint}: an
 * operation for each thing that operators may want.
 */
@EndpointJmxExtension(endpoint = MaculaEndpoint.class)
public final class MaculaEndpointJmxExtension {

	private final MaculaEndpoint endpoint;

	/**
	 * An extension of the given endpoint.
	 * @param endpoint the endpoint
	 */
	public MaculaEndpointJmxExtension(MaculaEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Change the share that this node has of the calls of weighted strategies, until it
	 * is set again or the process ends.
	 * @param weight the share, relative to that of other instances, from 1 to 10000
	 */
	@WriteOperation
	public void weight(int weight) {
		this.endpoint.operations().weight(weight, JmxOperator.text());
	}

	/**
	 * Withdraw the services of this node and refuse new calls, until it is resumed.
	 */
	@WriteOperation
	public void drain() {
		this.endpoint.operations().drain(JmxOperator.text());
	}

	/**
	 * Take calls again.
	 */
	@WriteOperation
	public void resume() {
		this.endpoint.operations().resume(JmxOperator.text());
	}

	/**
	 * Leave an instance out until it is restored.
	 * @param instance node id of the instance
	 * @param clientService name of the client service, or {@code null} for all
	 * @param reason why, or {@code null}
	 */
	@WriteOperation
	public void eject(String instance, @Nullable String clientService, @Nullable String reason) {
		this.endpoint.operations().eject(clientService, instance, reason, JmxOperator.text());
	}

	/**
	 * Use an instance again that was ejected.
	 * @param instance node id of the instance
	 * @param clientService name of the client service, or {@code null} for all
	 */
	@WriteOperation
	public void restore(String instance, @Nullable String clientService) {
		this.endpoint.operations().restore(clientService, instance, JmxOperator.text());
	}

	/**
	 * Change a setting until it is reset or the process ends.
	 * @param setting key of the setting, such as {@code macula.client.deadline}
	 * @param value its value, as one writes it in a configuration file
	 */
	@WriteOperation
	public void changeSetting(String setting, String value) {
		this.endpoint.operations().set(setting, value, null);
	}

	/**
	 * Give a setting back the value that is configured.
	 * @param setting key of the setting
	 */
	@WriteOperation
	public void resetSetting(String setting) {
		this.endpoint.operations().reset(setting, null);
	}

}
