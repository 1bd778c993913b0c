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

package io.macula.transport;

import io.macula.RpcException;
import io.macula.wire.Failure;

/**
 * A {@link Failure} as the error signal of a stream.
 */
public final class FailureException extends RpcException {

	private static final long serialVersionUID = 1L;

	private final transient Failure failure;

	/**
	 * An exception of a failure.
	 * @param failure the failure
	 */
	public FailureException(Failure failure) {
		super(failure.status(), failure.type(), null);
		this.failure = failure;
	}

	/**
	 * The failure.
	 * @return the failure
	 */
	public Failure failure() {
		return this.failure;
	}

}
