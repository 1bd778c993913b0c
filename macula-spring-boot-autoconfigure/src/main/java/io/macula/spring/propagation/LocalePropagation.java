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
import java.util.Map;

import io.macula.CallContext;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.context.i18n.LocaleContext;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.context.i18n.SimpleLocaleContext;
import reactor.util.context.ContextView;

/**
 * Sends the locale of the present thread, subscriber or call on with calls, and makes it
 * that of handlers.
 */
final class LocalePropagation implements ClientInterceptor, ServerInterceptor {

	/** In metadata; a language tag of BCP 47. */
	static final String KEY = "accept-language";

	@Override
	public @Nullable Object intercept(ClientInvocation call) throws Throwable {
		if (call.metadata().get(KEY) == null) {
			Locale locale = present(call.reactorContext());
			if (locale != null) {
				call.addMetadata(KEY, locale.toLanguageTag());
			}
		}
		return call.proceed();
	}

	private static @Nullable Locale present(ContextView context) {
		LocaleContext carried = context.getOrDefault(LocaleContext.class, null);
		LocaleContext holder = (carried != null) ? carried : LocaleContextHolder.getLocaleContext();
		if (holder != null) {
			return holder.getLocale();
		}
		CallContext inContext = CallContext.from(context);
		CallContext served = (inContext != null) ? inContext : CallContext.current();
		return (served != null) ? sent(served) : null;
	}

	private static @Nullable Locale sent(CallContext call) {
		String tag = call.metadata().get(KEY);
		Locale locale = (tag != null) ? Locale.forLanguageTag(tag) : Locale.ROOT;
		return locale.getLanguage().isEmpty() ? null : locale;
	}

	@Override
	public @Nullable Object intercept(ServerInvocation call) throws Throwable {
		Locale locale = sent(call.call());
		if (locale == null) {
			return call.proceed();
		}
		LocaleContext before = LocaleContextHolder.getLocaleContext();
		LocaleContext context = new SimpleLocaleContext(locale);
		LocaleContextHolder.setLocaleContext(context);
		try {
			return HandlerScope.inContext(call.proceed(), Map.of(LocaleContext.class, context));
		}
		finally {
			LocaleContextHolder.setLocaleContext(before);
		}
	}

}
