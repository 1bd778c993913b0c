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

package io.macula.client;

import io.macula.Attempt;
import io.macula.Instance;
import io.macula.RpcException;
import io.macula.Status;

/**
 * One failed attempt, as the {@code Retry} and its listeners see it.
 */
final class AttemptFailure extends RpcException {

	private static final long serialVersionUID = 1L;

	private final transient Instance instance;

	private final int number;

	private final boolean repeatable;

	AttemptFailure(int number, Instance instance, Status status, boolean repeatable) {
		super(status);
		this.number = number;
		this.instance = instance;
		this.repeatable = repeatable;
	}

	/** Whether the failover table and the retry budget allow another attempt. */
	boolean repeatable() {
		return this.repeatable;
	}

	Instance instance() {
		return this.instance;
	}

	/** As the caller sees it. */
	Attempt attempt() {
		return new Attempt(this.number, this.instance.nodeId(), this.instance.endpoint(), status());
	}

	/** Thrown and caught within the pipeline: nobody reads its stack. */
	@Override
	public synchronized Throwable fillInStackTrace() {
		return this;
	}

}
