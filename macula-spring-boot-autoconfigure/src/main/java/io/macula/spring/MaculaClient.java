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

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.annotation.AliasFor;

/**
 * Injects a proxy that calls a service: on a field, a constructor parameter, a setter or
 * its parameter, or the parameter of a {@code @Bean} method. The proxy is a bean: it is
 * made without a live provider, and a test's {@code @MockitoBean} replaces it.
 * <p>
 * On an interface it names the service for all injection points of that interface, and
 * makes it eligible for {@link ImportMaculaClients#basePackages()}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Qualifier
@Autowired
@Value(ClientInjection.EXPRESSION)
public @interface MaculaClient {

	/**
	 * Alias of {@link #service()}.
	 * @return name of the service
	 */
	@AliasFor("service")
	String value() default "";

	/**
	 * Name of the service, by default the class name of the contract. Placeholders are
	 * resolved.
	 * @return name of the service
	 */
	@AliasFor("value")
	String service() default "";

	/**
	 * Name of the client service: the key of its settings under
	 * {@code macula.client.services}, and its name in reports and metrics. By default the
	 * name of the service; set it where one service is called with different settings.
	 * @return name of the client service
	 */
	String name() default "";

	/**
	 * What stands in for a call that fails with an {@link io.macula.RpcException}: the
	 * type of one bean, which implements the contract or is a {@link MaculaFallback} of
	 * it. Not asked where the call was cancelled, is not valid or not allowed, or ended
	 * with an exception of the application: see docs/resilience.md. By default none, or
	 * the one that the annotation of the contract names.
	 * @return type of a bean
	 */
	Class<?> fallback() default void.class;

}
