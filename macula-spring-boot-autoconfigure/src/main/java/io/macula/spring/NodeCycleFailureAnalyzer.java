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

import io.macula.client.RealmClient;
import io.macula.node.RealmNode;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;
import org.springframework.util.ClassUtils;

/**
 * Says of a cycle of beans through the node which class closes it, and what helps:
 * circular references cannot be allowed here.
 */
@Order(0)
final class NodeCycleFailureAnalyzer extends AbstractFailureAnalyzer<BeanCurrentlyInCreationException> {

	private static final Log logger = LogFactory.getLog(NodeCycleFailureAnalyzer.class);

	private final BeanFactory beanFactory;

	private final Environment environment;

	NodeCycleFailureAnalyzer(BeanFactory beanFactory, Environment environment) {
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanCurrentlyInCreationException cause) {
		if (!(this.beanFactory instanceof ConfigurableListableBeanFactory beans)) {
			return null;
		}
		Set<String> cycle = cycle(rootFailure);
		Set<String> nodes = Set.of(beans.getBeanNamesForType(RealmNode.class, false, false));
		FailureAnalysis explained = cycle.stream().anyMatch(nodes::contains) ? explained(rootFailure) : null;
		if (explained == null) {
			return null;
		}
		List<String> both = new ArrayList<>();
		for (String name : cycle) {
			List<String> asked = askedOf(name, beans);
			if (!asked.isEmpty()) {
				both.add("The node is made with " + String.join(", ", asked) + ", a method of the bean '" + name + "' ("
						+ typeName(name, beans) + "), and this bean needs the node itself.");
			}
		}
		String who = both.isEmpty() ? "The node is made with one of these beans, and that bean needs the node itself."
				: String.join("\n\n", both);
		return new FailureAnalysis(explained.getDescription() + "\n\n" + who,
				"Declare the @Bean method that makes what the node asks for static, or move it to a class that needs"
						+ " neither " + RealmNode.class.getSimpleName() + " nor " + RealmClient.class.getSimpleName()
						+ "; or inject an ObjectProvider of these. Clients that are injected by @MaculaClient are no"
						+ " reason for such a cycle. Allowing circular references does not help.",
				cause);
	}

	private static Set<String> cycle(Throwable failure) {
		Set<String> names = new LinkedHashSet<>();
		for (Throwable each = failure; each != null; each = each.getCause()) {
			if (each instanceof BeanCreationException creation && creation.getBeanName() != null) {
				names.add(creation.getBeanName());
			}
		}
		return names;
	}

	/** The methods of a bean that make something of this product's types. */
	private static List<String> askedOf(String factory, ConfigurableListableBeanFactory beans) {
		List<String> methods = new ArrayList<>();
		for (String name : beans.getBeanDefinitionNames()) {
			BeanDefinition definition = beans.getBeanDefinition(name);
			Class<?> type = factory.equals(definition.getFactoryBeanName()) ? beans.getType(name, false) : null;
			if (type != null && isAsked(type)) {
				methods.add(definition.getFactoryMethodName() + "()");
			}
		}
		return isOurs(factory, beans) ? List.of() : methods;
	}

	private static boolean isOurs(String name, ConfigurableListableBeanFactory beans) {
		return typeName(name, beans).startsWith("io.macula.spring.autoconfigure.MaculaAutoConfiguration");
	}

	private static boolean isAsked(Class<?> type) {
		if (type.isInterface() && type.getName().startsWith("io.macula.")) {
			return true;
		}
		return List.of(type.getInterfaces()).stream().anyMatch(NodeCycleFailureAnalyzer::isAsked);
	}

	private static String typeName(String name, ConfigurableListableBeanFactory beans) {
		Class<?> type = beans.getType(name, false);
		return (type != null) ? ClassUtils.getUserClass(type).getName() : "of unknown type";
	}

	/** What would be said without this. */
	private @Nullable FailureAnalysis explained(Throwable failure) {
		ArgumentResolver arguments = ArgumentResolver.of(BeanFactory.class, this.beanFactory)
			.and(Environment.class, this.environment);
		for (FailureAnalyzer analyzer : SpringFactoriesLoader.forDefaultResourceLocation(getClass().getClassLoader())
			.load(FailureAnalyzer.class, arguments, FailureHandler.logging(logger))) {
			FailureAnalysis explained = (analyzer instanceof NodeCycleFailureAnalyzer) ? null
					: analyzer.analyze(failure);
			if (explained != null) {
				return explained;
			}
		}
		return null;
	}

}
