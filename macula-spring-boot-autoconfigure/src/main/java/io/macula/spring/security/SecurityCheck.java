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

import io.macula.ServiceName;
import io.macula.contract.MethodContract;
import io.macula.server.MethodGuard;
import org.jspecify.annotations.Nullable;

/**
 * Refuses, when a service is registered, what could not be authenticated at a call: so
 * applications that only call are not bothered. Guards no call.
 */
final class SecurityCheck implements MethodGuard.Factory {

	private final boolean bearer;

	private final Runnable check;

	/**
	 * A check.
	 * @param bearer whether tokens are to be verified
	 * @param check throws if callers cannot be authenticated at all
	 */
	SecurityCheck(boolean bearer, Runnable check) {
		this.bearer = bearer;
		this.check = check;
	}

	@Override
	public @Nullable MethodGuard guard(ServiceName service, Object handler, MethodContract method) {
		this.check.run();
		if (this.bearer && method.nonBlocking() && method.shape().blocking()) {
			throw new IllegalArgumentException("method " + method.signature()
					+ " is declared nonBlocking and answers at once, so that no bearer token can be verified before it"
					+ " runs: return a Mono or a CompletionStage, leave nonBlocking out of @MaculaMethod, or set"
					+ " macula.security.authentication to peer or none");
		}
		return null;
	}

}
