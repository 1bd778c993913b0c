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

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.macula.Code;
import io.macula.Status;
import io.macula.pool.Timer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Waits for the single result of a streaming call.
 */
final class BlockingStream {

	private BlockingStream() {
	}

	/**
	 * Wait for the result; the call bounds the wait by its deadline, and should it fail
	 * to, this thread does so a moment later.
	 * @param result starts the call
	 * @param wireName of the method
	 * @param deadline of the call, from now; may be over
	 * @param timer runs on the threads that end calls
	 */
	static @Nullable Object await(Mono<Object> result, String wireName, Duration deadline, Timer timer)
			throws Throwable {
		return await(result.toFuture(), wireName, deadline, timer);
	}

	/** The same for what has begun already. */
	static @Nullable Object await(CompletableFuture<?> future, String wireName, Duration deadline, Timer timer)
			throws Throwable {
		CallerWait wait = new CallerWait(deadline.toNanos(), System.nanoTime(), timer);
		try {
			if (wait.until(future)) {
				return future.get();
			}
			throw LastDefence.overdue(wireName, deadline, wait, "a stream", () -> future.cancel(true));
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
		catch (InterruptedException ex) {
			future.cancel(true);
			Thread.currentThread().interrupt();
			throw Failures.exception(wireName, Status.unknown(Code.CANCELLED,
					"the calling thread '" + Thread.currentThread().getName() + "' was interrupted while it waited"),
					ex);
		}
	}

}
