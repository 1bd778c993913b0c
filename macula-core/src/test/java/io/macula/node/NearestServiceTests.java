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

import io.macula.Code;
import io.macula.RpcException;
import io.macula.client.ServiceSettings;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.InMemoryDirectory;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What is told of a service that is not known, though one of a name like it is. */
@Timeout(60)
class NearestServiceTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	private static RealmNodeBuilder provider(String nodeId, String service) {
		return RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 4, 100, 100, Duration.ofSeconds(2)))
			.service(service, Echo.class, new EchoHandler());
	}

	private RealmNode started(RealmNodeBuilder builder) {
		RealmNode node = builder.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	/** A seed that has just started says first that it may not know all. */
	private static String told(RealmNode caller, String service) {
		Echo echo = caller.client()
			.proxy(Echo.class, service, service, ServiceSettings.defaults().withPatience(Duration.ZERO));
		List<String> told = new ArrayList<>();
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
			RpcException thrown = catchThrowableOfType(RpcException.class, () -> echo.echo("a"));
			told.add(String.valueOf(thrown.status().message()));
			return thrown.code() == Code.NOT_FOUND;
		});
		return told.get(told.size() - 1);
	}

	private static DirectoryEngine engine(InMemoryDirectory shared) {
		return DirectoryEngine.of(shared, shared, "the shared directory");
	}

	@Test
	void whatADirectoryKnowsAnywayIsSuggested() {
		InMemoryDirectory shared = new InMemoryDirectory();
		started(provider("node1", "shop.orders").directory(engine(shared)));
		RealmNode client = started(RealmNode.builder("test").secret(SECRET).directory(engine(shared)));
		assertThat(told(client, "shop.order")).isEqualTo("no provider of service 'shop.order' is known in the realm"
				+ " 'test' (did you mean 'shop.orders'?); the shared directory");
		assertThat(told(client, "billing"))
			.isEqualTo("no provider of service 'billing' is known in the realm 'test'; the shared directory");
	}

	@Test
	void aNodeWithAReplicaKnowsAllServicesOfTheRealmAndNoneOfMaculasOwn() {
		RealmNode first = started(provider("node1", "shop.orders"));
		RealmNode second = started(provider("node2", "shop.carts").seeds("127.0.0.1:" + first.port()));
		Awaitility.await().until(() -> second.report().directory().nodes() == 2);
		assertThat(told(second, "shop.ordres")).startsWith("no provider of service 'shop.ordres' is known in the realm"
				+ " 'test' (did you mean 'shop.orders'?); ");
		assertThat(told(second, "mcula.directory"))
			.startsWith("no provider of service 'mcula.directory' is known in the realm 'test'; ");
	}

	@Test
	void aMereClientKnowsWhatItCalls() {
		RealmNode provider = started(provider("node1", "shop.orders"));
		RealmNode client = started(RealmNode.builder("test").secret(SECRET).seeds("127.0.0.1:" + provider.port()));
		client.client().proxy(Echo.class, "shop.orders").echo("a");
		assertThat(told(client, "shop.order")).startsWith(
				"no provider of service 'shop.order' is known in the realm 'test' (did you mean 'shop.orders'?); ");
	}

	/** A contract. */
	interface Echo {

		String echo(String text);

	}

	private static final class EchoHandler implements Echo {

		@Override
		public String echo(String text) {
			return text;
		}

	}

}
