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

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the process begins.
 */
public final class Main {

	private Main() {
	}

	/**
	 * Run the command and end the process.
	 * @param arguments as they were typed
	 */
	public static void main(String[] arguments) {
		System.exit(written(MaculaCommand.commandLine(Surroundings.ofProcess()).execute(arguments)));
	}

	/**
	 * What could not be written is no success, unless nobody wants to read it.
	 */
	private static int written(int code) {
		if (code != ExitCode.OK.number() || !System.out.checkError()) {
			return code;
		}
		String reason = refusal();
		if (reason.contains("pipe") || toOthers()) {
			return code;
		}
		System.err.println("macula: The answer is not whole: the standard output cannot be written: " + reason);
		return ExitCode.FAILED.number();
	}

	/** The stream keeps to itself why; whoever writes again is told. */
	private static String refusal() {
		FileOutputStream out = new FileOutputStream(FileDescriptor.out);
		try {
			out.write('\n');
			return "what was written before was lost";
		}
		catch (IOException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	/** Reasons are told in the language of the user; where the output goes is not. */
	private static boolean toOthers() {
		try {
			String place = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
			return place.startsWith("pipe:") || place.startsWith("socket:");
		}
		catch (IOException | UnsupportedOperationException ex) {
			// Another system than Linux does not tell.
			return false;
		}
	}

}
