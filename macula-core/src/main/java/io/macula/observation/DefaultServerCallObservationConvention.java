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
 * The default names and keys of a call that this node serves. Stateless.
 */
public final class DefaultServerCallObservationConvention implements ServerCallObservationConvention {

	/** The only instance that is needed. */
	public static final DefaultServerCallObservationConvention INSTANCE = new DefaultServerCallObservationConvention();

	@Override
	public String getName() {
		return "macula.server.call";
	}

	@Override
	public String getContextualName(ServerCallObservationContext context) {
		return context.service() + "/" + context.method();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(ServerCallObservationContext context) {
		return Keys.of(context.realm(), context.service(), context.method(), context.getResponse());
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(ServerCallObservationContext context) {
		return KeyValues.of(HighCardinality.CALLER.withValue(context.caller()));
	}

}
