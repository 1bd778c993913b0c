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

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.PriorityOrdered;
import org.springframework.util.ClassUtils;

/**
 * Registers a bean for each client that the application's beans ask for: before beans are
 * made, so that what is called is known at start, and before a test replaces beans with
 * mocks.
 */
public final class ClientBeanPostProcessor implements BeanFactoryPostProcessor, PriorityOrdered {

	private static final Log logger = LogFactory.getLog(ClientBeanPostProcessor.class);

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.containsSingleton(DeclaredClients.BEAN_NAME)) {
			return;
		}
		DeclaredClients declared = new DeclaredClients();
		beanFactory.registerSingleton(DeclaredClients.BEAN_NAME, declared);
		if (beanFactory instanceof DefaultListableBeanFactory registry) {
			registerClients(registry, declared);
			preferClients(registry, declared);
			ClientCandidateResolver resolver = new ClientCandidateResolver(registry.getAutowireCandidateResolver(),
					declared);
			registry.setAutowireCandidateResolver(resolver);
		}
	}

	private void registerClients(DefaultListableBeanFactory registry, DeclaredClients declared) {
		for (String name : registry.getBeanDefinitionNames()) {
			BeanDefinition definition = registry.getBeanDefinition(name);
			if (definition.hasAttribute(ClientBeanDefinitions.SERVICE_ATTRIBUTE)) {
				declare(name, definition, registry, declared);
			}
			else if (!definition.isAbstract()) {
				clientsOf(definition, registry).forEach((client) -> {
					String bean = ClientBeanDefinitions.register(registry, client);
					declared.add(bean, client);
					// Spring would not, where an ObjectProvider is injected.
					registry.registerDependentBean(bean, name);
				});
			}
		}
	}

	/**
	 * Whoever looks a contract up gets the client and not its fallback, as whoever has it
	 * injected: of both, the fallback is the lesser one. Any other bean of the contract
	 * takes the place of the client still.
	 */
	private static void preferClients(DefaultListableBeanFactory registry, DeclaredClients declared) {
		for (Class<?> contract : declared.contractsWithFallback()) {
			List<BeanDefinition> clients = new ArrayList<>();
			List<BeanDefinition> standIns = new ArrayList<>();
			boolean others = false;
			for (String name : registry.getBeanNamesForType(contract, true, false)) {
				BeanDefinition definition = registry.containsBeanDefinition(name) ? registry.getBeanDefinition(name)
						: null;
				Class<?> type = registry.getType(name, false);
				if (definition != null && definition.hasAttribute(ClientBeanDefinitions.SERVICE_ATTRIBUTE)) {
					clients.add(definition);
				}
				else if (definition != null && type != null && declared.standsIn(contract, type)) {
					standIns.add(definition);
				}
				else {
					others = true;
				}
			}
			if (!others) {
				clients.forEach((client) -> client.setFallback(false));
				standIns.forEach((standIn) -> standIn.setFallback(true));
			}
		}
	}

	/**
	 * A client that an import or ahead-of-time processing has registered.
	 */
	private void declare(String name, BeanDefinition definition, DefaultListableBeanFactory registry,
			DeclaredClients declared) {
		Class<?> contract = classOf(definition, registry);
		ClientReference client = (contract != null) ? ClientBeanDefinitions.reference(definition, contract) : null;
		if (client != null) {
			declared.add(name, client);
		}
	}

	private Set<ClientReference> clientsOf(BeanDefinition definition, DefaultListableBeanFactory registry) {
		Set<ClientReference> clients = new LinkedHashSet<>();
		try {
			Class<?> type = classOf(definition, registry);
			String factoryMethod = definition.getFactoryMethodName();
			if (factoryMethod == null) {
				if (type != null) {
					clients.addAll(ClientInjectionPoints.of(type));
				}
				return clients;
			}
			String factoryBean = definition.getFactoryBeanName();
			Class<?> factory = (factoryBean == null) ? type : (registry.containsBeanDefinition(factoryBean)
					? classOf(registry.getBeanDefinition(factoryBean), registry) : null);
			if (factory != null) {
				clients.addAll(ClientInjectionPoints.ofFactoryMethods(factory, factoryMethod));
			}
		}
		catch (LinkageError ex) {
			// A class that cannot be introspected fails when its bean is made, if it is.
			logger.debug("Cannot look for @MaculaClient in " + definition, ex);
		}
		return clients;
	}

	private @Nullable Class<?> classOf(BeanDefinition definition, DefaultListableBeanFactory registry) {
		if (definition instanceof AbstractBeanDefinition known && known.hasBeanClass()) {
			return ClassUtils.getUserClass(known.getBeanClass());
		}
		String className = definition.getBeanClassName();
		if (className == null || className.startsWith("org.springframework.") || className.startsWith("java.")
				|| className.startsWith("#{")) {
			return null;
		}
		try {
			return ClassUtils.getUserClass(ClassUtils.forName(className, registry.getBeanClassLoader()));
		}
		catch (ClassNotFoundException ex) {
			logger.debug("Cannot look for @MaculaClient in " + className, ex);
			return null;
		}
	}

}
