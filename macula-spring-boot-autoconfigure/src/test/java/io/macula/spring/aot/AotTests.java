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

package io.macula.spring.aot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes an application ahead of time, as Boot's Maven plugin does, and runs the
 * result, each in a process of its own.
 */
class AotTests {

	@TempDir
	private Path directory;

	@Test
	void anApplicationRunsFromGeneratedCode() throws Exception {
		Path sources = this.directory.resolve("sources");
		Path resources = this.directory.resolve("resources");
		Path classes = this.directory.resolve("classes");
		String classPath = System.getProperty("java.class.path");
		java(classPath, "org.springframework.boot.SpringApplicationAotProcessor", AotApplication.class.getName(),
				sources.toString(), resources.toString(), classes.toString(), "io.macula", "test");
		compile(sources, classes, classPath);
		String hints = Files
			.readString(resources.resolve("META-INF/native-image/io.macula/test/reachability-metadata.json"));
		assertThat(hints).contains("\"proxy\"")
			.contains("io.macula.spring.Calculator")
			.contains("AotApplication$Hidden")
			.contains("AotApplication$Spare");
		String output = java(classes + java.io.File.pathSeparator + resources + java.io.File.pathSeparator + classPath,
				"-Dspring.aot.enabled=true", AotApplication.class.getName(), "--server.port=0",
				"--macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "--macula.provider.port=0",
				"--macula.provider.address=127.0.0.1", "--macula.client.services.shop.deadline=20s",
				"--macula.client.services.test.absent.patience=0s");
		assertThat(output).contains("Starting AOT-processed AotApplication")
			.contains("product 42, answer why not, alone why me, counted 2");
	}

	private static String java(String classPath, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
		return output;
	}

	private static void compile(Path sources, Path classes, String classPath) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<String> arguments = new ArrayList<>(List.of("-cp", classes + java.io.File.pathSeparator + classPath, "-d",
				classes.toString(), "-proc:none", "-nowarn"));
		try (Stream<Path> files = Files.walk(sources)) {
			files.filter((file) -> file.toString().endsWith(".java")).map(Path::toString).forEach(arguments::add);
		}
		assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
	}

}
