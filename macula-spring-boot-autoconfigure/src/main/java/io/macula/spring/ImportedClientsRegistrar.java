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

import java.util.LinkedHashSet;
import java.util.Set;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

/**
 * Registers what {@link ImportMaculaClients} names.
 */
final class ImportedClientsRegistrar implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	private final ResourceLoader resourceLoader;

	ImportedClientsRegistrar(Environment environment, ResourceLoader resourceLoader) {
		this.environment = environment;
		this.resourceLoader = resourceLoader;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
		Set<AnnotationAttributes> imports = importing.getMergedRepeatableAnnotationAttributes(ImportMaculaClients.class,
				ImportMaculaClients.Container.class, false);
		for (AnnotationAttributes attributes : imports) {
			String service = attributes.getString("service");
			String name = attributes.getString("name");
			Class<?>[] types = attributes.getClassArray("types");
			Class<?> fallback = attributes.getClass("fallback");
			String[] basePackages = attributes.getStringArray("basePackages");
			if (types.length == 0 && basePackages.length == 0) {
				throw new FailureAnalyzedException(
						"@ImportMaculaClients on " + importing.getClassName() + " names no contract.",
						"Set its 'types' or its 'basePackages'.");
			}
			for (Class<?> type : types) {
				register(type, service, name, fallback, importing, registry);
			}
			for (String basePackage : basePackages) {
				scan(basePackage).forEach((type) -> register(type, "", "", void.class, importing, registry));
			}
		}
	}

	private void register(Class<?> type, String service, String name, Class<?> fallback, AnnotationMetadata importing,
			BeanDefinitionRegistry registry) {
		if (!type.isInterface() || type.isAnnotation()) {
			throw new FailureAnalyzedException("@ImportMaculaClients on " + importing.getClassName() + " names "
					+ type.getName() + ", which is no interface.",
					"Name the contract of the service, a plain interface.");
		}
		ClientBeanDefinitions.register(registry, new ClientReference(type, service, name, fallback));
	}

	private Set<Class<?>> scan(String basePackage) {
		ClassPathScanningCandidateComponentProvider scanner = new InterfaceScanner(this.environment);
		scanner.setResourceLoader(this.resourceLoader);
		scanner.addIncludeFilter(new AnnotationTypeFilter(MaculaClient.class, true, true));
		Set<Class<?>> types = new LinkedHashSet<>();
		for (BeanDefinition candidate : scanner.findCandidateComponents(basePackage)) {
			String className = candidate.getBeanClassName();
			Assert.state(className != null, "A scanned class has a name");
			types.add(ClassUtils.resolveClassName(className, this.resourceLoader.getClassLoader()));
		}
		return types;
	}

	/** Finds interfaces, which a component scan leaves out. */
	private static final class InterfaceScanner extends ClassPathScanningCandidateComponentProvider {

		InterfaceScanner(Environment environment) {
			super(false, environment);
		}

		@Override
		protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
			return definition.getMetadata().isInterface() && !definition.getMetadata().isAnnotation();
		}

	}

}
