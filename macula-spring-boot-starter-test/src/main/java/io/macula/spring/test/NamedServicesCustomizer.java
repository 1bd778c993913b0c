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

package io.macula.spring.test;

import java.util.Set;

import io.macula.spring.MaculaService;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Ends a {@link MaculaServiceTest} at its start whose named services would not be there:
 * its calls would find no provider, which says nothing of the reason.
 */
final class NamedServicesCustomizer implements ContextCustomizer {

	private final Set<Class<?>> services;

	NamedServicesCustomizer(Set<Class<?>> services) {
		this.services = services;
	}

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
		context.addBeanFactoryPostProcessor((beanFactory) -> requireServices(beanFactory, configuration));
	}

	/** All beans are defined by now, and none is made. */
	private void requireServices(ConfigurableListableBeanFactory beanFactory,
			MergedContextConfiguration configuration) {
		for (Class<?> service : this.services) {
			String fault = fault(beanFactory, service);
			if (fault != null) {
				throw new IllegalStateException("@MaculaServiceTest of " + configuration.getTestClass().getName()
						+ " names " + service.getName() + ", " + fault);
			}
		}
	}

	private static @Nullable String fault(ConfigurableListableBeanFactory beanFactory, Class<?> service) {
		String[] beans = beanFactory.getBeanNamesForType(service, true, false);
		for (String bean : beans) {
			if (beanFactory.findAnnotationOnBean(bean, MaculaService.class, false) != null) {
				return null;
			}
		}
		if (beans.length == 0 && AnnotatedElementUtils.hasAnnotation(service, MaculaService.class)) {
			return "which is not among the beans: component scan does not find it; add @Import("
					+ service.getSimpleName() + ".class) to the test";
		}
		return "which is no service: put @MaculaService on it, or name the class that has it";
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof NamedServicesCustomizer customizer && this.services.equals(customizer.services);
	}

	@Override
	public int hashCode() {
		return this.services.hashCode();
	}

}
