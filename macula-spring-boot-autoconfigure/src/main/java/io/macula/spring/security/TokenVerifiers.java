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

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.security.authentication.AuthenticationEventPublisher;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.authentication.ReactiveJwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.ReactiveJwtAuthenticationConverterAdapter;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.oauth2.server.resource.introspection.ReactiveOpaqueTokenAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.introspection.ReactiveOpaqueTokenIntrospector;
import org.springframework.util.ClassUtils;

/**
 * Makes the verifier of bearer tokens out of the beans that a resource server has.
 */
final class TokenVerifiers {

	/** Name of a bean of either kind of manager that is asked instead of all others. */
	static final String OWN = "maculaAuthenticationManager";

	private static final boolean JWT = ClassUtils.isPresent("org.springframework.security.oauth2.jwt.JwtDecoder",
			TokenVerifiers.class.getClassLoader());

	private final BeanFactory beans;

	TokenVerifiers(BeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * The first that there is of: the manager of that name, decoders of JWTs,
	 * introspection.
	 */
	TokenVerifier find() {
		TokenVerifier found = own();
		if (found == null && JWT) {
			found = new Jwts().find();
		}
		if (found == null) {
			found = opaque();
		}
		if (found == null) {
			throw new FailureAnalyzedException(
					"Calls are to be authenticated by bearer tokens, as macula.security.authentication says, but there"
							+ " is no bean that can verify them: no JwtDecoder, ReactiveJwtDecoder,"
							+ " OpaqueTokenIntrospector or ReactiveOpaqueTokenIntrospector, and no AuthenticationManager"
							+ " named '" + OWN + "'.",
					"Set spring.security.oauth2.resourceserver.jwt.issuer-uri in a web application with"
							+ " spring-boot-starter-security-oauth2-resource-server, or declare one of these beans, such"
							+ " as a JwtDecoder by NimbusJwtDecoder.withIssuerLocation(...).");
		}
		return found;
	}

	private @Nullable TokenVerifier own() {
		if (!this.beans.containsBean(OWN)) {
			return null;
		}
		Object own = this.beans.getBean(OWN);
		if (own instanceof AuthenticationManager blocking) {
			return TokenVerifier.of(blocking, null);
		}
		if (own instanceof ReactiveAuthenticationManager reactive) {
			return TokenVerifier.of(null, reactive);
		}
		throw new FailureAnalyzedException(
				"The bean '" + OWN + "' is a " + own.getClass().getName()
						+ ", which is neither an AuthenticationManager nor a ReactiveAuthenticationManager.",
				"Give the bean one of these types, or another name.");
	}

	private @Nullable TokenVerifier opaque() {
		OpaqueTokenIntrospector blocking = find(OpaqueTokenIntrospector.class);
		ReactiveOpaqueTokenIntrospector reactive = find(ReactiveOpaqueTokenIntrospector.class);
		OpaqueTokenAuthenticationProvider provider = null;
		if (blocking != null) {
			provider = new OpaqueTokenAuthenticationProvider(blocking);
			OpaqueTokenAuthenticationConverter converter = find(OpaqueTokenAuthenticationConverter.class);
			if (converter != null) {
				provider.setAuthenticationConverter(converter);
			}
		}
		OpaqueTokenReactiveAuthenticationManager manager = null;
		if (reactive != null) {
			manager = new OpaqueTokenReactiveAuthenticationManager(reactive);
			ReactiveOpaqueTokenAuthenticationConverter converter = find(
					ReactiveOpaqueTokenAuthenticationConverter.class);
			if (converter != null) {
				manager.setAuthenticationConverter(converter);
			}
		}
		return TokenVerifier.of(manager(provider), manager);
	}

	/** Tells of successes and failures as the web layer does. */
	private @Nullable AuthenticationManager manager(@Nullable AuthenticationProvider provider) {
		if (provider == null) {
			return null;
		}
		ProviderManager manager = new ProviderManager(provider);
		AuthenticationEventPublisher publisher = find(AuthenticationEventPublisher.class);
		if (publisher != null) {
			manager.setAuthenticationEventPublisher(publisher);
		}
		return manager;
	}

	private <T> @Nullable T find(Class<T> type) {
		return this.beans.getBeanProvider(type).getIfAvailable();
	}

	/**
	 * Loaded only where there are JWTs.
	 */
	private final class Jwts {

		@Nullable TokenVerifier find() {
			JwtDecoder blocking = TokenVerifiers.this.find(JwtDecoder.class);
			ReactiveJwtDecoder reactive = TokenVerifiers.this.find(ReactiveJwtDecoder.class);
			JwtAuthenticationConverter converter = TokenVerifiers.this.find(JwtAuthenticationConverter.class);
			JwtAuthenticationProvider provider = null;
			if (blocking != null) {
				provider = new JwtAuthenticationProvider(blocking);
				if (converter != null) {
					provider.setJwtAuthenticationConverter(converter);
				}
			}
			JwtReactiveAuthenticationManager manager = null;
			if (reactive != null) {
				manager = new JwtReactiveAuthenticationManager(reactive);
				ReactiveJwtAuthenticationConverter own = TokenVerifiers.this
					.find(ReactiveJwtAuthenticationConverter.class);
				if (own != null) {
					manager.setJwtAuthenticationConverter(own);
				}
				else if (converter != null) {
					manager.setJwtAuthenticationConverter(new ReactiveJwtAuthenticationConverterAdapter(converter));
				}
			}
			return TokenVerifier.of(manager(provider), manager);
		}

	}

}
