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

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The command as a process whose reader leaves, as {@code | head -1} does. */
@Timeout(120)
class ClosedPipeTests {

	@TempDir
	static Path home;

	@Test
	void aStreamEndsWhenNobodyReadsIt() throws Exception {
		try (LoopbackRealm realm = new LoopbackRealm(home)) {
			realm.add("orders-1", (node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
			Process process = command("call", realm.options("shop.orders/all", "1000000000", "--deadline", "100s"))
				.redirectError(home.resolve("err").toFile())
				.start();
			try {
				BufferedReader lines = new BufferedReader(
						new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
				assertThat(lines.readLine()).contains("\"o1\"");
				lines.close();
				assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends").isTrue();
				assertThat(process.exitValue()).isZero();
			}
			finally {
				process.destroyForcibly();
			}
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void anAnswerThatCannotBeWrittenIsNoSuccess() throws Exception {
		Path told = home.resolve("told");
		Process process = command("--help").redirectOutput(Path.of("/dev/full").toFile())
			.redirectError(told.toFile())
			.start();
		try {
			assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
			assertThat(process.exitValue()).isEqualTo(ExitCode.FAILED.number());
			assertThat(told).content().contains("The answer is not whole", "the standard output cannot be written");
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static ProcessBuilder command(String name, String... arguments) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Duser.home=" + home,
						"-cp", System.getProperty("java.class.path"), Main.class.getName(), name));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command);
	}

}
