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

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.macula.ServiceName;
import io.macula.contract.ServiceContract;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
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

	/** They exist within web requests only, and a call is none. */
	private static final Set<String> WEB_SCOPES = Set.of("request", "session");

	/**
	 * The beans annotated with {@link MaculaService}; makes none of them.
	 * @param beanFactory the application's beans
	 * @return one per service, in the order of the bean definitions
	 */
	public static List<ServiceBean> find(ConfigurableListableBeanFactory beanFactory) {
		Map<String, ServiceBean> byService = new LinkedHashMap<>();
		find(beanFactory, byService);
		return List.copyOf(byService.values());
	}

	/**
	 * The same, with those of parent contexts up to the next that has a node of its own.
	 * @param node type of a node
	 * @param beanFactory the application's beans
	 * @return one per service
	 */
	public static List<ServiceBean> findBelow(Class<?> node, ConfigurableListableBeanFactory beanFactory) {
		Map<String, ServiceBean> byService = new LinkedHashMap<>();
		find(beanFactory, byService);
		BeanFactory parent = beanFactory.getParentBeanFactory();
		while (parent instanceof ConfigurableListableBeanFactory beans
				&& beans.getBeanNamesForType(node, false, false).length == 0) {
			find(beans, byService);
			parent = beans.getParentBeanFactory();
		}
		return List.copyOf(byService.values());
	}

	private static void find(ConfigurableListableBeanFactory beanFactory, Map<String, ServiceBean> byService) {
		annotated(beanFactory).forEach((beanName, annotation) -> {
			ServiceBean bean = of(beanName, annotation, beanFactory);
			ServiceBean other = byService.putIfAbsent(bean.service, bean);
			if (other != null) {
				throw new FailureAnalyzedException(
						"The service '" + bean.service + "' is provided by two beans: '" + other.beanName + "' and '"
								+ beanName + "'.",
						"Give one of them another name with @MaculaService(\"...\"), or remove it.");
			}
		});
	}

	/**
	 * The contracts that the beans provide, whatever their services are called.
	 * @param beanFactory the application's beans
	 * @return interfaces
	 */
	static Set<Class<?>> contracts(ConfigurableListableBeanFactory beanFactory) {
		Set<Class<?>> contracts = new LinkedHashSet<>();
		annotated(beanFactory).forEach((beanName, annotation) -> contracts
			.add(ContractOfBean.find(beanName, type(beanName, beanFactory), annotation.contract())));
		return contracts;
	}

	/**
	 * Refuse singletons whose class is annotated, but was not known before they were
	 * made: nothing would be provided by them.
	 * @param beanFactory the application's beans, all made
	 * @param found those that were known
	 */
	public static void refuseUnseen(ConfigurableListableBeanFactory beanFactory, List<ServiceBean> found) {
		Set<String> seen = found.stream().map(ServiceBean::beanName).collect(Collectors.toSet());
		for (String beanName : beanFactory.getSingletonNames()) {
			Object bean = seen.contains(beanName) || isClient(beanName, beanFactory) || standsIn(beanName, beanFactory)
					? null : beanFactory.getSingleton(beanName);
			if (bean != null && AnnotatedElementUtils.hasAnnotation(AopProxyUtils.ultimateTargetClass(bean),
					MaculaService.class)) {
				throw new FailureAnalyzedException("The bean '" + beanName + "' of "
						+ AopProxyUtils.ultimateTargetClass(bean).getName()
						+ " is annotated with @MaculaService, but its definition does not say so, so that it would"
						+ " not be provided.",
						"Put @MaculaService on its @Bean method, or declare its class as the return type; register it"
								+ " before the context is refreshed.");
			}
		}
	}

	/** By the names of the beans that callers see, in the order of the definitions. */
	private static Map<String, MaculaService> annotated(ConfigurableListableBeanFactory beanFactory) {
		Map<String, MaculaService> annotated = new LinkedHashMap<>();
		for (String name : beanFactory.getBeanNamesForAnnotation(MaculaService.class)) {
			// A scoped proxy of interfaces only does not show the annotation of its
			// target.
			String beanName = ScopedProxyUtils.isScopedTarget(name) ? ScopedProxyUtils.getOriginalBeanName(name) : name;
			MaculaService annotation = beanFactory.findAnnotationOnBean(name, MaculaService.class);
			if (annotation != null && !isClient(name, beanFactory) && !standsIn(name, beanFactory)) {
				annotated.putIfAbsent(beanName, annotation);
			}
		}
		return annotated;
	}

	/** A client of an annotated contract inherits the annotation. */
	private static boolean isClient(String beanName, ConfigurableListableBeanFactory beanFactory) {
		return beanFactory.containsBeanDefinition(beanName)
				&& beanFactory.getBeanDefinition(beanName).hasAttribute(ClientBeanDefinitions.SERVICE_ATTRIBUTE);
	}

	/** The fallback of a client inherits the annotation of the contract as well. */
	private static boolean standsIn(String beanName, ConfigurableListableBeanFactory beanFactory) {
		if (!(beanFactory.getSingleton(DeclaredClients.BEAN_NAME) instanceof DeclaredClients clients)) {
			return false;
		}
		Class<?> type = beanFactory.getType(beanName, false);
		return type != null && clients.standsIn(type) && !annotatesItself(beanName, type, beanFactory);
	}

	private static boolean annotatesItself(String beanName, Class<?> type,
			ConfigurableListableBeanFactory beanFactory) {
		for (Class<?> each = ClassUtils.getUserClass(type); each != null; each = each.getSuperclass()) {
			if (MergedAnnotations.from(each).isPresent(MaculaService.class)) {
				return true;
			}
		}
		Method factory = (beanFactory.containsBeanDefinition(beanName)
				&& beanFactory.getMergedBeanDefinition(beanName) instanceof RootBeanDefinition definition)
						? definition.getResolvedFactoryMethod() : null;
		return factory != null && AnnotatedElementUtils.hasAnnotation(factory, MaculaService.class);
	}

	private static ServiceBean of(String beanName, MaculaService annotation,
			ConfigurableListableBeanFactory beanFactory) {
		Class<?> type = type(beanName, beanFactory);
		Class<?> contract = ContractOfBean.find(beanName, type, annotation.contract());
		refuseInVain(beanName, contract, type);
		String written = StringUtils.hasText(annotation.service()) ? annotation.service() : defaultName(contract);
		String service = NameText.resolve(written, beanFactory,
				() -> "The name of the service that the bean '" + beanName + "' provides");
		try {
			return new ServiceBean(new ServiceName(service).value(), contract, beanName);
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The bean '" + beanName + "' cannot provide a service: " + ex.getMessage(),
					"Correct the name in @MaculaService.", ex);
		}
	}

	/** The node could not see through a proxy of the bean's interfaces. */
	private static void refuseInVain(String beanName, Class<?> contract, Class<?> type) {
		String unreachable;
		String misplaced;
		try {
			ServiceContract parsed = ServiceContract.of(contract);
			unreachable = parsed.unreachable(type);
			misplaced = parsed.misplaced(type);
		}
		catch (IllegalArgumentException ex) {
			// Told when the service is registered.
			return;
		}
		if (unreachable != null) {
			throw new FailureAnalyzedException("The @MaculaService bean '" + beanName
					+ "' has a method that no caller would reach: " + unreachable + ".",
					"Annotate the default method with @MaculaMethod, or remove the override.");
		}
		if (misplaced != null) {
			throw new FailureAnalyzedException(
					"The @MaculaService bean '" + beanName + "' is not valid: " + misplaced + ".",
					"Move @MaculaMethod to the interface, or remove it.");
		}
	}

	private static String defaultName(Class<?> contract) {
		MaculaClient onType = AnnotatedElementUtils.getMergedAnnotation(contract, MaculaClient.class);
		return (onType != null && StringUtils.hasText(onType.service())) ? onType.service() : contract.getName();
	}

	/** The class behind proxies of any kind. */
	private static Class<?> type(String beanName, ConfigurableListableBeanFactory beanFactory) {
		String scopedTarget = ScopedProxyUtils.getTargetBeanName(beanName);
		String target = beanFactory.containsBeanDefinition(scopedTarget) ? scopedTarget : beanName;
		refuseWebScope(beanName, target, beanFactory);
		Class<?> type = AutoProxyUtils.determineTargetClass(beanFactory, target);
		if (type == null) {
			type = beanFactory.getType(target);
		}
		if (type == null) {
			throw new FailureAnalyzedException("The type of the @MaculaService bean '" + beanName + "' is not known.",
					"Declare its class as the return type of its @Bean method.");
		}
		return ClassUtils.getUserClass(type);
	}

	private static void refuseWebScope(String beanName, String target, ConfigurableListableBeanFactory beanFactory) {
		String scope = beanFactory.containsBeanDefinition(target)
				? beanFactory.getMergedBeanDefinition(target).getScope() : null;
		if (scope != null && WEB_SCOPES.contains(scope)) {
			throw new FailureAnalyzedException(
					"The @MaculaService bean '" + beanName + "' is of scope '" + scope
							+ "', which exists within web requests only, so that every call of it would fail.",
					"Make it a singleton, and let it get what belongs to a call from its arguments.");
		}
	}

}
