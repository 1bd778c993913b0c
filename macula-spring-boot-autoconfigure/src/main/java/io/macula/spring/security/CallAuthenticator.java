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
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/**
 * Says who makes a call that this node serves, where certificate and bearer token do not.
 * Beans of this type are asked in their order, before
 * {@code macula.security.authentication} is, as long as that is not {@code none}. Must be
 * safe for all threads and must not block, for event loops ask.
 */
@FunctionalInterface
public interface CallAuthenticator {

	/**
	 * Who makes a call.
	 * @param call the call, with its metadata
	 * @return the caller, authenticated; or {@code null} to leave it to the next one
	 * @throws org.springframework.security.core.AuthenticationException refuses the call
	 * as UNAUTHENTICATED, or, if it is an
	 * {@link org.springframework.security.authentication.AuthenticationServiceException},
	 * as UNAVAILABLE and not processed
	 */
	@Nullable Authentication authenticate(CallContext call);

}
