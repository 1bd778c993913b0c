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

import java.lang.annotation.Annotation;
import java.util.Map;

import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringUtils;

/**
 * A client as an injection point or an import asks for it, with the attributes as they
 * are written: empty means the default. Immutable.
 *
 * @param contract the interface
 * @param service name of the service as written
 * @param name name of the client service as written
 * @param fallback type of what stands in for failed calls as written; {@code void.class}
 * for the default
 */
record ClientReference(Class<?> contract, String service, String name, Class<?> fallback) {

	/**
	 * The reference that one of the annotations makes.
	 * @param contract type of the injection point
	 * @param annotations annotations of the injection point
	 * @param place the injection point, for messages
	 * @return the reference, or {@code null} if no annotation is {@link MaculaClient}
	 */
	static @Nullable ClientReference find(@Nullable Class<?> contract, Annotation[] annotations, Object place) {
		if (annotations.length == 0) {
			return null;
		}
		MaculaClient client = AnnotatedElementUtils
			.getMergedAnnotation(AnnotatedElementUtils.forAnnotations(annotations), MaculaClient.class);
		if (client == null) {
			return null;
		}
		if (contract == null || !contract.isInterface() || contract.isAnnotation()) {
			throw new FailureAnalyzedException("@MaculaClient on " + place + " asks for "
					+ ((contract != null) ? contract.getName() : "an unknown type") + ", which is no interface.",
					"Inject the contract of the service, a plain interface.");
		}
		return new ClientReference(contract, client.service(), client.name(), client.fallback());
	}

	/**
	 * Name of the service with its default, before placeholders are resolved.
	 * @return the name
	 */
	String serviceName() {
		if (StringUtils.hasText(this.service)) {
			return this.service;
		}
		MaculaClient onType = annotationOnContract();
		return (onType != null && StringUtils.hasText(onType.service())) ? onType.service() : this.contract.getName();
	}

	/**
	 * Name of the client service with its default, before placeholders are resolved.
	 * @return the name
	 */
	String clientName() {
		if (StringUtils.hasText(this.name)) {
			return this.name;
		}
		MaculaClient onType = annotationOnContract();
		return (!StringUtils.hasText(this.service) && onType != null && StringUtils.hasText(onType.name()))
				? onType.name() : serviceName();
	}

	/**
	 * Type of what stands in for failed calls, with its default.
	 * @return the type, or {@code null} for nothing
	 */
	@Nullable Class<?> effectiveFallback() {
		if (void.class != this.fallback) {
			return this.fallback;
		}
		MaculaClient onType = annotationOnContract();
		return (onType != null && void.class != onType.fallback()) ? onType.fallback() : null;
	}

	/**
	 * Attributes that {@link MaculaClient} has on an injection point of this client.
	 * @return names and values
	 */
	Map<String, Object> qualifier() {
		return Map.of("value", this.service, "service", this.service, "name", this.name, "fallback", this.fallback);
	}

	String beanName() {
		return "maculaClient#" + clientName() + "#" + this.contract.getName();
	}

	private @Nullable MaculaClient annotationOnContract() {
		return annotation(this.contract);
	}

	private static @Nullable MaculaClient annotation(Class<?> contract) {
		return AnnotatedElementUtils.getMergedAnnotation(contract, MaculaClient.class);
	}

	/**
	 * Whether a contract itself says that beans of a class stand in for failed calls of
	 * its clients.
	 * @param contract an interface
	 * @param bean class of a bean
	 */
	static boolean standsIn(Class<?> contract, Class<?> bean) {
		MaculaClient onType = annotation(contract);
		Class<?> fallback = (onType != null) ? onType.fallback() : void.class;
		return void.class != fallback && fallback != contract && fallback.isAssignableFrom(bean);
	}

	/**
	 * Name of the client service.
	 * @param beanFactory resolves placeholders
	 * @return the name
	 */
	String clientName(ConfigurableBeanFactory beanFactory) {
		return resolve(clientName(), beanFactory);
	}

	private String resolve(String text, ConfigurableBeanFactory beanFactory) {
		return NameText.resolve(text, beanFactory, () -> "The name '" + text + "' of a client of "
				+ this.contract.getName() + ", in @MaculaClient or @ImportMaculaClients,");
	}

	/**
	 * Name of the service; refuses a name that no service can have.
	 * @param beanFactory resolves placeholders
	 * @return the name
	 */
	String serviceName(ConfigurableBeanFactory beanFactory) {
		String service = resolve(serviceName(), beanFactory);
		try {
			return new ServiceName(service).value();
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The client of " + this.contract.getName() + " cannot be made: " + ex.getMessage(),
					"Correct the name in @MaculaClient or @ImportMaculaClients.", ex);
		}
	}

}
