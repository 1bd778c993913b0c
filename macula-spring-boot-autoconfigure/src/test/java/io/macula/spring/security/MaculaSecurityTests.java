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

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import io.macula.node.RealmNode;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import io.macula.spring.autoconfigure.MaculaErrorAutoConfiguration;
import io.macula.spring.propagation.PropagationAutoConfiguration;
import io.macula.spring.security.Vault.Calls;
import io.macula.spring.security.Vault.SafeBean;
import io.macula.spring.security.Vault.Stream;
import io.macula.spring.security.Vault.StreamBean;
import io.macula.spring.security.Vault.VaultBean;
import io.micrometer.context.ContextRegistry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Over real QUIC on the loopback interface. */
class MaculaSecurityTests {

	/**
	 * They are read once in a process, and not as long as a part of them is hidden.
	 */
	@BeforeAll
	static void readThreadLocalAccessors() {
		ContextRegistry.getInstance();
	}

	private static final String PEER = "macula://test/node1";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class,
				MaculaErrorAutoConfiguration.class, PropagationAutoConfiguration.class,
				MaculaSecurityAutoConfiguration.class))
		.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + secret(), "macula.provider.port=0",
				"macula.provider.address=127.0.0.1", "macula.provider.grace=2s",
				"macula.provider.advertised-host=127.0.0.1", "macula.node.id=node1");

	private static String secret() {
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		return Base64.getEncoder().encodeToString(random);
	}

	@AfterEach
	void forget() {
		SecurityContextHolder.clearContext();
	}

	private ApplicationContextRunner serving(String authentication, Class<?>... configuration) {
		return this.runner.withBean(VaultBean.class)
			.withBean(SafeBean.class)
			.withBean(Calls.class)
			.withBean(Leftovers.class)
			.withUserConfiguration(configuration)
			.withPropertyValues("macula.security.authentication=" + authentication);
	}

	private ApplicationContextRunner verifying(String authentication, Class<?>... configuration) {
		return serving(authentication, configuration).withBean(JwtDecoder.class,
				() -> NimbusJwtDecoder.withSecretKey(Tokens.KEY).build());
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whatIsGuardedWhereNobodyIsAuthenticatedIsWarnedOf(CapturedOutput output) {
		String warning = "Service test.vault is provided by " + VaultBean.class.getName()
				+ ", which Spring's method security guards (@PreAuthorize or the like), but"
				+ " macula.security.authentication is none: no call has an Authentication, so that guarded methods"
				+ " refuse every caller, unless an interceptor of this application sets one. Set"
				+ " macula.security.authentication to bearer, peer, bearer-or-peer or bearer-and-peer";
		serving("peer", Guarded.class).run((context) -> assertThat(context).hasNotFailed());
		serving("none").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("method security guards");
		serving("none", Guarded.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce(warning);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class Guarded {

	}

	private static Vault vault(ApplicationContext context) {
		return context.getBean(Calls.class).vault;
	}

	private static <T> @Nullable T with(String authorization, Callable<T> call) throws Exception {
		try (var scope = MaculaCall.with("authorization", authorization).open()) {
			return call.call();
		}
	}

	private static void refused(Code code, String message, Callable<?> call) {
		assertThatExceptionOfType(RpcException.class).isThrownBy(call::call).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(code);
			assertThat(ex.status().message()).isEqualTo(message);
			assertThat(ex.status().processed()).isEqualTo(Processed.YES);
			assertThat(ex.attempts()).hasSize(1);
		});
	}

	@Test
	void nothingIsThereUnlessItIsAskedFor() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(SecurityInterceptor.class)
			.doesNotHaveBean(PeerAuthoritiesMapper.class));
		verifying("none", Jdk.class).run((context) -> {
			assertThat(with(Tokens.bearer("alice", "admin"), vault(context)::who)).isEqualTo("nobody");
			refused(Code.UNAUTHENTICATED, "test.vault/admin needs a caller that is authenticated",
					() -> with(Tokens.bearer("alice", "admin"), vault(context)::admin));
		});
	}

	@Test
	void theCallingNodeIsThePrincipal() {
		serving("peer").run((context) -> {
			Vault vault = vault(context);
			assertThat(vault.who()).isEqualTo(PEER);
			assertThat(vault.whoLater().block()).isEqualTo(PEER + " " + PEER);
			assertThat(vault.whoMany().collectList().block()).containsExactly(PEER, PEER);
			assertThat(vault.whoSoon().toCompletableFuture().join()).isEqualTo(PEER);
			assertThat(vault.authorities()).contains("PEER_" + PEER).contains("PEER_sha256:");
			// A token that nobody verifies makes nobody somebody else.
			assertThat(with(Tokens.bearer("alice", "admin"), vault::who)).isEqualTo(PEER);
			assertThat(context.getBean(Leftovers.class).found).isEmpty();
		});
	}

	@Test
	void theHolderOfATokenIsThePrincipal() {
		verifying("bearer").run((context) -> {
			Vault vault = vault(context);
			String token = Tokens.bearer("alice", "admin orders");
			assertThat(with(token, vault::who)).isEqualTo("alice");
			assertThat(with(token.replace("Bearer", "bearer"), vault::who)).isEqualTo("alice");
			assertThat(with(token, () -> vault.whoLater().block())).isEqualTo("alice alice");
			assertThat(with(token, () -> vault.whoMany().collectList().block())).containsExactly("alice", "alice");
			assertThat(with(token, () -> vault.whoSoon().toCompletableFuture().join())).isEqualTo("alice");
			assertThat(with(token, vault::authorities)).contains("SCOPE_admin", "SCOPE_orders").doesNotContain("PEER_");
			assertThat(context.getBean(Leftovers.class).found).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "bearer", "bearer-and-peer" })
	void aCallWithoutATokenIsRefused(String authentication) {
		verifying(authentication).run((context) -> {
			Vault vault = vault(context);
			String rest = " needs a bearer token, as 'authorization' in the metadata";
			refused(Code.UNAUTHENTICATED, "test.vault/who" + rest, vault::who);
			refused(Code.UNAUTHENTICATED, "test.vault/whoLater" + rest, () -> vault.whoLater().block());
			refused(Code.UNAUTHENTICATED, "test.vault/whoMany" + rest, () -> vault.whoMany().blockLast());
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "bearer", "bearer-or-peer", "bearer-and-peer" })
	void aBadTokenIsRefused(String authentication) {
		verifying(authentication).run((context) -> {
			Vault vault = vault(context);
			List<String> bad = List.of(
					"Bearer " + Tokens.of("eve", "admin", Tokens.OTHER, Instant.now().plusSeconds(60)),
					"Bearer " + Tokens.of("eve", "admin", Tokens.KEY, Instant.now().minusSeconds(3600)), "Bearer abc");
			for (String token : bad) {
				refused(Code.UNAUTHENTICATED, "the bearer token of test.vault/who is not valid",
						() -> with(token, vault::who));
				refused(Code.UNAUTHENTICATED, "the bearer token of test.vault/whoLater is not valid",
						() -> with(token, () -> vault.whoLater().block()));
				refused(Code.UNAUTHENTICATED, "the bearer token of test.vault/whoMany is not valid",
						() -> with(token, () -> vault.whoMany().blockLast()));
			}
			for (String form : List.of("Basic YWxpY2U6c2VjcmV0", "Bearer", "Bearer a b", "")) {
				refused(Code.UNAUTHENTICATED,
						"'authorization' in the metadata of test.vault/who is not of the form 'Bearer <token>'",
						() -> with(form, vault::who));
			}
			assertThat(context.getBean(Leftovers.class).found).isEmpty();
		});
	}

	@Test
	void aTokenOrThePeer() {
		verifying("bearer-or-peer").run((context) -> {
			Vault vault = vault(context);
			assertThat(vault.who()).isEqualTo(PEER);
			assertThat(vault.whoLater().block()).isEqualTo(PEER + " " + PEER);
			assertThat(with(Tokens.bearer("alice", "admin"), vault::who)).isEqualTo("alice");
			assertThat(with(Tokens.bearer("alice", "admin"), vault::authorities)).doesNotContain("PEER_");
		});
	}

	@Test
	void aTokenAndThePeer() {
		verifying("bearer-and-peer").run((context) -> {
			Vault vault = vault(context);
			assertThat(with(Tokens.bearer("alice", "admin"), vault::who)).isEqualTo("alice");
			assertThat(with(Tokens.bearer("alice", "admin"), () -> vault.whoLater().block())).isEqualTo("alice alice");
			assertThat(with(Tokens.bearer("alice", "admin"), vault::authorities)).contains("SCOPE_admin",
					"PEER_" + PEER);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Jdk.class, Cglib.class })
	void preAuthorizeWorksOnServicesInEachShape(Class<?> proxies) {
		verifying("bearer", proxies).run((context) -> {
			Vault vault = vault(context);
			String admin = Tokens.bearer("alice", "admin");
			assertThat(with(admin, vault::admin)).isEqualTo("alice");
			assertThat(with(admin, () -> vault.adminLater().block())).isEqualTo("alice");
			assertThat(with(admin, () -> vault.adminMany().blockLast())).isEqualTo("alice");
			assertThat(with(admin, () -> vault.adminSoon().toCompletableFuture().join())).isEqualTo("alice");
			String bob = Tokens.bearer("bob", "orders");
			String rest = " is not allowed for this caller";
			refused(Code.PERMISSION_DENIED, "test.vault/admin" + rest, () -> with(bob, vault::admin));
			refused(Code.PERMISSION_DENIED, "test.vault/adminLater" + rest,
					() -> with(bob, () -> vault.adminLater().block()));
			refused(Code.PERMISSION_DENIED, "test.vault/adminMany" + rest,
					() -> with(bob, () -> vault.adminMany().blockLast()));
			refused(Code.PERMISSION_DENIED, "test.vault/adminSoon" + rest, () -> with(bob, () -> {
				try {
					return vault.adminSoon().toCompletableFuture().join();
				}
				catch (CompletionException ex) {
					throw (Exception) ex.getCause();
				}
			}));
			assertThat(context.getBean(Leftovers.class).found).isEmpty();
		});
	}

	@Test
	void preAuthorizeOfReactiveMethodSecurityWorks() {
		this.runner.withBean(StreamBean.class)
			.withUserConfiguration(Reactive.class)
			.withBean(ReactiveJwtDecoder.class, MaculaSecurityTests::reactiveDecoder)
			.withPropertyValues("macula.security.authentication=bearer")
			.run((context) -> {
				Stream stream = context.getBean(RealmNode.class).client().proxy(Stream.class, "test.stream");
				String admin = Tokens.bearer("alice", "admin");
				assertThat(with(admin, () -> stream.one().block())).isEqualTo("alice");
				assertThat(with(admin, () -> stream.many().blockLast())).isEqualTo("alice");
				String bob = Tokens.bearer("bob", "orders");
				refused(Code.PERMISSION_DENIED, "test.stream/one is not allowed for this caller",
						() -> with(bob, () -> stream.one().block()));
				refused(Code.PERMISSION_DENIED, "test.stream/many is not allowed for this caller",
						() -> with(bob, () -> stream.many().blockLast()));
			});
	}

	@Test
	void aRefusalIsNotTriedOnAnotherInstance() {
		verifying("bearer", Jdk.class).run(
				(one) -> verifying("bearer", Jdk.class)
					.withPropertyValues("macula.node.id=node2",
							"macula.realm.seeds=127.0.0.1:" + one.getBean(RealmNode.class).port())
					.run((two) -> {
						Vault vault = vault(two);
						one.getBean(RealmNode.class).advertise();
						Leftovers.nodes.clear();
						Awaitility.await().untilAsserted(() -> {
							with(Tokens.bearer("alice", "admin"), vault::who);
							assertThat(Leftovers.nodes).contains("node1", "node2");
						});
						for (int i = 0; i < 4; i++) {
							refused(Code.PERMISSION_DENIED, "test.vault/admin is not allowed for this caller",
									() -> with(Tokens.bearer("bob", "orders"), vault::admin));
							refused(Code.UNAUTHENTICATED, "the bearer token of test.vault/who is not valid",
									() -> with("Bearer abc", vault::who));
						}
					}));
	}

	@Test
	void contextsOfTwoCallersDoNotMix() {
		verifying("bearer").run((context) -> {
			Vault vault = vault(context);
			ExecutorService threads = Executors.newFixedThreadPool(4);
			try {
				List<Future<?>> all = new ArrayList<>();
				for (int i = 0; i < 4; i++) {
					String name = "user" + i;
					String token = Tokens.bearer(name, "orders");
					all.add(threads.submit(() -> {
						for (int round = 0; round < 100; round++) {
							assertThat(with(token, vault::who)).isEqualTo(name);
							assertThat(with(token, () -> vault.whoLater().block())).isEqualTo(name + " " + name);
						}
						return null;
					}));
				}
				for (Future<?> each : all) {
					each.get();
				}
			}
			finally {
				threads.shutdown();
			}
			assertThat(context.getBean(Leftovers.class).found).isEmpty();
		});
	}

	@Test
	void nothingIsLeftAfterAFailure() {
		verifying("bearer-or-peer").run((context) -> {
			Vault vault = vault(context);
			String alice = Tokens.bearer("alice", "admin");
			for (int i = 0; i < 10; i++) {
				assertThatExceptionOfType(RpcException.class).isThrownBy(() -> with(alice, () -> {
					vault.fail();
					return null;
				})).satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.UNKNOWN));
				assertThatExceptionOfType(RpcException.class)
					.isThrownBy(() -> with(alice, () -> vault.failLater().block()))
					.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.UNKNOWN));
				assertThat(vault.who()).isEqualTo(PEER);
			}
			assertThat(context.getBean(Leftovers.class).found).isEmpty();
		});
	}

	@Test
	void aProviderPassesTheTokenOn() {
		verifying("bearer").withPropertyValues("macula.propagation.bearer-token=true").run((context) -> {
			Vault vault = vault(context);
			String alice = Tokens.bearer("alice", "admin");
			assertThat(with(alice, vault::behind)).isEqualTo("alice");
			assertThat(with(alice, () -> vault.behindLater().block())).isEqualTo("alice");
		});
		verifying("bearer-or-peer").run(
				(context) -> assertThat(with(Tokens.bearer("alice", "admin"), vault(context)::behind)).isEqualTo(PEER));
	}

	@Test
	void aDecoderThatBlocksBlocksNoEventLoop() {
		Set<String> threads = ConcurrentHashMap.newKeySet();
		NimbusJwtDecoder decoder = NimbusJwtDecoder.withSecretKey(Tokens.KEY).build();
		serving("bearer").withBean(JwtDecoder.class, () -> (token) -> {
			threads.add(Schedulers.isInNonBlockingThread() ? "event loop" : Thread.currentThread().getName());
			return decoder.decode(token);
		}).run((context) -> {
			Vault vault = vault(context);
			String alice = Tokens.bearer("alice", "admin");
			assertThat(with(alice, () -> vault.whoLater().block())).isEqualTo("alice alice");
			assertThat(with(alice, () -> vault.whoMany().blockLast())).isEqualTo("alice");
			assertThat(with(alice, () -> vault.whoSoon().toCompletableFuture().join())).isEqualTo("alice");
			assertThat(threads).isNotEmpty().allMatch((name) -> name.startsWith("boundedElastic-"));
			threads.clear();
			assertThat(with(alice, vault::who)).isEqualTo("alice");
			assertThat(threads).hasSize(1).noneMatch((name) -> name.startsWith("boundedElastic-"));
		});
	}

	/** That of Nimbus needs WebFlux, as little as it does for a key of its own. */
	private static ReactiveJwtDecoder reactiveDecoder() {
		JwtDecoder decoder = NimbusJwtDecoder.withSecretKey(Tokens.KEY).build();
		return (token) -> Mono.fromCallable(() -> decoder.decode(token));
	}

	@Test
	void aReactiveDecoderServesBlockingHandlersToo() {
		serving("bearer").withBean(ReactiveJwtDecoder.class, MaculaSecurityTests::reactiveDecoder).run((context) -> {
			Vault vault = vault(context);
			assertThat(with(Tokens.bearer("alice", "admin"), vault::who)).isEqualTo("alice");
			refused(Code.UNAUTHENTICATED, "the bearer token of test.vault/who is not valid",
					() -> with("Bearer abc", vault::who));
		});
	}

	@Test
	void anOpaqueTokenIsIntrospected() {
		serving("bearer").withBean(OpaqueTokenIntrospector.class, () -> (token) -> {
			if (!token.equals("t1")) {
				throw new BadOpaqueTokenException("not active");
			}
			return new DefaultOAuth2AuthenticatedPrincipal("carol", Map.of("sub", "carol"), null);
		}).run((context) -> {
			Vault vault = vault(context);
			assertThat(with("Bearer t1", vault::who)).isEqualTo("carol");
			assertThat(with("Bearer t1", () -> vault.whoLater().block())).isEqualTo("carol carol");
			refused(Code.UNAUTHENTICATED, "the bearer token of test.vault/who is not valid",
					() -> with("Bearer t2", vault::who));
		});
	}

	@Test
	void aManagerOfTheApplicationsOwnIsAskedInstead() {
		verifying("bearer")
			.withBean("maculaAuthenticationManager", ReactiveAuthenticationManager.class,
					() -> (request) -> Mono.just(new TestingAuthenticationToken("dave", null, "X")))
			.run((context) -> assertThat(with("Bearer t1", vault(context)::who)).isEqualTo("dave"));
	}

	@Test
	void anAuthenticatorOfTheApplicationsOwnComesFirst() {
		verifying("bearer").withBean(CallAuthenticator.class, () -> (call) -> (call.metadata().get("api-key") != null)
				? new TestingAuthenticationToken("erin", null, "X") : null)
			.run((context) -> {
				Vault vault = vault(context);
				assertThat(MaculaCall.with("api-key", "k").<String>call(vault::who)).isEqualTo("erin");
				assertThat(with(Tokens.bearer("alice", "admin"), vault::who)).isEqualTo("alice");
			});
	}

	static List<Arguments> verifiersThatCannotVerify() {
		Supplier<JwtDecoder> issuer = () -> {
			throw new IllegalArgumentException("Unable to resolve the Configuration with https://issuer.internal",
					new ConnectException("refused"));
		};
		return List.of(verifier("answers with an error", JwtDecoder.class, (token) -> {
			throw new JwtException("https://issuer.internal does not answer");
		}), verifier("asks the issuer at its first token", JwtDecoder.class, new SupplierJwtDecoder(issuer::get)),
				verifier("the same without blocking", ReactiveJwtDecoder.class,
						new SupplierReactiveJwtDecoder(
								() -> (ReactiveJwtDecoder) (token) -> Mono.fromRunnable(() -> issuer.get()))),
				verifier("is made at its first token", JwtDecoder.class, (token) -> {
					throw new BeanCreationException("jwtDecoder", "https://issuer.internal does not answer");
				}), verifier("introspects without an answer", OpaqueTokenIntrospector.class, (token) -> {
					throw new UncheckedIOException(new ConnectException("https://issuer.internal refused"));
				}), verifier("has its users in a database", AuthenticationManager.class, (request) -> {
					throw new IllegalStateException("jdbc:issuer.internal has no connection");
				}), verifier("the same without blocking", ReactiveAuthenticationManager.class,
						(request) -> Mono.error(new TimeoutException("issuer.internal"))));
	}

	private static <T> Arguments verifier(String what, Class<T> type, T verifier) {
		return Arguments.of(what, type, verifier);
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("verifiersThatCannotVerify")
	<T> void whereTokensCannotBeVerifiedTheCallIsNotProcessed(String what, Class<T> type, T verifier) {
		boolean manager = verifier instanceof AuthenticationManager
				|| verifier instanceof ReactiveAuthenticationManager;
		serving("bearer").withBean(manager ? TokenVerifiers.OWN : "verifier", type, () -> verifier).run((context) -> {
			Vault vault = vault(context);
			for (Callable<?> call : List.<Callable<?>>of(vault::who, () -> vault.whoLater().block(),
					() -> vault.whoMany().blockLast())) {
				assertThatExceptionOfType(RpcException.class)
					.isThrownBy(() -> with(Tokens.bearer("alice", "admin"), call))
					.satisfies((ex) -> {
						assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
						assertThat(ex.status().processed()).isEqualTo(Processed.NO);
						assertThat(ex).hasMessageContaining(" cannot be verified at the moment")
							.hasMessageNotContaining("issuer.internal");
					});
			}
		});
	}

	@Test
	void whatOneInstanceCannotVerifyAnotherOneDoes() {
		verifying("bearer")
			.run((one) -> serving("bearer").withBean(JwtDecoder.class, () -> new SupplierJwtDecoder(() -> {
				throw new IllegalStateException("the issuer does not answer");
			}))
				.withPropertyValues("macula.node.id=node2", "macula.client.ejection.enabled=false",
						"macula.realm.seeds=127.0.0.1:" + one.getBean(RealmNode.class).port())
				.run((two) -> {
					Vault vault = vault(two);
					one.getBean(RealmNode.class).advertise();
					String alice = Tokens.bearer("alice", "admin");
					Awaitility.await()
						.ignoreException(RpcException.class)
						.untilAsserted(() -> assertThat(with(alice, vault::who)).isEqualTo("alice"));
					Leftovers.nodes.clear();
					for (int i = 0; i < 4; i++) {
						assertThat(with(alice, vault::who)).isEqualTo("alice");
					}
					assertThat(Leftovers.nodes).containsExactlyInAnyOrder("node1", "node2");
				}));
	}

	@Test
	void aMistakeInAVerifierIsNotTakenForAnInstanceThatIsDown() {
		verifying("bearer").withBean(JwtAuthenticationConverter.class, () -> {
			JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
			converter.setJwtGrantedAuthoritiesConverter((jwt) -> {
				throw new ClassCastException("groups");
			});
			return converter;
		}).run((context) -> {
			Vault vault = vault(context);
			for (Callable<?> call : List.<Callable<?>>of(vault::who, () -> vault.whoLater().block())) {
				assertThatExceptionOfType(RpcException.class)
					.isThrownBy(() -> with(Tokens.bearer("alice", "admin"), call))
					.satisfies((ex) -> {
						assertThat(ex.code()).isEqualTo(Code.UNKNOWN);
						assertThat(ex.status().processed()).isEqualTo(Processed.NO);
						assertThat(ex).hasMessageContaining(" cannot be verified; the provider's log says more")
							.hasMessageNotContaining("groups");
					});
			}
		});
	}

	@Test
	void anAuthenticatorThatCannotVerifyIsUnavailable() {
		serving("peer").withBean(CallAuthenticator.class, () -> (call) -> {
			throw new AuthenticationServiceException("ldap.internal does not answer");
		})
			.run((context) -> assertThatExceptionOfType(RpcException.class).isThrownBy(vault(context)::who)
				.satisfies((ex) -> {
					assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
					assertThat(ex.status().processed()).isEqualTo(Processed.NO);
					assertThat(ex)
						.hasMessageContaining("the caller of test.vault/who cannot be verified at the moment; the"
								+ " provider's log says more")
						.hasMessageNotContaining("ldap.internal");
				}));
	}

	@Test
	void withoutAVerifierAProviderDoesNotStartButAClientDoes() {
		serving("bearer").run((context) -> assertThat(failure(context))
			.startsWith("Calls are to be authenticated by bearer tokens, as macula.security.authentication says, but"
					+ " there is no bean that can verify them: no JwtDecoder, "));
		this.runner.withPropertyValues("macula.security.authentication=bearer")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void withoutSpringSecurityAProviderDoesNotStart() {
		this.runner.withBean(Immediate.Bean.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.security"))
			.withPropertyValues("macula.security.authentication=peer")
			.run((context) -> assertThat(failure(context))
				.isEqualTo("Callers cannot be authenticated as macula.security.authentication=peer says:"
						+ " spring-security-core is not on the class path."));
	}

	@Test
	void aMethodThatMustNotWaitCannotHaveItsTokenVerified() {
		this.runner.withBean(Immediate.Bean.class)
			.withBean(JwtDecoder.class, () -> NimbusJwtDecoder.withSecretKey(Tokens.KEY).build())
			.withPropertyValues("macula.security.authentication=bearer")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(" is declared nonBlocking and answers at once, so that no bearer token can be"
						+ " verified before it runs: return a Mono"));
		this.runner.withBean(Immediate.Bean.class)
			.withPropertyValues("macula.security.authentication=peer")
			.run((context) -> assertThat(
					context.getBean(RealmNode.class).client().proxy(Immediate.class, "test.immediate").who())
				.isEqualTo(PEER));
	}

	@Test
	void certificatesThatNobodyVerifiesMakeNoPrincipal() {
		this.runner.withPropertyValues("macula.security.authentication=peer", "macula.ssl.verify=false")
			.run((context) -> assertThat(failure(context)).startsWith("macula.security.authentication = 'peer' (set")
				.endsWith(": everybody can make a certificate with any name."));
	}

	private static String failure(AssertableApplicationContext context) {
		Throwable failure = context.getStartupFailure();
		while (failure != null && !(failure instanceof FailureAnalyzedException)) {
			failure = failure.getCause();
		}
		assertThat(failure).as(String.valueOf(context.getStartupFailure())).isNotNull();
		return ((FailureAnalyzedException) failure).analysis().getDescription();
	}

	/** Sees threads as they are before and after a call. */
	@Order(Ordered.HIGHEST_PRECEDENCE)
	static class Leftovers implements ServerInterceptor {

		static final Set<String> nodes = ConcurrentHashMap.newKeySet();

		final Set<Authentication> found = ConcurrentHashMap.newKeySet();

		private final String node;

		Leftovers(Environment environment) {
			this.node = environment.getRequiredProperty("macula.node.id");
		}

		@Override
		public @Nullable Object intercept(ServerInvocation call) throws Throwable {
			nodes.add(this.node);
			look();
			try {
				return call.proceed();
			}
			finally {
				look();
			}
		}

		private void look() {
			Authentication left = SecurityContextHolder.getContext().getAuthentication();
			if (left != null) {
				this.found.add(left);
			}
		}

	}

	/** Answers where the call arrives. */
	interface Immediate {

		@MaculaMethod(nonBlocking = true)
		String who();

		/** The same. */
		@MaculaService("test.immediate")
		class Bean implements Immediate {

			@Override
			public String who() {
				return Principals.held();
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class Jdk {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity(proxyTargetClass = true)
	static class Cglib {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableReactiveMethodSecurity
	static class Reactive {

	}

}
