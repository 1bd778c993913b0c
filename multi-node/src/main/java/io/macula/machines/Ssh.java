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

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The way to the machines by OpenSSH's client, with keys only: it never asks for
 * anything, and talks to no machine whose key is not known. What else stands in the
 * user's own {@code ~/.ssh/config} holds. For many threads.
 */
final class Ssh implements Remote {

	/** Ctrl-C is told to this process, which ends the others as it sees fit. */
	private static final List<String> OWN_SESSION = ownSession();

	private final @Nullable Path identity;

	private final @Nullable Path knownHosts;

	private final Set<Process> running = ConcurrentHashMap.newKeySet();

	/** Never taken back: what would be begun afterwards would be left behind. */
	private volatile boolean interrupted;

	/**
	 * A way.
	 * @param identity private key, or {@code null} for those that ssh finds
	 * @param knownHosts keys of the machines, or {@code null} for those that the user
	 * knows
	 */
	Ssh(@Nullable Path identity, @Nullable Path knownHosts) {
		this.identity = identity;
		this.knownHosts = knownHosts;
	}

	@Override
	public String run(Machine machine, Step step, boolean root) {
		Content script = Content.of(step.name(), step.script());
		return call(machine, step, script, command(machine, shell(machine, root, "-s")), null);
	}

	@Override
	public void send(Machine machine, Step step, Content content, boolean root) {
		call(machine, step, content, sending(machine, step, root), null);
	}

	@Override
	public void fetch(Machine machine, Step step, Path file, boolean root) {
		Content script = Content.of(step.name(), step.script());
		call(machine, step, script, command(machine, shell(machine, root, "-s")), file);
	}

	/**
	 * A command that runs a step whose standard input and output are those of the
	 * command.
	 * @param machine the machine
	 * @param step the step
	 * @param root whether as root
	 * @return the command
	 */
	List<String> sending(Machine machine, Step step, boolean root) {
		return command(machine, shell(machine, root, "-c " + Step.quoted(step.script())));
	}

	/**
	 * A command that runs another one on a machine.
	 * @param machine the machine
	 * @param words what the shell of its user gets
	 * @return the command
	 */
	List<String> command(Machine machine, String words) {
		List<String> command = new ArrayList<>(List.of("ssh", "-T", "-o", "BatchMode=yes", "-o",
				"StrictHostKeyChecking=yes", "-o", "PasswordAuthentication=no", "-o", "KbdInteractiveAuthentication=no",
				"-o", "ForwardAgent=no", "-o", "ForwardX11=no", "-o", "ClearAllForwardings=yes", "-o", "LogLevel=ERROR",
				"-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=4"));
		if (this.knownHosts != null) {
			command.addAll(List.of("-o", "UserKnownHostsFile=" + this.knownHosts, "-o", "GlobalKnownHostsFile=none"));
		}
		if (this.identity != null) {
			command.addAll(List.of("-o", "IdentitiesOnly=yes", "-i", this.identity.toString()));
		}
		command.addAll(List.of("-p", Integer.toString(machine.sshPort()), "-l", machine.user(), "--", machine.address(),
				words));
		return command;
	}

	static String shell(Machine machine, boolean root, String arguments) {
		return ((root && !machine.isRoot()) ? "sudo -n -- " : "") + "sh " + arguments;
	}

	/**
	 * From now on nothing more is begun, and what is under way is ended.
	 */
	void interrupt() {
		this.interrupted = true;
		this.running.forEach(Process::destroy);
	}

	private String call(Machine machine, Step step, Content input, List<String> command, @Nullable Path kept) {
		if (this.interrupted) {
			throw new CannotDeployException(machine.name() + ": interrupted before the step '" + step.name() + "'");
		}
		try {
			// Files, since a pipe ends only when the last one who has it ends: a
			// connection
			// that the user's configuration shares stays.
			Path output = (kept != null) ? kept : Files.createTempFile("machine", ".out");
			Path errors = Files.createTempFile("machine", ".err");
			try {
				Result result = execute(step.limit(), input, command, output.toFile(), errors.toFile());
				if (this.interrupted) {
					throw new CannotDeployException(machine.name() + ": interrupted at the step '" + step.name() + "'");
				}
				if (result.status() != 0) {
					throw new CannotDeployException(SshFailure.explain(machine, step, result.status(),
							Files.readString(errors, StandardCharsets.ISO_8859_1), known()), result.broken());
				}
				return (kept != null) ? "" : Files.readString(output, StandardCharsets.UTF_8);
			}
			finally {
				if (kept == null) {
					Files.deleteIfExists(output);
				}
				Files.deleteIfExists(errors);
			}
		}
		catch (IOException ex) {
			throw new CannotDeployException("A file of this machine cannot be written or read (" + ex.getMessage()
					+ "): look whether there is room in " + System.getProperty("java.io.tmpdir"), ex);
		}
	}

	private Result execute(Duration limit, Content input, List<String> command, File output, File errors) {
		Process process = start(command, output, errors);
		this.running.add(process);
		CompletableFuture<Void> bound = new CompletableFuture<Void>().completeOnTimeout(null, limit.toNanos(),
				TimeUnit.NANOSECONDS);
		CompletableFuture<Void> late = bound.thenRun(process::destroyForcibly);
		try {
			if (this.interrupted) {
				process.destroy();
			}
			IOException broken = sent(input, process);
			int status = process.waitFor();
			return new Result(late.isDone() ? SshFailure.NO_END : status, broken);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
		finally {
			bound.cancel(false);
			process.destroy();
			this.running.remove(process);
		}
	}

	/**
	 * Send what a step reads. If it ends without reading it, its status tells; if the
	 * content cannot be read, what arrives is not whole, and so refused.
	 */
	private static @Nullable IOException sent(Content input, Process process) {
		try (OutputStream stream = process.getOutputStream(); InputStream content = input.open()) {
			content.transferTo(stream);
			return null;
		}
		catch (IOException ex) {
			return ex;
		}
	}

	private static Process start(List<String> command, File output, File errors) {
		List<String> words = new ArrayList<>(OWN_SESSION);
		words.addAll(command);
		try {
			return new ProcessBuilder(words).redirectOutput(output).redirectError(errors).start();
		}
		catch (IOException ex) {
			throw new CannotDeployException("There is no ssh here: install it (Debian's package openssh-client)", ex);
		}
	}

	/** Where there is no such program, a second Ctrl-C ends what the first one began. */
	private static List<String> ownSession() {
		return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.anyMatch((folder) -> new File(folder, "setsid").canExecute()) ? List.of("setsid") : List.of();
	}

	private String known() {
		return (this.knownHosts != null) ? this.knownHosts.toString() : "~/.ssh/known_hosts";
	}

	/**
	 * A file that ssh is told of.
	 * @param file its path, or {@code null}
	 * @param what what it is, for messages
	 * @return the path, or {@code null} if there is none
	 * @throws CannotDeployException if it cannot be read, or ssh would read another name
	 */
	static @Nullable Path readable(@Nullable String file, String what) {
		if (file == null || file.isEmpty()) {
			return null;
		}
		Path path = Path.of(file).toAbsolutePath();
		if (!Files.isReadable(path)) {
			throw new CannotDeployException(what + " '" + file + "' cannot be read: give a file that is there");
		}
		if (path.toString().matches(".*[\\s\"'%].*")) {
			throw new CannotDeployException(what + " '" + file
					+ "' cannot be given to ssh: expected a path without spaces, " + "quotes and percent signs");
		}
		return path;
	}

	private record Result(int status, @Nullable IOException broken) {

	}

}
