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

import java.net.BindException;
import java.net.DatagramSocket;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class LocalEnvironmentTests {

	private static final int USUAL_PORT = 9001;

	@TempDir
	Path directory;

	@Test
	void whenAPortIsBusyThenProvidersListenAtOthers() throws Exception {
		try (DatagramSocket busy = new DatagramSocket(USUAL_PORT)) {
			assertThatProvidersListenAtOthers();
		}
		catch (BindException ex) {
			// By somebody else.
			assertThatProvidersListenAtOthers();
		}
	}

	private void assertThatProvidersListenAtOthers() {
		LocalEnvironment environment = new LocalEnvironment(ExecutableJar.of("provider.jar", ""),
				new StartedProcesses(this.directory));
		Providers providers = environment.providers(new EmbeddedEngine());
		assertThat(providers.nodes()).map(providers::endpoint)
			.hasSize(3)
			.doesNotHaveDuplicates()
			.doesNotContain(new EmbeddedEngine().host() + ":" + USUAL_PORT);
	}

}
