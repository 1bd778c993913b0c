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

package io.macula.spring.autoconfigure;

import io.macula.client.RealmClient;
import io.macula.spring.ClientProxies;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * Proxies that call the realm, with the settings of their client services.
 */
final class NodeClientProxies implements ClientProxies {

	private final ObjectProvider<RealmClient> client;

	private final MaculaSettings settings;

	NodeClientProxies(ObjectProvider<RealmClient> client, MaculaSettings settings) {
		this.client = client;
		this.settings = settings;
	}

	@Override
	public Object proxy(Class<?> contract, String service, String name) {
		try {
			return this.client.getObject().proxy(contract, service, name, this.settings.of(name));
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The client '" + name + "' of " + contract.getName() + " cannot be made: " + ex.getMessage(),
					"Correct the contract, or what @MaculaClient and @ImportMaculaClients say of it.", ex);
		}
	}

}
