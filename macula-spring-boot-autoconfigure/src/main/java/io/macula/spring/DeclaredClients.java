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

package io.macula.spring;

import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;

/**
 * The clients that an application context has asked for so far, mocked ones included.
 * Safe for all threads.
 */
public final class DeclaredClients {

	static final String BEAN_NAME = "io.macula.spring.declaredClients";

	private final ConcurrentMap<String, ClientReference> clients = new ConcurrentHashMap<>();

	private final Queue<EarlyClient> early = new ConcurrentLinkedQueue<>();

	DeclaredClients() {
	}

	void add(String beanName, ClientReference client) {
		this.clients.put(beanName, client);
	}

	void add(EarlyClient client) {
		this.early.add(client);
	}

	/**
	 * Let the clients that were made before the node find what they call with.
	 */
	public void bindEarly() {
		for (EarlyClient client = this.early.poll(); client != null; client = this.early.poll()) {
			client.bind();
		}
	}

	/**
	 * Whether clients of a contract have a fallback.
	 * @param contract an interface
	 */
	boolean haveFallback(Class<?> contract) {
		return this.clients.values()
			.stream()
			.anyMatch((client) -> client.contract() == contract && client.effectiveFallback() != null);
	}

	/**
	 * Whether beans of a class stand in for failed calls of clients of a contract.
	 * @param contract an interface
	 * @param bean class of a bean
	 */
	boolean standsIn(Class<?> contract, Class<?> bean) {
		for (ClientReference client : this.clients.values()) {
			Class<?> fallback = (client.contract() == contract) ? client.effectiveFallback() : null;
			if (fallback != null && fallback != contract && fallback.isAssignableFrom(bean)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether a bean of this type stands in for a client of any contract.
	 */
	boolean standsIn(Class<?> bean) {
		return this.clients.values().stream().anyMatch((client) -> standsIn(client.contract(), bean));
	}

	/** The contracts that have a client with a fallback. */
	Set<Class<?>> contractsWithFallback() {
		return this.clients.values()
			.stream()
			.filter((client) -> client.effectiveFallback() != null)
			.map(ClientReference::contract)
			.collect(Collectors.toSet());
	}

	/**
	 * Names of the beans, and for each the name of its client service.
	 * @param beanFactory resolves placeholders
	 * @return client names by bean name
	 */
	public Map<String, String> clientNames(ConfigurableBeanFactory beanFactory) {
		return this.clients.entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (entry) -> entry.getValue().clientName(beanFactory)));
	}

	/**
	 * The contracts that each client service is called by.
	 * @param beanFactory resolves placeholders
	 * @return contracts by name of the client service
	 */
	public Map<String, Set<Class<?>>> contracts(ConfigurableBeanFactory beanFactory) {
		return this.clients.values()
			.stream()
			.collect(Collectors.groupingBy((client) -> client.clientName(beanFactory), TreeMap::new,
					Collectors.mapping(ClientReference::contract, Collectors.toSet())));
	}

}
