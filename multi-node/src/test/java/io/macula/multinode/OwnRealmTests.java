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

package io.macula.multinode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OwnRealmTests {

	private final List<String> seen = new ArrayList<>();

	private final OwnRealm realm = new OwnRealm(new RecordedProviders(),
			List.of(new RecordedEngine("etcd"), new RecordedEngine("dns"), new EmbeddedEngine()));

	@Test
	void whenANodeStartsThenItHasTheSettingsAndTheEngineIsToldOnceItIsReady() {
		this.realm.start("node1");
		this.realm.awaitReady("node1");
		assertThat(this.seen).containsExactly(
				"start node1 [--macula.directory.type=etcd, etcd of [node1, node2] by [node1:1, node2:1]]",
				"await node1", "etcd: ready node1 node1:1");
	}

	@Test
	void whenANodeStopsThenTheEngineIsToldBeforeAndAfter() {
		this.realm.stop("node2");
		assertThat(this.seen).containsExactly("etcd: leaving node2 node2:1", "stop node2", "etcd: left node2");
	}

	@Test
	void whenANodeIsKilledThenNobodyIsTold() {
		this.realm.kill("node2");
		assertThat(this.seen).containsExactly("kill node2");
	}

	@Test
	void whenThereAreSeveralEnginesThenEachGivesItsSettingsAndTheFirstIsPreferred() {
		this.realm.use(List.of("dns", "embedded"));
		assertThat(this.realm.directory()).isEqualTo("dns,embedded");
		assertThat(this.realm.settings(List.of("node1", "node2"), List.of("node2"))).containsExactly(
				"--macula.directory.type=dns,embedded", "dns of [node1, node2] by [node2:1]",
				"--macula.realm.seeds=node2:1");
	}

	@Test
	void theEmbeddedDirectoryIsTheDefault() {
		this.realm.use(List.of("embedded"));
		assertThat(this.realm.settings(List.of("node1"), List.of("node1")))
			.containsExactly("--macula.realm.seeds=node1:1");
	}

	@Test
	void aClientThatStaysHasTheSeedsThatLast() {
		this.realm.use(List.of("embedded"));
		assertThat(this.realm.lastingSettings()).containsExactly("--macula.realm.seeds=name:1");
	}

	@Test
	void whenANodeIsRestartedThenTheEngineIsToldAndItsFormerLogIsGiven() {
		assertThat(this.realm.restart("node2")).isEqualTo("log of node2");
		assertThat(this.seen).containsExactly("etcd: leaving node2 node2:1", "stop node2",
				"start node2 [--macula.directory.type=etcd, etcd of [node1, node2] by [node1:1, node2:1]]",
				"await node2", "etcd: ready node2 node2:1");
	}

	@Test
	void whenADirectoryIsNotOfThisRunThenTheMessageNamesThose() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.realm.settingsOf(List.of("zookeeper")))
			.withMessage("Directory 'zookeeper' is not one of this run: expected [etcd, dns, embedded]");
	}

	private final class RecordedEngine implements Engine {

		private final String type;

		RecordedEngine(String type) {
			this.type = type;
		}

		@Override
		public String type() {
			return this.type;
		}

		@Override
		public List<String> settings(Map<String, String> endpoints, List<String> seeds) {
			return List.of(this.type + " of " + endpoints.keySet() + " by " + seeds);
		}

		@Override
		public void ready(String node, String endpoint) {
			OwnRealmTests.this.seen.add(this.type + ": ready " + node + " " + endpoint);
		}

		@Override
		public void leaving(String node, String endpoint) {
			OwnRealmTests.this.seen.add(this.type + ": leaving " + node + " " + endpoint);
		}

		@Override
		public void left(String node) {
			OwnRealmTests.this.seen.add(this.type + ": left " + node);
		}

	}

	private final class RecordedProviders implements Providers {

		@Override
		public List<String> nodes() {
			return List.of("node1", "node2");
		}

		@Override
		public String endpoint(String node) {
			return node + ":1";
		}

		@Override
		public List<String> lastingSeeds() {
			return List.of("name:1");
		}

		@Override
		public void start(String node, List<String> settings) {
			OwnRealmTests.this.seen.add("start " + node + " " + settings);
		}

		@Override
		public void awaitReady(String node) {
			OwnRealmTests.this.seen.add("await " + node);
		}

		@Override
		public void stop(String node) {
			OwnRealmTests.this.seen.add("stop " + node);
		}

		@Override
		public void kill(String node) {
			OwnRealmTests.this.seen.add("kill " + node);
		}

		@Override
		public String log(String node) {
			return "log of " + node;
		}

		@Override
		public void close() {
			OwnRealmTests.this.seen.add("close");
		}

	}

}
