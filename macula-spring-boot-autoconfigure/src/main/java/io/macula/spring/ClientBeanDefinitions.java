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

import java.util.List;
import java.util.stream.Stream;

import io.macula.node.RealmNode;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.InstanceSupplier;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.ClassUtils;

/**
 * Bean definitions of clients. A definition carries its reference as attributes, so that
 * it can be told from other beans, and the qualifier that matches the injection points.
 */
public final class ClientBeanDefinitions {

	static final String SERVICE_ATTRIBUTE = "io.macula.spring.client.service";

	static final String NAME_ATTRIBUTE = "io.macula.spring.client.name";

	static final String FALLBACK_ATTRIBUTE = "io.macula.spring.client.fallback";

	private ClientBeanDefinitions() {
	}

	/**
	 * Register a client unless it is registered.
	 * @param registry where to register
	 * @param client the client
	 * @return name of the bean
	 */
	static String register(BeanDefinitionRegistry registry, ClientReference client) {
		String base = client.beanName();
		String name = base;
		for (int i = 1; registry.containsBeanDefinition(name); i++) {
			if (client.equals(reference(registry.getBeanDefinition(name), client.contract()))) {
				return name;
			}
			// The same client, written in another way: @MaculaClient("a") and
			// @MaculaClient(service = "a", name = "a") are different qualifiers.
			name = base + "#" + i;
		}
		registry.registerBeanDefinition(name, create(client));
		return name;
	}

	private static RootBeanDefinition create(ClientReference client) {
		RootBeanDefinition definition = new RootBeanDefinition(client.contract());
		definition.setTargetType(client.contract());
		definition.setInstanceSupplier(InstanceSupplier.of((registeredBean) -> proxy(registeredBean, client)));
		// Instantiated by ClientStartup, or not at all where the auto-configuration is
		// left out, as in tests of a slice.
		definition.setLazyInit(true);
		// A method close() of the contract is a call like any other.
		definition.setDestroyMethodName("");
		describe(definition, client);
		return definition;
	}

	/**
	 * Give a definition the qualifier and the attributes of a client.
	 * @param definition the definition
	 * @param contract the interface
	 * @param service name of the service as written
	 * @param name name of the client service as written
	 * @param fallback name of the type of its fallback as written; {@code void} for none
	 */
	public static void describe(RootBeanDefinition definition, Class<?> contract, String service, String name,
			String fallback) {
		describe(definition, new ClientReference(contract, service, name, fallbackType(fallback)));
	}

	private static void describe(RootBeanDefinition definition, ClientReference client) {
		// A bean of the application that implements the contract wins.
		definition.setFallback(true);
		definition.setAttribute(SERVICE_ATTRIBUTE, client.service());
		definition.setAttribute(NAME_ATTRIBUTE, client.name());
		definition.setAttribute(FALLBACK_ATTRIBUTE, client.fallback());
		AutowireCandidateQualifier qualifier = new AutowireCandidateQualifier(MaculaClient.class);
		client.qualifier().forEach(qualifier::setAttribute);
		definition.addQualifier(qualifier);
	}

	/**
	 * Make the proxy of a client.
	 * @param bean the client's bean
	 * @param contract the interface
	 * @param service name of the service as written
	 * @param name name of the client service as written
	 * @param fallback name of the type of its fallback as written; {@code void} for none
	 * @return the proxy
	 */
	public static Object proxy(RegisteredBean bean, Class<?> contract, String service, String name, String fallback) {
		return proxy(bean, new ClientReference(contract, service, name, fallbackType(fallback)));
	}

	/** By its name, since generated code may not see the class. */
	private static Class<?> fallbackType(String name) {
		return ClassUtils.resolveClassName(name, ClassUtils.getDefaultClassLoader());
	}

	/**
	 * The node may be in the middle of asking the very class that asks for the client:
	 * for an interceptor, a strategy, or whatever else it needs.
	 */
	private static Object proxy(RegisteredBean bean, ClientReference client) {
		ConfigurableListableBeanFactory beans = bean.getBeanFactory();
		List<String> awaited = unfinished(beans);
		if (awaited.isEmpty()) {
			try {
				return create(client, beans);
			}
			catch (BeanCreationException ex) {
				if (!ex.contains(BeanCurrentlyInCreationException.class)) {
					throw ex;
				}
			}
		}
		EarlyClient early = new EarlyClient(client.contract(), client.clientName(beans), () -> create(client, beans));
		// Destroyed after the client and all that calls by it.
		awaited.forEach((node) -> beans.registerDependentBean(node, bean.getBeanName()));
		if (beans.getSingleton(DeclaredClients.BEAN_NAME) instanceof DeclaredClients declared) {
			declared.add(early);
		}
		return early.proxy();
	}

	/** The nodes of this context that are not there yet. */
	private static List<String> unfinished(ConfigurableListableBeanFactory beans) {
		return Stream.of(beans.getBeanNamesForType(RealmNode.class, false, false))
			.filter((name) -> !beans.containsSingleton(name))
			.toList();
	}

	private static Object create(ClientReference client, ConfigurableListableBeanFactory beans) {
		Class<?> contract = client.contract();
		ClientProxies available = beans.getBeanProvider(ClientProxies.class).getIfAvailable();
		if (available == null) {
			throw new FailureAnalyzedException(
					"The client '" + client.clientName() + "' of " + contract.getName()
							+ " cannot be made: the application context does not join a realm.",
					"Enable MaculaAutoConfiguration, or replace the client in a test with @MockitoBean.");
		}
		String name = client.clientName(beans);
		ClientFallback fallback = ClientFallback.of(client, name, beans);
		Object proxy = available.proxy(contract, client.serviceName(beans), name);
		return (fallback != null) ? FallbackProxy.around(proxy, contract, fallback) : proxy;
	}

	/**
	 * The client that a definition stands for.
	 * @param definition any definition
	 * @param contract its class
	 * @return the client, or {@code null} if the definition is not one of a client
	 */
	static @Nullable ClientReference reference(BeanDefinition definition, Class<?> contract) {
		return (definition.getAttribute(SERVICE_ATTRIBUTE) instanceof String service
				&& definition.getAttribute(NAME_ATTRIBUTE) instanceof String name
				&& definition.getAttribute(FALLBACK_ATTRIBUTE) instanceof Class<?> fallback)
						? new ClientReference(contract, service, name, fallback) : null;
	}

}
