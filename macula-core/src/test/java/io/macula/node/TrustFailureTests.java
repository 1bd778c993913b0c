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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.StaticDirectory;
import io.macula.server.ProviderSettings;
import io.macula.testing.TestAuthority;
import io.macula.tls.BundleTls;
import io.macula.tls.HostVerification;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What a call says, and when calls succeed again, where nodes do not trust each other for
 * a while. No node is restarted.
 */
@Timeout(60)
class TrustFailureTests {

	private static final Realm REALM = new Realm("test");

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final AtomicReference<Instant> providerClock = new AtomicReference<>(Instant.now());

	private final AtomicReference<Instant> clientClock = new AtomicReference<>(Instant.now());

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheClientStartsTwoDaysAheadThenItsCallsSucceedAndGoOnAfterTheCorrection() {
		this.clientClock.set(Instant.now().plus(Duration.ofDays(2)));
		RealmNode provider = provider(secret("node1", this.providerClock));
		Echo echo = client(provider, secret("client", this.clientClock));
		assertThat(echo.echo("ahead")).isEqualTo("ahead");
		this.clientClock.set(Instant.now());
		assertThat(echo.echo("corrected")).isEqualTo("corrected");
		Echo another = client(provider, secret("client", this.clientClock));
		assertThat(another.echo("anew")).isEqualTo("anew");
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheClientsClockIsFarOffThenItsCallsSaySoUntilItIsCorrected() {
		this.clientClock.set(Instant.now().plus(Duration.ofDays(30)));
		Echo echo = client(provider(secret("node1", this.providerClock)), secret("client", this.clientClock));
		RpcException refused = refusal(echo);
		assertThat(refused.status().message())
			.startsWith("no provider of service 'test.echo' is known, because the "
					+ "directory cannot be joined: no connection to 127.0.0.1:")
			.contains(": its certificate has expired (it is valid from ",
					"; this machine's clock says " + this.clientClock.get().toString().substring(0, 10),
					"no restart is needed");
		this.clientClock.set(Instant.now());
		awaitSuccess(echo);
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheProvidersClockIsFarOffThenCallsSaySoUntilItIsCorrected() {
		this.providerClock.set(Instant.now().minus(Duration.ofDays(30)));
		Echo echo = client(provider(secret("node1", this.providerClock)), secret("client", this.clientClock));
		assertThat(refusal(echo).status().message()).contains("its certificate has expired (it is valid from ",
				"more than 3 days apart");
		this.providerClock.set(Instant.now());
		awaitSuccess(echo);
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheSecretDiffersThenTheCallSaysSo() {
		RealmNode provider = provider(secret("node1", this.providerClock));
		Echo echo = client(provider, SecretTls.of(REALM, "client",
				RealmSecret.of("m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=", "another test")));
		assertThat(refusal(echo).status().message()).contains("it has another secret for the realm 'test'",
				"trust comes from realm 'test', secret from another test");
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheSecretOfANodeThatServesDiffersThenItsOwnCallsSaySo() {
		RealmNode provider = provider(secret("node1", this.providerClock));
		RealmNode lonely = RealmNode.builder("test")
			.nodeId("lonely")
			.tls(SecretTls.of(REALM, "lonely",
					RealmSecret.of("m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=", "another test")))
			.seeds("127.0.0.1:" + provider.port())
			.provider(settings())
			.build();
		this.nodes.add(lonely);
		lonely.start();
		lonely.advertise();
		assertThat(refusal(lonely.client().proxy(Echo.class, "test.echo")).status().message())
			.contains("it has another secret for the realm 'test'");
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheProvidersBundleHasEndedThenCallsSaySoUntilItIsReloaded() throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		BundleTls late = bundle(authority, "late", true);
		Echo echo = client(provider(late), bundle(authority, "client", false));
		assertThat(refusal(echo).status().message()).contains(
				"its certificate 'CN=late' has expired (it is valid from ",
				"trust comes from SSL bundle 'client' (certificate until ");
		late.update(authority.keys("renewed", "127.0.0.1"), authority.trust());
		awaitSuccess(echo);
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheClientsBundleHasEndedThenCallsSaySoUntilItIsReloaded() throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		BundleTls late = bundle(authority, "late", true);
		Echo echo = client(provider(bundle(authority, "node1", false)), late);
		assertThat(refusal(echo).status().message()).contains(
				"it says that this node's certificate has expired or is not valid yet",
				"(TLS alert 45): it is " + "valid from ", "this machine's clock says ",
				"the peer's log tells its side");
		late.update(authority.keys("renewed", "127.0.0.1"), authority.trust());
		awaitSuccess(echo);
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheInstanceIsKnownThenItsRefusalSpeaksForTheCall() throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		RealmNode provider = provider(bundle(authority, "late", true));
		BundleTls mine = bundle(authority, "client", false);
		Endpoint endpoint = new Endpoint("127.0.0.1", provider.port());
		StaticDirectory known = StaticDirectory.empty().with(new ServiceName("test.echo"), endpoint);
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.tls(mine)
			.directory(DirectoryEngine.of(known, null, "a fixed list"))
			.build();
		this.nodes.add(client);
		client.start();
		assertThat(refusal(client.client().proxy(Echo.class, "test.echo")).getMessage()).contains(endpoint.toString(),
				"its certificate 'CN=late' has expired (it is valid from ", "renew it, or correct the clock");
	}

	private RpcException refusal(Echo echo) {
		RpcException refused = catchThrowableOfType(RpcException.class, () -> echo.echo("refused"));
		assertThat(refused.status().code()).as(refused.getMessage()).isEqualTo(Code.UNAUTHENTICATED);
		assertThat(refused.status().processed()).isEqualTo(Processed.NO);
		return refused;
	}

	private static void awaitSuccess(Echo echo) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.ignoreExceptions()
			.until(() -> "back".equals(echo.echo("back")));
	}

	private RealmNode provider(TlsContexts tls) {
		RealmNode node = RealmNode.builder("test")
			.nodeId("node1")
			.tls(tls)
			.provider(settings())
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private static ProviderSettings settings() {
		return new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2));
	}

	private Echo client(RealmNode seed, TlsContexts tls) {
		RealmNode node = RealmNode.builder("test").nodeId("client").tls(tls).seeds("127.0.0.1:" + seed.port()).build();
		this.nodes.add(node);
		node.start();
		return node.client().proxy(Echo.class, "test.echo");
	}

	private static SecretTls secret(String nodeId, AtomicReference<Instant> clock) {
		return SecretTls.of(REALM, nodeId, SECRET, clock::get);
	}

	private static BundleTls bundle(TestAuthority authority, String name, boolean expired) throws Exception {
		return BundleTls.of("SSL bundle '" + name + "'", HostVerification.dialledHost(),
				expired ? authority.expiredKeys(name, "127.0.0.1") : authority.keys(name, "127.0.0.1"),
				authority.trust());
	}

	/** A contract. */
	public interface Echo {

		@MaculaMethod(idempotent = true)
		String echo(String text);

	}

}
