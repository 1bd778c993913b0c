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

import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * Marks a bean whose contract is provided to the realm: a class found by component scan,
 * or a {@code @Bean} method. The bean may be proxied.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.TYPE, ElementType.METHOD })
@Component
public @interface MaculaService {

	/**
	 * Alias of {@link #service()}.
	 * @return name of the service
	 */
	@AliasFor("service")
	String value() default "";

	/**
	 * Name of the service, by default the class name of the contract. Placeholders are
	 * resolved. Not the name of the bean.
	 * @return name of the service
	 */
	@AliasFor("value")
	String service() default "";

	/**
	 * The interface that is provided. Needed only where the bean implements several
	 * interfaces of the application.
	 * @return the interface
	 */
	Class<?> contract() default void.class;

}
