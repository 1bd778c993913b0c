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

import io.macula.Instance;
import io.macula.server.ProviderLimits;
import io.macula.server.ProviderSettings;
import org.jspecify.annotations.Nullable;

/**
 * How a node serves, if it does; its weight and limits change at run time, for the
 * present life and those to come. Guarded by the lock of its node.
 */
final class OwnLimits {

	private final String nodeId;

	private @Nullable ProviderSettings provider;

	OwnLimits(String nodeId, @Nullable ProviderSettings provider) {
		this.nodeId = nodeId;
		this.provider = provider;
	}

	@Nullable ProviderSettings provider() {
		return this.provider;
	}

	int weight() {
		return (this.provider != null) ? this.provider.weight() : Instance.DEFAULT_WEIGHT;
	}

	@Nullable ProviderLimits limits() {
		return (this.provider != null) ? this.provider.limits() : null;
	}

	/** What stands against serving in whatever state, or {@code null}. */
	@Nullable String obstacle(boolean closed) {
		if (this.provider == null) {
			return "no provider: build it with ProviderSettings";
		}
		return closed ? "closed" : null;
	}

	/**
	 * Change the weight.
	 * @param closed whether the node is closed
	 * @param serving what serves at present, or {@code null}
	 */
	void weigh(int weight, boolean closed, @Nullable ServingPart serving) {
		if (weight < 1 || weight > Instance.MAX_WEIGHT) {
			throw new IllegalArgumentException(
					"weight " + weight + " of node '" + this.nodeId + "' is not valid: expected 1 to "
							+ Instance.MAX_WEIGHT + "; to get no calls at all, let the node withdraw its services");
		}
		this.provider = required("The weight of node '" + this.nodeId + "' cannot be set to " + weight, closed)
			.withWeight(weight);
		if (serving != null) {
			serving.weigh(weight);
		}
	}

	/**
	 * Change how much is served at once.
	 * @param closed whether the node is closed
	 * @param serving what serves at present, or {@code null}
	 */
	void limit(ProviderLimits limits, boolean closed, @Nullable ServingPart serving) {
		this.provider = required("The limits of node '" + this.nodeId + "' cannot be changed", closed)
			.withLimits(limits);
		if (serving != null) {
			serving.limits(limits);
		}
	}

	private ProviderSettings required(String refusal, boolean closed) {
		String obstacle = obstacle(closed);
		if (this.provider == null || obstacle != null) {
			throw new IllegalStateException(refusal + ": it is " + obstacle);
		}
		return this.provider;
	}

	/**
	 * A life begins; either may have been changed since it was opened.
	 * @return whether the weight is another one than that life was opened with
	 */
	boolean begins(ServingPart serving) {
		ProviderLimits limits = limits();
		if (limits != null) {
			serving.limits(limits);
		}
		return serving.weigh(weight());
	}

}
