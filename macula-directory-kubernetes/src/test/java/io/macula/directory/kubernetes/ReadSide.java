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

package io.macula.directory.kubernetes;

import java.util.List;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.directory.Advertisement;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryState;
import io.macula.directory.Registry;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * An engine whose providers are told by the test, and not by themselves.
 */
record ReadSide(DirectoryEngine engine) implements DirectoryEngine {

	@Override
	public Directory directory() {
		return this.engine.directory();
	}

	@Override
	public @Nullable Registry registry() {
		return null;
	}

	@Override
	public void start(@Nullable Endpoint self) {
		this.engine.start(self);
	}

	@Override
	public Mono<Void> close() {
		return this.engine.close();
	}

	@Override
	public Mono<List<Advertisement>> advertised() {
		return this.engine.advertised();
	}

	@Override
	public boolean knowsRealm() {
		return this.engine.knowsRealm();
	}

	@Override
	public @Nullable String trouble() {
		return this.engine.trouble();
	}

	@Override
	public @Nullable String awaited() {
		return this.engine.awaited();
	}

	@Override
	public @Nullable Status obstacle() {
		return this.engine.obstacle();
	}

	@Override
	public DirectoryState state() {
		return this.engine.state();
	}

	@Override
	public String hint() {
		return this.engine.hint();
	}

}
