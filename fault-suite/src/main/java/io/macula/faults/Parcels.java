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

package io.macula.faults;

import io.macula.MaculaMethod;

/**
 * Calls that do not fit into a packet.
 */
interface Parcels {

	/** Name of the service. */
	String SERVICE = "test.parcels";

	/**
	 * Send bytes back.
	 * @param id id of the call, for the journal
	 * @param bytes the bytes
	 * @return the same
	 */
	@MaculaMethod(idempotent = true)
	byte[] echo(long id, byte[] bytes);

}
