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
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The engine of fixed instances. Immutable.
 *
 * @param directory the instances
 */
record StaticEngine(StaticDirectory directory) implements DirectoryEngine {

	/** Most services that are named to people. */
	private static final int NAMED = 10;

	@Override
	public @Nullable Registry registry() {
		return null;
	}

	@Override
	public void start(@Nullable Endpoint self) {
		// All is known already.
	}

	@Override
	public Mono<Void> close() {
		return Mono.empty();
	}

	@Override
	public boolean restartable() {
		return true;
	}

	@Override
	public DirectoryState state() {
		return DirectoryState.of(DirectoryReport.of(DirectoryEngineFactory.STATIC, this.directory.nodes(), null));
	}

	@Override
	public Mono<List<Advertisement>> advertised() {
		return Mono.fromSupplier(this.directory::advertised);
	}

	@Override
	public String hint() {
		if (this.directory.services().isEmpty()) {
			return "no fixed instances: see macula.directory.static.services";
		}
		List<String> names = this.directory.services().stream().map(ServiceName::value).sorted().toList();
		String more = (names.size() > NAMED) ? ", and " + (names.size() - NAMED) + " more" : "";
		return "fixed instances of services " + names.stream().limit(NAMED).collect(Collectors.joining(", ")) + more
				+ ": see macula.directory.static.services";
	}

}
