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

package io.macula.node;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.directory.Advertisement;
import io.macula.directory.LeaseListener;
import io.macula.log.FaultLog;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.pool.PoolListener;
import io.macula.selection.InstanceListener;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Disposable;

/**
 * Brings what the floors below take note of to the listeners of a node: through one
 * bounded queue, on a thread of its own that is there only while there is something to
 * tell. Whoever takes note never waits. Safe for all threads; closed with the node.
 */
final class NodeEvents implements AutoCloseable {

	static final int CAPACITY = 4096;

	private static final Logger logger = PrintableLogger.of(NodeEvents.class);

	private static final FaultLog faults = new FaultLog(logger);

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime);

	private final List<NodeListener> listeners = new CopyOnWriteArrayList<>();

	private final String nodeId;

	private final ThreadPoolExecutor thread;

	private final LongAdder told = new LongAdder();

	private final LongAdder dropped = new LongAdder();

	NodeEvents(String nodeId) {
		this.nodeId = nodeId;
		this.thread = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new ArrayBlockingQueue<>(CAPACITY), (work) -> {
			Thread made = new Thread(null, work, "macula-events-" + nodeId, 0, false);
			made.setDaemon(true);
			return made;
		}, (event, executor) -> dropped());
		this.thread.allowCoreThreadTimeOut(true);
	}

	Disposable add(NodeListener listener) {
		this.listeners.add(listener);
		AtomicBoolean removed = new AtomicBoolean();
		return () -> {
			if (removed.compareAndSet(false, true)) {
				this.listeners.remove(listener);
			}
		};
	}

	EventFigures figures() {
		return new EventFigures(this.told.sum(), this.thread.getQueue().size(), this.dropped.sum());
	}

	private void tell(Consumer<NodeListener> event) {
		if (this.listeners.isEmpty()) {
			return;
		}
		try {
			this.thread.execute(() -> deliver(event));
		}
		catch (Throwable ex) {
			// There is no thread, or no memory: the floors below have their work to do.
			faults.warn("An event of node " + this.nodeId + " could not be told", ex);
			this.dropped.increment();
		}
	}

	private void dropped() {
		if (this.thread.isShutdown()) {
			return;
		}
		this.dropped.increment();
		this.limit.log("dropped", (suppressed) -> logger.warn(
				"An event of node {} is dropped: {} are waiting for its listeners, which are too slow; {} dropped so far{}",
				this.nodeId, CAPACITY, this.dropped.sum(), suppressed));
	}

	private void deliver(Consumer<NodeListener> event) {
		for (NodeListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (Throwable ex) {
				faults.warn("A listener of node " + this.nodeId + " failed", ex);
			}
		}
		this.told.increment();
	}

	/** Those of one client service. */
	InstanceListener instances(String client, ServiceName service) {
		return new InstanceListener() {

			@Override
			public void joined(Instance instance) {
				tell((listener) -> listener.instanceJoined(client, service, instance));
			}

			@Override
			public void left(Instance instance) {
				tell((listener) -> listener.instanceLeft(client, service, instance));
			}

			@Override
			public void ejected(Instance instance, String reason, @Nullable Duration time) {
				tell((listener) -> listener.instanceEjected(client, service, instance, reason, time));
			}

			@Override
			public void contractsDiffer(Map<String, List<String>> versions) {
				tell((listener) -> listener.contractsDiffer(client, service, versions));
			}

			@Override
			public void restored(Instance instance) {
				tell((listener) -> listener.instanceRestored(client, service, instance));
			}

		};
	}

	/** Those of a pool, which writes its log as well. */
	PoolListener pool(PoolListener log) {
		return new PoolListener() {

			@Override
			public void dialling(Endpoint endpoint) {
				log.dialling(endpoint);
			}

			@Override
			public void connected(Endpoint endpoint, Connection connection) {
				log.connected(endpoint, connection);
			}

			@Override
			public void drained(Endpoint endpoint, Status status) {
				log.drained(endpoint, status);
			}

			@Override
			public void failed(Endpoint endpoint, Status status) {
				log.failed(endpoint, status);
			}

			@Override
			public void lost(Endpoint endpoint, Status status) {
				log.lost(endpoint, status);
				tell((listener) -> listener.connectionLost(endpoint, status));
			}

		};
	}

	/** Those of the lease. */
	LeaseListener lease() {
		return new LeaseListener() {

			@Override
			public void granted(Advertisement advertisement) {
				tell((listener) -> listener.leaseGranted(advertisement.services()));
			}

			@Override
			public void lost(Advertisement advertisement) {
				tell((listener) -> listener.leaseLost(advertisement.services()));
			}

		};
	}

	void drained(boolean complete) {
		tell((listener) -> listener.drained(complete));
	}

	/** What waits is told; nothing is added. */
	@Override
	public void close() {
		this.thread.shutdown();
	}

}
