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

package io.macula.directory.zookeeper;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs tasks one after the other, in the order in which they came, by whichever of the
 * calling threads comes first. Nobody waits: a task that comes while another one runs is
 * left to the thread that runs it.
 */
final class InOrder implements Executor {

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final AtomicInteger open = new AtomicInteger();

	private final Consumer<RuntimeException> failed;

	/**
	 * Tasks of one kind.
	 * @param failed is told what a task throws; the next one runs nevertheless
	 */
	InOrder(Consumer<RuntimeException> failed) {
		this.failed = failed;
	}

	@Override
	public void execute(Runnable task) {
		this.tasks.add(task);
		if (this.open.getAndIncrement() > 0) {
			return;
		}
		do {
			Runnable next = this.tasks.remove();
			try {
				next.run();
			}
			catch (RuntimeException ex) {
				this.failed.accept(ex);
			}
		}
		while (this.open.decrementAndGet() > 0);
	}

}
