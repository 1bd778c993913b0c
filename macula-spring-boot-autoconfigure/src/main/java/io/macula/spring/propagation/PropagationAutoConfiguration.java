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

import java.time.Clock;
import java.util.List;

import io.macula.spring.autoconfigure.ClientRegistrationIds;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import io.macula.spring.autoconfigure.MaculaProperties;
import io.macula.spring.autoconfigure.RealmNodeCustomizer;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.OnPropertyListCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration of what goes on from the present request or call to the calls that
 * are made in it ({@code macula.propagation}), and of the access log
 * ({@code macula.provider.access-log}). Its interceptors stand around those of the
 * application.
 */
@AutoConfiguration(before = MaculaAutoConfiguration.class)
@EnableConfigurationProperties(MaculaProperties.class)
public final class PropagationAutoConfiguration {

	private static final String HOLDER = "org.springframework.security.core.context.SecurityContextHolder";

	private static final String TOKEN = "org.springframework.security.oauth2.core.AbstractOAuth2Token";

	private static final String MANAGER = "org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager";

	private static final int FIRST = Ordered.HIGHEST_PRECEDENCE + 100;

	@Bean
	@Order(FIRST)
	@ConditionalOnBooleanProperty("macula.provider.access-log.enabled")
	AccessLog maculaAccessLog() {
		return new AccessLog();
	}

	@Bean
	@Order(FIRST + 1)
	@ConditionalOnBooleanProperty("macula.propagation.request-id")
	RequestIdPropagation maculaRequestIdPropagation(ObjectProvider<RequestHeaders> headers) {
		return new RequestIdPropagation(headers.getIfAvailable(() -> RequestHeaders.NONE));
	}

	@Bean
	@Order(FIRST + 2)
	@Conditional(OnKeys.class)
	KeyPropagation maculaKeyPropagation(MaculaProperties properties, ObjectProvider<RequestHeaders> headers) {
		List<PropagatedEntry> entries = properties.propagation()
			.keys()
			.stream()
			.map(PropagationAutoConfiguration::entry)
			.toList();
		return new KeyPropagation(entries, headers.getIfAvailable(() -> RequestHeaders.NONE));
	}

	private static PropagatedEntry entry(String name) {
		try {
			return PropagatedEntry.of(name);
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"'" + name + "' in macula.propagation.keys cannot travel with calls: " + ex.getMessage(),
					"Use keys of letters, digits, '.', '_' and '-'.", ex);
		}
	}

	@Bean
	@Order(FIRST + 3)
	@ConditionalOnBooleanProperty("macula.propagation.locale")
	LocalePropagation maculaLocalePropagation() {
		return new LocalePropagation();
	}

	/** A setting that would have no effect stops the start. */
	@Bean
	@ConditionalOnBooleanProperty("macula.propagation.bearer-token")
	RealmNodeCustomizer maculaBearerTokenCheck(ResourceLoader resources) {
		return (builder) -> {
			require(HOLDER, "spring-security-core", resources);
			require(TOKEN, "spring-security-oauth2-core", resources);
		};
	}

	private static void require(String type, String artifact, ResourceLoader resources) {
		if (!ClassUtils.isPresent(type, resources.getClassLoader())) {
			throw new FailureAnalyzedException(
					"Bearer tokens cannot be sent on as macula.propagation.bearer-token=true says: " + artifact
							+ " is not on the class path.",
					"Add the dependency org.springframework.security:" + artifact
							+ ", which the starters of Spring Security's OAuth2 client and resource server bring, or"
							+ " remove the setting.");
		}
	}

	/** Where Spring Security knows tokens. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { HOLDER, TOKEN })
	@ConditionalOnBooleanProperty("macula.propagation.bearer-token")
	static class BearerTokenConfiguration {

		@Bean
		@Order(FIRST + 4)
		BearerTokenRelay maculaBearerTokenRelay(ClientRegistrationIds registrations) {
			return new BearerTokenRelay(registrations);
		}

	}

	/** A setting that would have no effect stops the start. */
	@Bean
	@Conditional(OnRegistrationId.class)
	RealmNodeCustomizer maculaRegistrationTokenCheck(ClientRegistrationIds registrations, ResourceLoader resources) {
		return (builder) -> {
			if (!registrations.settings().isEmpty() && !ClassUtils.isPresent(MANAGER, resources.getClassLoader())) {
				throw new FailureAnalyzedException(
						"No token can be fetched as " + String.join(", ", registrations.settings().keySet())
								+ " says: spring-security-oauth2-client is not on the class path.",
						"Add the dependency org.springframework.boot:spring-boot-starter-security-oauth2-client, or"
								+ " remove the setting.");
			}
		};
	}

	/** Where Spring Security can fetch tokens. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { HOLDER, MANAGER })
	@Conditional(OnRegistrationId.class)
	static class RegistrationTokenConfiguration {

		/** Last: see there. */
		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		RegistrationTokens maculaRegistrationTokens(ClientRegistrationIds registrations, BeanFactory beans) {
			return new RegistrationTokens(registrations, new AuthorizedClientBeans(beans).find(registrations),
					Clock.systemUTC());
		}

	}

	/** Where there are servlets. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "jakarta.servlet.http.HttpServletRequest",
			"org.springframework.web.context.request.ServletRequestAttributes" })
	static class ServletConfiguration {

		@Bean
		RequestHeaders maculaServletRequestHeaders() {
			return new ServletRequestHeaders();
		}

	}

	/** There is at least one key. */
	static class OnKeys extends OnPropertyListCondition {

		OnKeys() {
			super("macula.propagation.keys", () -> org.springframework.boot.autoconfigure.condition.ConditionMessage
				.forCondition("Propagated keys"));
		}

	}

}
