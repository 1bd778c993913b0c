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

package io.macula.spring.error;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.RpcException;
import io.macula.server.ExceptionMapper;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Understands the exceptions of Spring Security. What they say stays here: it tells an
 * attacker what to try next. Immutable.
 */
public final class SecurityExceptionMapper implements ExceptionMapper {

	/** Thrown where a caller may not do what it asks for. */
	public static final String ACCESS_DENIED = "org.springframework.security.access.AccessDeniedException";

	/** Thrown where it is not known who the caller is. */
	public static final String AUTHENTICATION = "org.springframework.security.core.AuthenticationException";

	private final Class<?> accessDenied;

	private final Class<?> authentication;

	/**
	 * A mapper.
	 * @param loader knows the classes of Spring Security
	 */
	public SecurityExceptionMapper(@Nullable ClassLoader loader) {
		this.accessDenied = ClassUtils.resolveClassName(ACCESS_DENIED, loader);
		this.authentication = ClassUtils.resolveClassName(AUTHENTICATION, loader);
	}

	@Override
	public @Nullable RpcException map(CallContext call, Throwable thrown) {
		String procedure = call.service() + "/" + call.method();
		if (this.accessDenied.isInstance(thrown)) {
			return RpcException.of(Code.PERMISSION_DENIED, procedure + " is not allowed for this caller");
		}
		return this.authentication.isInstance(thrown)
				? RpcException.of(Code.UNAUTHENTICATED, procedure + " needs a caller that is authenticated") : null;
	}

}
