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

import java.util.List;

/**
 * Function that chooses one of the candidates for an attempt. Must be safe for all
 * threads and must not block; stateless ones serve all services with one object. In a
 * Spring application a bean of this type is configured by its bean name.
 */
@FunctionalInterface
public interface SelectionStrategy {

	/**
	 * Choose a candidate.
	 * @param candidates at least one, in stable order (priority, then node id), without
	 * ejected instances and those that this call already tried; unmodifiable
	 * @param context the call
	 * @return one of the candidates
	 */
	Candidate select(List<Candidate> candidates, SelectionContext context);

}
