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

import io.macula.Code;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.observation.MaculaObservationDocumentation.LowCardinality;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * The keys that all observations share.
 */
final class Keys {

	private static final KeyValue OPEN = LowCardinality.CODE.withValue("none");

	private static final KeyValue[] BY_CODE = byCode();

	private Keys() {
	}

	static KeyValues of(Realm realm, ServiceName service, String method, @Nullable Code code) {
		return KeyValues.of(LowCardinality.REALM.withValue(realm.name()),
				LowCardinality.SERVICE.withValue(service.value()), LowCardinality.METHOD.withValue(method),
				(code != null) ? BY_CODE[code.ordinal()] : OPEN);
	}

	private static KeyValue[] byCode() {
		Code[] codes = Code.values();
		KeyValue[] values = new KeyValue[codes.length];
		for (Code code : codes) {
			values[code.ordinal()] = LowCardinality.CODE.withValue(code.name());
		}
		return values;
	}

}
