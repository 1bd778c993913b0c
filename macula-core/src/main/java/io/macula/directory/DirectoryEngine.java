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
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The system behind a directory, as a node runs it: its read side, its write side, and
 * its life. A node knows no engine by name; whatever implements this can stand behind it.
 * Safe for all threads.
 * <p>
 * States: NEW to RUNNING by {@link #start}, to CLOSED by {@link #close} for good. Both
 * sides can be used from the beginning: watches tell nothing and leases are PENDING until
 * the engine runs.
 */
public interface DirectoryEngine {

	/**
	 * The read side.
	 * @return always the same
	 */
	Directory directory();

	/**
	 * The write side.
	 * @return always the same, or {@code null} if this engine is told of providers by
	 * somebody else
	 */
	@Nullable Registry registry();

	/**
	 * What a providing node must serve to other nodes for this engine, beside the
	 * services of the application.
	 * @return the services; none where the engine is a system of its own
	 */
	default List<Service> services() {
		return List.of();
	}

	/**
	 * Join the realm; returns at once.
	 * @param self endpoint of this node, or {@code null} if it does not serve
	 */
	void start(@Nullable Endpoint self);

	/**
	 * The node serves nothing any more, {@link #services()} included, but goes on to
	 * call. Returns at once.
	 */
	default void stopServing() {
	}

	/**
	 * Leave the realm for good; withdraws what is advertised.
	 * @return completes when that is done, within a few seconds; never fails
	 */
	Mono<Void> close();

	/**
	 * Whether this engine can serve another life of its node: be started again after it
	 * was closed.
	 * @return true for an engine that neither starts nor closes anything
	 */
	default boolean restartable() {
		return false;
	}

	/**
	 * Whether this engine talks to others through the connections of its node, which then
	 * stay open until it is closed.
	 * @return false for an engine that is a system of its own
	 */
	default boolean usesConnections() {
		return false;
	}

	/**
	 * Why what the read side says may be out of date, at this moment.
	 * @return a clause for messages, for example {@code no seed is reachable}, or
	 * {@code null} if it is up to date as far as the engine knows
	 */
	default @Nullable String trouble() {
		return null;
	}

	/**
	 * Why the read side has told nothing yet of a service that is watched, though this
	 * engine is in touch with its source, at this moment.
	 * @return a clause for messages, for example
	 * {@code seed 10.0.0.1:9443 was asked and has not told of it yet}, or {@code null} if
	 * this engine is not in touch or cannot say
	 */
	default @Nullable String awaited() {
		return null;
	}

	/**
	 * What the operator sees.
	 * @return the state at this moment
	 */
	DirectoryState state();

	/**
	 * All that this engine holds of other nodes, whoever watches it; for operators.
	 * @return what they advertise, at this moment; nothing where the engine holds no more
	 * than what is watched. Never fails
	 */
	default Mono<List<Advertisement>> advertised() {
		return Mono.just(List.of());
	}

	/**
	 * Whether {@link #advertised()} tells of all nodes of the realm, as far as this
	 * engine knows.
	 * @return false where it cannot say
	 */
	default boolean knowsRealm() {
		return false;
	}

	/**
	 * Where this engine looks for providers and what to check when it finds none.
	 * @return a clause for messages, for example {@code seeds: 10.0.0.1:9443}
	 */
	String hint();

	/**
	 * What keeps this engine from knowing any provider, if somebody has to act before it
	 * can: calls that find no provider then fail with this code and say why.
	 * @return for example that all seeds refuse this node's certificate, or {@code null}
	 * if nothing does or it passes by itself
	 */
	default @Nullable Status obstacle() {
		return null;
	}

	/**
	 * The engine of a directory that runs by itself, such as {@link InMemoryDirectory} or
	 * one of the user's.
	 * @param directory the read side
	 * @param registry the write side, or {@code null} if there is none
	 * @param hint see {@link #hint()}
	 * @return an engine that starts and closes nothing
	 */
	static DirectoryEngine of(Directory directory, @Nullable Registry registry, String hint) {
		return new GivenDirectory(directory, registry, hint);
	}

	/**
	 * A service that nodes serve to each other for the engine's sake.
	 *
	 * @param name name of the service
	 * @param contract a plain interface
	 * @param handler implements it; used by many threads at once
	 */
	record Service(String name, Class<?> contract, Object handler) {

	}

}
