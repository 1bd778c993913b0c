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

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.macula.CallContext;
import io.macula.MaculaCall;
import io.macula.RpcException;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import io.micrometer.context.ContextRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.i18n.LocaleContext;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Over real QUIC on the loopback interface where calls are made. */
class PropagationAutoConfigurationTests {

	/**
	 * They are read once in a process, and not as long as a part of them is hidden.
	 */
	@BeforeAll
	static void readThreadLocalAccessors() {
		ContextRegistry.getInstance();
	}

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class,
				PropagationAutoConfiguration.class))
		.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + secret(), "macula.provider.port=0",
				"macula.provider.address=127.0.0.1", "macula.provider.grace=2s");

	private static String secret() {
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		return Base64.getEncoder().encodeToString(random);
	}

	@AfterEach
	void forget() {
		MDC.clear();
		LocaleContextHolder.resetLocaleContext();
		RequestContextHolder.resetRequestAttributes();
		SecurityContextHolder.clearContext();
	}

	private ApplicationContextRunner calling(String... properties) {
		return this.runner.withBean(FrontBean.class)
			.withBean(BackBean.class)
			.withBean(Caller.class)
			.withPropertyValues(properties);
	}

	@Test
	void nothingIsThereUnlessItIsAskedFor() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(KeyPropagation.class)
			.doesNotHaveBean(RequestIdPropagation.class)
			.doesNotHaveBean(LocalePropagation.class)
			.doesNotHaveBean(AccessLog.class));
	}

	@Test
	void keysGoOnFromTheMdcThroughBlockingAndReactiveHandlers() {
		calling("macula.propagation.keys=tenant,userId").run((context) -> {
			Front front = context.getBean(Caller.class).front;
			MDC.put("tenant", "a");
			MDC.put("userId", "u\n1");
			assertThat(front.see("tenant", "userId")).isEqualTo("a u\\n1");
			assertThat(front.seeBehind("tenant", "userId")).isEqualTo("a u\\n1");
			assertThat(front.later("tenant", "userId").block()).isEqualTo("a u\\n1");
			assertThat(front.laterBehind("tenant", "userId").block()).isEqualTo("a u\\n1");
			MDC.clear();
			assertThat(front.see("tenant", "userId")).isEqualTo("null null");
			assertThat(front.later("tenant", "userId").contextWrite((reactor) -> reactor.put("tenant", "b")).block())
				.isEqualTo("b null");
			MDC.put("tenant", "a");
			assertThat(MaculaCall.with("tenant", "c").<String>call(() -> front.see("tenant", "userId")))
				.isEqualTo("c null");
			assertThat(MDC.get("tenant")).isEqualTo("a");
		});
	}

	@Test
	void keysGoOnFromTheHeadersOfAServletRequest() {
		calling("macula.propagation.keys=X-Tenant", "macula.propagation.request-id=true").run((context) -> {
			Front front = context.getBean(Caller.class).front;
			MockHttpServletRequest request = new MockHttpServletRequest();
			request.addHeader("X-Tenant", "a");
			request.addHeader("X-Request-Id", "r1");
			RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
			assertThat(front.seeBehind("X-Tenant", "x-request-id")).isEqualTo("a r1");
		});
	}

	@Test
	void aKeyThatCannotTravelIsRefused() {
		this.runner.withPropertyValues("macula.propagation.keys=tenant,wrong key").run((context) -> {
			Throwable failure = context.getStartupFailure();
			while (failure != null && !(failure instanceof FailureAnalyzedException)) {
				failure = failure.getCause();
			}
			assertThat(failure).isNotNull();
			assertThat(((FailureAnalyzedException) failure).analysis().getDescription())
				.startsWith("'wrong key' in macula.propagation.keys cannot travel with calls: ");
			assertThat(((FailureAnalyzedException) failure).analysis().getAction())
				.isEqualTo("Use keys of letters, digits, '.', '_' and '-'.");
		});
	}

	@Test
	void withoutServletsThereAreNoRequestHeaders() {
		this.runner.withClassLoader(new FilteredClassLoader("jakarta.servlet"))
			.withPropertyValues("macula.propagation.request-id=true")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(RequestIdPropagation.class)
				.doesNotHaveBean(RequestHeaders.class));
	}

	@Test
	void eachCallHasARequestIdThatGoesOn() {
		calling("macula.propagation.request-id=true").run((context) -> {
			Front front = context.getBean(Caller.class).front;
			String made = front.see("x-request-id", "x-request-id");
			assertThat(made).matches("([0-9a-f-]{36}) \\1");
			assertThat(front.see("x-request-id", "x-request-id")).isNotEqualTo(made);
			MDC.put("x-request-id", "r1");
			assertThat(front.seeBehind("x-request-id", "x-request-id")).isEqualTo("r1 r1");
			assertThat(front.laterBehind("x-request-id", "x-request-id").block()).isEqualTo("r1 r1");
		});
	}

	@Test
	void theLocaleGoesOn() {
		calling("macula.propagation.locale=true").run((context) -> {
			Front front = context.getBean(Caller.class).front;
			LocaleContextHolder.setLocale(Locale.forLanguageTag("nl-BE"));
			assertThat(front.locale()).isEqualTo("nl-BE");
			assertThat(front.localeBehind()).isEqualTo("nl-BE");
			assertThat(front.localeLater().block()).isEqualTo("nl-BE");
			assertThat(LocaleContextHolder.getLocale().toLanguageTag()).isEqualTo("nl-BE");
		});
	}

	@Test
	void theBearerTokenGoesOn() {
		calling("macula.propagation.bearer-token=true").run((context) -> {
			Front front = context.getBean(Caller.class).front;
			assertThat(front.token()).isEqualTo("null");
			SecurityContext security = new SecurityContextImpl(new TestingAuthenticationToken("alice",
					new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "t1", null, null)));
			assertThat(front.tokenLater()
				.contextWrite(ReactiveSecurityContextHolder.withSecurityContext(Mono.just(security)))
				.block()).isEqualTo("Bearer t1");
			assertThat(front.tokenLater().block()).isEqualTo("null");
			SecurityContextHolder.setContext(security);
			assertThat(front.token()).isEqualTo("Bearer t1");
			assertThat(front.tokenBehind()).isEqualTo("Bearer t1");
			SecurityContextHolder.setContext(new SecurityContextImpl(new TestingAuthenticationToken("bob", "secret")));
			assertThat(front.token()).isEqualTo("null");
		});
	}

	@Test
	void withoutSpringSecurityABearerTokenStopsTheStart() {
		Map.of("org.springframework.security.core", "spring-security-core", "org.springframework.security.oauth2",
				"spring-security-oauth2-core")
			.forEach((missing, artifact) -> {
				ApplicationContextRunner without = this.runner.withClassLoader(new FilteredClassLoader(missing));
				without.run((context) -> assertThat(context).hasNotFailed());
				without.withPropertyValues("macula.propagation.bearer-token=true")
					.run((context) -> assertThat(context).getFailure()
						.rootCause()
						.isInstanceOfSatisfying(FailureAnalyzedException.class, (refused) -> {
							assertThat(refused.analysis().getDescription())
								.isEqualTo("Bearer tokens cannot be sent on as macula.propagation.bearer-token=true"
										+ " says: " + artifact + " is not on the class path.");
							assertThat(refused.analysis().getAction())
								.startsWith("Add the dependency org.springframework.security:" + artifact + ", ");
						}));
			});
	}

	@Test
	void theAccessLogHasALineForEachCall() {
		Logger logger = (Logger) LoggerFactory.getLogger(AccessLog.LOGGER);
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.start();
		logger.addAppender(lines);
		try {
			calling("macula.provider.access-log.enabled=true", "macula.node.id=node1").run((context) -> {
				Front front = context.getBean(Caller.class).front;
				front.see("a", "b");
				assertThatExceptionOfType(RpcException.class).isThrownBy(front::fail);
				front.later("a", "b").block();
				Awaitility.await().untilAsserted(() -> assertThat(lines.list).hasSize(3));
				List<String> texts = lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
				assertThat(texts.get(0)).matches("test\\.front/see node1 OK \\d+\\.\\d{3} ms");
				assertThat(texts.get(1)).matches("test\\.front/fail node1 UNKNOWN \\d+\\.\\d{3} ms");
				assertThat(texts.get(2)).matches("test\\.front/later node1 OK \\d+\\.\\d{3} ms");
			});
		}
		finally {
			logger.detachAppender(lines);
		}
	}

	/** Tells what its handler sees, or what one behind it does. */
	interface Front {

		String see(String first, String second);

		String seeBehind(String first, String second);

		Mono<String> later(String first, String second);

		Mono<String> laterBehind(String first, String second);

		String locale();

		String localeBehind();

		Mono<String> localeLater();

		void fail();

		String token();

		Mono<String> tokenLater();

		String tokenBehind();

	}

	interface Back {

		String see(String first, String second);

		Mono<String> later(String first, String second);

		String locale();

		String token();

	}

	@MaculaService("test.front")
	static class FrontBean implements Front {

		@MaculaClient("test.back")
		Back back;

		@Override
		public String see(String first, String second) {
			return MDC.get(first) + " " + MDC.get(second);
		}

		@Override
		public String seeBehind(String first, String second) {
			return this.back.see(first, second);
		}

		@Override
		public Mono<String> later(String first, String second) {
			return inContext(first, second);
		}

		@Override
		public Mono<String> laterBehind(String first, String second) {
			return Mono.defer(() -> this.back.later(first, second));
		}

		@Override
		public String locale() {
			return LocaleContextHolder.getLocale().toLanguageTag();
		}

		@Override
		public String localeBehind() {
			return this.back.locale();
		}

		@Override
		public Mono<String> localeLater() {
			return Mono.deferContextual((context) -> Mono
				.just(context.<LocaleContext>get(LocaleContext.class).getLocale().toLanguageTag()));
		}

		@Override
		public void fail() {
			throw new IllegalStateException("as it was told by " + CallContext.current());
		}

		@Override
		public String token() {
			return String.valueOf(CallContext.current().metadata().get("authorization"));
		}

		@Override
		public Mono<String> tokenLater() {
			return Mono.just(token());
		}

		@Override
		public String tokenBehind() {
			// Of the served call: no Authentication is here.
			return this.back.token();
		}

	}

	static Mono<String> inContext(String first, String second) {
		return Mono.deferContextual((context) -> Mono
			.just(context.getOrDefault(first, "null") + " " + context.getOrDefault(second, "null")));
	}

	@MaculaService("test.back")
	static class BackBean implements Back {

		@Override
		public String see(String first, String second) {
			return MDC.get(first) + " " + MDC.get(second);
		}

		@Override
		public Mono<String> later(String first, String second) {
			return inContext(first, second);
		}

		@Override
		public String locale() {
			return LocaleContextHolder.getLocale().toLanguageTag();
		}

		@Override
		public String token() {
			return String.valueOf(CallContext.current().metadata().get("authorization"));
		}

	}

	static class Caller {

		@MaculaClient("test.front")
		Front front;

	}

}
