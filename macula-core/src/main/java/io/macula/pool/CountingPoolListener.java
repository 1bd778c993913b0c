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

import java.util.concurrent.atomic.LongAdder;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.transport.Connection;

/**
 * Counts what another listener is told. Safe for all threads.
 */
final class CountingPoolListener implements PoolListener {

	private final PoolListener told;

	private final LongAdder dials = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final LongAdder lost = new LongAdder();

	CountingPoolListener(PoolListener told) {
		this.told = told;
	}

	@Override
	public void dialling(Endpoint endpoint) {
		this.dials.increment();
		this.told.dialling(endpoint);
	}

	@Override
	public void connected(Endpoint endpoint, Connection connection) {
		this.told.connected(endpoint, connection);
	}

	@Override
	public void drained(Endpoint endpoint, Status status) {
		this.told.drained(endpoint, status);
	}

	@Override
	public void failed(Endpoint endpoint, Status status) {
		this.failed.increment();
		this.told.failed(endpoint, status);
	}

	@Override
	public void lost(Endpoint endpoint, Status status) {
		this.lost.increment();
		this.told.lost(endpoint, status);
	}

	PoolFigures figures() {
		return new PoolFigures(this.dials.sum(), this.failed.sum(), this.lost.sum());
	}

}
