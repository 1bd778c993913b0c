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

package io.macula.operations;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import reactor.core.publisher.Mono;

/**
 * The one thread on which a node answers those who look at it; there only while it has
 * something to do. What waits for it is bounded. Safe for all threads.
 */
final class OperationsThread implements AutoCloseable {

	/** Questions that may wait. */
	static final int MOST_WAITING = 256;

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(OperationsThread.class));

	private final String nodeId;

	private final ScheduledThreadPoolExecutor executor;

	private final AtomicInteger waiting = new AtomicInteger();

	OperationsThread(String nodeId) {
		this.nodeId = nodeId;
		this.executor = new ScheduledThreadPoolExecutor(1, (work) -> {
			Thread made = new Thread(null, work, "macula-operations-" + nodeId, 0, false);
			made.setDaemon(true);
			return made;
		});
		this.executor.setKeepAliveTime(5, TimeUnit.SECONDS);
		this.executor.allowCoreThreadTimeOut(true);
		this.executor.setRemoveOnCancelPolicy(true);
		this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	/** Do something that nobody waits for; not done where too much waits. */
	void execute(Runnable work) {
		execute(work, (refusal) -> {
		});
	}

	/** The same, for somebody who wants to know that it is not done. */
	void execute(Runnable work, Consumer<RpcException> refused) {
		if (this.waiting.incrementAndGet() > MOST_WAITING) {
			this.waiting.decrementAndGet();
			refused.accept(refusal(Code.RESOURCE_EXHAUSTED, "is asked by too many at once"));
			return;
		}
		try {
			this.executor.execute(() -> {
				this.waiting.decrementAndGet();
				run(work);
			});
		}
		catch (RejectedExecutionException ex) {
			this.waiting.decrementAndGet();
			refused.accept(refusal(Code.UNAVAILABLE, "is closed"));
		}
	}

	private RpcException refusal(Code code, String why) {
		return Status.processed(code, "node '" + this.nodeId + "' " + why).toException();
	}

	/** Do something later, unless the node is closed by then. */
	void schedule(Runnable work, Duration delay) {
		try {
			this.executor.schedule(() -> run(work), delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// It is closed: nobody asks any more.
		}
	}

	private void run(Runnable work) {
		try {
			work.run();
		}
		catch (Throwable ex) {
			faults.warn("A look at node " + this.nodeId + " failed", ex);
		}
	}

	/** Work out an answer. */
	<T> Mono<T> call(Callable<T> work) {
		return Mono.create((sink) -> execute(() -> {
			try {
				sink.success(work.call());
			}
			catch (Throwable ex) {
				if (!(ex instanceof RpcException)) {
					faults.warn("A look at node " + this.nodeId + " failed", ex);
				}
				sink.error(ex);
			}
		}, sink::error));
	}

	@Override
	public void close() {
		this.executor.shutdown();
	}

}
