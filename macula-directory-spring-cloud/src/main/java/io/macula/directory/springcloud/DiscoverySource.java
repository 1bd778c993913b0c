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

package io.macula.directory.springcloud;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;

/**
 * Who is asked for instances. Its methods may block; they are called by one thread.
 */
interface DiscoverySource {

	/**
	 * Names it for people.
	 */
	String description();

	/**
	 * The discovery ids of all applications.
	 */
	List<String> applications();

	/**
	 * All instances of an application.
	 * @param application its discovery id
	 */
	List<ServiceInstance> instances(String application);

	/**
	 * Why its answers are out of date, for a source that goes on to answer when the
	 * system behind it is gone.
	 * @return a clause, or {@code null}
	 */
	default @Nullable String stale() {
		return null;
	}

}
