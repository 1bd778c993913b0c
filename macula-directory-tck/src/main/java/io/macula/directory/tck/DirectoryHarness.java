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

package io.macula.directory.tck;

import java.time.Duration;
import java.util.Map;

import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;

/**
 * A system behind directories, as {@link DirectoryContractTests} starts and troubles it.
 * One for each test; used by one thread.
 */
public interface DirectoryHarness extends AutoCloseable {

	/**
	 * The engine of one more node, which the test closes.
	 * @param node the node
	 * @return a new engine of the same realm
	 */
	DirectoryEngine engine(Node node);

	/**
	 * Start an engine, as the node whose engine it is would do it.
	 * @param engine of this harness
	 */
	default void start(DirectoryEngine engine) {
		engine.start(null);
	}

	/**
	 * What this system, or this harness, cannot do, each with the reason: the rows that
	 * need it are skipped and show the reason.
	 * @return empty if it can do everything
	 */
	default Map<Ability, String> lacks() {
		return Map.of();
	}

	/**
	 * How long after the end of a lease an instance may still be seen, because the system
	 * looks at leases in steps of its own.
	 * @return 2 seconds by default
	 */
	default Duration expirySlack() {
		return Duration.ofSeconds(2);
	}

	/**
	 * How long the system may be out of reach before the engines notice.
	 * @return 10 seconds by default
	 */
	default Duration lossSlack() {
		return Duration.ofSeconds(10);
	}

	/**
	 * Whether a node's identity is what its advertisement says, and not what the engine
	 * proves by itself.
	 * @return true by default
	 */
	default boolean tellsIdentity() {
		return true;
	}

	/**
	 * Whether a thread is of the system that runs in the test's own process, and not of
	 * an engine: such a thread may be left when an engine is closed.
	 * @param thread of this process
	 * @return false by default
	 */
	default boolean isOfSystem(Thread thread) {
		return false;
	}

	/**
	 * Tell the system of an instance in the way in which it is told, for an engine
	 * without a registry.
	 * @param advertisement what it shall know
	 * @return tells the system that the instance leaves
	 */
	default AutoCloseable publish(Advertisement advertisement) {
		throw new UnsupportedOperationException("engines of this harness have registries");
	}

	/**
	 * Let a node die without a word: from now on the system hears nothing from it.
	 * @param engine of the node; closed by the test later all the same
	 */
	default void kill(DirectoryEngine engine) {
		throw new UnsupportedOperationException("kill");
	}

	/** Take the system out of reach of all nodes; it keeps its data. */
	default void cut() {
		throw new UnsupportedOperationException("cut");
	}

	/** Bring the system back. */
	default void restore() {
		throw new UnsupportedOperationException("restore");
	}

	/** Let the system lose all data of the realm, leases included, and go on. */
	default void wipe() {
		throw new UnsupportedOperationException("wipe");
	}

	/**
	 * Write what no node wrote where the record of a node would be.
	 * @param service of the record
	 * @param nodeId of the record
	 * @param record any bytes
	 */
	default void write(ServiceName service, String nodeId, byte[] record) {
		throw new UnsupportedOperationException("write");
	}

	/**
	 * How many records of a service the system gave to its readers so far.
	 * @param service the service
	 * @return a number that only grows
	 */
	default long reads(ServiceName service) {
		throw new UnsupportedOperationException("reads");
	}

	/**
	 * How many leases or sessions of writing nodes the system has.
	 * @return the number at this moment
	 */
	default int leases() {
		throw new UnsupportedOperationException("leases");
	}

	/** End the system; all engines are closed by now. */
	@Override
	void close() throws Exception;

	/**
	 * A node whose engine is asked for.
	 *
	 * @param nodeId its id
	 * @param incarnation of its process
	 * @param lease that it will ask for
	 * @param provider whether it will serve anything
	 */
	record Node(String nodeId, long incarnation, Duration lease, boolean provider) {

	}

	/**
	 * What not every system or harness can do.
	 */
	enum Ability {

		/** Nodes advertise themselves by the engine's registry. */
		REGISTRY,
		/** Instances can be told to the system, by a registry or by {@link #publish}. */
		CHANGES,
		/** Advertisements of dead nodes end: {@link #kill}. */
		EXPIRY,
		/** {@link #cut} and {@link #restore}. */
		CUT,
		/** An engine can be started while the system is out of reach. */
		START_UNREACHABLE,
		/** {@link #wipe}. */
		WIPE,
		/** {@link #write}. */
		FOREIGN_RECORDS,
		/** {@link #reads}. */
		READS,
		/** {@link #leases}. */
		LEASES,
		/** Nodes tell the incarnations of their processes, and the newer one counts. */
		INCARNATIONS,
		/** Everything that an advertisement says arrives. */
		DETAILS,
		/** An engine that is closed withdraws what it advertised. */
		CLOSE,
		/** Operators are told of all services: {@link DirectoryEngine#advertised}. */
		ALL,
		/** Instances are kept when too many leave at once without a word. */
		SELF_PRESERVATION

	}

}
