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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import io.macula.harness.Clock;
import io.macula.multinode.ScenarioClient.Strategy;

/**
 * Clients that call all the while and are replaced one by one, as instances of an
 * application are in a rolling deployment. Replaced and closed by one thread.
 */
final class ClientGenerations implements AutoCloseable {

	private static final int THREADS_OF_EACH = 2;

	private static final Duration PAUSE = Duration.ofMillis(5);

	private final ScenarioLog log;

	private final AtomicLong numbers = new AtomicLong();

	private final List<Place> places = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean running = true;

	private ClientGenerations(ScenarioLog log) {
		this.log = log;
	}

	/**
	 * Start clients and their calls.
	 * @param count how many
	 * @param settings of each, as arguments of its application
	 * @param instances how many providers each waits for before its first call
	 * @param log where calls are written down
	 * @return the clients
	 */
	static ClientGenerations start(int count, List<String> settings, int instances, ScenarioLog log) {
		ClientGenerations clients = new ClientGenerations(log);
		try {
			for (int i = 0; i < count; i++) {
				clients.places.add(new Place(started(settings, instances)));
			}
			clients.places.forEach(clients::load);
			return clients;
		}
		catch (RuntimeException ex) {
			clients.close();
			throw ex;
		}
	}

	/**
	 * Put a new client in the place of one, which ends once its calls have.
	 * @param index which place
	 * @param settings of the new one
	 * @param instances how many providers it waits for before its first call
	 */
	void replace(int index, List<String> settings, int instances) {
		Place place = this.places.get(index);
		ScenarioClient before = place.client;
		ScenarioClient next = started(settings, instances);
		place.lock.writeLock().lock();
		try {
			place.client = next;
		}
		finally {
			place.lock.writeLock().unlock();
		}
		before.close();
	}

	/**
	 * Wait until each client knows some number of providers.
	 * @param count the number
	 */
	void awaitInstances(int count) {
		this.places.forEach((place) -> place.client.awaitInstances(count));
	}

	/**
	 * Call some more by one client, one call after the other.
	 * @param index its place
	 * @param calls how many
	 * @param own where these are written down besides
	 */
	void call(int index, int calls, ScenarioLog own) {
		for (int i = 0; i < calls; i++) {
			own.add(call(this.places.get(index)));
		}
	}

	/** Ends the calls, then the clients. */
	@Override
	public void close() {
		this.running = false;
		try {
			for (Thread thread : this.threads) {
				thread.join();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
		finally {
			this.places.forEach((place) -> place.client.close());
		}
	}

	private void load(Place place) {
		for (int i = 0; i < THREADS_OF_EACH; i++) {
			Thread thread = new Thread(() -> {
				while (this.running) {
					call(place);
					Clock.pause(PAUSE);
				}
			}, "load-" + this.threads.size());
			thread.setDaemon(true);
			thread.start();
			this.threads.add(thread);
		}
	}

	private Call call(Place place) {
		place.lock.readLock().lock();
		try {
			Call call = place.client.call(Strategy.ROUND_ROBIN);
			// Each client counts its own.
			Call numbered = call.withNumber(this.numbers.incrementAndGet());
			this.log.add(numbered);
			return numbered;
		}
		finally {
			place.lock.readLock().unlock();
		}
	}

	private static ScenarioClient started(List<String> settings, int instances) {
		ScenarioClient client = ScenarioClient.start(settings);
		try {
			client.awaitInstances(instances);
			return client;
		}
		catch (RuntimeException ex) {
			client.close();
			throw ex;
		}
	}

	/** One instance of the application, whichever generation it is of. */
	private static final class Place {

		/** Read by a call from its begin to its end. */
		private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

		private volatile ScenarioClient client;

		Place(ScenarioClient client) {
			this.client = client;
		}

	}

}
