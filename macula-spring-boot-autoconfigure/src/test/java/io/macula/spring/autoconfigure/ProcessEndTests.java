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

package io.macula.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.spring.autoconfigure.Applications.Provider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Processes that end, whatever their beans do with clients. */
@Timeout(120)
class ProcessEndTests {

	private final Applications applications = new Applications();

	private final ConfigurableApplicationContext provider = this.applications.run(Provider.class);

	@TempDir
	private Path directory;

	private Process process;

	@AfterEach
	void close() {
		if (this.process != null) {
			this.process.destroyForcibly();
		}
		this.applications.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "bean calls", "bean joins" })
	void aBeanThatCallsUntilACallFailsEndsByTheLimit(String manner) throws Exception {
		start(manner);
		this.process.destroy();
		assertThat(end()).contains("The application has not closed within 4s")
			.contains("CallingForEver.end")
			.contains("ended: UNAVAILABLE");
	}

	@Test
	void aThreadThatCallsUntilACallFailsEndsWithTheContext() throws Exception {
		start("main closes");
		assertThat(end()).contains("ended: UNAVAILABLE").contains("closed").doesNotContain("has not closed");
		assertThat(this.process.exitValue()).isZero();
	}

	@Test
	void aThreadThatCallsUntilACallFailsDoesNotHoldUpATermination() throws Exception {
		start("thread calls");
		this.process.destroy();
		assertThat(end()).doesNotContain("has not closed");
	}

	@Test
	void aTrainingRunOpensNothing() throws Exception {
		launch("training", "-Dspring.context.exit=onRefresh");
		assertThat(end()).doesNotContain("Creating connection").doesNotContain("Started ");
		assertThat(this.process.exitValue()).isZero();
	}

	private void start(String manner) throws IOException {
		launch(manner, "-XX:TieredStopAtLevel=1");
		Awaitility.await()
			.atMost(Duration.ofSeconds(40))
			.untilAsserted(() -> assertThat(output()).content().contains("echo first"));
	}

	private void launch(String manner, String option) throws IOException {
		this.process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				option, "-cp", System.getProperty("java.class.path"), CallingForEver.class.getName(), manner,
				"--" + Applications.seed(this.provider), "--macula.realm.name=test",
				"--macula.realm.secret=" + this.applications.secret, "--macula.provider.grace=2s",
				"--macula.client.warm-up=false", "--spring.lifecycle.timeout-per-shutdown-phase=1s"))
			.redirectErrorStream(true)
			.redirectOutput(output().toFile())
			.start();
	}

	private String end() throws Exception {
		boolean ended = this.process.waitFor(20, TimeUnit.SECONDS);
		String all = Files.readString(output());
		assertThat(ended).as("the process ended: %s", all).isTrue();
		return all;
	}

	private Path output() {
		return this.directory.resolve("output");
	}

}
