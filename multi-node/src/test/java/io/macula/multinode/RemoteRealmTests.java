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

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Both ends of the line between clients elsewhere and the runner.
 */
class RemoteRealmTests {

	private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

	private final OneNodeRealm own = new OneNodeRealm();

	/** Each question is answered when its answer is waited for. */
	private final Realm remote = RemoteRealm.of(this::answer,
			new PrintStream(this.lines, true, StandardCharsets.UTF_8));

	private String answer() {
		String line = this.lines.toString(StandardCharsets.UTF_8).strip();
		this.lines.reset();
		assertThat(line).startsWith(RemoteRealm.QUESTION).doesNotContain("\n");
		return RemoteRealm.answer(this.own, line.substring(RemoteRealm.QUESTION.length()));
	}

	@Test
	void whatARealmIsAskedElsewhereIsDoneHere() {
		assertThat(this.remote.nodes()).containsExactly("node1");
		assertThat(this.remote.endpoint("node1")).isEqualTo("host:1");
		assertThat(this.remote.settings(List.of("node1"), List.of())).containsExactly("[node1]", "[]");
		this.remote.kill("node1");
		assertThat(this.own.done).containsExactly("kill node1");
		assertThat(this.remote.restart("node1")).isEqualTo("first line\n@realm second line");
	}

	@Test
	void whenTheRunnerFailsThenItsMessageIsThatOfTheFailure() {
		assertThatIllegalStateException().isThrownBy(() -> this.remote.awaitReady("node1"))
			.withMessage("'node1' ended while it started");
	}

	@Test
	void whenSomethingElseIsAskedThenItIsRefused() {
		assertThat(RemoteRealm.answer(this.own, "{\"method\":\"getClass\",\"arguments\":[]}"))
			.contains("A realm cannot be asked 'getClass'");
	}

	private static final class OneNodeRealm implements Realm {

		private final List<String> done = new ArrayList<>();

		@Override
		public List<String> nodes() {
			return List.of("node1");
		}

		@Override
		public String endpoint(String node) {
			return "host:1";
		}

		@Override
		public void use(List<String> types) {
			this.done.add("use " + types);
		}

		@Override
		public String directory() {
			return "embedded";
		}

		@Override
		public List<String> settings(List<String> nodes, List<String> seeds) {
			return List.of(nodes.toString(), seeds.toString());
		}

		@Override
		public List<String> lastingSettings() {
			return List.of("lasting");
		}

		@Override
		public List<String> settingsOf(List<String> types) {
			return types;
		}

		@Override
		public void start(String node) {
			this.done.add("start " + node);
		}

		@Override
		public void awaitReady(String node) {
			throw new IllegalStateException("'" + node + "' ended while it started");
		}

		@Override
		public void startAll() {
			this.done.add("start all");
		}

		@Override
		public void stop(String node) {
			this.done.add("stop " + node);
		}

		@Override
		public void kill(String node) {
			this.done.add("kill " + node);
		}

		@Override
		public String restart(String node) {
			return "first line\n@realm second line";
		}

	}

}
