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

package io.macula.console;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.stereotype.Component;

/**
 * Who may do more than look.
 */
@Component
final class Permissions {

	private static final String OPERATOR = "ROLE_OPERATOR";

	private static final String CALLER = "ROLE_CALLER";

	private final boolean steering;

	Permissions(ConsoleProperties properties) {
		this.steering = properties.steering();
	}

	/** Why a user may not steer, or {@code null} if it may. */
	@Nullable String refusalToSteer(Authentication user) {
		if (!this.steering) {
			return "this console only looks: macula.console.steering is false";
		}
		return has(user, List.of(OPERATOR)) ? null : "user '" + user.getName() + "' does not have the role OPERATOR";
	}

	/** Why a user may not call services, or {@code null} if it may. */
	@Nullable String refusalToCall(Authentication user) {
		return has(user, List.of(OPERATOR, CALLER)) ? null
				: "user '" + user.getName() + "' has neither the role CALLER nor OPERATOR";
	}

	private static boolean has(Authentication user, List<String> roles) {
		return user.getAuthorities().stream().map(GrantedAuthority::getAuthority).anyMatch(roles::contains);
	}

}
