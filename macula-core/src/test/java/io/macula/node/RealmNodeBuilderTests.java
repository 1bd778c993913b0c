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

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;

import com.sun.management.UnixOperatingSystemMXBean;
import io.macula.Endpoint;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryState;
import io.macula.directory.InMemoryDirectory;
import io.macula.directory.Registry;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link RealmNodeBuilder}.
 */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class RealmNodeBuilderTests {

	private static final int NODES = 30;

	@Test
	void whenTheEngineGivesNoHintThenNothingStaysOpenButTheEngine() {
		whenBuildingFailsThenNothingStaysOpen(new BrokenEngine(true));
	}

	@Test
	void whenTheEngineGivesNoServicesThenNothingStaysOpenButTheEngine() {
		whenBuildingFailsThenNothingStaysOpen(new BrokenEngine(false));
	}

	/** Each event loop holds descriptors from the beginning. */
	private void whenBuildingFailsThenNothingStaysOpen(BrokenEngine engine) {
		fail(engine);
		long before = descriptors();
		for (int i = 0; i < NODES; i++) {
			fail(engine);
		}
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> descriptors() < before + NODES);
		assertThat(engine.closed).isFalse();
	}

	private static void fail(BrokenEngine engine) {
		RealmNodeBuilder builder = RealmNode.builder("test")
			.nodeId("node1")
			.secret(RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "the test"))
			.provider(ProviderSettings.defaults())
			.directory(engine);
		RealmNode node = builder.build();
		assertThatIllegalStateException().isThrownBy(node::start).withMessage("told to fail");
		assertThat(node.port()).isEqualTo(-1);
	}

	private static long descriptors() {
		return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class).getOpenFileDescriptorCount();
	}

	/** An engine that fails while a node is built. */
	private static final class BrokenEngine implements DirectoryEngine {

		private final boolean hint;

		private boolean closed;

		BrokenEngine(boolean hint) {
			this.hint = hint;
		}

		@Override
		public Directory directory() {
			return new InMemoryDirectory();
		}

		@Override
		public @Nullable Registry registry() {
			return null;
		}

		@Override
		public List<Service> services() {
			throw new IllegalStateException("told to fail");
		}

		@Override
		public void start(@Nullable Endpoint self) {
		}

		@Override
		public Mono<Void> close() {
			this.closed = true;
			return Mono.empty();
		}

		@Override
		public DirectoryState state() {
			return DirectoryState.EMPTY;
		}

		@Override
		public String hint() {
			if (this.hint) {
				throw new IllegalStateException("told to fail");
			}
			return "broken";
		}

	}

}
