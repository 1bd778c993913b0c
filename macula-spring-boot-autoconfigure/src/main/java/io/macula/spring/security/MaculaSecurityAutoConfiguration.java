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

import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import io.macula.spring.autoconfigure.MaculaProperties;
import io.macula.spring.autoconfigure.MaculaProperties.CallerAuthentication;
import io.macula.spring.autoconfigure.RealmNodeCustomizer;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration of Spring Security for the calls that are served, where
 * {@code macula.security.authentication} asks for it; a warning where it should.
 */
@AutoConfiguration(before = MaculaAutoConfiguration.class)
@EnableConfigurationProperties(MaculaProperties.class)
public final class MaculaSecurityAutoConfiguration {

	private static final String HOLDER = "org.springframework.security.core.context.SecurityContextHolder";

	private static final String RESOURCE_SERVER = "org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken";

	private static FailureAnalyzedException missing(MaculaProperties properties, String artifact) {
		return new FailureAnalyzedException("Callers cannot be authenticated as macula.security.authentication="
				+ properties.security().authentication().text() + " says: " + artifact + " is not on the class path.",
				"Add the dependency org.springframework.security:" + artifact
						+ ", or set macula.security.authentication=none.");
	}

	/** What is guarded needs somebody whom it may let through. */
	@Bean
	@Conditional(OnNoAuthentication.class)
	RealmNodeCustomizer maculaGuardedCustomizer() {
		return (builder) -> builder.methodGuards(new GuardedWithoutAuthentication());
	}

	/** Nothing is protected by a setting that has no effect. */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnCallerAuthentication.class)
	@ConditionalOnMissingClass(HOLDER)
	static class WithoutSpringSecurity {

		@Bean
		RealmNodeCustomizer maculaSecurityCustomizer(MaculaProperties properties) {
			return (builder) -> builder.methodGuards(new SecurityCheck(false, () -> {
				throw missing(properties, "spring-security-core");
			}));
		}

	}

	/** Where there is Spring Security. */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnCallerAuthentication.class)
	@ConditionalOnClass(name = HOLDER)
	static class WithSpringSecurity {

		@Bean
		@ConditionalOnMissingBean
		PeerAuthoritiesMapper maculaPeerAuthoritiesMapper() {
			return PeerAuthoritiesMapper.names();
		}

		/** Outside of all others: what they do is done for somebody who is known. */
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE + 50)
		SecurityInterceptor maculaSecurityInterceptor(MaculaProperties properties,
				ObjectProvider<CallAuthenticator> authenticators, PeerAuthoritiesMapper authorities,
				ObjectProvider<SecurityContextHolderStrategy> strategy, TokenSource tokens) {
			return new SecurityInterceptor(properties.security().authentication(),
					authenticators.orderedStream().toList(), authorities, tokens::verifier,
					new SecurityScope(strategy.getIfUnique(SecurityContextHolder::getContextHolderStrategy)));
		}

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE - 1)
		CallAuthenticationExceptionMapper maculaCallAuthenticationExceptionMapper() {
			return new CallAuthenticationExceptionMapper();
		}

		@Bean
		TokenSource maculaTokenSource(MaculaProperties properties, BeanFactory beans) {
			return new TokenSource(properties, beans);
		}

		@Bean
		RealmNodeCustomizer maculaSecurityCustomizer(MaculaProperties properties, TokenSource tokens) {
			CallerAuthentication mode = properties.security().authentication();
			return (builder) -> builder.methodGuards(new SecurityCheck(mode.usesBearer(), () -> {
				if (mode.usesBearer()) {
					tokens.verifier();
				}
			}));
		}

	}

	/** Nobody is authenticated. */
	static final class OnNoAuthentication extends NoneNestedConditions {

		OnNoAuthentication() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@Conditional(OnCallerAuthentication.class)
		static final class Authenticated {

		}

	}

	/**
	 * The verifier of tokens, looked for when the first service is registered.
	 */
	static final class TokenSource {

		private final SingletonSupplier<TokenVerifier> verifier;

		TokenSource(MaculaProperties properties, BeanFactory beans) {
			this.verifier = SingletonSupplier.of(() -> {
				if (!ClassUtils.isPresent(RESOURCE_SERVER, getClass().getClassLoader())) {
					throw missing(properties, "spring-security-oauth2-resource-server");
				}
				return new TokenVerifiers(beans).find();
			});
		}

		TokenVerifier verifier() {
			return this.verifier.obtain();
		}

	}

}
