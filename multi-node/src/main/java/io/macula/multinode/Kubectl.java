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

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.harness.Shell;

/**
 * The program {@code kubectl} for one namespace of one cluster. For any thread.
 */
final class Kubectl {

	private static final Duration LIMIT = Duration.ofMinutes(4);

	private final List<String> program;

	private Kubectl(List<String> program) {
		this.program = program;
	}

	/**
	 * A program that is there, and a cluster that is named.
	 * @param kubeconfig the file that says where the API server is, and who asks
	 * @param namespace where it asks
	 * @return the program
	 * @throws CannotRunException if one of them is not
	 */
	static Kubectl of(String kubeconfig, String namespace) {
		if (!Files.isReadable(Path.of(kubeconfig))) {
			throw new CannotRunException("The kubeconfig '" + kubeconfig
					+ "' cannot be read: give the file of an API server by --kubeconfig FILE");
		}
		if (!Shell.succeeds("kubectl", "version", "--client")) {
			throw new CannotRunException(
					"The program 'kubectl' is not on the PATH: install it (Debian: apt-get install kubernetes-client)");
		}
		return new Kubectl(List.of("kubectl", "--kubeconfig", kubeconfig, "--namespace", namespace));
	}

	/**
	 * Another program in its place.
	 * @param program the program and its first arguments
	 * @return the program
	 */
	static Kubectl of(List<String> program) {
		return new Kubectl(program);
	}

	/**
	 * A whole command.
	 * @param arguments what it is asked to do
	 * @return the program and all arguments
	 */
	List<String> command(String... arguments) {
		return command(List.of(arguments));
	}

	List<String> command(List<String> arguments) {
		List<String> command = new ArrayList<>(this.program);
		command.addAll(arguments);
		return List.copyOf(command);
	}

	/**
	 * Run it.
	 * @param arguments what it is asked to do
	 * @return what it printed
	 * @throws IllegalStateException if it fails
	 */
	String run(String... arguments) {
		return Shell.run(LIMIT, command(arguments));
	}

	boolean succeeds(String... arguments) {
		return Shell.succeeds(command(arguments).toArray(String[]::new));
	}

	/**
	 * Have objects as they are described. A field that the server does not know is left
	 * out, with a warning: the manifests are for servers of today.
	 * @param manifests YAML
	 * @throws IllegalStateException if the server refuses them
	 */
	void apply(String manifests) {
		Shell.feed(manifests, LIMIT, command("apply", "--validate=warn", "-f", "-"));
	}

	/**
	 * Write a file in a pod. The image needs no {@code tar} for that.
	 * @param file a file of this machine
	 * @param pod name of the pod
	 * @param path where it goes
	 * @throws IllegalStateException if it is not there as a whole afterwards
	 */
	void copy(File file, String pod, String path) {
		List<String> command = command("exec", "--stdin", pod, "--", "bash", "-c",
				"cat > " + path + " && wc -c < " + path);
		String written = copy(file, command);
		// Some servers end the stream before its end, and say nothing.
		if (!written.equals(Long.toString(file.length()))) {
			throw new IllegalStateException(path + " of pod " + pod + " has " + written + " bytes after the copy of "
					+ file.length() + " bytes");
		}
	}

	private static String copy(File file, List<String> command) {
		try {
			Path said = Files.createTempFile("kubectl", ".out");
			try {
				return copy(file, command, said);
			}
			finally {
				Files.delete(said);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("'" + String.join(" ", command) + "' cannot be started", ex);
		}
	}

	private static String copy(File file, List<String> command, Path said) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectInput(file)
			.redirectOutput(said.toFile())
			.start();
		try {
			if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
				throw new IllegalStateException("'" + String.join(" ", command) + "' did not end within " + LIMIT);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
		finally {
			process.destroyForcibly();
		}
		String all = Files.readString(said).strip();
		if (process.exitValue() != 0) {
			throw new IllegalStateException(
					"'" + String.join(" ", command) + "' ended with " + process.exitValue() + ": " + all);
		}
		return all.lines().reduce((first, second) -> second).orElse("no");
	}

	/**
	 * The line that says why.
	 * @param failure of this program
	 * @return its last line, without the file in which the manifest stood; the first one
	 * if it did not end
	 */
	static String reason(Exception failure) {
		return reason(String.valueOf(failure.getMessage()));
	}

	/**
	 * The line that says why.
	 * @param printed what this program printed
	 * @return as of a failure
	 */
	static String reason(String printed) {
		List<String> lines = printed.lines().toList();
		if (lines.isEmpty() || lines.get(0).contains("' did not end within ")) {
			return lines.isEmpty() ? "" : lines.get(0);
		}
		return lines.get(lines.size() - 1).replaceFirst("^from server for: \"[^\"]*\": ", "");
	}

}
