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
 * The default names and keys of a client's call. Stateless.
 */
public final class DefaultCallObservationConvention implements CallObservationConvention {

	/** The only instance that is needed. */
	public static final DefaultCallObservationConvention INSTANCE = new DefaultCallObservationConvention();

	@Override
	public String getName() {
		return "macula.client.call";
	}

	@Override
	public String getContextualName(CallObservationContext context) {
		return context.service() + "/" + context.method();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
		return Keys.of(context.realm(), context.service(), context.method(), context.code());
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(CallObservationContext context) {
		return KeyValues.of(HighCardinality.ATTEMPTS.withValue(Integer.toString(context.attempts())));
	}

}
