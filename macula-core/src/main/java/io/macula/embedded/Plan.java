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

import io.macula.directory.DirectoryLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * When an action runs next on the directory's loop: once, at the latest time that was
 * planned. Owned by the loop.
 */
final class Plan {

	private final DirectoryLoop loop;

	private final Runnable action;

	private @Nullable Disposable latest;

	Plan(DirectoryLoop loop, Runnable action) {
		this.loop = loop;
		this.action = action;
	}

	/** Run the action after this time, and not when it was planned before. */
	void after(Duration delay) {
		cancel();
		this.latest = this.loop.schedule(this.action, delay);
	}

	/** Do not run it. */
	void cancel() {
		Disposable planned = this.latest;
		if (planned != null) {
			planned.dispose();
		}
	}

}
