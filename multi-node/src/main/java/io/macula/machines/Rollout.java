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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

import io.macula.machines.Machine.Role;

/**
 * Brings a release to all machines, or none: the first time to all at once, then to one
 * after the other, each of which drains, and is ready again before the next one's turn.
 * If one is not, those that were changed go back to what they had. For one thread.
 */
final class Rollout {

	private final Fleet fleet;

	/** The same machines by another way, which goes on when the first is interrupted. */
	private final Fleet back;

	private final List<Machine> providers;

	private final PrintStream out;

	/** For the logs of those that did not start. */
	private final Path logs;

	private final Undo undo;

	/**
	 * A rollout.
	 * @param fleet what is done
	 * @param back what takes it back
	 * @param machines all of the realm
	 * @param out where it is told
	 * @param logs folder for the logs of providers that did not start
	 */
	Rollout(Fleet fleet, Fleet back, List<Machine> machines, PrintStream out, Path logs) {
		this.fleet = fleet;
		this.back = back;
		this.providers = machines.stream().filter((machine) -> machine.is(Role.PROVIDER)).toList();
		this.out = out;
		this.logs = logs;
		this.undo = new Undo(out);
	}

	/**
	 * Look at the machines.
	 * @param machines the machines
	 * @param mode how providers are to be run
	 * @param neededBytes room that is needed
	 * @return what was found, in their order
	 * @throws CannotDeployException if something speaks against a deployment
	 */
	List<Facts> look(List<Machine> machines, Mode mode, long neededBytes) {
		List<Facts> all = Together.ask(machines, this.fleet::check);
		List<String> problems = all.stream().flatMap((facts) -> facts.problems(mode, neededBytes).stream()).toList();
		if (!problems.isEmpty()) {
			throw new CannotDeployException(String.join("\n", problems));
		}
		return all.stream().filter((facts) -> facts.machine().is(Role.PROVIDER)).toList();
	}

	/**
	 * Bring a release to all machines.
	 * @param found what they have
	 * @param release the release
	 * @throws CannotDeployException if it is not there in the end; then nothing of it is
	 */
	void up(List<Facts> found, Release release) {
		orBack(() -> {
			lock();
			Together.each(this.providers, (machine) -> install(found, machine, release));
			if (found.stream().noneMatch(Facts::running)) {
				startAll(found, release.name());
			}
			else {
				oneByOne(found, (facts) -> release.name());
			}
		});
		finish(found, (facts) -> release.name());
	}

	/**
	 * Bring back the release before, on all machines.
	 * @param found what they have
	 * @throws CannotDeployException if one has none, or it is not there in the end
	 */
	void rollback(List<Facts> found) {
		List<String> faults = found.stream()
			.filter((facts) -> facts.previous() == null)
			.map((facts) -> facts.machine().name() + ": has no release to go back to: deploy the one you want by 'up'")
			.toList();
		if (!faults.isEmpty()) {
			throw new CannotDeployException(String.join("\n", faults));
		}
		orBack(() -> {
			lock();
			oneByOne(found, (facts) -> Objects.requireNonNull(facts.previous()));
		});
		finish(found, (facts) -> Objects.requireNonNull(facts.previous()));
	}

	private void orBack(Runnable work) {
		try {
			work.run();
		}
		catch (IllegalStateException ex) {
			this.out.println(ex.getMessage());
			this.out.println("Taking back what was done");
			throw new CannotDeployException(this.undo.run() ? "Nothing has changed: what ran before runs"
					: "Not all could be taken back, see above: mend that, remove each lock that was kept "
							+ "(rm -r there), and then 'up' again or 'down'",
					ex);
		}
	}

	private void lock() {
		Together.each(this.providers, (machine) -> {
			this.undo.later(machine.name() + " keeps its lock (" + machine.directory() + "/lock)",
					() -> this.back.end(machine));
			this.fleet.begin(machine);
		});
	}

	private void install(List<Facts> found, Machine machine, Release release) {
		if (facts(found, machine).has(release.name())) {
			return;
		}
		this.undo.later(machine.name() + " keeps release " + release.name(),
				() -> this.back.discard(machine, release.name()));
		this.fleet.install(machine, release);
		say(machine, "has release " + release.name());
	}

	private void startAll(List<Facts> found, String release) {
		Together.each(this.providers, (machine) -> {
			Facts facts = facts(found, machine);
			this.undo.later(machine.name() + " was not stopped", () -> {
				this.back.remove(machine);
				this.back.links(machine, facts.current(), facts.previous());
			});
			link(facts, release);
			this.fleet.start(machine);
		});
		Together.each(this.providers, this::awaitReady);
	}

	private void oneByOne(List<Facts> found, Function<Facts, String> releases) {
		for (Facts facts : found) {
			Machine machine = facts.machine();
			String release = releases.apply(facts);
			if (facts.running() && release.equals(facts.current())) {
				this.fleet.awaitReady(machine);
				say(machine, "runs release " + release + " already");
				continue;
			}
			othersServe(found, machine);
			this.undo.later(machine.name() + " did not go back", () -> goBack(facts));
			this.fleet.stop(machine);
			say(machine, "has drained");
			// Not earlier: a JVM opens its jar by its name again and again.
			link(facts, release);
			this.fleet.start(machine);
			awaitReady(machine);
		}
	}

	/** Whoever is not ready gets no calls, and all would go to nobody. */
	private void othersServe(List<Facts> found, Machine next) {
		List<Machine> others = new ArrayList<>();
		for (Facts facts : found) {
			if (!facts.machine().equals(next) && facts.running()) {
				others.add(facts.machine());
			}
		}
		Together.each(others, this.fleet::serves);
	}

	private void goBack(Facts facts) {
		Machine machine = facts.machine();
		if (facts.current() == null) {
			this.back.remove(machine);
		}
		else {
			this.back.stop(machine);
		}
		this.back.links(machine, facts.current(), facts.previous());
		if (facts.running()) {
			this.back.start(machine);
			this.back.awaitReady(machine);
			say(machine, "runs release " + facts.current() + " again");
		}
	}

	private void link(Facts facts, String release) {
		boolean again = release.equals(facts.current());
		this.fleet.links(facts.machine(), release, again ? facts.previous() : facts.current());
	}

	private void awaitReady(Machine machine) {
		long start = System.nanoTime();
		try {
			this.fleet.awaitReady(machine);
		}
		catch (CannotDeployException ex) {
			throw new CannotDeployException(ex.getMessage() + keepLog(machine), ex);
		}
		say(machine, "is ready after %.1f s".formatted((System.nanoTime() - start) / 1e9));
	}

	private String keepLog(Machine machine) {
		Path file = this.logs.resolve(machine.name() + "-failed.log");
		try {
			this.fleet.logs(machine, file);
			return "; its log: " + file;
		}
		catch (CannotDeployException ex) {
			return "";
		}
	}

	/** It is up; that an old release could not be removed is no reason to go back. */
	private void finish(List<Facts> found, Function<Facts, String> releases) {
		this.undo.forget();
		Together.each(this.providers, (machine) -> {
			Facts facts = facts(found, machine);
			String release = releases.apply(facts);
			boolean again = release.equals(facts.current());
			this.back.prune(machine, release, again ? facts.previous() : facts.current());
			this.back.end(machine);
		});
	}

	private synchronized void say(Machine machine, String what) {
		this.out.println(machine.name() + " " + what);
	}

	private static Facts facts(List<Facts> found, Machine machine) {
		return found.stream().filter((facts) -> facts.machine().equals(machine)).findFirst().orElseThrow();
	}

}
