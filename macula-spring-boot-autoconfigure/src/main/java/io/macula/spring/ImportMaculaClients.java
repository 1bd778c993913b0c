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
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AliasFor;

/**
 * Registers proxies as beans for plain injection, on a {@code @Configuration} class. A
 * bean of the application that implements the same interface takes precedence. Where
 * several clients of one interface are imported, {@code @Qualifier} with the name of a
 * client service, which is that of its service by default, tells which one is meant.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(ImportMaculaClients.Container.class)
@Import(ImportedClientsRegistrar.class)
public @interface ImportMaculaClients {

	/**
	 * Alias of {@link #types()}.
	 * @return contracts
	 */
	@AliasFor("types")
	Class<?>[] value() default {};

	/**
	 * Contracts to register.
	 * @return contracts
	 */
	@AliasFor("value")
	Class<?>[] types() default {};

	/**
	 * Packages to search, with their sub-packages, for interfaces annotated with
	 * {@link MaculaClient}.
	 * @return names of packages
	 */
	String[] basePackages() default {};

	/**
	 * Name of the service of all {@link #types()}; by default what {@link MaculaClient}
	 * on the interface says, or else its class name.
	 * @return name of the service
	 */
	String service() default "";

	/**
	 * Name of the client service, see {@link MaculaClient#name()}.
	 * @return name of the client service
	 */
	String name() default "";

	/**
	 * What stands in for failed calls of all {@link #types()}, see
	 * {@link MaculaClient#fallback()}.
	 * @return type of a bean
	 */
	Class<?> fallback() default void.class;

	/** Holds repeated annotations. */
	@Documented
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.TYPE)
	@Import(ImportedClientsRegistrar.class)
	@interface Container {

		/**
		 * The repeated annotations.
		 * @return annotations
		 */
		ImportMaculaClients[] value();

	}

}
