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

package io.macula.maven;

import java.io.File;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.tools.ToolProvider;

import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.logging.Log;
import org.apache.maven.plugin.logging.SystemStreamLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The goals with what Maven gives them; scripts/consumer.sh has Maven run them.
 */
class GoalsTests {

	@TempDir
	Path directory;

	private final List<String> told = new ArrayList<>();

	private final Log log = new SystemStreamLog() {

		@Override
		public void info(CharSequence content) {
			GoalsTests.this.told.add(content.toString());
		}

	};

	private Path classes;

	@BeforeEach
	void compile() throws Exception {
		this.classes = Files.createDirectories(this.directory.resolve("target/classes"));
		compile("int put(String id);");
	}

	private void compile(String members) throws Exception {
		Path source = this.directory.resolve("Orders.java");
		Files.writeString(source, "package shop; public interface Orders { " + members + " }");
		assertThat(ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-parameters", "-proc:none", "-d", this.classes.toString(), source.toString()))
			.isZero();
	}

	private <T extends ContractMojo> T goal(T goal, List<String> plugin) throws Exception {
		List<String> classPath = new ArrayList<>(List.of(this.classes.toString()));
		classPath.addAll(plugin);
		set(goal, "files", this.directory.resolve("src/main/contract").toFile());
		set(goal, "classes", this.classes.toFile());
		set(goal, "classPath", classPath);
		set(goal, "packaging", "jar");
		set(goal, "pluginArtifacts", List.of());
		goal.setLog(this.log);
		return goal;
	}

	private static List<String> everything() {
		return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
	}

	private static void set(ContractMojo goal, String name, Object value) throws Exception {
		for (Class<?> type = goal.getClass(); type != null; type = type.getSuperclass()) {
			for (Field field : type.getDeclaredFields()) {
				if (field.getName().equals(name)) {
					field.setAccessible(true);
					field.set(goal, value);
				}
			}
		}
	}

	@Test
	void whatIsWrittenPasses() throws Exception {
		goal(new WriteMojo(), everything()).execute();
		goal(new CheckMojo(), everything()).execute();
		assertThat(this.directory.resolve("src/main/contract/shop.Orders.contract")).content()
			.contains("method put(id: String): int\n");
		assertThat(this.told).hasSize(2)
			.anyMatch((note) -> note.startsWith("Wrote "))
			.anyMatch((note) -> note.startsWith("shop.Orders is what "));
	}

	@Test
	void whatBreaksPeersFailsTheBuild() throws Exception {
		goal(new WriteMojo(), everything()).execute();
		compile("long put(String id);");
		String sentence = "result of Orders.put: the type changed from int to long. This breaks old clients with new "
				+ "providers: the old side refuses values beyond int. Instead, add a method of the new type beside it.";
		CheckMojo check = goal(new CheckMojo(), everything());
		assertThatExceptionOfType(MojoFailureException.class).isThrownBy(check::execute)
			.withMessageStartingWith(sentence);
		WriteMojo write = goal(new WriteMojo(), everything());
		assertThatExceptionOfType(MojoFailureException.class).isThrownBy(write::execute)
			.withMessageStartingWith(sentence)
			.withMessageContaining("-Dmacula.contract.accept-breaking=true");
		set(write, "acceptBreaking", true);
		write.execute();
		check.execute();
	}

	@Test
	void aParentAndWhoeverSkipsHaveNothingToDo() throws Exception {
		CheckMojo parent = goal(new CheckMojo(), List.of());
		set(parent, "packaging", "pom");
		assertThatCode(parent::execute).doesNotThrowAnyException();
		CheckMojo skipped = goal(new CheckMojo(), List.of());
		set(skipped, "skip", true);
		assertThatCode(skipped::execute).doesNotThrowAnyException();
	}

	/** Its classes are not those of the plugin. */
	@Test
	void whenTheClassPathLacksMaculaThenTheVersionsAreNamed() throws Exception {
		CheckMojo check = goal(new CheckMojo(), List.of());
		assertThatExceptionOfType(MojoExecutionException.class).isThrownBy(check::execute)
			.withMessageStartingWith("The contracts cannot be read with the project's class path: do macula-core and "
					+ "macula-contract-maven-plugin have the same version")
			.withMessageContaining("io.macula.compatibility.Main");
	}

}
