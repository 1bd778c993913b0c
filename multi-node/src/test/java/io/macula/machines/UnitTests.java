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

package io.macula.machines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

import io.macula.harness.Shell;
import io.macula.machines.Machine.Role;
import io.macula.machines.Machine.Setting;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The unit of systemd. Its own checker returns 0 even for lines that it does not know: it
 * must print nothing.
 */
class UnitTests {

	private static final Machine MACHINE = new Machine("beam01", "beam01", "root", 22, Set.of(Role.PROVIDER),
			Map.of(Setting.DIRECTORY, "/srv/macula", Setting.JAVA, System.getProperty("java.home") + "/bin/java"));

	@TempDir
	Path directory;

	private final String unit = Templates.read(Path.of("..", "machines"))
		.unit(MACHINE, new Limits(Duration.ofSeconds(60), Duration.ZERO, Duration.ofSeconds(90)));

	@Test
	void theSettingsOfTheMachineAreInIt() {
		assertThat(this.unit.lines()).contains("TimeoutStopSec=90", "EnvironmentFile=/srv/macula/current/provider.env")
			.anyMatch((line) -> line.startsWith("ExecStart=" + MACHINE.java() + " "))
			.anyMatch((line) -> line.endsWith("-jar /srv/macula/current/application.jar"));
	}

	@Test
	void systemdHasNothingToSay() throws IOException {
		Assumptions.assumeTrue(Shell.succeeds("systemd-analyze", "--version"), "There is no systemd-analyze");
		assertThat(verified(this.unit)).isEmpty();
		assertThat(verified(this.unit.replace("NoNewPrivileges=", "NoNewPrivilege="))).contains("NoNewPrivilege");
	}

	@Test
	void whatItMayDoIsLittle() throws IOException {
		Assumptions.assumeTrue(Shell.succeeds("systemd-analyze", "--version"), "There is no systemd-analyze");
		Path file = write(this.unit);
		assertThat(Shell.run("systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager",
				file.toString()))
			.contains("OK");
	}

	private String verified(String text) throws IOException {
		return Shell.run("systemd-analyze", "verify", "--man=no", write(text).toString());
	}

	private Path write(String text) throws IOException {
		return Files.writeString(this.directory.resolve("macula-provider.service"), text);
	}

}
