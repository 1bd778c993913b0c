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

package io.macula.directory.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import reactor.core.scheduler.Scheduler;

/**
 * Where EndpointSlices come from, and who hears how it answers. Safe for all threads.
 */
interface SliceSource {

	/**
	 * The EndpointSlices of a selector.
	 * @param selector of labels
	 */
	FilterWatchListDeletable<EndpointSlice, EndpointSliceList, ?> slices(String selector);

	/**
	 * Where watches may wait for an answer.
	 */
	Scheduler scheduler();

	/**
	 * The API server gave a sign of life.
	 */
	void heard();

	/**
	 * The API server gave what it was asked for.
	 */
	void granted();

	/**
	 * The API server did not give what it was asked for.
	 * @param verb what was asked for
	 * @param failure why
	 * @return a clause about it
	 */
	String refused(String verb, Throwable failure);

}
