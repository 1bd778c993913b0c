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

import org.jspecify.annotations.Nullable;

/**
 * What is to be done to a node. Immutable; each act needs some of it.
 *
 * @param client the client service whose instance is meant, or {@code null} for all
 * @param instance node id of the instance that is ejected or restored
 * @param weight the new weight
 * @param reason for people, or {@code null}
 */
public record Act(@Nullable String client, @Nullable String instance, int weight, @Nullable String reason) {

	/** Nothing but a reason. */
	static Act because(@Nullable String reason) {
		return new Act(null, null, 0, reason);
	}

}
