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

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.MissingDependencyException;
import io.macula.client.RealmClient;
import io.macula.client.ServiceSettings;
import io.macula.log.PrintableLogger;
import io.macula.spring.ClientProxies;
import org.slf4j.Logger;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * Proxies that call the realm, with the settings of their client services. Safe for all
 * threads.
 */
final class NodeClientProxies implements ClientProxies {

	private static final Logger logger = PrintableLogger.of(NodeClientProxies.class);

	private final ObjectProvider<RealmClient> client;

	private final RuntimeSettings settings;

	private final PayloadCodecs codecs;

	/** Those of the node's own context, which puts tokens into calls. */
	private final ClientRegistrationIds registrations;

	/** Customized codecs of which the log says that clients use them. */
	private final Set<String> told = ConcurrentHashMap.newKeySet();

	NodeClientProxies(ObjectProvider<RealmClient> client, RuntimeSettings settings, PayloadCodecs codecs,
			ClientRegistrationIds registrations) {
		this.client = client;
		this.settings = settings;
		this.codecs = codecs;
		this.registrations = registrations;
	}

	@Override
	public Object proxy(Class<?> contract, String service, String name) {
		refuseRegistrationOfItsOwn(name);
		try {
			ServiceSettings how = this.settings.settingsOf(name);
			tellCustomized(how.codec());
			Object proxy = this.client.getObject().proxy(contract, service, name, how);
			this.settings.made(name, how);
			return proxy;
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The client '" + name + "' of " + contract.getName() + " cannot be made: " + ex.getMessage(),
					(ex instanceof MissingDependencyException missing) ? NodeFactory.add(missing)
							: "Correct the contract, or what @MaculaClient and @ImportMaculaClients say of it.",
					ex);
		}
	}

	/** A setting of a child context that nobody reads. */
	private void refuseRegistrationOfItsOwn(String name) {
		ClientRegistrationIds own = this.settings.atStart().registrations();
		if (!Objects.equals(own.of(name), this.registrations.of(name))) {
			throw new FailureAnalyzedException(
					"The client '" + name + "' has a client registration of its own by " + own.setting(name)
							+ " in an application context whose calls are made by the node of its parent, so that the"
							+ " setting would have no effect.",
					"Set it for the application context that has the node, too.");
		}
	}

	private void tellCustomized(String codec) {
		this.codecs.standsFor(codec)
			.filter((plain) -> this.told.add(codec))
			.ifPresent(
					(plain) -> logger.info("Clients call with the {} instead of '{}'; providers have to have it, too",
							this.codecs.get(codec), plain));
	}

}
