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

package io.macula;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a method of a contract declares beyond its Java signature; refused on a method of
 * the class that implements the contract. All attributes are optional; what the settings
 * of an application say of the method overrides {@link #deadline()}, {@link #hedge()} and
 * {@link #priority()}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface MaculaMethod {

	/**
	 * Name on the wire; the method's own name by default. Overloads need distinct names.
	 * @return the name
	 */
	String name() default "";

	/**
	 * Whether the method may run twice with the effect of once, so that an attempt of
	 * which nobody knows whether it was processed is tried again on another instance.
	 * @return false by default: a write is never doubled behind the caller's back
	 */
	boolean idempotent() default false;

	/**
	 * Bound of the whole call as a duration, for example {@code 500ms}, {@code 5s},
	 * {@code PT1M}; empty for the client's setting.
	 * @return the duration
	 */
	String deadline() default "";

	/**
	 * Whether a second attempt is started on another instance while the first is still
	 * open, once that takes longer than this: a duration, {@code p95}, or empty for
	 * never. Only for idempotent methods, and not where {@code max-attempts} is 1.
	 * @return the delay
	 */
	String hedge() default "";

	/**
	 * Whether the handler returns without blocking, so that the provider may run it where
	 * the call arrives instead of on the handler executor. Methods that return
	 * {@code Mono}, {@code Flux} or {@code CompletionStage} are non-blocking anyway.
	 * @return false by default
	 */
	boolean nonBlocking() default false;

	/**
	 * How important calls of the method are, unless the caller, the settings or the call
	 * that the caller serves say something else.
	 * @return {@link Priority#NORMAL} by default
	 */
	Priority priority() default Priority.NORMAL;

}
