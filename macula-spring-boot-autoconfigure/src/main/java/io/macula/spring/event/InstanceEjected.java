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

package io.macula.spring.event;

import java.time.Duration;

import io.macula.Instance;
import org.jspecify.annotations.Nullable;

/**
 * An instance is left out, since it fails more than its peers, or since an operator
 * ejected it; published again where its probe failed and it is left out for longer.
 * Immutable.
 *
 * @param client name of the client service
 * @param service name of the service
 * @param instance the instance
 * @param reason for people
 * @param time after which one call may try it; {@code null} if it stays out until an
 * operator restores it
 */
public record InstanceEjected(String client, String service, Instance instance, String reason,
		@Nullable Duration time) {

}
