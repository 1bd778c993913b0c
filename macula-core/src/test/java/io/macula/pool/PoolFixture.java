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

package io.macula.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.transport.Connection;
import reactor.core.publisher.Mono;

/**
 * A pool whose time, dials and connections belong to the test.
 */
final class PoolFixture implements Connector, PoolListener {

	static final Endpoint ONE = new Endpoint("10.0.0.1", 9443);

	static final Endpoint TWO = new Endpoint("10.0.0.2", 9443);

	static final Endpoint THREE = new Endpoint("10.0.0.3", 9443);

	static final Status REFUSED = Status.notProcessed(Code.UNAVAILABLE, "port unreachable");

	final FakeTime time = new FakeTime();

	/** Dials that the test has not taken. */
	final Deque<FakeDial> dials = new ArrayDeque<>();

	/** What the listener for people was told. */
	final List<String> told = new ArrayList<>();

	final Random random = new Random(1);

	/** Runs for each dial before it is given out. */
	Consumer<FakeDial> onDial = (dial) -> {
	};

	/** Runs whenever the listener for people is told something. */
	Runnable onTold = () -> {
	};

	int dialled;

	static PoolSettings settings(int perEndpoint, int maxConnections, int maxPending) {
		return new PoolSettings(perEndpoint, Duration.ofMinutes(5), maxConnections, maxPending, Duration.ofSeconds(1));
	}

	ConnectionPool pool() {
		return pool(PoolSettings.defaults());
	}

	ConnectionPool pool(PoolSettings settings) {
		return new ConnectionPool(settings, this, this.time, this.time::nanos, this, () -> this.random);
	}

	/** An endpoint with a connection. */
	EndpointPool connected(ConnectionPool pool, Endpoint endpoint) {
		EndpointPool connected = pool.retain(endpoint, 0);
		acquire(connected);
		this.dials.remove().succeed();
		return connected;
	}

	Outcomes acquire(EndpointPool endpoint) {
		Outcomes waiter = new Outcomes();
		endpoint.acquire(waiter);
		return waiter;
	}

	@Override
	public Mono<Connection> connect(Endpoint endpoint, Duration timeout) {
		this.dialled++;
		FakeDial dial = new FakeDial(endpoint);
		this.dials.add(dial);
		this.onDial.accept(dial);
		return dial;
	}

	@Override
	public void dialling(Endpoint endpoint) {
		told("dialling " + endpoint);
	}

	@Override
	public void connected(Endpoint endpoint, Connection connection) {
		told("connected " + connection.endpoint());
	}

	@Override
	public void drained(Endpoint endpoint, Status status) {
		told("drained " + endpoint);
	}

	@Override
	public void failed(Endpoint endpoint, Status status) {
		told("failed " + endpoint);
	}

	private void told(String what) {
		this.told.add(what);
		this.onTold.run();
	}

}
