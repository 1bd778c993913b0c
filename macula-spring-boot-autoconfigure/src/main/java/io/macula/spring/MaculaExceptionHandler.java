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

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Marks a method that says what callers are told of exceptions which a contract does not
 * declare: one of a {@link MaculaService} bean for its own service, one of a
 * {@link MaculaAdvice} or another bean for all services. The bean of the service is asked
 * first, then the others in the order of {@code @Order}; within a bean the method of the
 * nearest class counts, of the exception itself before its causes.
 * <p>
 * The method returns an {@link io.macula.RpcException}, a {@link io.macula.Status}, a
 * {@link io.macula.Code}, an {@code ErrorResponse} or a {@code ProblemDetail}, or
 * {@code null} to leave the exception to the next bean. It may have a parameter for the
 * exception and one of type {@link io.macula.CallContext}. It runs where the exception
 * came up, which may be an event loop: it must not block.
 * <p>
 * An {@link io.macula.RpcException} is a status already: only a method that names it, or
 * a subclass of it, is asked.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Reflective
public @interface MaculaExceptionHandler {

	/**
	 * The exceptions. By default that of the method's parameter.
	 * @return classes of exceptions, whose subclasses are meant, too
	 */
	Class<? extends Throwable>[] value() default {};

}
