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

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RolloutTests {

	private static final List<Machine> MACHINES = List.of(MachineFixture.provider("a"), MachineFixture.provider("b"),
			MachineFixture.provider("c"));

	private static final String NOTHING = "uid=0\njava=version \"17\"\nwritable=/\nfree=1000000\n";

	private static final String OLD = NOTHING
			+ "mode=systemd\ncurrent=releases/old\nprevious=releases/older\nrunning=yes\nhas=old\n";

	private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

	private final Recorded remote = new Recorded();

	@TempDir
	Path logs;

	@Test
	void theFirstReleaseIsStartedEverywhere() {
		Release release = up(NOTHING);
		assertThat(this.remote.of("a")).containsExactly("check", "begin", "install", "put", "put", "put", "publish",
				"links " + release.name() + " ", "start", "ready", "prune " + release.name() + " ", "end");
		assertThat(this.remote.of("c")).isEqualTo(this.remote.of("a"));
	}

	@Test
	void anUpdateGoesFromOneMachineToTheNext() {
		Release release = up(OLD);
		String name = release.name();
		assertThat(this.remote.of("b").subList(7, 13)).containsExactly("serves", "stop", "links " + name + " old",
				"start", "ready", "serves");
		assertThat(this.remote.starting("stop", "start", "ready")).containsExactly("a stop", "a start", "a ready",
				"b stop", "b start", "b ready", "c stop", "c start", "c ready");
	}

	@Test
	void whatRunsAlreadyIsLeftAlone() {
		Release release = release();
		up(OLD.replace("old\n", release.name() + "\n"));
		assertThat(this.remote.starting("stop", "start", "install")).isEmpty();
	}

	@Test
	void whenOneIsNotReadyThenAllGoBack() {
		this.remote.failing.add("b ready");
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> up(OLD))
			.withMessage("Nothing has changed: what ran before runs");
		String name = release().name();
		assertThat(this.remote.starting("stop", "start", "ready", "links", "prune")).containsExactly("a stop",
				"a links " + name + " old", "a start", "a ready", "b stop", "b links " + name + " old", "b start",
				"b ready",
				// And back.
				"b stop", "b links old older", "b start", "b ready", "a stop", "a links old older", "a start",
				"a ready");
		assertThat(this.remote.of("c")).endsWith("discard", "end");
		assertThat(this.printed.toString(StandardCharsets.UTF_8)).contains("b: ready failed; its log: ");
	}

	@Test
	void whenAMachineThatIsNewFailsThenNothingIsLeftThere() {
		this.remote.failing.add("c ready");
		this.remote.factsOf.put("c", NOTHING);
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> up(OLD));
		assertThat(this.remote.of("c")).endsWith("ready", "logs", "remove", "links  ", "discard", "end");
		assertThat(this.remote.of("a")).endsWith("links old older", "start", "ready", "discard", "end");
	}

	@Test
	void whenAnotherDoesNotServeThenNoneIsStopped() {
		this.remote.failing.add("c serves");
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> up(OLD));
		assertThat(this.remote.starting("stop", "start")).isEmpty();
	}

	@Test
	void whenTheFirstReleaseDoesNotStartThenNothingIsLeft() {
		this.remote.failing.add("c ready");
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> up(NOTHING));
		for (String machine : List.of("a", "b", "c")) {
			assertThat(this.remote.of(machine)).endsWith("remove", "links  ", "discard", "end");
		}
	}

	@Test
	void whatCannotBeTakenBackIsTold() {
		this.remote.failing.addAll(List.of("b ready", "a discard"));
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> up(NOTHING))
			.withMessageStartingWith("Not all could be taken back")
			.withMessageContaining("remove each lock that was kept");
		assertThat(this.printed.toString(StandardCharsets.UTF_8)).contains("a keeps release 1-", "a: discard failed");
	}

	@Test
	void aRollbackNeedsAReleaseBefore() {
		Rollout rollout = rollout();
		List<Facts> found = found(rollout, OLD.replace("releases/older", ""));
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> rollout.rollback(found))
			.withMessageContaining("a: has no release to go back to");
		this.remote.steps.clear();
		rollout.rollback(found(rollout, OLD));
		assertThat(this.remote.starting("links")).containsExactly("a links older old", "b links older old",
				"c links older old");
	}

	private Release up(String facts) {
		Rollout rollout = rollout();
		Release release = release();
		rollout.up(found(rollout, facts), release);
		return release;
	}

	private List<Facts> found(Rollout rollout, String facts) {
		this.remote.facts = facts;
		return rollout.look(MACHINES, Mode.SYSTEMD, 0);
	}

	private Rollout rollout() {
		Fleet fleet = new Fleet(this.remote, Mode.SYSTEMD, Limits.defaults(), "me");
		Remote back = this.remote.withoutFaults((step) -> !step.endsWith("discard"));
		return new Rollout(fleet, new Fleet(back, Mode.SYSTEMD, Limits.defaults(), "me"), MACHINES,
				new PrintStream(this.printed, true, StandardCharsets.UTF_8), this.logs);
	}

	private static Release release() {
		Application application = new Application("1", Content.of("application.jar", "bytes"), null, null);
		return new Release(application, Mode.SYSTEMD, Limits.defaults(), Templates.read(Path.of("..", "machines")),
				MACHINES, Map.of(), "0123456789abcdef0123456789abcdef");
	}

	/** Machines that do nothing. */
	private static final class Recorded implements Remote {

		private final List<String> steps;

		private final Set<String> failing;

		private final Predicate<String> mayFail;

		private final Map<String, String> factsOf = new HashMap<>();

		private String facts = NOTHING;

		Recorded() {
			this(new ArrayList<>(), new HashSet<>(), (step) -> true);
		}

		private Recorded(List<String> steps, Set<String> failing, Predicate<String> mayFail) {
			this.steps = steps;
			this.failing = failing;
			this.mayFail = mayFail;
		}

		Recorded withoutFaults(Predicate<String> surely) {
			return new Recorded(this.steps, this.failing, (step) -> !surely.test(step));
		}

		List<String> of(String machine) {
			synchronized (this.steps) {
				return this.steps.stream()
					.filter((step) -> step.startsWith(machine + " "))
					.map((step) -> step.substring(2))
					.toList();
			}
		}

		List<String> starting(String... names) {
			synchronized (this.steps) {
				return this.steps.stream().filter((step) -> List.of(names).contains(step.split(" ")[1])).toList();
			}
		}

		@Override
		public String run(Machine machine, Step step, boolean root) {
			String done = machine.name() + " " + step.name();
			if (step.name().equals("links") || step.name().equals("prune")) {
				done += " " + variable(step, "current") + " " + variable(step, "previous");
			}
			synchronized (this.steps) {
				this.steps.add(done);
			}
			String failed = machine.name() + " " + step.name();
			if (this.failing.contains(failed) && this.mayFail.test(failed)) {
				throw new CannotDeployException(machine.name() + ": " + step.name() + " failed");
			}
			return step.name().equals("check") ? this.factsOf.getOrDefault(machine.name(), this.facts) : "";
		}

		@Override
		public void send(Machine machine, Step step, Content content, boolean root) {
			run(machine, step, root);
		}

		@Override
		public void fetch(Machine machine, Step step, Path file, boolean root) {
			run(machine, step, root);
		}

		private static String variable(Step step, String name) {
			return step.script()
				.lines()
				.filter((line) -> line.startsWith(name + "="))
				.findFirst()
				.map((line) -> line.substring(name.length() + 1).replace("'", ""))
				.orElse("?");
		}

	}

}
