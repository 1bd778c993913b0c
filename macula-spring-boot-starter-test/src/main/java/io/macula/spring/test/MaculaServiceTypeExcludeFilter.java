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

import java.util.LinkedHashSet;
import java.util.Set;

import io.macula.codec.PayloadCodec;
import io.macula.interceptor.ServerInterceptor;
import io.macula.server.ExceptionMapper;
import io.macula.spring.MaculaAdvice;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.MaculaCodecCustomizer;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

/**
 * Which components a {@link MaculaServiceTest} has: services, and what decides with them
 * what their callers are answered.
 */
final class MaculaServiceTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<MaculaServiceTest> {

	private static final Class<?>[] NONE = {};

	/** As a web slice has controller advice, filters and converters. */
	private static final Set<Class<?>> AROUND = Set.of(MaculaAdvice.class, ServerInterceptor.class,
			ExceptionMapper.class, MaculaCodecCustomizer.class, PayloadCodec.class);

	private final Set<Class<?>> services;

	MaculaServiceTypeExcludeFilter(Class<?> testClass) {
		super(testClass);
		this.services = Set.of(getAnnotation().getValue("services", Class[].class).orElse(NONE));
	}

	@Override
	protected Set<Class<?>> getKnownIncludes() {
		Set<Class<?>> includes = new LinkedHashSet<>(AROUND);
		if (this.services.isEmpty()) {
			includes.add(MaculaService.class);
		}
		return includes;
	}

	@Override
	protected Set<Class<?>> getComponentIncludes() {
		return this.services;
	}

}
