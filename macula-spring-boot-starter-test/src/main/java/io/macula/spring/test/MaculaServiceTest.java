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

package io.macula.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * On a test class: a slice of the application that consists of its services. Of its
 * components only those with {@link io.macula.spring.MaculaService} are there, or only
 * the given ones of them, and what decides with them what callers are answered: those
 * with {@link io.macula.spring.MaculaAdvice}, and those of type
 * {@link io.macula.interceptor.ServerInterceptor},
 * {@link io.macula.server.ExceptionMapper}, {@link io.macula.codec.PayloadCodec} or
 * {@link io.macula.spring.autoconfigure.MaculaCodecCustomizer}. They are in a realm of
 * its own as {@link AutoConfigureMaculaRealm} has it; the test calls them over QUIC with
 * {@link MaculaTestRealm#client}. What they need besides, a test gives with
 * {@code @MockitoBean} or {@code @Import}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(MaculaServiceTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(MaculaServiceTypeExcludeFilter.class)
@AutoConfigureMaculaRealm
@ImportAutoConfiguration
public @interface MaculaServiceTest {

	/**
	 * Properties of the application, as {@code key=value}.
	 * @return the properties
	 */
	String[] properties() default {};

	/**
	 * The same as {@link #services()}.
	 * @return classes of services
	 */
	@AliasFor("services")
	Class<?>[] value() default {};

	/**
	 * Which services are there; all by default. The context does not start with a class
	 * that has no {@link io.macula.spring.MaculaService}, or of which there is no bean.
	 * @return classes of services
	 */
	@AliasFor("value")
	Class<?>[] services() default {};

	/**
	 * Whether services are there without being named by the filters.
	 * @return true by default
	 */
	boolean useDefaultFilters() default true;

	/**
	 * Components that are there, too.
	 * @return filters
	 */
	Filter[] includeFilters() default {};

	/**
	 * Components that are not there.
	 * @return filters
	 */
	Filter[] excludeFilters() default {};

	/**
	 * Auto-configurations of the slice that do not apply.
	 * @return classes
	 */
	@AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
	Class<?>[] excludeAutoConfiguration() default {};

}
