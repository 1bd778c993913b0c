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

package io.macula.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.InMemoryDirectory;
import io.macula.server.ProviderSettings;
import io.macula.testing.TestAuthority;
import io.macula.tls.AllowLists;
import io.macula.tls.BundleTls;
import io.macula.tls.HostVerification;
import io.macula.tls.InsecureTls;
import io.macula.tls.PeerAuthorizer;
import io.macula.tls.PeerIdentity;
import io.macula.tls.PeerList;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests of who may call and who may provide, among holders of certificates of one
 * authority.
 */
@Timeout(60)
class AuthorizationTests {

	private static final ServiceName SERVICE = new ServiceName("shop.orders");

	private final InMemoryDirectory directory = new InMemoryDirectory();

	private final List<RealmNode> nodes = new ArrayList<>();

	private final AtomicInteger taken = new AtomicInteger();

	private TestAuthority authority;

	@BeforeEach
	void makeAuthority() throws Exception {
		this.authority = new TestAuthority("ca");
	}

	@AfterEach
	void closeNodes() {
		this.nodes.forEach(RealmNode::close);
	}

	@Test
	void whoIsNotOnTheListMayNotCall() throws Exception {
		PeerAuthorizer lists = new AllowLists(Map.of("shop.*", List.of("spiffe://shop/web")), Map.of());
		RealmNode provider = provider("p", certificate("p"), lists);
		Orders web = client(certificate("web", "spiffe://shop/web"), null);
		Orders stranger = client(certificate("stranger", "spiffe://shop/stranger"), null);
		assertThat(web.find("x")).isEqualTo("x");
		assertThat(web.all("x").collectList().block()).containsExactly("x");
		for (int i = 0; i < 3; i++) {
			refused(() -> stranger.find("x"));
			refused(() -> stranger.all("x").blockLast());
		}
		assertThat(this.taken).hasValue(2);
		assertThat(provider.report().refusedPeers()).singleElement().satisfies((refusals) -> {
			assertThat(refusals.peer()).startsWith("spiffe://shop/stranger (identity ");
			assertThat(refusals.service()).isEqualTo("shop.orders");
			assertThat(refusals.action()).isEqualTo("call");
			assertThat(refusals.count()).isEqualTo(6);
		});
		assertThat(provider.report().provider().services().get(0).failures()).containsEntry("PERMISSION_DENIED", 6L);
	}

	private static void refused(Runnable call) {
		RpcException refused = catchThrowableOfType(RpcException.class, call::run);
		assertThat(refused.status().code()).isEqualTo(Code.PERMISSION_DENIED);
		assertThat(refused.status().processed()).isEqualTo(Processed.NO);
		assertThat(refused.getMessage()).contains("peer spiffe://shop/stranger (identity ",
				"may not call service 'shop.orders' of node p");
	}

