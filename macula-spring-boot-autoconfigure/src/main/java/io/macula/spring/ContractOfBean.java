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
import java.util.List;
import java.util.Set;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.ClassUtils;

/**
 * Which interface of a {@link MaculaService} bean is its contract.
 */
final class ContractOfBean {

	private static final List<String> FOREIGN_PACKAGES = List.of("java.", "javax.", "jakarta.", "kotlin.", "groovy.",
			"org.springframework.", "org.aopalliance.", "reactor.", "io.micrometer.");

	private ContractOfBean() {
	}

	/**
	 * The contract of a bean.
	 * @param beanName name of the bean
	 * @param type its class, or an interface
	 * @param chosen what its annotation says, or {@code void.class}
	 * @return the interface
	 */
	static Class<?> find(String beanName, Class<?> type, Class<?> chosen) {
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

	static boolean foreign(Class<?> type) {
		return FOREIGN_PACKAGES.stream().anyMatch(type.getName()::startsWith);
	}

}
