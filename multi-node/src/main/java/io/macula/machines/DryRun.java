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

package io.macula.machines;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Prints each command and runs none. What it answers is what is found on machines that
 * have nothing yet, or on such that have two releases. For many threads.
 */
final class DryRun implements Remote {

	private static final String FREE = """
			uid=0
			java=openjdk version "17"
			writable=/
			free=1000000000
			""";

	private static final String DEPLOYED = FREE + """
			running=yes
			mode=%s
			current=releases/CURRENT
			previous=releases/PREVIOUS
			""";

	private final Ssh ssh;

	private final boolean deployed;

	private final Mode mode;

	private final PrintStream out;

	/**
	 * A dry run.
	 * @param ssh makes the commands
	 * @param deployed whether the machines have two releases
	 * @param mode how they were deployed
	 * @param out where commands are printed
	 */
	DryRun(Ssh ssh, boolean deployed, Mode mode, PrintStream out) {
		this.ssh = ssh;
		this.deployed = deployed;
		this.mode = mode;
		this.out = out;
	}

	@Override
	public String run(Machine machine, Step step, boolean root) {
		print(machine, step, scripted(machine, step, root));
		return switch (step.name()) {
			case "check" -> this.deployed ? DEPLOYED.formatted(this.mode.key()) : FREE;
			case "deployed" -> this.deployed ? this.mode.key() : "";
			default -> "";
		};
	}

	@Override
	public void send(Machine machine, Step step, Content content, boolean root) {
		print(machine, step, words(this.ssh.sending(machine, step, root)) + " < " + Step.quoted(content.name()));
	}

	@Override
	public void fetch(Machine machine, Step step, Path file, boolean root) {
		print(machine, step, scripted(machine, step, root).replaceFirst("<< 'END'",
				"> " + Step.quoted(file.toString()).replace("\\", "\\\\").replace("$", "\\$") + " << 'END'"));
	}

	private String scripted(Machine machine, Step step, boolean root) {
		return words(this.ssh.command(machine, Ssh.shell(machine, root, "-s"))) + " << 'END'\n" + step.script() + "END";
	}

	private synchronized void print(Machine machine, Step step, String command) {
		this.out.println("# " + machine.name() + ": " + step.name());
		this.out.println(command);
	}

	private static String words(List<String> command) {
		return command.stream().map(Step::quoted).collect(Collectors.joining(" "));
	}

}
