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

import java.util.HashMap;
import java.util.Map;

import io.macula.interceptor.ServerInvocation;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Runs handlers with entries in the MDC of their thread, and in the Reactor context of
 * what they return.
 */
final class HandlerScope {

	/** What a caller sends is shown in each line of the log. */
	private static final int LONGEST_VALUE = 1024;

	private HandlerScope() {
	}

	/**
	 * Go on with a call.
	 * @param call the call
	 * @param entries by their names; values that cannot be printed are escaped
	 * @return what the handler returned
	 */
	static @Nullable Object proceed(ServerInvocation call, Map<String, String> entries) throws Throwable {
		if (entries.isEmpty()) {
			return call.proceed();
		}
		Map<String, @Nullable String> before = new HashMap<>();
		Map<String, String> shown = new HashMap<>();
		entries.forEach((name, value) -> {
			String text = Printable.text(value, LONGEST_VALUE);
			shown.put(name, text);
			before.put(name, MDC.get(name));
			MDC.put(name, text);
		});
		try {
			return inContext(call.proceed(), shown);
		}
		finally {
			before.forEach(HandlerScope::restore);
		}
	}

	private static void restore(String name, @Nullable String value) {
		if (value != null) {
			MDC.put(name, value);
		}
		else {
			MDC.remove(name);
		}
	}

	/** Of a subscription that happens later, mostly after the method has returned. */
	static @Nullable Object inContext(@Nullable Object result, Map<?, ?> entries) {
		Context context = Context.of(entries);
		if (result instanceof Mono<?> mono) {
			return mono.contextWrite(context);
		}
		return (result instanceof Flux<?> flux) ? flux.contextWrite(context) : result;
	}

}
