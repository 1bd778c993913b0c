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

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.macula.harness.Arguments;
import io.macula.machines.Fleet.Left;
import io.macula.machines.Machine.Role;
import io.macula.tls.RealmSecret;
import org.jspecify.annotations.Nullable;

/**
 * What {@code scripts/machines.sh} calls. Ends with 1 if a release could not be brought
 * to all machines, and with 2 if what was asked for cannot be done.
 */
public final class MachinesCommand {

	private static final String SECRET = "MACULA_REALM_SECRET";

	private static final int CANNOT = 2;

	/** Time to go back after Ctrl-C; a second one does not wait. */
	private static final long BACK_SECONDS = 600;

	private final PrintStream out = System.out;

	/** What was done; in a dry run nothing is. */
	private final PrintStream done;

	private final Arguments arguments;

	private final Map<String, String> environment;

	private final String command;

	private final boolean dryRun;

	private volatile @Nullable Machines machines;

	private MachinesCommand(Arguments arguments, Map<String, String> environment) {
		this.arguments = arguments;
		this.environment = environment;
		this.command = arguments.required("command");
		this.dryRun = arguments.has("dry-run");
		this.done = this.dryRun ? new PrintStream(OutputStream.nullOutputStream()) : this.out;
	}

	/**
	 * Run a command.
	 * @param args {@code --command=} up, rollback, logs or down; {@code --hosts=} the
	 * hosts file; {@code --out=} a folder for logs; {@code --templates=} the folder
	 * {@code machines}; and the options of the script
	 */
	public static void main(String[] args) {
		MachinesCommand command = new MachinesCommand(Arguments.parse(args), System.getenv());
		CountDownLatch ended = new CountDownLatch(1);
		Runtime.getRuntime().addShutdownHook(new Thread(() -> command.interrupt(ended)));
		int status = 1;
		try {
			status = command.run();
		}
		finally {
			ended.countDown();
		}
		System.exit(status);
	}

