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

package io.macula;

import java.util.Objects;

/**
 * Receives what providers send beside their answers. Safe for all threads; made by
 * {@link MaculaCall#capture()}, and filled by the client whose calls are made with it.
 */
public final class ResponseMetadata {

	private volatile Metadata last = Metadata.EMPTY;

	ResponseMetadata() {
	}

	/**
	 * What came with the last answer, a failure included; of a stream, as soon as its
	 * first element is there.
	 * @return the entries; empty if nothing came with it, or if there was no answer yet
	 */
	public Metadata get() {
		return this.last;
	}

	/**
	 * A call has its answer; called by the client before the caller is told of it.
	 * @param metadata what came with it
	 */
	public void answered(Metadata metadata) {
		this.last = Objects.requireNonNull(metadata, "metadata");
	}

	@Override
	public String toString() {
		return this.last.toString();
	}

}
