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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.InMemoryReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.TokenExchangeOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Over real QUIC, with a token endpoint over real HTTP. */
@Timeout(120)
class RegistrationTokensTests {

	private static final String SETTING = "macula.client.services.test.echo.oauth2.registration-id";

	private final Issuer issuer = new Issuer();

	@AfterEach
	void end() {
		SecurityContextHolder.clearContext();
		this.issuer.close();
	}

	private ApplicationContextRunner plain() {
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class,
					PropagationAutoConfiguration.class))
			.withBean(EchoBean.class)
			.withBean(Caller.class)
			.withPropertyValues("macula.realm.name=test",
					"macula.realm.secret=" + Base64.getEncoder().encodeToString(random), "macula.provider.port=0",
					"macula.provider.address=127.0.0.1", "macula.provider.grace=2s");
	}

	/** With the beans that Boot makes of its settings. */
	private ApplicationContextRunner calling(String... properties) {
		return calling(registration().build(), properties);
	}

	private ApplicationContextRunner calling(ClientRegistration registration, String... properties) {
		InMemoryClientRegistrationRepository registrations = new InMemoryClientRegistrationRepository(registration);
		return plain().withPropertyValues(properties)
			.withBean(ClientRegistrationRepository.class, () -> registrations)
			.withBean(OAuth2AuthorizedClientService.class,
					() -> new InMemoryOAuth2AuthorizedClientService(registrations));
	}

	private ClientRegistration.Builder registration() {
		return ClientRegistration.withRegistrationId("orders")
			.clientId("shop")
			.clientSecret("secret")
			.scope("orders")
			.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
			.tokenUri(this.issuer.uri());
	}

	private static Map<String, Callable<@Nullable String>> shapes(Echo echo) {
		Map<String, Callable<@Nullable String>> shapes = new LinkedHashMap<>();
		shapes.put("value", echo::token);
		shapes.put("future", () -> echo.future().get());
		shapes.put("mono", () -> echo.mono().block());
		shapes.put("flux", () -> echo.flux().blockLast());
		return shapes;
	}

	private static void failing(AssertableApplicationContext context, Code code, String message) {
		shapes(context.getBean(Caller.class).echo).forEach((shape, call) -> {
			assertThatThrownBy(call::call).as(shape).satisfies((thrown) -> {
				RpcException error = (RpcException) ((thrown instanceof ExecutionException) ? thrown.getCause()
						: thrown);
				assertThat(error.code()).isEqualTo(code);
				assertThat(error.status().processed()).isEqualTo(Processed.NO);
				assertThat(error.getMessage())
					.contains(message.replace("METHOD", shape.equals("value") ? "token" : shape));
			});
		});
		assertThat(context.getBean(EchoBean.class).calls).hasValue(0);
	}

	private static FailureAnalyzedException failure(AssertableApplicationContext context) {
		Throwable failure = context.getStartupFailure();
		while (failure != null && !(failure instanceof FailureAnalyzedException)) {
			failure = failure.getCause();
		}
		assertThat(failure).isNotNull();
		return (FailureAnalyzedException) failure;
	}

	@Test
	void nothingIsThereUnlessItIsAskedFor() {
		calling().run((context) -> {
			assertThat(context).doesNotHaveBean(RegistrationTokens.class);
			assertThat(context.getBean(Caller.class).echo.token()).isEqualTo("null");
		});
	}

	@Test
	void anEmptyRegistrationIdIsNone() {
		plain().withPropertyValues("macula.client.oauth2.registration-id=", SETTING + "=").run((context) -> {
			assertThat(context).doesNotHaveBean(RegistrationTokens.class);
			assertThat(context.getBean(Caller.class).echo.token()).isEqualTo("null");
		});
	}

	@Test
	void aVariableMayHaveAnUnderscoreInThePlaceOfTheDash() {
		calling()
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.replace("systemEnvironment",
						new SystemEnvironmentPropertySource("systemEnvironment",
								Map.of("MACULA_CLIENT_OAUTH2_REGISTRATION_ID", "orders"))))
			.run((context) -> assertThat(context.getBean(Caller.class).echo.token()).isEqualTo("Bearer t1"));
	}

	@Test
	void callsOfEachShapeTakeTheTokenAlongAndItIsFetchedOnce() {
		calling(SETTING + "=orders").run((context) -> {
			for (Map.Entry<String, Callable<@Nullable String>> shape : shapes(context.getBean(Caller.class).echo)
				.entrySet()) {
				assertThat(shape.getValue().call()).as(shape.getKey()).isEqualTo("Bearer t1");
			}
			assertThat(this.issuer.asked).hasValue(1);
			assertThat(this.issuer.bodies).singleElement()
				.asString()
				.contains("grant_type=client_credentials")
				.contains("scope=orders");
			assertThat(stored(context)).isNotNull();
		});
	}

	private static @Nullable OAuth2AuthorizedClient stored(AssertableApplicationContext context) {
		return context.getBean(OAuth2AuthorizedClientService.class).loadAuthorizedClient("orders", "orders");
	}

	@Test
	void eachShapeMayBeTheOneThatFetches() {
		this.issuer.seconds = 30;
		calling("macula.client.oauth2.registration-id=orders").run((context) -> {
			int number = 0;
			for (Map.Entry<String, Callable<@Nullable String>> shape : shapes(context.getBean(Caller.class).echo)
				.entrySet()) {
				// Less than a minute is left of each: the next call renews it.
				assertThat(shape.getValue().call()).as(shape.getKey()).isEqualTo("Bearer t" + ++number);
			}
		});
	}

	@Test
	void callsThatComeTogetherShareOneFetch() {
		this.issuer.answers = new CountDownLatch(1);
		calling(SETTING + "=orders").run((context) -> {
			Echo echo = context.getBean(Caller.class).echo;
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				calls.add((i % 2 == 0) ? echo.future() : echo.mono().toFuture());
			}
			calls.forEach((call) -> assertThat(call).isNotDone());
			this.issuer.answers.countDown();
			calls.forEach((call) -> assertThat(call.join()).isEqualTo("Bearer t1"));
			assertThat(this.issuer.asked).hasValue(1);
		});
	}

	@Test
	void anEventLoopDoesNotWaitForTheIssuer() {
		this.issuer.answers = new CountDownLatch(1);
		calling(SETTING + "=orders").run((context) -> {
			Echo echo = context.getBean(Caller.class).echo;
			CompletableFuture<CompletableFuture<String>> begun = new CompletableFuture<>();
			Schedulers.parallel().schedule(() -> begun.complete(echo.future()));
			assertThat(begun.get()).isNotDone();
			this.issuer.answers.countDown();
			assertThat(begun.get().get()).isEqualTo("Bearer t1");
		});
	}

	@Test
	void callersThatHoldAllThreadsOfReactorGetTheirToken() {
		calling(SETTING + "=orders", "macula.client.deadline=5s").run((context) -> {
			Echo echo = context.getBean(Caller.class).echo;
			int threads = Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE;
			CountDownLatch held = new CountDownLatch(threads);
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				calls.add(Mono.fromCallable(() -> {
					held.countDown();
					held.await(10, TimeUnit.SECONDS);
					return echo.token();
				}).subscribeOn(Schedulers.boundedElastic()).toFuture());
			}
			calls.forEach((call) -> assertThat(call.join()).isEqualTo("Bearer t1"));
			assertThat(this.issuer.asked).hasValue(1);
		});
	}

	@Test
	void aTokenThatTheProviderRefusesIsRemovedAndTheCallIsNotRepeated() {
		calling(SETTING + "=orders").run((context) -> {
			EchoBean bean = context.getBean(EchoBean.class);
			for (Map.Entry<String, Callable<@Nullable String>> shape : shapes(context.getBean(Caller.class).echo)
				.entrySet()) {
				bean.refused.clear();
				String good = String.valueOf(shape.getValue().call());
				bean.refused.add(good);
				Awaitility.await().until(() -> {
					int before = bean.calls.get();
					try {
						return !good.equals(shape.getValue().call());
					}
					catch (Exception ex) {
						Throwable error = (ex instanceof ExecutionException) ? ex.getCause() : ex;
						assertThat(((RpcException) error).code()).isEqualTo(Code.UNAUTHENTICATED);
						assertThat(bean.calls).hasValue(before + 1);
						return false;
					}
				});
			}
			// One that was refused within its first second stayed.
			assertThat(this.issuer.asked).hasValue(5);
			assertThat(stored(context).getAccessToken().getTokenValue()).isEqualTo("t5");
		});
	}

	@Test
	void anUnknownRegistrationStopsTheStart() {
		calling(SETTING + "=order").run((context) -> {
			FailureAnalyzedException failure = failure(context);
			assertThat(failure.analysis().getDescription())
				.isEqualTo("There is no client registration 'order', which " + SETTING + " names. There are: orders.");
			assertThat(failure.analysis().getAction())
				.isEqualTo("Correct the setting, or add spring.security.oauth2.client.registration.order.*.");
		});
	}

	@Test
	void aRegistrationThatARepositoryDoesNotFindFailsCalls() {
		plain().withPropertyValues(SETTING + "=order")
			.withBean(ClientRegistrationRepository.class, () -> (id) -> null)
			.withBean(OAuth2AuthorizedClientService.class,
					() -> new InMemoryOAuth2AuthorizedClientService((id) -> null))
			.run((context) -> failing(context, Code.INTERNAL,
					"no access token of client registration 'order' (" + SETTING + ") for the call of test.echo/METHOD:"
							+ " there is no such client registration: add"
							+ " spring.security.oauth2.client.registration.order.*, or correct the setting"));
	}

	@Test
	void anIssuerThatCannotBeReachedMakesCallsUnavailable() {
		this.issuer.close();
		calling(SETTING + "=orders")
			.run((context) -> failing(context, Code.UNAVAILABLE, "no access token of client registration 'orders' ("
					+ SETTING + ") for the call of test.echo/METHOD: [invalid_token_response] "));
	}

	@Test
	void anIssuerThatFailsMakesCallsUnavailable() {
		this.issuer.status = 503;
		this.issuer.error = "temporarily_unavailable";
		calling(SETTING + "=orders")
			.run((context) -> failing(context, Code.UNAVAILABLE, "METHOD: [invalid_token_response] "));
	}

	@Test
	void anIssuerThatRefusesTheClientMakesCallsUnauthenticated() {
		this.issuer.status = 401;
		this.issuer.error = "invalid_client";
		calling(SETTING + "=orders")
			.run((context) -> failing(context, Code.UNAUTHENTICATED, "METHOD: [invalid_token_response] "));
	}

	@Test
	void aSilentIssuerIsWaitedForUntilTheDeadline() {
		this.issuer.answers = new CountDownLatch(1);
		calling(SETTING + "=orders", "macula.client.deadline=200ms").run((context) -> {
			failingWithin(context, "METHOD: the deadline of the call was over before the issuer answered");
			this.issuer.answers.countDown();
			Awaitility.await()
				.ignoreException(RpcException.class)
				.until(() -> context.getBean(Caller.class).echo.token().equals("Bearer t1"));
		});
	}

	/** A stream has no deadline unless it is given one. */
	private static void failingWithin(AssertableApplicationContext context, String message) {
		MaculaCall.deadline(Duration.ofMillis(200)).run(() -> failing(context, Code.DEADLINE_EXCEEDED, message));
	}

	@Test
	void whoeverHasATokenOfItsOwnKeepsItAndTheRelayStandsBack() {
		calling(SETTING + "=orders", "macula.propagation.bearer-token=true").run((context) -> {
			Echo echo = context.getBean(Caller.class).echo;
			assertThat(MaculaCall.with("authorization", "Bearer mine").<String>call(echo::token))
				.isEqualTo("Bearer mine");
			SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("user", "x"));
			assertThat(echo.token()).isEqualTo("Bearer t1");
		});
	}

	@Test
	void aClientServiceMayHaveNone() {
		calling("macula.client.oauth2.registration-id=orders", SETTING + "=").run((context) -> {
			assertThat(context.getBean(Caller.class).echo.token()).isEqualTo("null");
			assertThat(context.getBean(Caller.class).other.token()).isEqualTo("Bearer t1");
		});
	}

	@Test
	void reactiveBeansDo() {
		plain().withPropertyValues(SETTING + "=orders")
			.withBean(ReactiveClientRegistrationRepository.class, this::reactive)
			.withBean(InMemoryReactiveOAuth2AuthorizedClientService.class)
			.run((context) -> {
				for (Map.Entry<String, Callable<@Nullable String>> shape : shapes(context.getBean(Caller.class).echo)
					.entrySet()) {
					assertThat(shape.getValue().call()).as(shape.getKey()).isEqualTo("Bearer t1");
				}
				assertThat(context.getBean(ReactiveOAuth2AuthorizedClientService.class)
					.loadAuthorizedClient("orders", "orders")
					.block()).isNotNull();
			});
	}

	private ReactiveClientRegistrationRepository reactive() {
		return new InMemoryReactiveClientRegistrationRepository(registration().build());
	}

	@Test
	void aRegistrationThatGrantsTokensToUsersNeedsOne() {
		calling(registration().authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("http://localhost/")
			.authorizationUri("http://localhost/")
			.build(), SETTING + "=orders").run((context) -> {
				failing(context, Code.UNAUTHENTICATED,
						"METHOD: it grants tokens to users (authorization_code), and" + " there is no Authentication");
				SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("user", "x"));
				failing(context, Code.UNAUTHENTICATED, "METHOD: [client_authorization_required]");
			});
	}

	@Test
	void aProviderBeanOfAnotherGrantLeavesTheUsualOnes() {
		calling(SETTING + "=orders")
			.withBean(OAuth2AuthorizedClientProvider.class, TokenExchangeOAuth2AuthorizedClientProvider::new)
			.run((context) -> assertThat(context.getBean(Caller.class).echo.token()).isEqualTo("Bearer t1"));
	}

	@Test
	void aResponseClientBeanIsAskedAsSpringSecurityDoes() {
		calling(SETTING + "=orders").withUserConfiguration(OwnEndpoint.class)
			.run((context) -> assertThat(context.getBean(Caller.class).echo.token()).isEqualTo("Bearer own"));
	}

	@Test
	void aManagerIsFoundWhateverTypeItIsDeclaredAs() {
		calling(SETTING + "=orders").withUserConfiguration(OwnManager.class)
			.run((context) -> assertThat(context.getBean(Caller.class).echo.token()).isEqualTo("Bearer own"));
	}

	@Test
	void theTokenOfAUserIsRemovedWhenItIsRefused() {
		ClientRegistration registration = registration()
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("http://localhost/")
			.authorizationUri("http://localhost/")
			.build();
		calling(registration, SETTING + "=orders").run((context) -> {
			TestingAuthenticationToken user = new TestingAuthenticationToken("user", "x");
			Instant now = Instant.now();
			OAuth2AuthorizedClientService store = context.getBean(OAuth2AuthorizedClientService.class);
			store.saveAuthorizedClient(
					new OAuth2AuthorizedClient(registration, "user", new OAuth2AccessToken(
							OAuth2AccessToken.TokenType.BEARER, "u1", now.minusSeconds(60), now.plusSeconds(3600))),
					user);
			SecurityContextHolder.getContext().setAuthentication(user);
			Echo echo = context.getBean(Caller.class).echo;
			assertThat(echo.token()).isEqualTo("Bearer u1");
			context.getBean(EchoBean.class).refused.add("Bearer u1");
			assertThatThrownBy(echo::token).isInstanceOf(RpcException.class);
			Awaitility.await().until(() -> store.loadAuthorizedClient("orders", "user") == null);
		});
	}

	@Test
	void withoutTheBeansItDoesNotStart() {
		plain().withPropertyValues(SETTING + "=orders").run((context) -> {
			FailureAnalyzedException failure = failure(context);
			assertThat(failure.analysis().getDescription()).isEqualTo("No token can be fetched as " + SETTING
					+ "=orders says: there is no bean of type ClientRegistrationRepository or"
					+ " ReactiveClientRegistrationRepository.");
			assertThat(failure.analysis().getAction()).isEqualTo("Set spring.security.oauth2.client.registration.* with"
					+ " org.springframework.boot:spring-boot-starter-security-oauth2-client, or declare the bean.");
		});
	}

	@Test
	void withoutTheLibraryItDoesNotStart() {
		plain().withPropertyValues(SETTING + "=orders")
			.withClassLoader(new FilteredClassLoader("org.springframework.security.oauth2.client"))
			.run((context) -> {
				FailureAnalyzedException failure = failure(context);
				assertThat(failure.analysis().getDescription()).isEqualTo("No token can be fetched as " + SETTING
						+ " says: spring-security-oauth2-client is not on the class path.");
				assertThat(failure.analysis().getAction()).isEqualTo("Add the dependency"
						+ " org.springframework.boot:spring-boot-starter-security-oauth2-client, or remove the"
						+ " setting.");
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnEndpoint {

		@Bean
		OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> endpoint() {
			return (request) -> OAuth2AccessTokenResponse.withToken("own")
				.tokenType(OAuth2AccessToken.TokenType.BEARER)
				.expiresIn(3600)
				.build();
		}

	}

	/** As the reference of Spring Security shows it. */
	@Configuration(proxyBeanMethods = false)
	static class OwnManager {

		@Bean
		OAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientService store) {
			AuthorizedClientServiceOAuth2AuthorizedClientManager manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(
					registrations, store);
			manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
				.clientCredentials((client) -> client.accessTokenResponseClient(new OwnEndpoint().endpoint()))
				.build());
			return manager;
		}

	}

	interface Echo {

		String token();

		CompletableFuture<String> future();

		Mono<String> mono();

		Flux<String> flux();

	}

	@MaculaService("test.echo")
	static class EchoBean implements Echo {

		final AtomicInteger calls = new AtomicInteger();

		final Set<String> refused = ConcurrentHashMap.newKeySet();

		@Override
		public String token() {
			this.calls.incrementAndGet();
			String token = String.valueOf(CallContext.current().metadata().get("authorization"));
			if (this.refused.contains(token)) {
				throw RpcException.of(Code.UNAUTHENTICATED, "the token is not valid");
			}
			return token;
		}

		@Override
		public CompletableFuture<String> future() {
			return CompletableFuture.completedFuture(token());
		}

		@Override
		public Mono<String> mono() {
			return Mono.just(token());
		}

		@Override
		public Flux<String> flux() {
			return Flux.just(token());
		}

	}

	static class Caller {

		@MaculaClient("test.echo")
		Echo echo;

		@MaculaClient(value = "test.echo", name = "other")
		Echo other;

	}

}
