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
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.harness.Arguments;
import io.macula.machines.Machine.Role;

/**
 * A realm that was deployed to machines, for scenarios that start and stop its providers.
 * Closed, all of them run again, and nothing of the scenarios is left. Driven by one
 * thread, but closed by any.
 *
 * <p>
 * Each method throws {@link IllegalStateException} if a machine cannot be used; the
 * message has a line for each fault, which says how to mend it.
 */
public final class Deployment implements AutoCloseable {

	private static final int PROVIDERS = 3;

	private final Machines machines;

	private final Fleet fleet;

	private final Fleet back;

	private final Machine client;

	private final Map<String, Machine> providers = new LinkedHashMap<>();

	private final Path kept;

	private final Undo undo;

	private final Set<String> running = ConcurrentHashMap.newKeySet();

	private final Map<String, String> facts = new LinkedHashMap<>();

	Deployment(Machines machines, Path out) {
		this.machines = machines;
		Limits limits = new Limits(machines.limits().ready(), Duration.ZERO, machines.limits().stop());
		this.fleet = machines.fleet(limits);
		this.back = machines.back(limits);
		this.client = machines.client();
		this.kept = out.resolve("client.tar");
		this.undo = new Undo(System.out);
		machines.with(Role.PROVIDER).forEach((machine) -> this.providers.put(machine.name(), machine));
		if (this.providers.size() != PROVIDERS) {
			throw new CannotDeployException("The scenarios need three providers, and the hosts file has "
					+ this.providers.size() + ": give them a hosts file with three");
		}
	}

	/**
	 * A deployment, with which nothing is done yet.
	 * @param arguments {@code hosts}, and the options of {@code scripts/machines.sh}
	 * @param out folder for what the client wrote
	 * @return the deployment
	 */
	public static Deployment of(Arguments arguments, Path out) {
		return new Deployment(new Machines(arguments, System.getenv(), false, true, System.out), out);
	}

	/**
	 * Take the machines for scenarios: nobody else changes them until this is closed, and
	 * all providers run.
	 * @param runner the jar of the scenarios, which is sent to the client's machine
	 */
	public void open(Path runner) {
		List<String> problems = new ArrayList<>();
		this.facts.put("deployed by", this.machines.mode().key());
		for (Facts facts : Together.ask(this.machines.all(), this.fleet::check)) {
			this.facts.put(facts.machine().name(),
					(facts.machine().equals(this.client) ? "clients" : "provider") + ", " + facts.system());
			if (facts.current() == null && facts.machine().is(Role.PROVIDER)) {
				problems.add(facts.machine().name() + ": has no provider: deploy it by scripts/machines.sh HOSTS up");
			}
			else if (facts.running() || !facts.machine().is(Role.PROVIDER)) {
				problems.addAll(facts.problems(this.machines.mode(), 0));
			}
			else {
				problems
					.add(facts.machine().name() + ": its provider does not run: look at 'logs', and start it by 'up'");
			}
		}
		if (!problems.isEmpty()) {
			throw new CannotDeployException(String.join("\n", problems));
		}
		List<Machine> all = List.copyOf(this.providers.values());
		Together.each(all, (machine) -> {
			this.undo.later(machine.name() + " keeps its lock", () -> this.back.end(machine));
			this.fleet.begin(machine);
		});
		Machine first = all.get(0);
		Content environment = Content.of("client.env", "MACULA_REALM_SECRET=" + this.fleet.secret(first) + "\n");
		this.undo.later(this.client.name() + " keeps the folder of the scenarios",
				() -> this.back.endClient(this.client));
		this.fleet.beginClient(this.client, Content.of(runner), environment);
		this.undo.later("what the client wrote is lost", () -> this.back.collectClient(this.client, this.kept));
		all.forEach((machine) -> {
			this.running.add(machine.name());
			this.undo.later(machine.name() + " does not run again", () -> runAgain(machine));
		});
	}

	private void runAgain(Machine machine) {
		if (!this.running.contains(machine.name())) {
			this.back.start(machine);
			this.back.awaitReady(machine);
		}
	}

	public List<String> nodes() {
		return List.copyOf(this.providers.keySet());
	}

	/**
	 * Where a provider is reached.
	 * @param node its node id
	 * @return host and port, as it advertises them
	 */
	public String endpoint(String node) {
		return provider(node).endpoint();
	}

	/**
	 * Start a provider that was stopped; does not wait until it is ready.
	 * @param node its node id
	 */
	public void start(String node) {
		if (!this.running.contains(node)) {
			this.fleet.start(provider(node));
			this.running.add(node);
		}
	}

	/**
	 * Wait until a provider is ready.
	 * @param node its node id
	 */
	public void awaitReady(String node) {
		this.fleet.awaitReady(provider(node));
	}

	/**
	 * Let a provider drain and end. It does not start by itself.
	 * @param node its node id
	 */
	public void stop(String node) {
		this.running.remove(node);
		this.fleet.stop(provider(node));
	}

	/**
	 * End a provider by SIGKILL. It does not start by itself.
	 * @param node its node id
	 */
	public void kill(String node) {
		this.running.remove(node);
		this.fleet.kill(provider(node));
	}

	/**
	 * What a provider has logged since it was started last.
	 * @param node its node id
	 * @return the lines
	 */
	public String log(String node) {
		return this.fleet.life(provider(node));
	}

	/**
	 * A command that runs the scenarios' jar on the client's machine, with its standard
	 * input and output.
	 * @param arguments of the jar
	 * @return the command
	 */
	public List<String> client(List<String> arguments) {
		Step step = this.fleet.client(this.client, arguments.toArray(String[]::new));
		return this.machines.ssh().sending(this.client, step, false);
	}

	/**
	 * What a reader of figures must know.
	 * @return in order
	 */
	public Map<String, String> facts() {
		return Collections.unmodifiableMap(this.facts);
	}

	@Override
	public void close() {
		this.machines.ssh().interrupt();
		this.undo.run();
	}

	private Machine provider(String node) {
		Machine machine = this.providers.get(node);
		if (machine == null) {
			throw new IllegalArgumentException("Node '" + node + "' is not one of " + this.providers.keySet());
		}
		return machine;
	}

}
