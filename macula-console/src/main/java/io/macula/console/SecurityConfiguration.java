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

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

import jakarta.servlet.DispatcherType;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.session.HttpSessionEventPublisher;

/**
 * Who may see what. All of the realm is behind the login; the page's own files, which
 * tell nothing, are not.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

	static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
			+ "connect-src 'self'; font-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

	private static final String[] OPEN = { "/login", "/login.html", "/css/**", "/js/**", "/img/**", "/webjars/**" };

	@Bean
	SecurityFilterChain consoleSecurity(HttpSecurity http, JsonMapper json) {
		// The page reads the token from its cookie, and no answer holds it beside others'
		// words.
		CsrfTokenRequestAttributeHandler plain = new CsrfTokenRequestAttributeHandler();
		plain.setCsrfRequestAttributeName(null);
		PathPatternRequestMatcher api = PathPatternRequestMatcher.withDefaults().matcher("/api/**");
		return http
			// What goes on asynchronously, and errors of it, were let in as requests: the
			// session may have ended since.
			.authorizeHttpRequests(
					(requests) -> requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
						.permitAll()
						.requestMatchers(OPEN)
						.permitAll()
						.requestMatchers(EndpointRequest.to("health"))
						.permitAll()
						.anyRequest()
						.authenticated())
			.formLogin((login) -> login.loginPage("/login").permitAll())
			.logout((logout) -> logout.logoutSuccessUrl("/login?logout").permitAll())
			.csrf((csrf) -> csrf.csrfTokenRepository(CookieCsrfTokenRepository.withHttpOnlyFalse())
				.csrfTokenRequestHandler(plain))
			// After the login there is the page, whatever was asked for without it.
			.requestCache((cache) -> cache.disable())
			.exceptionHandling((errors) -> errors
				.defaultAuthenticationEntryPointFor(new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED), api)
				.defaultAuthenticationEntryPointFor(new LoginUrlAuthenticationEntryPoint("/login"),
						AnyRequestMatcher.INSTANCE)
				.defaultAccessDeniedHandlerFor((request, response, ex) -> forged(request, response, json), api))
			.headers((headers) -> headers.contentSecurityPolicy((policy) -> policy.policyDirectives(POLICY))
				.referrerPolicy((referrer) -> referrer.policy(ReferrerPolicy.NO_REFERRER))
				.permissionsPolicyHeader(
						(policy) -> policy.policy("camera=(), microphone=(), geolocation=(), payment=(), usb=()"))
				.crossOriginOpenerPolicy(Customizer.withDefaults()))
			.build();
	}

	/** Nothing else is denied before the controllers. */
	private static void forged(HttpServletRequest request, HttpServletResponse response, JsonMapper json)
			throws IOException {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.FORBIDDEN,
				"The token against forged requests is missing or too old: load the page again");
		response.setStatus(HttpStatus.FORBIDDEN.value());
		response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
		response.setCharacterEncoding(StandardCharsets.UTF_8.name());
		json.writeValue(response.getOutputStream(), problem);
	}

	/** Tells who ends a session, so that its streams end. */
	@Bean
	HttpSessionEventPublisher consoleSessions() {
		return new HttpSessionEventPublisher();
	}

	/** Without it there is the user of Spring Boot. */
	@Bean
	@Conditional(UsersAreSet.class)
	InMemoryUserDetailsManager consoleUsers(ConsoleProperties properties) {
		return new InMemoryUserDetailsManager(properties.users()
			.entrySet()
			.stream()
			.map((entry) -> user(entry.getKey(), entry.getValue()))
			.toArray(UserDetails[]::new));
	}

	private static UserDetails user(String name, ConsoleProperties.User user) {
		if (!user.password().startsWith("{")) {
			throw new IllegalArgumentException("macula.console.users." + name
					+ ".password is not valid: expected an encoded one, such as {bcrypt}$2a$10$..., or {noop} before a plain one");
		}
		return User.withUsername(name).password(user.password()).roles(user.roles().toArray(String[]::new)).build();
	}

	/** Whether the console has users of its own. */
	static final class UsersAreSet implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return Binder.get(context.getEnvironment())
				.bind("macula.console", ConsoleProperties.class)
				.map((properties) -> !properties.users().isEmpty())
				.orElse(false);
		}

	}

}
