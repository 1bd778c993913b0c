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

package io.macula.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of a call: on the client the call as a whole and each attempt, on the
 * provider the call from the moment its handler's turn comes until its answer. A call
 * that is refused before (overload, draining, unknown method, deadline over) is counted
 * in the node's report but not observed by the provider.
 */
public enum MaculaObservationDocumentation implements ObservationDocumentation {

	/** A call as its caller sees it: all attempts, waits and retries included. */
	CLIENT_CALL {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultCallObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return LowCardinality.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return new KeyName[] { HighCardinality.ATTEMPTS };
		}

	},

	/** One attempt of a call on one instance; carries the trace context to it. */
	CLIENT_ATTEMPT {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultAttemptObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return LowCardinality.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return new KeyName[] { HighCardinality.ATTEMPT, HighCardinality.ENDPOINT, HighCardinality.NODE };
		}

	},

	/** A call that this node serves; continues the caller's trace. */
	SERVER_CALL {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultServerCallObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return LowCardinality.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return new KeyName[] { HighCardinality.CALLER };
		}

	};

	@Override
	public String getPrefix() {
		return "macula";
	}

	/**
	 * Keys of few values, fit for metrics.
	 */
	public enum LowCardinality implements KeyName {

		/** Name of the realm. */
		REALM {

			@Override
			public String asString() {
				return "macula.realm";
			}

		},

		/** Name of the service. */
		SERVICE {

			@Override
			public String asString() {
				return "macula.service";
			}

		},

		/** Name of the method on the wire. */
		METHOD {

			@Override
			public String asString() {
				return "macula.method";
			}

		},

		/** Outcome as a {@link io.macula.Code}; {@code none} while the call is open. */
		CODE {

			@Override
			public String asString() {
				return "macula.code";
			}

		}

	}

	/**
	 * Keys of many values, for traces only.
	 */
	public enum HighCardinality implements KeyName {

		/** Number of attempts that the call took. */
		ATTEMPTS {

			@Override
			public String asString() {
				return "macula.attempts";
			}

		},

		/** Number of this attempt within its call; the first is 1. */
		ATTEMPT {

			@Override
			public String asString() {
				return "macula.attempt";
			}

		},

		/** Host and port that the attempt goes to. */
		ENDPOINT {

			@Override
			public String asString() {
				return "macula.endpoint";
			}

		},

		/** Id of the node that the attempt goes to. */
		NODE {

			@Override
			public String asString() {
				return "macula.node";
			}

		},

		/** Id of the node that calls. */
		CALLER {

			@Override
			public String asString() {
				return "macula.caller";
			}

		}

	}

}
