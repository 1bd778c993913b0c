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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.harness.Clock;
import io.macula.multinode.ScenarioClient.Strategy;

/**
 * Threads that call all the while, each waiting for its answer and then for a moment:
 * most of them one instance after the other, one of them always the first. Connections
 * are counted beside them. Started and closed by one thread, asked by any.
 */
final class SteadyLoad implements AutoCloseable {

	static final int THREADS = 4;

	static final Duration PAUSE = Duration.ofMillis(5);

	private static final Duration SAMPLED = Duration.ofMillis(50);

	private final ScenarioClient client;

	private final ScenarioLog log;

	private final List<Thread> threads = new ArrayList<>();

	/** When each node answered last, as the log has it. */
	private final Map<String, Long> answered = new ConcurrentHashMap<>();

	private final Standstill standstill = Standstill.start();

	private volatile boolean running = true;

	private SteadyLoad(ScenarioClient client, ScenarioLog log) {
		this.client = client;
		this.log = log;
	}

	/**
	 * Begin to call.
	 * @param client who calls
	 * @param log where calls and connections are written down
	 * @return the load
	 */
	static SteadyLoad start(ScenarioClient client, ScenarioLog log) {
		SteadyLoad load = new SteadyLoad(client, log);
		for (int i = 1; i < THREADS; i++) {
			load.run("load-" + i, PAUSE, () -> load.call(Strategy.ROUND_ROBIN));
		}
		load.run("load-first", PAUSE, () -> load.call(Strategy.FIRST));
		load.run("connections", SAMPLED, () -> log.connections(client.connectionsOpen().size()));
		return load;
	}

	/**
	 * When a node answered last.
	 * @param node the node id
	 * @return microseconds since the scenario began, or -1 if it never did
	 */
	long lastAnswer(String node) {
		return this.answered.getOrDefault(node, -1L);
	}

	/**
	 * Wait until a node that was away answers.
	 * @param node the node id
	 * @param sinceMicros since when it has been there, in microseconds since the scenario
	 * began
	 * @return how long it took from then, in seconds
	 */
	double awaitAnswer(String node, long sinceMicros) {
		Clock.await(node + " is used again", Duration.ofSeconds(20), () -> lastAnswer(node) > sinceMicros);
		return (this.log.now() - sinceMicros) / 1e6;
	}

	/**
	 * For how long this process stood still at most, so that a reader can tell what was
	 * slow: the realm, or the machine that measured it.
	 * @return time beyond what a thread wanted to rest, in microseconds
	 */
	long standstillMicros() {
		return this.standstill.longestMicros();
	}

	/** Waits for the calls that are in flight. */
	@Override
	public void close() {
		this.running = false;
		this.standstill.close();
		for (Thread thread : this.threads) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("Interrupted", ex);
			}
		}
	}

	private void call(Strategy strategy) {
		Call call = this.client.call(strategy);
		this.log.add(call);
		if (call.node() != null) {
			this.answered.put(call.node(), this.log.now());
		}
	}

	private void run(String name, Duration pause, Runnable turn) {
		Thread thread = new Thread(() -> {
			while (this.running) {
				turn.run();
				Clock.pause(pause);
			}
		}, name);
		thread.start();
		this.threads.add(thread);
	}

}
