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

import io.macula.observation.MaculaObservationDocumentation.HighCardinality;
import io.micrometer.common.KeyValues;

/**
 * The default names and keys of one attempt. Stateless.
 */
public final class DefaultAttemptObservationConvention implements AttemptObservationConvention {

	/** The only instance that is needed. */
	public static final DefaultAttemptObservationConvention INSTANCE = new DefaultAttemptObservationConvention();

	@Override
	public String getName() {
		return "macula.client.attempt";
	}

	@Override
	public String getContextualName(AttemptObservationContext context) {
		return context.service() + "/" + context.method();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(AttemptObservationContext context) {
		return Keys.of(context.realm(), context.service(), context.method(), context.getResponse());
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(AttemptObservationContext context) {
		return KeyValues.of(HighCardinality.ATTEMPT.withValue(Integer.toString(context.attempt())),
				HighCardinality.ENDPOINT.withValue(context.instance().endpoint().toString()),
				HighCardinality.NODE.withValue(context.instance().nodeId()));
	}

}
