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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code scripts/kind.sh} on a machine whose clusters are made of paper: tools write down
 * what they are asked.
 */
@EnabledOnOs(OS.LINUX)
class KindScriptTests {

	private static final Path ROOT = Path.of("..");

	@TempDir
	Path root;

	@BeforeEach
	void copyWhatItReads() throws IOException {
		Files.createDirectories(this.root.resolve("scripts/lib"));
		for (String file : List.of("scripts/kind.sh", "scripts/lib/build.sh", "scripts/lib/images.sh",
				"scripts/lib/calls.sh", "scripts/lib/calls.bash")) {
			Files.copy(ROOT.resolve(file), this.root.resolve(file));
		}
		Files.createDirectories(this.root.resolve("k8s/kind"));
		for (String cluster : List.of("macula-hub", "be-antwerp")) {
			Files.createFile(this.root.resolve("k8s/kind/" + cluster + ".yaml"));
		}
		for (String sample : List.of("sample-provider", "sample-client")) {
			Path bill = this.root.resolve(sample + "/target/classes/META-INF/sbom/application.cdx.json");
			Files.createDirectories(bill.getParent());
			Files.createFile(bill);
		}
		tool("mvn", "exit 0");
		tool("git", "exit 0");
		tool("docker", "exit 0");
		tool("kind", "[ \"$*\" != 'get clusters' ] || printf 'macula-hub\\nbe-antwerp\\n'");
		tool("kubectl", "echo \"$*\" >> asked");
	}

	/**
	 * JVMs of several clusters that start at once on a small machine are started again by
	 * their probes before one is ready.
	 */
	@Test
	void aClusterIsReadyBeforeTheNextOneStarts() throws Exception {
		assertThat(said("sh", "scripts/kind.sh", "up", "macula-hub", "be-antwerp")).contains("macula-hub is ready\n",
				"be-antwerp is ready\n");
		try (Stream<String> asked = Files.lines(this.root.resolve("asked"))) {
			assertThat(asked.filter((line) -> line.contains("apply -k") || line.contains("rollout status")))
				.satisfiesExactly((line) -> assertThat(line).contains("kind-macula-hub", "apply -k"),
						(line) -> assertThat(line).contains("kind-macula-hub", "deployment/calculator "),
						(line) -> assertThat(line).contains("kind-macula-hub", "deployment/calculator-client "),
						(line) -> assertThat(line).contains("kind-be-antwerp", "apply -k"),
						(line) -> assertThat(line).contains("kind-be-antwerp", "deployment/calculator "),
						(line) -> assertThat(line).contains("kind-be-antwerp", "deployment/calculator-client "));
		}
	}

	@Test
	void whatCallsCameToIsSaidInFigures() throws Exception {
		Files.writeString(this.root.resolve("calls"), """
				{"node":"be-antwerp.calculator-1","result":42} in 7 ms at 1000
				{"node":"be-antwerp.calculator-2","result":42} in 9 ms at 2000
				FAILED HTTP/1.1 503 in 250 ms at 2200
				{"node":"macula-hub.calculator-1","result":42} in 310 ms at 2300
				{"node":"be-antwerp.calculator-2","result":42} in 9 ms at 2400
				{"node":"macula-hub.calculator-1","result":42} in 3 ms at 3500
				""");
		assertThat(of("figures calls"))
			.isEqualTo("6 calls, 1 failed, slowest 310 ms, at most 1100 ms from one answer to the next");
		assertThat(of("regions calls")).isEqualTo("be-antwerp 3, macula-hub 2");
		assertThat(of("failures calls")).isEqualTo("1");
		assertThat(of("last_answer calls")).isEqualTo("3500");
		assertThat(of("moments calls be-antwerp 2100")).isEqualTo("0.3 s|0.2 s|0.3 s|1.4 s");
		assertThat(of("moments calls be-antwerp 2500")).isEqualTo("never|1.0 s|never|1.0 s");
	}

	@Test
	void aCallThatNobodyAnswersIsCountedAsFailed() throws Exception {
		Files.writeString(this.root.resolve("calls"), said("bash", "scripts/lib/calls.bash", "1", "1", "2"));
		assertThat(of("figures calls")).matches("(\\d+) calls, \\1 failed, slowest \\d+ ms, at most 0 ms .*");
	}

	private String of(String function) throws Exception {
		return said("sh", "-c", ". scripts/lib/calls.sh; " + function).strip();
	}

	private String said(String... command) throws IOException, InterruptedException {
		ProcessBuilder builder = new ProcessBuilder(command).directory(this.root.toFile()).redirectErrorStream(true);
		builder.environment().merge("PATH", this.root.resolve("bin").toString(), (path, first) -> first + ":" + path);
		Process process = builder.start();
		try {
			String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).as(said).isZero();
			return said;
		}
		finally {
			process.destroyForcibly();
		}
	}

	private void tool(String name, String script) throws IOException {
		Path tool = Files.createDirectories(this.root.resolve("bin")).resolve(name);
		Files.writeString(tool, "#!/bin/sh\n" + script + "\n");
		Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
	}

}
