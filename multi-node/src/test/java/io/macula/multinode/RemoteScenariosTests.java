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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@DisabledOnOs(OS.WINDOWS)
class RemoteScenariosTests {

	private static final String REPORT = "@report {\"name\":\"failover\",\"passed\":true}";

	@TempDir
	Path directory;

	private final List<ScenarioReport> reports = new ArrayList<>();

	@Test
	void whatIsNeitherQuestionNorReportIsTheLogOfTheClients() throws Exception {
		run("echo starting; echo '" + REPORT + "'; echo ending");
		assertThat(this.reports).map(ScenarioReport::name).containsExactly("failover");
		assertThat(Files.readAllLines(this.directory.resolve("client.log"))).containsExactly("starting", "ending");
	}

	@Test
	void whenTheClientsAreLostThenTheirLastLineSaysWhyAndWhatWasReportedStays() {
		assertThatIllegalStateException()
			.isThrownBy(() -> run("echo '" + REPORT + "'; echo 'Connection to host closed'; echo; exit 3"))
			.withMessage("The process of the clients failed: its last line in " + this.directory.resolve("client.log")
					+ " is: Connection to host closed");
		assertThat(this.reports).hasSize(1);
	}

	@Test
	void whenThereIsNoSuchProgramThenItIsNamed() {
		assertThatExceptionOfType(CannotRunException.class)
			.isThrownBy(() -> scenarios().run(List.of("no-such-program"), this.reports::add))
			.withMessageStartingWith("'no-such-program' cannot be started: ");
	}

	private void run(String script) throws Exception {
		scenarios().run(List.of("sh", "-c", script), this.reports::add);
	}

	private RemoteScenarios scenarios() {
		Realm unasked = RemoteRealm.of(() -> "", System.err);
		return new RemoteScenarios(unasked, new StartedProcesses(this.directory));
	}

}
