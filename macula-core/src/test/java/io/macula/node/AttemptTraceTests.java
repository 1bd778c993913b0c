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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.client.ServiceSettings;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.StaticDirectory;
import io.macula.observation.AttemptTrace;
import io.macula.selection.SelectionStrategies;
import io.macula.server.ProviderSettings;
import io.macula.testing.TestPorts;
import io.macula.tls.RealmSecret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

@Timeout(60)
class AttemptTraceTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");

	@Test
	void anAttemptThatFoundNoConnectionIsToldBeforeTheOneThatTookItsPlace() {
		List<Integer> ports = TestPorts.udp(2);
		try (RealmNode provider = RealmNode.builder("test")
			.nodeId("b-live")
			.secret(SECRET)
			.provider(new ProviderSettings("127.0.0.1", ports.get(1), "127.0.0.1", 0, 100, Map.of(), 20, 1000, 1000,
					Duration.ofSeconds(2)))
			.service("test.echo", Echo.class, (Echo) (text) -> text)
			.build()) {
			provider.start();
			List<AttemptTrace.Step> told = new CopyOnWriteArrayList<>();
			AttemptTrace trace = new AttemptTrace(told::add);
			try (RealmNode caller = RealmNode.builder("test")
				.nodeId("caller")
				.secret(SECRET)
				.observations(trace.registry())
				.defaults(
						ServiceSettings.defaults().withStrategy(SelectionStrategies.FIRST, SelectionStrategies.first()))
				.directory(DirectoryEngine.of(
						StaticDirectory.empty()
							.with(new ServiceName("test.echo"),
									List.of(instance("a-dead", ports.get(0)), instance("b-live", ports.get(1)))),
						null, "the test knows them"))
				.build()) {
				caller.start();
				assertThat(caller.client().proxy(Echo.class, "test.echo").echo("x")).isEqualTo("x");
			}
			assertThat(told).extracting(AttemptTrace.Step::number, AttemptTrace.Step::nodeId, AttemptTrace.Step::code)
				.containsExactly(tuple(1, "a-dead", Code.UNAVAILABLE), tuple(2, "b-live", Code.OK));
			assertThat(told.get(0).elapsed()).as("nothing was sent").isNull();
			assertThat(told.get(0).message()).contains("127.0.0.1:" + ports.get(0));
			assertThat(trace.steps()).isEqualTo(told);
		}
	}

	private static Instance instance(String nodeId, int port) {
		return new Instance(nodeId, 1, new Endpoint("127.0.0.1", port), null, 0, 100, Map.of(), null);
	}

	interface Echo {

		String echo(String text);

	}

}
