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

package io.macula.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands of the JDK that runs this process, so that what it starts runs on the same.
 */
public final class Jvm {

	private Jvm() {
	}

	/**
	 * A tool of this JDK.
	 * @param name its name
	 * @return path of the executable; just the name where this is a JRE without it
	 */
	public static String tool(String name) {
		Path path = Path.of(System.getProperty("java.home"), "bin", name);
		return Files.exists(path) ? path.toString() : name;
	}

	/**
	 * A command that starts a JVM, which may load native libraries without a warning.
	 * @param arguments options, main class or {@code -jar}, arguments
	 * @return the command
	 */
	public static List<String> command(List<String> arguments) {
		List<String> command = new ArrayList<>(List.of(tool("java"), "--enable-native-access=ALL-UNNAMED"));
		command.addAll(arguments);
		return command;
	}

}
