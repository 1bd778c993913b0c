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
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The steps that close a node, run once and all of them: one that fails is logged and the
 * next goes on. Safe for all threads once the steps are added.
 * <p>
 * The steps have a thread of their own, so that neither an interrupt nor a thread that
 * must not block can cut them short.
 */
final class NodeClosing {

	private static final Logger logger = LoggerFactory.getLogger(NodeClosing.class);

	private final String nodeId;

	private final List<Step> steps = new ArrayList<>();

	private @Nullable Thread thread;

	/** Runs somebody else's part of a step. */
	private volatile @Nullable Thread guest;

	NodeClosing(String nodeId) {
		this.nodeId = nodeId;
	}

	/**
	 * Add a step that ends by itself.
	 * @param name for the log
	 * @param action may throw
	 */
	NodeClosing then(String name, Runnable action) {
		this.steps.add(new Step(name, action));
		return this;
	}

	/**
	 * Add a step that ends by itself, before all others.
	 * @param name for the log
	 * @param action may throw
	 */
	void first(String name, Runnable action) {
		this.steps.add(0, new Step(name, action));
	}

	/**
	 * Add a step of somebody else's code, which may do anything: throw, block, give
	 * nothing back, never complete.
	 * @param name for the log
	 * @param action what to subscribe to
	 * @param limit bound of the wait
	 */
	NodeClosing then(String name, Supplier<@Nullable Mono<Void>> action, Duration limit) {
		return then(name, bounded(action, limit));
	}

	/**
	 * The same, before all others.
	 * @param name for the log
	 * @param action what to subscribe to
	 * @param limit bound of the wait
	 */
	void first(String name, Supplier<@Nullable Mono<Void>> action, Duration limit) {
		first(name, bounded(action, limit));
	}

	private Runnable bounded(Supplier<@Nullable Mono<Void>> action, Duration limit) {
		return () -> given(() -> asGuest(action)).subscribeOn(Schedulers.boundedElastic()).timeout(limit).block();
	}

	/** Whoever closes the node from within a step must not wait for the step. */
	private @Nullable Mono<Void> asGuest(Supplier<@Nullable Mono<Void>> action) {
		this.guest = Thread.currentThread();
		try {
			return action.get();
		}
		finally {
			this.guest = null;
		}
	}

	/**
	 * Somebody else's Mono, made at subscription; {@code null} is an empty one.
	 */
	static Mono<Void> given(Supplier<@Nullable Mono<Void>> action) {
		return Mono.defer(() -> {
			Mono<Void> given = action.get();
			return (given != null) ? given : Mono.empty();
		});
	}

	/**
	 * Run the steps, if nobody has begun to, and wait for the last of them; a thread that
	 * must not block, and a step itself, do not wait.
	 */
	void close() {
		Thread closing = begin();
		if (!Schedulers.isInNonBlockingThread() && !isStep()) {
			await(closing);
		}
	}

	/** Whether the present thread is one that carries out a step. */
	synchronized boolean isStep() {
		Thread current = Thread.currentThread();
		return current == this.thread || current == this.guest;
	}

	private synchronized Thread begin() {
		Thread present = this.thread;
		if (present == null) {
			present = new Thread(this::run, "macula-close-" + this.nodeId);
			present.setDaemon(false);
			this.thread = present;
			start(present);
		}
		return present;
	}

	private void start(Thread closing) {
		try {
			closing.start();
		}
		catch (OutOfMemoryError ex) {
			// No thread can be had: better closed by this one than not at all.
			logger.warn("Node {} is closed on thread '{}'", this.nodeId, Thread.currentThread().getName(), ex);
			run();
		}
	}

	private void run() {
		for (Step step : this.steps) {
			try {
				step.action.run();
			}
			catch (Throwable ex) {
				logger.warn("Closing node {} goes on, though this failed: {}", this.nodeId, step.name, ex);
			}
		}
	}

	private static void await(Thread closing) {
		boolean interrupted = false;
		while (closing.isAlive()) {
			try {
				closing.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private record Step(String name, Runnable action) {

	}

}
