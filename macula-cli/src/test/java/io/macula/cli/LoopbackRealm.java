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
package io.macula.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import io.macula.node.RealmNodeBuilder;
import io.macula.operations.OperationsAccess;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;

/**
 * A realm of real nodes on the loopback interface, and a home from which the command
 * finds it.
 */
final class LoopbackRealm implements AutoCloseable {

	static final String SECRET = "Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";

	private final Path home;

	private final List<RealmNode> nodes = new ArrayList<>();

	LoopbackRealm(Path home) throws IOException {
		this.home = home;
		Path file = Files.createDirectories(home.resolve(".macula")).resolve("realm-secret");
		Files.writeString(file, SECRET + "\n");
		Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
		Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwx------"));
	}

	/**
	 * A node that serves, with steering allowed, known to all others before it returns.
	 */
	RealmNode add(String nodeId, UnaryOperator<RealmNodeBuilder> services) {
		List<Endpoint> seeds = this.nodes.isEmpty() ? List.of()
				: List.of(new Endpoint("127.0.0.1", this.nodes.get(0).port()));
		RealmNodeBuilder builder = RealmNode
			.builder(new NodeSettings(new Realm("shop"), nodeId, "zone-a", seeds, Duration.ofSeconds(15)))
			.secret(RealmSecret.of(SECRET, "the test"))
			.provider(new ProviderSettings("127.0.0.1", 0, "127.0.0.1", 0, 100, Map.of(), 8, 100, 1000,
					Duration.ofSeconds(1)))
			.application("orders", "1.4.2")
			.operations(OperationsAccess.of(OperationsAccess.Level.WRITE));
		RealmNode node = services.apply(builder).build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> this.nodes.stream()
				.allMatch((each) -> each.report().directory().nodes() == this.nodes.size()));
		return node;
	}

	/** Options that lead to the first node. */
	/** With more time than people want to wait: the machine may be busy. */
	String[] options(String... arguments) {
		List<String> all = new ArrayList<>(List.of("--realm", "shop", "--seeds", seed(), "--timeout", "20s"));
		all.addAll(List.of(arguments));
		return all.toArray(new String[0]);
	}

	String seed() {
		return "127.0.0.1:" + this.nodes.get(0).port();
	}

	Path home() {
		return this.home;
	}

	/** Run the command against it. */
	CommandRun run(String... arguments) {
		return CommandRun.of(this.home, Map.of(), "", options(arguments));
	}

	/** The same with something at the standard input. */
	CommandRun runWithInput(String input, String... arguments) {
		return CommandRun.of(this.home, Map.of(), input, options(arguments));
	}

	@Override
	public void close() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

}
