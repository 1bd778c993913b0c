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

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.macula.harness.Clock;
import io.macula.multinode.ScenarioClient.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * A realm moves from one directory to another while it is called: three rolling
 * deployments of all applications, as {@code docs/engines.md} tells. In each, one client
 * goes before the providers and one after them, so that both generations meet. For one
 * thread.
 */
final class Migration {

	private static final String NAME = "migration";

	/**
	 * Bound of the wait until a node that was restarted is called: its share grows
	 * slowly.
	 */
	private static final Duration USED_AGAIN = Duration.ofSeconds(5);

	private static final int PROBES = 10;

	private final Realm realm;

	private final String from;

	private final String to;

	private final int count;

	private final ScenarioLog log = new ScenarioLog(NAME);

	/**
	 * A migration; when it ends, the providers use the second engine alone.
	 * @param realm the realm
	 * @param from type of the directory before
	 * @param to type of the directory afterwards
	 */
	Migration(Realm realm, String from, String to) {
		this.realm = realm;
		this.from = from;
		this.to = to;
		this.count = realm.nodes().size();
	}

	ScenarioReport run() {
		this.realm.nodes().forEach(this.realm::stop);
		this.realm.use(List.of(this.from));
		this.realm.startAll();
		try (ClientGenerations clients = ClientGenerations.start(2, settings(this.from), this.count, this.log)) {
			deploy(clients, 1, List.of(this.from, this.to), this.to);
			mustKnowAll("after step 1", this.to);
			deploy(clients, 2, List.of(this.to, this.from), null);
			mustKnowAll("after step 2", this.from);
			deploy(clients, 3, List.of(this.to), this.from);
		}
		mustBeSwitchedOff();
		report();
		return this.log.report();
	}

	/**
	 * A rolling deployment.
	 * @param preferred what new generations use
	 * @param partial the engine that knows some of the providers only once the first of
	 * them has been restarted, if there is one
	 */
	private void deploy(ClientGenerations clients, int step, List<String> preferred, @Nullable String partial) {
		long start = Clock.now();
		this.realm.use(preferred);
		clients.replace(0, settings(preferred), this.count);
		boolean first = true;
		for (String node : this.realm.nodes()) {
			this.realm.stop(node);
			this.realm.start(node);
			this.realm.awaitReady(node);
			clients.awaitInstances(this.count);
			if (first && partial != null) {
				mustCallAll(clients, step, partial);
			}
			first = false;
		}
		clients.replace(1, settings(preferred), this.count);
		this.log.measured("step" + step, Map.of("directory", String.join(",", preferred), "seconds",
				Math.round((Clock.now() - start) / 1e8) / 10.0));
	}

	/**
	 * The one client that prefers the complete directory, while the other one knows some
	 * of the providers only.
	 */
	private void mustCallAll(ClientGenerations clients, int step, String partial) {
		int known;
		try (ScenarioClient reader = ScenarioClient.start(settings(partial))) {
			Clock.within(Duration.ofSeconds(10), () -> reader.instances() > 0);
			known = reader.instances();
		}
		// In step 3 the client that was replaced reads the new directory alone.
		int place = (step == 1) ? 0 : 1;
		ScenarioLog own = new ScenarioLog(NAME);
		boolean all = Clock.within(USED_AGAIN, () -> {
			clients.call(place, PROBES, own);
			return own.callsByNode().keySet().containsAll(this.realm.nodes());
		});
		this.log.must("step %d: %d of %d in %s, calls follow %s".formatted(step, known, this.count, partial,
				partial.equals(this.to) ? this.from : this.to), own.callsByNode(), all);
	}

	/** So that the next step may begin. */
	private void mustKnowAll(String when, String engine) {
		try (ScenarioClient reader = ScenarioClient.start(settings(engine))) {
			boolean complete = Clock.within(Duration.ofSeconds(10), () -> reader.instances() == this.count);
			this.log.must(when + ": " + engine + " alone knows all", reader.instances() + " known", complete);
		}
	}

	private void mustBeSwitchedOff() {
		try (ScenarioClient reader = ScenarioClient.start(settings(this.from))) {
			Call call = reader.call(Strategy.FIRST);
			this.log.must("at the end nobody is in " + this.from,
					reader.instances() + " known, a call: "
							+ ((call.failure() != null) ? call.failure().split(":", 2)[0] : call.node()),
					reader.instances() == 0 && call.failure() != null);
		}
		try (ScenarioClient reader = ScenarioClient.start(settings(this.to))) {
			reader.awaitInstances(this.count);
			Call call = reader.call(Strategy.FIRST);
			this.log.must("at the end " + this.to + " alone serves", String.valueOf(call.node()),
					call.failure() == null);
		}
	}

	private void report() {
		List<Call> calls = this.log.calls();
		this.log.measured("calls", calls.size());
		this.log.measured("callsByNode", this.log.callsByNode());
		this.log.measured("callsOfMoreThanOneAttempt",
				calls.stream().filter((call) -> call.attempts().size() > 1).count());
		this.log.measured("slowestMillis", calls.stream().mapToLong(Call::micros).max().orElse(0) / 1000.0);
		this.log.mustNotFail();
	}

	private List<String> settings(String engine) {
		return settings(List.of(engine));
	}

	private List<String> settings(List<String> engines) {
		return this.realm.settingsOf(engines);
	}

}
