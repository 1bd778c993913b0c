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

package io.macula.server;

import io.macula.RpcException;
import io.macula.Status;

/**
 * A guard refused the arguments: the method did not run, and the caller is told so.
 */
final class RefusedArguments extends RpcException {

	private static final long serialVersionUID = 1L;

	RefusedArguments(RpcException refusal) {
		super(Status.notProcessed(refusal.code(), refusal.status().message()), null, refusal, refusal.detail(), null);
	}

	/** Nothing failed here. */
	@Override
	public synchronized Throwable fillInStackTrace() {
		return this;
	}

}
