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

package io.macula.operations;

import java.util.List;
import java.util.function.Consumer;

import reactor.core.Disposable;

/**
 * A node as those see it who look at it and steer it. Safe for all threads; never called
 * on an event loop.
 */
public interface NodeView {

	/**
	 * The node, for messages.
	 * @return its id
	 */
	String nodeId();

	/**
	 * What it is, does and has counted.
	 * @return the status at this moment
	 */
	NodeStatus status();

	/**
	 * The nodes that its directory view knows, itself included. Waits for the directory
	 * for a moment.
	 * @return in the order of their ids
	 */
	List<KnownNodes.KnownNode> known();

	/**
	 * The contracts that it serves.
	 * @return in the order of the names
	 */
	List<ServiceDescriptions.ServiceDescription> describe();

	/**
	 * Count calls with their callers and latencies, or cease.
	 * @param wanted whether somebody wants to know
	 */
	void record(boolean wanted);

	/**
	 * Tell somebody what happens from now on.
	 * @param listener told on a thread of the node; must not wait
	 * @return tells nothing any more once it is disposed of
	 */
	Disposable listen(Consumer<NodeEvent> listener);

	/**
	 * Do something to it, and write it into the log.
	 * @param steer what
	 * @param act the particulars
	 * @param operator who wants it, for the log
	 * @throws IllegalArgumentException if that cannot be done; the message says why
	 */
	void steer(Steer steer, Act act, String operator);

	/** What can be done to a node. */
	enum Steer {

		/** Get no calls until it is resumed. */
		DRAIN,
		/** Take calls again. */
		RESUME,
		/** Leave an instance out of the calls that it makes. */
		EJECT,
		/** Use it again. */
		RESTORE,
		/** Change its share of the calls of weighted strategies. */
		WEIGHT

	}

}
