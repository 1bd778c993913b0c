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

import java.util.Locale;

import io.macula.CallContext;
import io.macula.Metadata;
import io.macula.interceptor.ClientInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import reactor.util.context.ContextView;

/**
 * An entry that goes on from the present request or call to the calls that are made in
 * it. Immutable.
 *
 * @param name in the MDC, in Reactor contexts and of an HTTP header
 * @param key in the metadata of calls
 */
record PropagatedEntry(String name, String key) {

	/** In metadata names are in lower case. */
	static PropagatedEntry of(String name) {
		String key = name.toLowerCase(Locale.ROOT);
		Metadata.requireKey(key);
		return new PropagatedEntry(name, key);
	}

	/**
	 * Its value for a call: that of the MDC, of the subscriber's context, of the served
	 * call in which the call is made, of the present HTTP request.
	 * @return the value, or {@code null} if there is none, or the call has one already
	 */
	@Nullable String missing(ClientInvocation call, RequestHeaders headers) {
		if (call.metadata().get(this.key) != null) {
			return null;
		}
		ContextView context = call.reactorContext();
		String value = MDC.get(this.name);
		if (value == null && context.getOrDefault(this.name, null) instanceof String text) {
			value = text;
		}
		if (value == null) {
			value = served(context);
		}
		return (value != null) ? value : headers.get(this.name);
	}

	private @Nullable String served(ContextView context) {
		CallContext carried = CallContext.from(context);
		CallContext served = (carried != null) ? carried : CallContext.current();
		return (served != null) ? served.metadata().get(this.key) : null;
	}

}
