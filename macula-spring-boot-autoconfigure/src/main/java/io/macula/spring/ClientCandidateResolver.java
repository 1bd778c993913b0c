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

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanDefinitionHolder;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.AutowireCandidateResolver;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringUtils;

/**
 * Registers a client when it is injected first, for injection points that
 * {@link ClientBeanPostProcessor} could not see: objects that are no beans (a test's
 * instance), beans whose class shows only when they are made. And lets qualifiers find
 * clients by their names. All else is left to the resolver that was there.
 */
final class ClientCandidateResolver implements AutowireCandidateResolver, BeanFactoryAware {

	private final AutowireCandidateResolver delegate;

	private final DeclaredClients declared;

	private @Nullable DefaultListableBeanFactory beanFactory;

	ClientCandidateResolver(AutowireCandidateResolver delegate, DeclaredClients declared) {
		this.delegate = delegate;
		this.declared = declared;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = (beanFactory instanceof DefaultListableBeanFactory factory) ? factory : null;
		if (this.delegate instanceof BeanFactoryAware aware) {
			aware.setBeanFactory(beanFactory);
		}
	}

	/**
	 * The first step of every resolution of a dependency, {@code Optional},
	 * {@code ObjectProvider} and lazy ones included.
	 */
	@Override
	public @Nullable Object getSuggestedValue(DependencyDescriptor descriptor) {
		ClientReference client = client(descriptor);
		if (client != null && this.beanFactory != null) {
			this.declared.add(ClientBeanDefinitions.register(this.beanFactory, client), client);
			return null;
		}
		return this.delegate.getSuggestedValue(descriptor);
	}

	private static @Nullable ClientReference client(DependencyDescriptor descriptor) {
		Annotation[] annotations = descriptor.getAnnotations();
		Class<?> contract = descriptor.getResolvableType().resolve();
		ClientReference client = ClientReference.find(contract, annotations, descriptor);
		MethodParameter parameter = descriptor.getMethodParameter();
		if (client == null && parameter != null && parameter.getMethod() != null
				&& void.class == parameter.getMethod().getReturnType()) {
			client = ClientReference.find(contract, parameter.getMethodAnnotations(), descriptor);
		}
		return client;
	}

	@Override
	public boolean isAutowireCandidate(BeanDefinitionHolder holder, DependencyDescriptor descriptor) {
		return !standsIn(holder, descriptor) && this.delegate.isAutowireCandidate(named(holder), descriptor);
	}

	/**
	 * Whoever asks for the contract, and no more, is not given the fallback of its
	 * client, which a bean that implements the contract is for all others; least of all
	 * where there is no client, which would go unnoticed.
	 */
	private boolean standsIn(BeanDefinitionHolder holder, DependencyDescriptor descriptor) {
		DefaultListableBeanFactory beans = this.beanFactory;
		Class<?> asked = descriptor.getDependencyType();
		if (beans == null || !asked.isInterface()
				|| !(this.declared.haveFallback(asked) || AnnotatedElementUtils.isAnnotated(asked, MaculaClient.class))
				|| this.delegate.hasQualifier(descriptor)) {
			return false;
		}
		Class<?> bean = beans.containsBean(holder.getBeanName()) ? beans.getType(holder.getBeanName(), false) : null;
		return bean != null && (this.declared.standsIn(asked, bean) || ClientReference.standsIn(asked, bean));
	}

	/**
	 * {@code @Qualifier} and {@code @Named} find a client by the name of its client
	 * service. It is no alias of the bean, which would take the name from other beans.
	 */
	private BeanDefinitionHolder named(BeanDefinitionHolder holder) {
		BeanDefinition definition = holder.getBeanDefinition();
		Class<?> contract = definition.getResolvableType().resolve();
		ClientReference client = (contract != null) ? ClientBeanDefinitions.reference(definition, contract) : null;
		String name = (client != null && this.beanFactory != null) ? client.clientName(this.beanFactory) : null;
		return (name != null) ? new BeanDefinitionHolder(definition, holder.getBeanName(),
				StringUtils.addStringToArray(holder.getAliases(), name)) : holder;
	}

	@Override
	public boolean isRequired(DependencyDescriptor descriptor) {
		return this.delegate.isRequired(descriptor);
	}

	@Override
	public boolean hasQualifier(DependencyDescriptor descriptor) {
		return this.delegate.hasQualifier(descriptor);
	}

	@Override
	public @Nullable String getSuggestedName(DependencyDescriptor descriptor) {
		return this.delegate.getSuggestedName(descriptor);
	}

	@Override
	public @Nullable Object getLazyResolutionProxyIfNecessary(DependencyDescriptor descriptor,
			@Nullable String beanName) {
		return this.delegate.getLazyResolutionProxyIfNecessary(descriptor, beanName);
	}

	@Override
	public @Nullable Class<?> getLazyResolutionProxyClass(DependencyDescriptor descriptor, @Nullable String beanName) {
		return this.delegate.getLazyResolutionProxyClass(descriptor, beanName);
	}

	@Override
	public AutowireCandidateResolver cloneIfNecessary() {
		return new ClientCandidateResolver(this.delegate.cloneIfNecessary(), this.declared);
	}

}
