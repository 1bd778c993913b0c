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

package io.macula.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.macula.directory.DirectoryLoop;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A loop on virtual time, and the test's way into it.
 */
final class TestLoop {

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final List<Throwable> failures = new ArrayList<>();

	final DirectoryLoop loop = DirectoryLoop.on(this.time, this.time, () -> this.time.now(TimeUnit.NANOSECONDS),
			new SplittableRandom(1), this.failures::add);

	/** Run a task in the loop, at once. */
	void run(Runnable task) {
		this.loop.execute(task);
		assertThat(this.failures).isEmpty();
	}

	/** Ask something in the loop. */
	<T> T get(Supplier<T> question) {
		AtomicReference<T> answer = new AtomicReference<>();
		run(() -> answer.set(question.get()));
		return answer.get();
	}

	void pass(Duration duration) {
		this.time.advanceTimeBy(duration);
		assertThat(this.failures).isEmpty();
	}

	/** A node of this name and incarnation. */
	static DirectorySelf self(String nodeId, long incarnation) {
		return new DirectorySelf() {
			@Override
			public String nodeId() {
				return nodeId;
			}

			@Override
			public long incarnation() {
				return incarnation;
			}

			@Override
			public boolean settled() {
				return true;
			}
		};
	}

}
