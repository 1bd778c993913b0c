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
package io.macula.directory;

import java.util.List;
import io.macula.Endpoint;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

final class CompositeEngine implements DirectoryEngine {

	CompositeEngine(List<Part> parts) {
	}

	@Override
	public Directory directory() {
		return (service) -> Flux.never();
	}

	@Override
	public @Nullable Registry registry() {
		return null;
	}

	@Override
	public void start(@Nullable Endpoint self) {
	}

	@Override
	public Mono<Void> close() {
		return Mono.empty();
	}

	@Override
	public DirectoryState state() {
		return DirectoryState.EMPTY;
	}

	@Override
	public String hint() {
		return "";
	}

	record Part(String type, DirectoryEngine engine) {
	}

}
