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

import io.macula.contract.ServiceContract;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/**
 * Adds to the explanation of a missing bean, where its type could be the contract of a
 * service, which annotation may have been forgotten.
 */
@Order(0)
final class MissingClientFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final Log logger = LogFactory.getLog(MissingClientFailureAnalyzer.class);

	private final BeanFactory beanFactory;

	private final Environment environment;

	MissingClientFailureAnalyzer(BeanFactory beanFactory, Environment environment) {
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
		ResolvableType missing = cause.getResolvableType();
		Class<?> type = (missing != null) ? missing.resolve() : null;
		if (type == null || cause instanceof NoUniqueBeanDefinitionException || !couldBeContract(type)) {
			return null;
		}
		FailureAnalysis explained = explained(rootFailure);
		if (explained == null) {
			return null;
		}
		String before = (explained.getAction() != null) ? explained.getAction() + "\n\n" : "";
		return new FailureAnalysis(explained.getDescription(), before + "If another application provides "
				+ type.getName()
				+ " in the realm, annotate the injection point with @MaculaClient, or a @Configuration class with"
				+ " @ImportMaculaClients(" + type.getSimpleName()
				+ ".class). If this application is to implement it, annotate its class with @MaculaService, where"
				+ " a component scan finds it.", explained.getCause());
	}

	private static boolean couldBeContract(Class<?> type) {
		if (!type.isInterface() || ContractOfBean.foreign(type)) {
			return false;
		}
		try {
			return ServiceContract.of(type).type() == type;
		}
		catch (IllegalArgumentException | LinkageError ex) {
			return false;
		}
	}

	/** What would be said without this hint. */
	private @Nullable FailureAnalysis explained(Throwable failure) {
		ArgumentResolver arguments = ArgumentResolver.of(BeanFactory.class, this.beanFactory)
			.and(Environment.class, this.environment);
		for (FailureAnalyzer analyzer : SpringFactoriesLoader.forDefaultResourceLocation(getClass().getClassLoader())
			.load(FailureAnalyzer.class, arguments, FailureHandler.logging(logger))) {
			FailureAnalysis explained = (analyzer instanceof MissingClientFailureAnalyzer) ? null
					: analyzer.analyze(failure);
			if (explained != null) {
				return explained;
			}
		}
		return null;
	}

}
