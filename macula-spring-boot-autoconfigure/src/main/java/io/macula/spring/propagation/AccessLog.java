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

package io.macula.spring.propagation;

import java.time.Duration;
import java.util.Locale;

import io.macula.CallContext;
import io.macula.Status;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line for each served call, on a logger of its own: method, caller, code, time.
 */
final class AccessLog implements ServerInterceptor {

	/** Where its lines go, at level INFO. */
	static final String LOGGER = "io.macula.access";

	// One line for each call is what was asked for: no limit.
	private static final Logger logger = LoggerFactory.getLogger(LOGGER);

	@Override
	public @Nullable Object intercept(ServerInvocation call) throws Throwable {
		return call.proceed();
	}

	@Override
	public void ended(CallContext call, Status status, Duration took) {
		if (logger.isInfoEnabled()) {
			logger.info("{}/{} {} {} {} ms", call.service(), call.method(), Printable.text(call.callerNodeId()),
					status.code(), String.format(Locale.ROOT, "%.3f", took.toNanos() / 1e6));
		}
	}

}
