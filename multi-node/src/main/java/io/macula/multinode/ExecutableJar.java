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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.macula.harness.Jvm;

/**
 * An executable jar of Spring Boot, and what is put on its class path beside it: an
 * engine's module is in no sample. Immutable.
 *
 * @param path the jar
 * @param beside jars with commas between, as {@code loader.path} takes them; may be empty
 */
record ExecutableJar(Path path, String beside) {

	/**
	 * A jar.
	 * @param path the jar
	 * @param beside jars with commas between; may be empty
	 * @return the jar
	 */
	static ExecutableJar of(String path, String beside) {
		return new ExecutableJar(Path.of(path), beside);
	}

	/**
	 * The jar that this process runs.
	 * @return the jar
	 */
	static ExecutableJar running() {
		// Whichever way it was started: it is all that the class path has.
		return of(System.getProperty("java.class.path"), System.getProperty("loader.path", ""));
	}

	/**
	 * A command that runs it.
	 * @param arguments of the application
	 * @return the command
	 */
	List<String> command(List<String> arguments) {
		List<String> command = new ArrayList<>(List.of("-Xmx256m"));
		if (this.beside.isEmpty()) {
			command.addAll(List.of("-jar", this.path.toString()));
		}
		else {
			command.addAll(List.of("-Dloader.path=" + this.beside, "-cp", this.path.toString(),
					"org.springframework.boot.loader.launch.PropertiesLauncher"));
		}
		command.addAll(arguments);
		return Jvm.command(command);
	}

}
