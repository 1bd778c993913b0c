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

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.RoutingKey;
import io.macula.client.ServiceSettings;
import io.macula.contract.ServiceContract;
import io.macula.log.NearestName;
import io.macula.log.PrintableLogger;
import io.macula.selection.SelectionStrategies;
import io.macula.spring.DeclaredClients;
import org.slf4j.Logger;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * Makes all clients at start, so that a mistake in a contract shows there, and refuses
 * settings of a client service that does not exist.
 */
final class ClientStartup implements SmartInitializingSingleton {

	private static final Logger logger = PrintableLogger.of(ClientStartup.class);

	private final DeclaredClients clients;

	private final MaculaSettings settings;

	private final boolean allowUnusedSettings;

	private final Directories directories;

	private final ConfigurableBeanFactory beanFactory;

	ClientStartup(DeclaredClients clients, MaculaSettings settings, boolean allowUnusedSettings,
			Directories directories, ConfigurableBeanFactory beanFactory) {
		this.clients = clients;
		this.settings = settings;
		this.allowUnusedSettings = allowUnusedSettings;
		this.directories = directories;
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Map<String, String> names = this.clients.clientNames(this.beanFactory);
		if (!this.allowUnusedSettings) {
			refuseUnusedSettings(this.settings, names.values());
		}
		names.keySet().forEach(this.beanFactory::getBean);
		this.clients.bindEarly();
		refuseUnknownMethods(this.settings);
		tellMissingKeys();
		this.directories.warnOfUnlisted(names.values());
	}

	/**
	 * Refuse settings that took the place of the present ones.
	 * @param changed the settings
	 * @param further client services of child contexts
	 */
	void check(MaculaSettings changed, Collection<String> further) {
		Set<String> names = new TreeSet<>(this.clients.clientNames(this.beanFactory).values());
		names.addAll(further);
		if (!this.allowUnusedSettings) {
			refuseUnusedSettings(changed, names);
		}
		refuseUnknownMethods(changed);
	}

	/** Whoever wants the same instance for the same key may have forgotten the key. */
	private void tellMissingKeys() {
		this.clients.contracts(this.beanFactory).forEach((client, types) -> {
			if (this.settings.of(client).strategyName().equals(SelectionStrategies.CONSISTENT_HASH)
					&& types.stream().noneMatch(ClientStartup::hasKey)) {
				logger.info(
						"Client service {} selects by {}, but no method of {} has a parameter with @RoutingKey: calls"
								+ " without a MaculaCall.key(...) go round",
						client, SelectionStrategies.CONSISTENT_HASH, names(types));
			}
		});
	}

	private static boolean hasKey(Class<?> contract) {
		return ServiceContract.of(contract)
			.methods()
			.stream()
			.flatMap((method) -> Stream.of(method.method().getParameters()))
			.anyMatch((parameter) -> parameter.isAnnotationPresent(RoutingKey.class));
	}

	/** Several contracts may be called by one client service. */
	private void refuseUnknownMethods(MaculaSettings all) {
		Map<String, Set<Class<?>>> contracts = this.clients.contracts(this.beanFactory);
		contracts.forEach((client, types) -> {
			String configured = all.configuredName(client).orElse(null);
			ServiceSettings own = (configured != null) ? all.services().get(configured) : null;
			if (configured == null || own == null || own.methods().isEmpty()) {
				return;
			}
			Set<String> methods = new TreeSet<>();
			types.forEach(
					(type) -> ServiceContract.of(type).methods().forEach((method) -> methods.add(method.wireName())));
			Set<String> known = methods.stream()
				.flatMap((method) -> own.methodName(method).stream())
				.collect(Collectors.toSet());
			for (String method : new TreeSet<>(own.methods().keySet())) {
				if (!known.contains(method)) {
					throw new FailureAnalyzedException(
							"The settings " + SettingsFactory.key(configured, method) + ".* are for a method that "
									+ names(types) + " does not have.",
							NearestName.question(method, methods) + "The methods are: " + String.join(", ", methods)
									+ ". Correct the name, or remove the settings.");
				}
			}
		});
	}

	private static String names(Set<Class<?>> types) {
		return types.stream().map(Class::getName).sorted().collect(Collectors.joining(" or "));
	}

	private static void refuseUnusedSettings(MaculaSettings all, Collection<String> names) {
		TreeSet<String> used = names.stream()
			.flatMap((name) -> all.configuredName(name).stream())
			.collect(Collectors.toCollection(TreeSet::new));
		for (String configured : all.services().keySet()) {
			if (!used.contains(configured)) {
				String key = SettingsFactory.key(configured);
				throw new FailureAnalyzedException(
						"The settings " + key + ".*" + " are for a client service that no proxy uses.",
						NearestName.question(configured, names)
								+ (names.isEmpty() ? "There are no client services."
										: "The client services are: " + String.join(", ", new TreeSet<>(names)) + ".")
								+ " Correct the name, remove the settings, or declare the client with"
								+ " @MaculaClient or @ImportMaculaClients. If a child context has that client, move the"
								+ " settings there, or set macula.client.allow-unused-settings=true here.");
			}
		}
	}

}
