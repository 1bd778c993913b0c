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

package io.macula.spring.security;

import io.macula.CallContext;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.publisher.Mono;

/** Names of the present principal. */
final class Principals {

	private Principals() {
	}

	/** Of the thread, which serves a call that it knows. */
	static String held() {
		Authentication present = SecurityContextHolder.getContext().getAuthentication();
		return ((CallContext.current() != null) ? "" : "outside of a call: ")
				+ ((present != null) ? present.getName() : "nobody");
	}

	/** Of the Reactor context. */
	static Mono<String> carried() {
		return ReactiveSecurityContextHolder.getContext()
			.map(SecurityContext::getAuthentication)
			.map(Authentication::getName)
			.defaultIfEmpty("nobody");
	}

}
