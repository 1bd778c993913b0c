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

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.Realm;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.InMemoryDirectory;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import io.macula.operations.OperationsAccess;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Realms whose directory is no embedded one, and nodes that tell nothing. */
@Timeout(30)
class OtherEngineTests {

	@TempDir
	Path home;

	private final InMemoryDirectory shared = new InMemoryDirectory();

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void close() {
		this.nodes.forEach(RealmNode::close);
	}

	private String add(String nodeId, OperationsAccess.Level access) {
		RealmNode node = RealmNode
			.builder(new NodeSettings(new Realm("shop"), nodeId, null, List.of(), Duration.ofSeconds(15)))
			.secret(RealmSecret.of(LoopbackRealm.SECRET, "the test"))
			.directory(DirectoryEngine.of(this.shared, this.shared, "the shared directory"))
			.operations(OperationsAccess.of(access))
			.provider(new ProviderSettings("127.0.0.1", 0, "127.0.0.1", 0, 100, Map.of(), 8, 100, 1000,
					Duration.ofSeconds(1)))
			.service("shop.orders", Orders.class, new Orders.Handler())
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return "127.0.0.1:" + node.port();
	}

	private CommandRun run(String... arguments) {
		return CommandRun.of(this.home,
				Map.of("MACULA_REALM_SECRET", LoopbackRealm.SECRET, "MACULA_REALM_NAME", "shop"), "", arguments);
	}

	@Test
	void allSeedsAreAskedWhereNoneKnowsTheOthers() {
		String seeds = add("node1", OperationsAccess.Level.READ) + ",127.0.0.1:9,"
				+ add("node2", OperationsAccess.Level.READ);
		assertThat(run("call", "shop.orders/count", "--seeds", seeds).out()).isEqualTo("7\n");
		assertThat(run("call", "shop.orders/count", "--seeds", seeds, "--instance", "node2").out()).isEqualTo("7\n");
		CommandRun nodes = run("nodes", "--seeds", seeds);
		assertThat(nodes.code()).isZero();
		assertThat(nodes.out()).contains("node1", "node2");
		assertThat(nodes.err()).startsWith("macula: no answer of the node at 127.0.0.1:9: UNAVAILABLE").hasLineCount(1);
	}

	@Test
	void aNodeThatTellsNothingNamesItsSetting() {
		CommandRun run = run("nodes", "--seeds", add("node1", OperationsAccess.Level.NONE));
		assertThat(run.code()).isEqualTo(ExitCode.NOT_PERMITTED.number());
		assertThat(run.err()).contains("PERMISSION_DENIED", "its macula.operations.access is 'none'");
	}

}
