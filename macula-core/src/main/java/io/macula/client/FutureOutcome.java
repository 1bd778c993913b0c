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

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import io.macula.RpcException;
import io.macula.transport.LargePayloads;
import org.jspecify.annotations.Nullable;

/**
 * Outcome as a future; it completes where the answer arrives, on an event loop, or where
 * a large one is decoded. The pipeline ends the call by its deadline; should it fail to,
 * a thread that waits for this future does so a moment later. Stages that depend on it,
 * and Monos, have no such second bound: nobody waits there who could carry it, and to
 * watch each call would cost each call.
 */
final class FutureOutcome extends CompletableFuture<@Nullable Object> implements CallOutcome {

	private final ResultDecoder decoder;

	private volatile @Nullable UnaryCall call;

	FutureOutcome(ResultDecoder decoder) {
		this.decoder = decoder;
	}

	void begin(UnaryCall started) {
		this.call = started;
		started.start();
		if (isCancelled()) {
			started.cancel();
		}
	}

	@Override
	public void succeeded(byte[] payload, Object sender) {
		if (this.decoder.elsewhere(payload)) {
			LargePayloads.execute(sender, () -> decoded(payload));
		}
		else {
			decoded(payload);
		}
	}

	private void decoded(byte[] payload) {
		Object value;
		try {
			value = this.decoder.decode(payload);
		}
		catch (RpcException ex) {
			completeExceptionally(ex);
			return;
		}
		complete(value);
	}

	@Override
	public void failed(Supplier<Throwable> error) {
		completeExceptionally(error.get());
	}

	@Override
	public @Nullable Object get() throws InterruptedException, ExecutionException {
		UnaryCall started = this.call;
		if (started != null && !isDone()) {
			CallerWait wait = new CallerWait(started.deadlineNanos() - started.shared().now(), System.nanoTime(),
					started.shared().timer());
			if (!wait.until(this)) {
				completeExceptionally(LastDefence.overdue(started.procedure().wireName(), started.ownDeadline(), wait,
						started.describe(), started::cancel));
			}
		}
		return super.get();
	}

	/** The same, whatever interrupts it. */
	@Override
	public @Nullable Object join() {
		boolean interrupted = false;
		while (!isDone()) {
			try {
				get();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
			catch (ExecutionException | CancellationException ex) {
				break;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return super.join();
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		UnaryCall started = this.call;
		if (cancelled && started != null) {
			started.cancel();
		}
		return cancelled;
	}

}
