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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import reactor.core.Disposable;

/**
 * Clock and timer of the tests: time passes when the test says so.
 */
final class FakeTime implements Timer {

	private final List<Task> tasks = new ArrayList<>();

	private long nanos;

	/** From now on every task is rejected. */
	boolean rejecting;

	/** Runs before a task is taken. */
	Runnable onSchedule = () -> {
	};

	long nanos() {
		return this.nanos;
	}

	@Override
	public Disposable schedule(Runnable action, Duration delay) {
		this.onSchedule.run();
		if (this.rejecting) {
			throw new RejectedExecutionException("the timer is closed");
		}
		Task task = new Task(this.nanos + delay.toNanos(), action);
		this.tasks.add(task);
		return () -> this.tasks.remove(task);
	}

	/** Let time pass and run what falls due, in order. */
	void pass(Duration duration) {
		long end = this.nanos + duration.toNanos();
		while (true) {
			Task next = this.tasks.stream()
				.filter((task) -> task.time <= end)
				.min(Comparator.comparingLong((task) -> task.time))
				.orElse(null);
			if (next == null) {
				break;
			}
			this.tasks.remove(next);
			this.nanos = Math.max(this.nanos, next.time);
			next.action.run();
		}
		this.nanos = end;
	}

	int scheduled() {
		return this.tasks.size();
	}

	/** Something to run later. */
	private static final class Task {

		private final long time;

		private final Runnable action;

		Task(long time, Runnable action) {
			this.time = time;
			this.action = action;
		}

	}

}
