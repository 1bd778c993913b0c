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

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.macula.machines.Release.RemoteFile;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with a machine, each by one step. For many threads.
 */
final class Fleet {

	private static final Duration TRANSFER_LIMIT = Duration.ofMinutes(30);

	private final Remote remote;

	private final Mode mode;

	private final Limits limits;

	private final String owner;

	/**
	 * Machines in one mode.
	 * @param remote the way to them
	 * @param mode how providers are run
	 * @param limits how long it may take
	 * @param owner who this is, for the next one who finds a lock
	 */
	Fleet(Remote remote, Mode mode, Limits limits, String owner) {
		this.remote = remote;
		this.mode = mode;
		this.limits = limits;
		this.owner = owner;
	}

	Facts check(Machine machine) {
		boolean root = this.mode.needsRoot() && machine.is(Machine.Role.PROVIDER);
		return Facts.parse(machine, this.remote.run(machine, step("check", variables(machine)), root));
	}

	/**
	 * How what is on a machine was deployed.
	 * @param machine the machine
	 * @return name of a mode, or empty if nothing is there
	 */
	String deployed(Machine machine) {
		return this.remote.run(machine, step("deployed", variables(machine)), false).strip();
	}

	String secret(Machine machine) {
		return run(machine, "secret", variables(machine)).strip();
	}

	void begin(Machine machine) {
		run(machine, "begin", variables(machine));
	}

	void end(Machine machine) {
		run(machine, "end", variables(machine));
	}

	void install(Machine machine, Release release) {
		Map<String, String> variables = variables(machine);
		variables.put("release", release.name());
		Application application = release.application();
		if (application.archive() != null) {
			send(machine, Step.reading(this.mode, "load", variables), application.archive());
		}
		if (application.image() != null) {
			variables.put("image", application.image());
			this.remote.run(machine, step("image", variables).within(TRANSFER_LIMIT), this.mode.needsRoot());
		}
		run(machine, "install", variables);
		for (RemoteFile file : release.files(machine)) {
			String path = machine.directory() + "/releases/." + release.name() + ".part/" + file.name();
			put(machine, path, file.permissions(), file.content(), this.mode.needsRoot());
		}
		run(machine, "publish", variables);
	}

	void discard(Machine machine, String release) {
		Map<String, String> variables = variables(machine);
		variables.put("release", release);
		run(machine, "discard", variables);
	}

	void links(Machine machine, @Nullable String current, @Nullable String previous) {
		run(machine, "links", links(variables(machine), current, previous));
	}

	void prune(Machine machine, @Nullable String current, @Nullable String previous) {
		run(machine, "prune", links(variables(machine), current, previous));
	}

	void start(Machine machine) {
		this.remote.run(machine, step("start", variables(machine)).within(this.limits.toStart()),
				this.mode.needsRoot());
	}

	void awaitReady(Machine machine) {
		this.remote.run(machine, step("ready", variables(machine)).within(this.limits.toBeReady()),
				this.mode.needsRoot());
	}

	void serves(Machine machine) {
		run(machine, "serves", variables(machine));
	}

	void stop(Machine machine) {
		this.remote.run(machine, step("stop", variables(machine)).within(this.limits.toStop()), this.mode.needsRoot());
	}

	void kill(Machine machine) {
		run(machine, "shoot", variables(machine));
	}

	/**
	 * Stop a provider and take away what starts it, but not its releases.
	 * @param machine the machine
	 */
	void remove(Machine machine) {
		this.remote.run(machine, step("remove", variables(machine)).within(this.limits.toStop()),
				this.mode.needsRoot());
	}

	/**
	 * Take all away.
	 * @param machine the machine
	 * @return what was not taken away because it is something else
	 */
	Left down(Machine machine) {
		Step step = step("down", variables(machine)).within(this.limits.toStop());
		Facts facts = Facts.parse(machine, this.remote.run(machine, step, this.mode.needsRoot()));
		return new Left(facts.told("stays"), facts.told("left"));
	}

	String life(Machine machine) {
		return run(machine, "life", variables(machine));
	}

	void logs(Machine machine, Path file) {
		fetch(machine, "logs", file, this.mode.needsRoot());
	}

	void report(Machine machine, Path file) {
		fetch(machine, "report", file, false);
	}

	void beginClient(Machine machine, Content jar, Content environment) {
		this.remote.run(machine, step("client", variables(machine)), false);
		put(machine, "macula-client/client.jar", "600", jar, false);
		put(machine, "macula-client/client.env", "600", environment, false);
	}

	void collectClient(Machine machine, Path file) {
		fetch(machine, "collect_client", file, false);
	}

	/**
	 * Take away the folder of the scenarios that this one made.
	 * @param machine where they were run from
	 */
	void endClient(Machine machine) {
		this.remote.run(machine, step("end_client", variables(machine)), false);
	}

	/**
	 * Take away the folder of the scenarios, whoever made it.
	 * @param machine where they were run from
	 */
	void removeClient(Machine machine) {
		this.remote.run(machine, step("remove_client", variables(machine)), false);
	}

	/**
	 * What runs the scenarios; its standard input and output are those of ssh.
	 * @param machine where
	 * @param arguments of the client
	 * @return the step
	 */
	Step client(Machine machine, String... arguments) {
		return Step.reading(this.mode, "run_client", variables(machine), arguments);
	}

	private void put(Machine machine, String file, String permissions, Content content, boolean root) {
		Map<String, String> variables = variables(machine);
		variables.putAll(Map.of("file", file, "permissions", permissions, "sum", content.sum()));
		this.remote.send(machine, Step.reading(this.mode, "put", variables).within(TRANSFER_LIMIT), content, root);
	}

	private void send(Machine machine, Step step, Content content) {
		this.remote.send(machine, step.within(TRANSFER_LIMIT), content, this.mode.needsRoot());
	}

	private void fetch(Machine machine, String name, Path file, boolean root) {
		this.remote.fetch(machine, step(name, variables(machine)).within(TRANSFER_LIMIT), file, root);
	}

	private String run(Machine machine, String name, Map<String, String> variables) {
		return this.remote.run(machine, step(name, variables).within(this.limits.toChange()), this.mode.needsRoot());
	}

	private Step step(String name, Map<String, String> variables) {
		return Step.of(this.mode, name, variables);
	}

	private Map<String, String> variables(Machine machine) {
		Map<String, String> variables = new HashMap<>();
		variables.put("service", Release.SERVICE);
		variables.put("mode", this.mode.key());
		variables.put("directory", machine.directory());
		variables.put("java", machine.java());
		variables.put("udp", Integer.toString(machine.udp()));
		variables.put("http", Integer.toString(machine.http()));
		variables.put("owner", this.owner);
		variables.put("patience", Long.toString(this.limits.patience().toSeconds()));
		variables.put("seconds", Long.toString(this.limits.ready().toSeconds()));
		variables.put("settle", Long.toString(this.limits.settle().toSeconds()));
		variables.put("stop_seconds", Long.toString(this.limits.stop().toSeconds()));
		return variables;
	}

	private static Map<String, String> links(Map<String, String> variables, @Nullable String current,
			@Nullable String previous) {
		variables.put("current", (current != null) ? current : "");
		variables.put("previous", (previous != null) ? previous : "");
		return variables;
	}

	/**
	 * What is somebody else's on a machine. Immutable.
	 *
	 * @param provider what has the name of a provider, or {@code null}
	 * @param files what is in the directory, or {@code null}
	 */
	record Left(@Nullable String provider, @Nullable String files) {

	}

}
