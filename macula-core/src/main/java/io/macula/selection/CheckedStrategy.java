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

package io.macula.selection;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.selection.SelectionStrategies.Spreading;
import io.macula.selection.SelectionStrategies.Weighing;

/**
 * The selection strategy of a client service; what a user's one does wrong ends as an
 * error that names it. Safe for all threads as the strategy itself is.
 */
final class CheckedStrategy {

	private final ServiceName service;

	private final String name;

	private final SelectionStrategy strategy;

	/** Ours need no check. */
	private final boolean builtIn;

	private final boolean spreading;

	private final boolean weighing;

	CheckedStrategy(ServiceName service, String name, SelectionStrategy strategy) {
		this.service = service;
		this.name = name;
		this.strategy = strategy;
		this.spreading = strategy instanceof Spreading;
		this.builtIn = this.spreading || SelectionStrategies.builtIn().containsValue(strategy);
		this.weighing = !this.builtIn || strategy instanceof Weighing;
	}

	/** Whether it is this very strategy, called so in messages. */
	boolean is(String otherName, SelectionStrategy other) {
		return this.strategy == other && this.name.equals(otherName);
	}

	/** Whether it only spreads load, so that single calls may be led elsewhere. */
	boolean spreading() {
		return this.spreading;
	}

	/** Whether it follows the weights; a user's one is taken to do so. */
	boolean weighing() {
		return this.weighing;
	}

	/**
	 * Choose.
	 * @param candidates not empty
	 * @param context the call
	 * @return one of the candidates
	 * @throws RpcException INTERNAL if the strategy fails or returns something else
	 */
	InstanceTracker select(CandidateList candidates, SelectionContext context) {
		return this.builtIn ? (InstanceTracker) this.strategy.select(candidates, context)
				: selectChecked(candidates, context);
	}

	private InstanceTracker selectChecked(CandidateList candidates, SelectionContext context) {
		Candidate chosen;
		try {
			chosen = this.strategy.select(candidates, context);
		}
		catch (RuntimeException ex) {
			throw new RpcException(
					Status.notProcessed(Code.INTERNAL,
							"Selection strategy '" + this.name + "' failed for service " + this.service + ": " + ex),
					ex);
		}
		if (!candidates.contains(chosen)) {
			throw Status
				.notProcessed(Code.INTERNAL,
						"Selection strategy '" + this.name + "' returned " + chosen + " for service " + this.service
								+ ": expected one of its " + candidates.size() + " candidates "
								+ candidates.subList(0, Math.min(candidates.size(), 5)))
				.toException();
		}
		return (InstanceTracker) chosen;
	}

}
