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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.macula.log.DurationText;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
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

	private static final Logger logger = PrintableLogger.of(NodeClosing.class);

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
		return then(name, bounded(name, action, limit));
	}

	/**
	 * The same, before all others.
	 * @param name for the log
	 * @param action what to subscribe to
	 * @param limit bound of the wait
	 */
	void first(String name, Supplier<@Nullable Mono<Void>> action, Duration limit) {
		first(name, bounded(name, action, limit));
	}

	private Runnable bounded(String name, Supplier<@Nullable Mono<Void>> action, Duration limit) {
		return () -> runGuest(name, given(action), limit);
	}

	/**
	 * On a thread that nobody else uses: those that Reactor has for blocking code may all
	 * be occupied by the application, which would leave the step undone.
	 */
	private void runGuest(String name, Mono<Void> action, Duration limit) {
		CompletableFuture<Void> end = new CompletableFuture<>();
		Disposable.Swap subscription = Disposables.swap();
		Runnable subscribe = () -> subscription
			.replace(action.subscribe(null, end::completeExceptionally, () -> end.complete(null)));
		Thread thread = new Thread(subscribe, "macula-close-" + this.nodeId + "-" + name.replace(' ', '-'));
		// Whoever never returns must not keep the process.
		thread.setDaemon(true);
		// Whoever closes the node from within a step must not wait for the step.
		this.guest = thread;
		try {
			start(thread, subscribe);
			end.get(limit.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw Exceptions.propagate((ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (TimeoutException ex) {
			thread.interrupt();
			throw new IllegalStateException("it has not ended within " + DurationText.of(limit) + " and is left behind",
					ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("interrupted", ex);
		}
		finally {
			this.guest = null;
			subscription.dispose();
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

	/**
	 * Begin to run the steps, if nobody has.
	 * @return the thread that runs them
	 */
	synchronized Thread begin() {
		Thread present = this.thread;
		if (present == null) {
			present = new Thread(this::run, "macula-close-" + this.nodeId);
			present.setDaemon(false);
			this.thread = present;
			start(present, this::run);
		}
		return present;
	}

	private void start(Thread closing, Runnable work) {
		try {
			closing.start();
		}
		catch (OutOfMemoryError ex) {
			// No thread can be had: better closed by this one than not at all.
			logger.warn("Node {} is closed on thread '{}'", this.nodeId, Thread.currentThread().getName(), ex);
			work.run();
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
		Uninterrupted.run(closing::join);
	}

	private record Step(String name, Runnable action) {

	}

}
