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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ChangeListeners}.
 */
class ChangeListenersTests {

	private final ChangeListeners listeners = new ChangeListeners();

	private void onAnotherThread(Runnable action) {
		Thread thread = new Thread(action);
		thread.start();
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenChangeComesWhileAnotherThreadTellsThenThatThreadTellsAgain() {
		AtomicInteger state = new AtomicInteger();
		List<Integer> seen = new ArrayList<>();
		List<Thread> threads = new ArrayList<>();
		this.listeners.add(() -> {
			int read = state.get();
			if (state.compareAndSet(1, 2)) {
				onAnotherThread(this.listeners::tell);
			}
			// What was read before the change is left behind after it.
			seen.add(read);
			threads.add(Thread.currentThread());
		});
		state.set(1);
		this.listeners.tell();
		assertThat(seen).containsExactly(0, 1, 2);
		assertThat(threads).containsOnly(Thread.currentThread());
	}

	@Test
	void whenChangeComesWhileAListenerIsAddedThenItIsToldOfIt() {
		AtomicInteger state = new AtomicInteger();
		List<Integer> seen = new ArrayList<>();
		this.listeners.add(() -> {
			seen.add(state.get());
			if (state.compareAndSet(0, 1)) {
				onAnotherThread(this.listeners::tell);
			}
		});
		assertThat(seen).containsExactly(0, 1);
	}

	@Test
	void whenListenerDisposesAnotherThenThatOneIsNotToldAnyMore() {
		List<String> told = new ArrayList<>();
		Disposable[] second = new Disposable[1];
		this.listeners.add(() -> {
			if (second[0] != null) {
				second[0].dispose();
			}
		});
		second[0] = this.listeners.add(() -> told.add("second"));
		told.clear();
		this.listeners.tell();
		assertThat(told).isEmpty();
		assertThat(second[0].isDisposed()).isTrue();
	}

}
