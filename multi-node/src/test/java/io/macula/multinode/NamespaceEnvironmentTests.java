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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import io.macula.harness.Arguments;
import io.macula.harness.Shell;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * With real network namespaces, and a daemon that delays nothing.
 */
@EnabledOnOs(OS.LINUX)
class NamespaceEnvironmentTests {

	private static final String PREFIX = "mt" + ProcessHandle.current().pid() + "-";

	@TempDir
	Path directory;

	private Path linkd;

	@BeforeEach
	void makeDaemon() throws IOException {
		this.linkd = Files.writeString(this.directory.resolve("linkd"), "#!/bin/sh\necho ready\nexec sleep 60\n");
		Files.setPosixFilePermissions(this.linkd, PosixFilePermissions.fromString("rwx------"));
	}

	@Test
	void eachNodeHasAnAddressOfItsOwnAndNothingIsLeft() {
		assumeNamespaces();
		try (NamespaceEnvironment environment = environment("embedded")) {
			environment.prepare();
			Providers providers = environment.providers(new EmbeddedEngine());
			assertThat(providers.nodes()).map(providers::endpoint)
				.containsExactly("198.18.9.1:9443", "198.18.9.2:9443", "198.18.9.3:9443");
			assertThat(environment.client(List.of("scenarios"))).startsWith("ip", "netns", "exec", PREFIX + "client")
				.endsWith("scenarios", "--out=" + this.directory);
			assertThat(Shell.run("ip", "-n", PREFIX + "node2", "addr", "show", "dev", "eth0")).contains("198.18.9.2/24",
					"mtu 1500");
		}
		assertThat(Shell.run("ip", "netns", "list")).doesNotContain(PREFIX);
	}

	@Test
	void whenItIsClosedBeforeItIsPreparedThenNothingIsMade() {
		assumeNamespaces();
		NamespaceEnvironment environment = environment("embedded");
		environment.close();
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(environment::prepare)
			.withMessage("The run was ended");
		assertThat(Shell.run("ip", "netns", "list")).doesNotContain(PREFIX);
	}

	@Test
	void whenTheDaemonFailsThenNothingIsLeftAndOneLineSaysSo() throws IOException {
		assumeNamespaces();
		Files.writeString(this.linkd, "#!/bin/sh\necho no queue\n");
		try (NamespaceEnvironment environment = environment("embedded")) {
			assertThatExceptionOfType(CannotRunException.class).isThrownBy(environment::prepare)
				.withMessageContaining("expected root, iproute2 and iptables with NFQUEUE")
				.withMessageContaining("no queue")
				.withMessageNotContaining("\n");
		}
		assertThat(Shell.run("ip", "netns", "list")).doesNotContain(PREFIX);
	}

	@Test
	void whenTheDaemonWasNotBuiltThenTheMessageSaysWhatToInstall() throws IOException {
		Files.delete(this.linkd);
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(environment("embedded")::prepare)
			.withMessageContaining("apt-get install gcc libc6-dev libnetfilter-queue-dev");
	}

	@Test
	void whenTheDirectoryCannotBeReachedThenItIsRefused() {
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(environment("kubernetes")::prepare)
			.withMessageContaining("take the environment local or kubernetes");
	}

	private NamespaceEnvironment environment(String engine) {
		return new NamespaceEnvironment(
				Arguments.parse("--prefix=" + PREFIX, "--linkd=" + this.linkd, "--out=" + this.directory,
						"--directory=" + engine),
				ExecutableJar.of("provider.jar", ""), new StartedProcesses(this.directory));
	}

	private static void assumeNamespaces() {
		Assumptions.assumeTrue(
				Shell.succeeds("sh", "-c", "test $(id -u) = 0 && unshare -n true && command -v iptables"),
				"root, and tools for network namespaces");
	}

}
