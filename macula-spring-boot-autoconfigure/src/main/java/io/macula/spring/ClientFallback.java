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

import java.util.Arrays;
import java.util.List;

import io.macula.RpcException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.ResolvableType;

/**
 * The bean that stands in for a client whose call failed. It is found when the client is
 * made, so that mistakes show at start, and asked for when it is needed first, since it
 * may depend on other clients. Safe for all threads.
 */
final class ClientFallback {

	private final Class<?> contract;

	private final Class<?> type;

	private final String beanName;

	private final ConfigurableListableBeanFactory beanFactory;

	private ClientFallback(Class<?> contract, Class<?> type, String beanName,
			ConfigurableListableBeanFactory beanFactory) {
		this.contract = contract;
		this.type = type;
		this.beanName = beanName;
		this.beanFactory = beanFactory;
	}

	/**
	 * Find the bean that a client names.
	 * @param client the client
	 * @param clientName its name, for messages
	 * @param beanFactory where to look
	 * @return the fallback, or {@code null} if the client names none
	 * @throws FailureAnalyzedException if there is no such bean, or if it cannot stand in
	 */
	static @Nullable ClientFallback of(ClientReference client, String clientName,
			ConfigurableListableBeanFactory beanFactory) {
		Class<?> type = client.effectiveFallback();
		if (type == null) {
			return null;
		}
		Class<?> contract = client.contract();
		String who = type.getName() + ", the fallback of the client '" + clientName + "' of " + contract.getName();
		if (!fits(type, contract)) {
			throw new FailureAnalyzedException(
					who + ", is neither a " + contract.getSimpleName() + " nor a MaculaFallback<"
							+ contract.getSimpleName() + ">.",
					"Let it implement one of the two, or name another class in @MaculaClient(fallback = ...).");
		}
		String beanName = only(names(type, beanFactory), type, who, beanFactory);
		if (isClient(beanName, beanFactory)) {
			throw new FailureAnalyzedException(
					who + ", is a client itself: bean '" + beanName + "' calls a provider, too.",
					"Name a class of this application that implements " + contract.getSimpleName()
							+ " in @MaculaClient(fallback = ...); it may call another client.");
		}
		return new ClientFallback(contract, type, beanName, beanFactory);
	}

	private static boolean fits(Class<?> type, Class<?> contract) {
		if (contract.isAssignableFrom(type)) {
			return true;
		}
		if (!MaculaFallback.class.isAssignableFrom(type)) {
			return false;
		}
		Class<?> made = ResolvableType.forClass(type).as(MaculaFallback.class).getGeneric().resolve();
		return made == null || contract.isAssignableFrom(made);
	}

	private static List<String> names(Class<?> type, ConfigurableListableBeanFactory beanFactory) {
		return Arrays.asList(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, type, true, false));
	}

	private static String only(List<String> names, Class<?> type, String who,
			ConfigurableListableBeanFactory beanFactory) {
		if (names.isEmpty()) {
			throw new FailureAnalyzedException(who + ", is no bean.", "Annotate " + type.getSimpleName()
					+ " with @Component, where a component scan finds it, or declare" + " it with @Bean as this type.");
		}
		if (names.size() == 1) {
			return names.get(0);
		}
		List<String> primary = names.stream().filter((name) -> isPrimary(name, beanFactory)).toList();
		if (primary.size() != 1) {
			throw new FailureAnalyzedException(
					who + ", stands for " + names.size() + " beans: "
							+ String.join(", ", names.stream().sorted().toList()) + ".",
					"Name the class of one of them in @MaculaClient(fallback = ...), or mark one as @Primary.");
		}
		return primary.get(0);
	}

	private static boolean isPrimary(String name, ConfigurableListableBeanFactory beanFactory) {
		BeanDefinition definition = definition(name, beanFactory);
		return definition != null && definition.isPrimary();
	}

	private static boolean isClient(String name, ConfigurableListableBeanFactory beanFactory) {
		BeanDefinition definition = definition(name, beanFactory);
		return definition != null && definition.hasAttribute(ClientBeanDefinitions.SERVICE_ATTRIBUTE);
	}

	/** A bean may have been registered without a definition. */
	private static @Nullable BeanDefinition definition(String name, ConfigurableListableBeanFactory beanFactory) {
		try {
			return beanFactory.getMergedBeanDefinition(name);
		}
		catch (NoSuchBeanDefinitionException ex) {
			return null;
		}
	}

	/**
	 * What the failed method is called on instead.
	 * @param failure of the call
	 * @return an implementation of the contract, or {@code null} if the call is to fail
	 */
	@Nullable Object standIn(RpcException failure) {
		Object bean = this.beanFactory.getBean(this.beanName);
		if (this.contract.isInstance(bean)) {
			return bean;
		}
		Object made = ((MaculaFallback<?>) bean).fallback(failure);
		if (made != null && !this.contract.isInstance(made)) {
			throw new IllegalStateException("The fallback " + this.type.getName() + " returned a "
					+ made.getClass().getName() + ": expected a " + this.contract.getName() + ", or null");
		}
		return made;
	}

	@Override
	public String toString() {
		return this.type.getName();
	}

}
