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

package io.macula.spring.autoconfigure;

import io.macula.client.ErrorMapper;
import io.macula.server.ExceptionMapper;
import io.macula.spring.error.ExceptionAdvice;
import io.macula.spring.error.HttpExceptionMapper;
import io.macula.spring.error.MethodValidation;
import io.macula.spring.error.MissingValidation;
import io.macula.spring.error.RejectionMapper;
import io.macula.spring.error.RpcExceptionHandler;
import io.macula.spring.error.SecurityExceptionMapper;
import io.macula.spring.error.ValidationExceptionMapper;
import jakarta.validation.Validator;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.ResourceLoader;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;

/**
 * Auto-configuration of what callers are told of exceptions, by the methods annotated
 * with {@link io.macula.spring.MaculaExceptionHandler}, then by {@link ExceptionMapper}
 * beans; and of what they are thrown in place of a failure, by {@link ErrorMapper} beans.
 */
@AutoConfiguration(before = MaculaAutoConfiguration.class,
		afterName = "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration")
public final class MaculaErrorAutoConfiguration {

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	ExceptionAdvice maculaExceptionAdvice() {
		return new ExceptionAdvice();
	}

	@Bean
	RealmNodeCustomizer maculaErrorsCustomizer(ObjectProvider<ExceptionMapper> exceptions,
			ObjectProvider<ErrorMapper> errors) {
		return (builder) -> {
			exceptions.orderedStream().forEach(builder::exceptionMapper);
			errors.orderedStream().forEach(builder::errorMapper);
		};
	}

	@Bean
	@Order
	RejectionMapper maculaRejectionMapper() {
		return new RejectionMapper();
	}

	/** What exceptions of Spring's web support say was made for callers. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ErrorResponse.class)
	static class Web {

		@Bean
		@Order
		HttpExceptionMapper maculaHttpExceptionMapper() {
			return new HttpExceptionMapper();
		}

	}

	/** What a failed call is to those who asked over HTTP. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ControllerAdvice.class)
	@ConditionalOnWebApplication
	@ConditionalOnBooleanProperty("macula.client.problem-details.enabled")
	static class ProblemDetails {

		@Bean
		@ConditionalOnMissingBean
		RpcExceptionHandler maculaRpcExceptionHandler() {
			return new RpcExceptionHandler();
		}

	}

	/** What is not valid; with a validator also before a method runs. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Validator.class)
	static class Validation {

		@Bean
		@Order
		ValidationExceptionMapper maculaValidationExceptionMapper() {
			return new ValidationExceptionMapper();
		}

		@Bean
		@ConditionalOnBean(Validator.class)
		@ConditionalOnBooleanProperty(name = "macula.provider.validation", matchIfMissing = true)
		RealmNodeCustomizer maculaValidationCustomizer(ObjectProvider<Validator> validators) {
			return (builder) -> builder.methodGuards(new MethodValidation(validators.getObject()));
		}

		@Bean
		@ConditionalOnMissingBean(Validator.class)
		@ConditionalOnBooleanProperty(name = "macula.provider.validation", matchIfMissing = true)
		RealmNodeCustomizer maculaMissingValidationCustomizer() {
			return (builder) -> builder.methodGuards(new MissingValidation());
		}

	}

	/** Spring Security need not be there when this is compiled. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { SecurityExceptionMapper.ACCESS_DENIED, SecurityExceptionMapper.AUTHENTICATION })
	static class Security {

		@Bean
		@Order
		SecurityExceptionMapper maculaSecurityExceptionMapper(ResourceLoader resources) {
			return new SecurityExceptionMapper(resources.getClassLoader());
		}

	}

}
