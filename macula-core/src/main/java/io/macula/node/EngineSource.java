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

import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.embedded.EmbeddedDirectory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Where the directory engine of each life of a node comes from: made by a factory, or one
 * that was given, which serves several lives only if it says so. Safe for all threads.
 */
final class EngineSource {

	private final DirectoryEngineFactory factory;

	private final @Nullable DirectoryEngine given;

	/** The one that was given has been started; turns once. */
	private volatile boolean used;

	private EngineSource(DirectoryEngineFactory factory, @Nullable DirectoryEngine given) {
		this.factory = factory;
		this.given = given;
	}

	static EngineSource given(DirectoryEngine engine) {
		return new EngineSource(DirectoryEngineFactory.of("given", (context) -> engine), engine);
	}

	static EngineSource madeBy(DirectoryEngineFactory factory) {
		return new EngineSource(factory, null);
	}

	/** What another thread may load before the first life. */
	Runnable ahead() {
		return this.factory.type().equals(DirectoryEngineFactory.EMBEDDED) ? EmbeddedDirectory::loadAhead : () -> {
		};
	}

	/**
	 * Demand that there is an engine for the next life.
	 * @param nodeId of the node, for the message
	 * @throws IllegalStateException if there is none any more
	 */
	void require(String nodeId) {
		DirectoryEngine only = this.given;
		if (only != null && this.used && !only.restartable()) {
			throw new IllegalStateException("Node '" + nodeId + "' cannot be started again: its directory engine "
					+ only.getClass().getName() + " was given as one instance and is closed;"
					+ " give RealmNodeBuilder.directory a factory of engines, so that each start has a new one");
		}
	}

	/**
	 * The engine of the next life.
	 * @param context the life
	 */
	DirectoryEngine next(DirectoryEngineFactory.Context context) {
		return this.factory.create(context);
	}

	/** An engine of this source is about to be started. */
	void starts() {
		this.used = true;
	}

	/** Whether a life that ends before its engine was started has to close it. */
	boolean closesUnstarted() {
		return this.given == null;
	}

	/** Close the engine that was given, if no life did. */
	@Nullable Mono<Void> close() {
		DirectoryEngine only = this.given;
		if (only == null || this.used) {
			return null;
		}
		this.used = true;
		return only.close();
	}

}
