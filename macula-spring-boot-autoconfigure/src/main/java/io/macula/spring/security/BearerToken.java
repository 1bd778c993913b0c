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

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.macula.CallContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bearer token of a call, as RFC 6750, section 2.1 has it for HTTP.
 */
final class BearerToken {

	/** In metadata. */
	private static final String KEY = "authorization";

	private static final Pattern FORM = Pattern.compile("Bearer +([A-Za-z0-9-._~+/]+=*) *", Pattern.CASE_INSENSITIVE);

	private BearerToken() {
	}

	/**
	 * The token of a call.
	 * @return the token, not verified; {@code null} if the call has none
	 * @throws CallAuthenticationException if there is something else in its place
	 */
	static @Nullable String of(CallContext call) {
		String value = call.metadata().get(KEY);
		if (value == null) {
			return null;
		}
		Matcher form = FORM.matcher(value);
		if (!form.matches()) {
			throw new CallAuthenticationException("'" + KEY + "' in the metadata of " + call.service() + "/"
					+ call.method() + " is not of the form 'Bearer <token>'", null);
		}
		return form.group(1);
	}

}
