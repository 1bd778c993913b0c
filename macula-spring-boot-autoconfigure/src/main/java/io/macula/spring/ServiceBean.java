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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.ServiceName;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * A bean that provides a service. Immutable.
 *
 * @param service name of the service
 * @param contract the interface that is provided
 * @param beanName name of the bean
 */
public record ServiceBean(String service, Class<?> contract, String beanName) {

	private static final List<String> FOREIGN_PACKAGES = List.of("java.", "javax.", "jakarta.", "kotlin.", "groovy.",
			"org.springframework.", "org.aopalliance.", "reactor.", "io.micrometer.");

	/**
	 * The beans annotated with {@link MaculaService}; makes none of them.
	 * @param beanFactory the application's beans
	 * @return one per service, in the order of the bean definitions
	 */
	public static List<ServiceBean> find(ConfigurableListableBeanFactory beanFactory) {
		Map<String, ServiceBean> byService = new LinkedHashMap<>();
		for (String beanName : beanFactory.getBeanNamesForAnnotation(MaculaService.class)) {
			if (ScopedProxyUtils.isScopedTarget(beanName)) {
				continue;
			}
			MaculaService annotation = beanFactory.findAnnotationOnBean(beanName, MaculaService.class);
			if (annotation != null) {
				ServiceBean bean = of(beanName, annotation, beanFactory);
				ServiceBean other = byService.putIfAbsent(bean.service, bean);
				if (other != null) {
					throw new FailureAnalyzedException(
							"The service '" + bean.service + "' is provided by two beans: '" + other.beanName
									+ "' and '" + beanName + "'.",
							"Give one of them another name with @MaculaService(\"...\"), or remove it.");
				}
			}
		}
		return List.copyOf(byService.values());
	}

	private static ServiceBean of(String beanName, MaculaService annotation,
			ConfigurableListableBeanFactory beanFactory) {
		Class<?> type = AutoProxyUtils.determineTargetClass(beanFactory, beanName);
		if (type == null) {
			type = beanFactory.getType(beanName);
		}
		if (type == null) {
			throw new FailureAnalyzedException("The type of the @MaculaService bean '" + beanName + "' is not known.",
					"Declare its class as the return type of its @Bean method.");
		}
		Class<?> contract = contract(beanName, ClassUtils.getUserClass(type), annotation.contract());
		String written = StringUtils.hasText(annotation.service()) ? annotation.service() : defaultName(contract);
		String service = beanFactory.resolveEmbeddedValue(written);
		try {
			return new ServiceBean(new ServiceName(String.valueOf(service)).value(), contract, beanName);
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The bean '" + beanName + "' cannot provide a service: " + ex.getMessage(),
					"Correct the name in @MaculaService.", ex);
		}
	}

	private static String defaultName(Class<?> contract) {
		MaculaClient onType = AnnotatedElementUtils.getMergedAnnotation(contract, MaculaClient.class);
		return (onType != null && StringUtils.hasText(onType.service())) ? onType.service() : contract.getName();
	}

	private static Class<?> contract(String beanName, Class<?> type, Class<?> chosen) {
		if (chosen != void.class) {
			if (!chosen.isInterface() || !chosen.isAssignableFrom(type)) {
				throw new FailureAnalyzedException(
						"The @MaculaService bean '" + beanName + "' names " + chosen.getName()
								+ " as its contract, which is no interface of " + type.getName() + ".",
						"Name an interface that the bean implements.");
			}
			return chosen;
		}
		List<Class<?>> candidates = candidates(type);
		if (candidates.size() == 1) {
			return candidates.get(0);
		}
		if (candidates.isEmpty()) {
			throw new FailureAnalyzedException(
					"The @MaculaService bean '" + beanName + "' of " + type.getName()
							+ " implements no interface of the application, so that it has no contract.",
					"Let it implement the interface that its clients call.");
		}
		throw new FailureAnalyzedException(
				"The @MaculaService bean '" + beanName + "' of " + type.getName() + " implements several interfaces: "
						+ String.join(", ", candidates.stream().map(Class::getName).toList()) + ".",
				"Say which one is provided, with @MaculaService(contract = ...).");
	}

	/**
	 * Interfaces of the application that have methods, without those that another one
	 * extends.
	 * @param type class of a bean, or an interface
	 * @return the interfaces
	 */
	private static List<Class<?>> candidates(Class<?> type) {
		Set<Class<?>> all = ClassUtils.getAllInterfacesForClassAsSet(type);
		List<Class<?>> own = new ArrayList<>(
				all.stream().filter((candidate) -> !foreign(candidate) && candidate.getMethods().length > 0).toList());
		own.removeIf((candidate) -> own.stream()
			.anyMatch((other) -> other != candidate && candidate.isAssignableFrom(other)));
		return own;
	}

	private static boolean foreign(Class<?> type) {
		return FOREIGN_PACKAGES.stream().anyMatch(type.getName()::startsWith);
	}

}