	private void interrupt(CountDownLatch ended) {
		Machines present = this.machines;
		if (ended.getCount() == 0 || present == null) {
			return;
		}
		present.ssh().interrupt();
		try {
			if (!ended.await(BACK_SECONDS, TimeUnit.SECONDS)) {
				this.out.println("Going back took too long: look at the machines by 'logs', and 'down'");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private int run() {
		try {
			boolean deployed = !this.command.equals("up");
			Machines present = new Machines(this.arguments, this.environment, this.dryRun, deployed, this.out);
			this.machines = present;
			return switch (this.command) {
				case "up" -> up(present);
				case "rollback" -> rollback(present.deployed());
				case "logs" -> logs(present.deployed());
				case "down" -> down(present);
				case "test" -> test(present);
				default -> throw new CannotDeployException("Command '" + this.command + "' is not known");
			};
		}
		catch (CannotDeployException ex) {
			this.out.println(ex.getMessage());
			return CANNOT;
		}
	}

	private int up(Machines present) {
		Application application = application(present);
		String settings = this.arguments.optional("settings", "");
		Map<String, String> further = settings.isEmpty() ? Map.of() : SettingsFile.read(Path.of(settings));
		Templates templates = Templates.read(Path.of(this.arguments.required("templates")));
		Rollout rollout = rollout(present);
		List<Facts> found = rollout.look(present.all(), present.mode(), application.neededBytes());
		Release release = new Release(application, present.mode(), present.limits(), templates, present.all(), further,
				secret(present, found));
		return changed(() -> {
			rollout.up(found, release);
			this.done.println("All have release " + release.name());
		});
	}

	private int rollback(Machines present) {
		Rollout rollout = rollout(present);
		List<Facts> found = rollout.look(present.with(Role.PROVIDER), present.mode(), 0);
		return changed(() -> {
			rollout.rollback(found);
			this.done.println("All have release " + found.stream()
				.map((facts) -> Objects.requireNonNull(facts.previous()))
				.distinct()
				.collect(Collectors.joining(", ")) + " again");
		});
	}

	private int changed(Runnable change) {
		try {
			change.run();
			return 0;
		}
		catch (CannotDeployException ex) {
			this.out.println(ex.getMessage());
			return (ex.getCause() != null) ? 1 : CANNOT;
		}
	}

	private Rollout rollout(Machines present) {
		return new Rollout(present.fleet(), present.back(), present.all(), this.done, folder("logs"));
	}

	private Application application(Machines present) {
		String jar = this.arguments.required("jar");
		if (!present.mode().runsImage()) {
			return Application.jar(Path.of(jar));
		}
		String archive = this.arguments.optional("image-archive", "");
		return Application.image(this.arguments.optional("image", ""), archive.isEmpty() ? null : Path.of(archive));
	}

	/** That of whoever calls, or that of the machines, or a new one. */
	private String secret(Machines present, List<Facts> found) {
		String given = this.environment.getOrDefault(SECRET, "").strip();
		if (given.isEmpty()) {
			given = found.stream()
				.filter((facts) -> facts.current() != null)
				.findFirst()
				.map((facts) -> present.fleet().secret(facts.machine()))
				.orElse("");
		}
		if (given.isEmpty()) {
			byte[] random = new byte[32];
			new SecureRandom().nextBytes(random);
			return HexFormat.of().formatHex(random);
		}
		try {
			RealmSecret.of(given, SECRET);
		}
		catch (IllegalArgumentException ex) {
			throw new CannotDeployException(Objects.requireNonNull(ex.getMessage()), ex);
		}
		if (!given.matches("[A-Za-z0-9_.,:/@%+=-]+")) {
			throw new CannotDeployException(SECRET
					+ " has characters that systemd, Docker and a shell read in different ways: "
					+ "expected letters, digits and _ . , : / @ % + = -, such as '" + RealmSecret.COMMAND + "' makes");
		}
		return given;
	}

	private int logs(Machines present) {
		Path folder = folder("logs");
		Fleet fleet = present.fleet();
		Together.each(present.with(Role.PROVIDER), (machine) -> {
			fleet.logs(machine, folder.resolve(machine.name() + ".log"));
			try {
				fleet.report(machine, folder.resolve(machine.name() + ".json"));
			}
			catch (CannotDeployException ex) {
				say(machine.name() + " does not answer, and so tells no state");
			}
			say(machine.name() + ": " + folder.resolve(machine.name() + ".log"));
		});
		return 0;
	}

	private int down(Machines present) {
		Fleet fleet = present.fleet();
		Together.each(present.with(Role.PROVIDER), (machine) -> {
			Left left = fleet.down(machine);
			if (left.provider() != null) {
				say(machine.name() + ": " + left.provider() + " stays: it is not that of " + machine.directory());
			}
			say(machine.name() + ((left.files() == null) ? " has nothing of it any more"
					: ": " + machine.directory() + " has other things in it, which stay: " + left.files()));
		});
		// Not earlier: a provider that is locked may be so by scenarios that run there.
		Together.each(present.with(Role.CLIENT), fleet::removeClient);
		return 0;
	}

	/**
	 * What the scenarios do with the machines, for a dry run; else the runner does it.
	 */
	private int test(Machines present) {
		try (Deployment deployment = new Deployment(present, folder("logs"))) {
			deployment.open(Path.of(this.arguments.required("runner-jar")));
			this.out.println("# " + present.client().name() + ": run_client");
			this.out
				.println(String.join(" ", deployment.client(List.of("ARGUMENTS")).stream().map(Step::quoted).toList()));
			for (String node : deployment.nodes()) {
				deployment.stop(node);
				deployment.log(node);
				deployment.start(node);
				deployment.awaitReady(node);
				deployment.kill(node);
			}
		}
		return 0;
	}

	private Path folder(String name) {
		Path folder = Path.of(this.arguments.required("out"), name);
		try {
			return this.dryRun ? folder : Files.createDirectories(folder);
		}
		catch (IOException ex) {
			throw new CannotDeployException(
					"Folder " + folder + " cannot be made (" + ex.getMessage() + "): give a place with room by --out",
					ex);
		}
	}

	private synchronized void say(String line) {
		this.done.println(line);
	}

}
