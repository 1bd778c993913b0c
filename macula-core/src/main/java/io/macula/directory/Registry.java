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

package io.macula.directory;

/**
 * Write side: accepts the advertisement of a node and gives a lease. Safe for all
 * threads.
 */
public interface Registry {

	/**
	 * Advertise a node with all its services. Returns at once; the lease renews itself
	 * and advertises again after an outage of the directory, until it is withdrawn.
	 * Another advertisement of the same node takes its place: its lease is released.
	 * @param advertisement what the node serves, and for how long a silent death may go
	 * unnoticed
	 * @return the lease
	 */
	Lease advertise(Advertisement advertisement);

}
