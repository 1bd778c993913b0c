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

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.macula.ServiceName;
import io.macula.contract.MethodContract;
import io.macula.log.PrintableLogger;
import io.macula.server.MethodGuard;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;

/**
 * Warns once of each service whose bean Spring's method security guards where no caller
 * is authenticated, so that it can only refuse. Guards no call. Safe for all threads.
 */
final class GuardedWithoutAuthentication implements MethodGuard.Factory {

	/** All that it puts around beans; by name, since it need not be there. */
	private static final String METHOD_SECURITY = "org.springframework.security.";

	private static final Logger logger = PrintableLogger.of(GuardedWithoutAuthentication.class);

	private final Set<ServiceName> told = ConcurrentHashMap.newKeySet();

	@Override
	public @Nullable MethodGuard guard(ServiceName service, Object handler, MethodContract method) {
		if (isGuarded(handler) && this.told.add(service)) {
			logger.warn("Service {} is provided by {}, which Spring's method security guards (@PreAuthorize or the"
					+ " like), but macula.security.authentication is none: no call has an Authentication, so that"
					+ " guarded methods refuse every caller, unless an interceptor of this application sets one. Set"
					+ " macula.security.authentication to bearer, peer, bearer-or-peer or bearer-and-peer", service,
					AopUtils.getTargetClass(handler).getName());
		}
		return null;
	}

	private static boolean isGuarded(Object handler) {
		return handler instanceof Advised advised
				&& Stream.of(advised.getAdvisors()).anyMatch(GuardedWithoutAuthentication::isOfMethodSecurity);
	}

	private static boolean isOfMethodSecurity(Advisor advisor) {
		return advisor.getClass().getName().startsWith(METHOD_SECURITY)
				|| advisor.getAdvice().getClass().getName().startsWith(METHOD_SECURITY);
	}

}
