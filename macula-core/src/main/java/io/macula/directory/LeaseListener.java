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
 * Told of the lease of a node. Called on the directory's threads: must only take note,
 * and not block.
 */
public interface LeaseListener {

	/** Takes note of nothing. */
	LeaseListener SILENT = new LeaseListener() {
	};

	/**
	 * The directory holds the lease, for the first time or again.
	 * @param advertisement what is advertised
	 */
	default void granted(Advertisement advertisement) {
	}

	/**
	 * The directory holds the lease no longer, though it was not withdrawn; it is asked
	 * for again.
	 * @param advertisement what was advertised
	 */
	default void lost(Advertisement advertisement) {
	}

}
