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
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests of a member of the realm that listens at the address of another one, has its id,
 * and knows the realm's secret.
 */
@Timeout(60)
class ImpostorTests {

	private static final Realm REALM = new Realm("test");

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");

	private static final ServiceName SERVICE = new ServiceName("test.echo");

	private final InMemoryDirectory directory = new InMemoryDirectory();

	private final List<RealmNode> nodes = new ArrayList<>();

	private final AtomicInteger taken = new AtomicInteger();

	@AfterEach
	void closeNodes() {
		this.nodes.forEach(RealmNode::close);
	}

	@Test
	void whenAnotherIdentityAnswersForAnInstanceThenItGetsNoCall() {
		SecretTls victim = SecretTls.of(REALM, "victim", SECRET);
		SecretTls impostor = SecretTls.of(REALM, "victim", SECRET);
		RealmNode listening = provider(impostor);
		Instance instance = instance(1, listening, victim);
		this.directory.advertise(new Advertisement(instance, Set.of(SERVICE), Duration.ofMinutes(1)));
		Echo echo = client();
		for (int i = 0; i < 5; i++) {
			RpcException refused = catchThrowableOfType(RpcException.class, () -> echo.echo("secret"));
			assertThat(refused.status().code()).isEqualTo(Code.UNAVAILABLE);
			assertThat(refused.status().processed()).isEqualTo(Processed.NO);
			assertThat(refused.getMessage()).contains("another node is at 127.0.0.1:" + listening.port(),
					"expected node 'victim' (identity " + victim.key().identity(),
					"found node 'victim' (identity " + impostor.key().identity());
		}
		assertThat(this.taken).hasValue(0);
		this.directory
			.advertise(new Advertisement(instance(2, listening, impostor), Set.of(SERVICE), Duration.ofMinutes(1)));
		Awaitility.await().atMost(Duration.ofSeconds(5)).ignoreExceptions().until(() -> "x".equals(echo.echo("x")));
	}

	private static Instance instance(long incarnation, RealmNode at, SecretTls who) {
		return new Instance("victim", incarnation, new Endpoint("127.0.0.1", at.port()), null, 0, 100, Map.of(),
				who.key().identity().text());
	}

	private RealmNode provider(SecretTls tls) {
		RealmNode node = RealmNode.builder(REALM.name())
			.nodeId("victim")
			.tls(tls)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.echo", Echo.class, (Echo) (text) -> {
				this.taken.incrementAndGet();
				return text;
			})
			.build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	private Echo client() {
		RealmNode node = RealmNode.builder(REALM.name())
			.nodeId("client")
			.secret(SECRET)
			.directory(DirectoryEngine.of(this.directory, null, "a map"))
			.build();
		this.nodes.add(node);
		node.start();
		return node.client().proxy(Echo.class, "test.echo");
	}

	/** Contract of the test. */
	interface Echo {

		String echo(String text);

	}

}
