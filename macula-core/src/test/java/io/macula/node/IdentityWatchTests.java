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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link IdentityWatch}.
 */
class IdentityWatchTests {

	private final Deque<Runnable> due = new ArrayDeque<>();

	private final Disposable handle = Disposables.single();

	private final List<String> told = new ArrayList<>();

	private String present = "a";

	private boolean failing;

	@Test
	void whenTheKeyChangesThenTheIdentityIsToldOnce() {
		IdentityWatch watch = watch();
		look();
		assertThat(this.told).isEmpty();
		this.present = "b";
		look();
		look();
		assertThat(this.told).containsExactly("b");
		watch.close();
		assertThat(this.handle.isDisposed()).isTrue();
		this.present = "c";
		look();
		assertThat(this.told).containsExactly("b");
		assertThat(this.due).isEmpty();
	}

	@Test
	void whenTheDirectoryCannotBeToldThenItIsToldAgain() {
		IdentityWatch watch = watch();
		this.present = "b";
		this.failing = true;
		look();
		this.failing = false;
		look();
		look();
		assertThat(this.told).containsExactly("b", "b");
		watch.close();
	}

	private IdentityWatch watch() {
		return IdentityWatch.start(() -> this.present, "a", (action, delay) -> {
			assertThat(delay).isEqualTo(Duration.ofSeconds(1));
			this.due.add(action);
			return this.handle;
		}, Runnable::run, (identity) -> {
			this.told.add(identity);
			if (this.failing) {
				throw new IllegalStateException("no luck");
			}
		});
	}

	private void look() {
		this.due.remove().run();
	}

}
