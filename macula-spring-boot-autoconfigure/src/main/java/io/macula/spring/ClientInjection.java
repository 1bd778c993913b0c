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

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.util.Assert;

/**
 * Injects clients in contexts that nobody has prepared for it, such as a child context
 * made by hand: the expression in {@link MaculaClient} comes here, unless
 * {@link ClientCandidateResolver} is there, and prepares the context.
 */
public final class ClientInjection {

	/** Calls {@link #client} with the beans of the context of the injection point. */
	static final String EXPRESSION = "#{T(io.macula.spring.ClientInjection).client(#root.beanFactory)}";

	private static final String INJECTION_POINT = "io.macula.spring.injectionPoint";

	private ClientInjection() {
	}

	/**
	 * The client that is being injected by the present thread.
	 * @param beanFactory the beans of its context
	 * @return what the injection point asks for
	 */
	public static @Nullable Object client(ConfigurableBeanFactory beanFactory) {
		Assert.state(beanFactory instanceof DefaultListableBeanFactory,
				"Clients can be injected by a" + " DefaultListableBeanFactory");
		DefaultListableBeanFactory beans = (DefaultListableBeanFactory) beanFactory;
		if (!beans.containsBeanDefinition(INJECTION_POINT)) {
			beans.registerBeanDefinition(INJECTION_POINT, injectionPointDefinition());
		}
		DependencyDescriptor point = beans.getBean(INJECTION_POINT, DependencyDescriptor.class);
		new ClientBeanPostProcessor().postProcessBeanFactory(beans);
		return beans.resolveDependency(point, null);
	}

	/**
	 * Spring tells its injection point to a method that makes a bean, and to nobody else.
	 */
	private static RootBeanDefinition injectionPointDefinition() {
		RootBeanDefinition definition = new RootBeanDefinition(ClientInjection.class);
		definition.setFactoryMethodName("injectionPoint");
		definition.setScope(BeanDefinition.SCOPE_PROTOTYPE);
		definition.setAutowireMode(RootBeanDefinition.AUTOWIRE_CONSTRUCTOR);
		definition.setAutowireCandidate(false);
		definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
		definition.setSynthetic(true);
		return definition;
	}

	static InjectionPoint injectionPoint(InjectionPoint point) {
		return point;
	}

}
