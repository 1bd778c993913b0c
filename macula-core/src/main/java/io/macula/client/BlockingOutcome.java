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

import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.macula.Code;
import io.macula.Status;
import org.jspecify.annotations.Nullable;

/**
 * Outcome for which the caller's own thread waits.
 */
final class BlockingOutcome implements CallOutcome {

	private static final byte[] NO_RESULT = {};

	private final Thread caller = Thread.currentThread();

	private byte[] result = NO_RESULT;

	private @Nullable Supplier<Throwable> error;

	private volatile boolean told;

	@Override
	public void succeeded(byte[] payload, Object sender) {
		this.result = payload;
		tell();
	}

	@Override
	public void failed(Supplier<Throwable> error) {
		this.error = error;
		tell();
	}

	private void tell() {
		this.told = true;
		if (Thread.currentThread() != this.caller) {
			LockSupport.unpark(this.caller);
		}
	}

	/**
	 * Wait for the outcome. The pipeline bounds the wait by the deadline; should it fail
	 * to, this thread does so a moment later. An interrupt cancels the call.
	 */
	byte[] await(UnaryCall call) throws Throwable {
		// Reckoned from the call's start, without another look at the clock.
		CallerWait wait = new CallerWait(call.deadlineNanos() - call.startNanos(), call.startNanos(),
				call.shared().timer());
		while (!this.told) {
			LockSupport.parkNanos(call, wait.bound());
			if (!this.told && Thread.currentThread().isInterrupted()) {
				call.cancel();
				throw Failures.exception(call.procedure().wireName(),
						Status.unknown(Code.CANCELLED,
								"the calling thread '" + this.caller.getName() + "' was interrupted while it waited"),
						null);
			}
			if (!this.told) {
				wait.waited(call.shared().now());
				if (wait.over()) {
					throw LastDefence.overdue(call.procedure().wireName(), call.ownDeadline(), wait, call.describe(),
							call::cancel);
				}
			}
		}
		Supplier<Throwable> failure = this.error;
		if (failure != null) {
			throw failure.get();
		}
		return this.result;
	}

}