	@Test
	void aRefusalIsNeitherDecodedNorTriedOnEachInstance() throws Exception {
		PeerAuthorizer nobody = new AllowLists(Map.of("*", List.of()), Map.of());
		List<RealmNode> providers = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			providers.add(provider("p" + i, certificate("p" + i), nobody));
		}
		Orders stranger = client(certificate("stranger"), null);
		RpcException refused = catchThrowableOfType(RpcException.class, () -> stranger.find("x"));
		assertThat(refused.status().code()).isEqualTo(Code.PERMISSION_DENIED);
		assertThat(refused.getMessage()).contains("no instance that was asked lets this node call it");
		assertThat(providers.stream()
			.flatMap((provider) -> provider.report().refusedPeers().stream())
			.mapToLong((refusals) -> refusals.count())
			.sum()).isLessThanOrEqualTo(8);
		assertThat(this.taken).hasValue(0);
	}

	@Test
	void whoIsNotOnTheListIsNotCalledWhileOthersAre() throws Exception {
		RealmNode rogue = provider("rogue", certificate("rogue", "spiffe://shop/web"), null);
		PeerAuthorizer lists = new AllowLists(Map.of(), Map.of("shop.orders", List.of("spiffe://shop/orders/*")));
		RealmNode caller = node("caller", certificate("caller"), lists);
		Orders orders = caller.client().proxy(Orders.class, SERVICE.value());
		RpcException refused = catchThrowableOfType(RpcException.class, () -> orders.find("x"));
		assertThat(refused.status().code()).isEqualTo(Code.UNAUTHENTICATED);
		assertThat(refused.status().processed()).isEqualTo(Processed.NO);
		assertThat(refused.getMessage())
			.contains("nothing was sent to 127.0.0.1:" + rogue.port(), "peer spiffe://shop/web (identity ",
					"may not provide service 'shop.orders': "
							+ "the list 'shop.orders' of macula.security.allow-provide does not allow it",
					"no other instance")
			.containsOnlyOnce("nothing was sent")
			.doesNotContain("max-attempts");
		assertThat(caller.report().refusedPeers()).singleElement()
			.satisfies((refusals) -> assertThat(refusals.count()).isEqualTo(1));
		assertThat(caller.report().allowLists()).containsExactly(new PeerList("shop.orders", "provide", "shop.orders"));
		provider("rogue2", certificate("rogue2", "spiffe://shop/web"), null);
		RpcException both = catchThrowableOfType(RpcException.class, () -> orders.all("x").blockLast());
		assertThat(both.getMessage()).contains("after 2 attempts: ", "rogue@", "rogue2@");
		assertThat(both.getMessage().split("nothing was sent", -1)).hasSize(3);
		assertThat(this.taken).hasValue(0);
		provider("good", certificate("good", "spiffe://shop/orders/1"), null);
		for (int i = 0; i < 40; i++) {
			assertThat(orders.find("x")).isEqualTo("x");
			assertThat(orders.all("x").collectList().block()).containsExactly("x");
		}
		assertThat(rogue.report().provider().services().get(0).calls()).isZero();
		assertThat(caller.report().refusedPeers())
			.anyMatch((refusals) -> refusals.action().equals("provide") && refusals.count() > 0);
	}

	@Test
	void anAuthorizerIsToldTheNodeOfARealmSecretsCertificate() {
		RealmSecret secret = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");
		List<String> asked = new ArrayList<>();
		PeerAuthorizer authorizer = new PeerAuthorizer() {

			@Override
			public boolean mayCall(PeerIdentity peer, ServiceName service) {
				synchronized (asked) {
					asked.add(peer.nodeId(new Realm("test")) + " calls " + service + " " + peer.publicKeyHash().length()
							+ " " + peer.uris());
				}
				return true;
			}

		};
		provider("p", SecretTls.of(new Realm("test"), "p", secret), authorizer);
		Orders orders = client(SecretTls.of(new Realm("test"), "caller", secret), null);
		for (int i = 0; i < 10; i++) {
			orders.find("x");
		}
		assertThat(asked).containsExactly("caller calls shop.orders 64 [macula://test/caller]");
	}

	private TlsContexts certificate(String name, String... uris) throws Exception {
		List<String> names = new ArrayList<>(List.of(uris));
		names.add("127.0.0.1");
		return BundleTls.of("SSL bundle '" + name + "'", HostVerification.dialledHost(),
				this.authority.keys(name, names.toArray(String[]::new)), this.authority.trust());
	}

	@Test
	void whenNobodyIsVerifiedThenAuthorizersAreRefused() {
		RealmNodeBuilder builder = RealmNode.builder("test")
			.tls(InsecureTls.of(new Realm("test"), "node1"))
			.authorizer(new PeerAuthorizer() {
			});
		assertThatIllegalArgumentException().isThrownBy(builder::build)
			.withMessageContainingAll("1 PeerAuthorizer", "InsecureTls verifies nobody", "SecretTls or BundleTls");
	}

	private RealmNode provider(String id, TlsContexts tls, @Nullable PeerAuthorizer authorizer) {
		RealmNodeBuilder builder = RealmNode.builder("test")
			.nodeId(id)
			.tls(tls)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service(SERVICE.value(), Orders.class, new Handler());
		if (authorizer != null) {
			builder.authorizer(authorizer);
		}
		RealmNode node = started(builder);
		this.directory.advertise(new Advertisement(Instance.of(id, new Endpoint("127.0.0.1", node.port())),
				Set.of(SERVICE), Duration.ofMinutes(1)));
		return node;
	}

	private Orders client(TlsContexts tls, @Nullable PeerAuthorizer authorizer) {
		return node("caller", tls, authorizer).client().proxy(Orders.class, SERVICE.value());
	}

	private RealmNode node(String id, TlsContexts tls, @Nullable PeerAuthorizer authorizer) {
		RealmNodeBuilder builder = RealmNode.builder("test")
			.nodeId(id)
			.tls(tls)
			.directory(DirectoryEngine.of(this.directory, null, "a map"));
		if (authorizer != null) {
			builder.authorizer(authorizer);
		}
		return started(builder);
	}

	private RealmNode started(RealmNodeBuilder builder) {
		RealmNode node = builder.build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	/** Contract of the test. */
	interface Orders {

		String find(String text);

		Flux<String> all(String text);

	}

	private final class Handler implements Orders {

		@Override
		public String find(String text) {
			AuthorizationTests.this.taken.incrementAndGet();
			return text;
		}

		@Override
		public Flux<String> all(String text) {
			AuthorizationTests.this.taken.incrementAndGet();
			return Flux.just(text);
		}

	}

}
