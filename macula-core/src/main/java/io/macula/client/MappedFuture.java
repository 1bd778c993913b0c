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
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * The future of a call whose failures are mapped. Whoever waits for it waits for the
 * call's own, which has a second bound; who cancels it cancels the call.
 */
final class MappedFuture extends CompletableFuture<@Nullable Object> {

	private final CompletableFuture<? extends @Nullable Object> call;

	MappedFuture(CompletableFuture<? extends @Nullable Object> call, CallErrors errors) {
		this.call = call;
		call.whenComplete((value, thrown) -> {
			if (thrown != null) {
				completeExceptionally(errors.told(thrown));
			}
			else {
				complete(value);
			}
		});
	}

	@Override
	public @Nullable Object get() throws InterruptedException, ExecutionException {
		if (!isDone()) {
			try {
				this.call.get();
			}
			catch (ExecutionException | CancellationException ex) {
				// Told by this future.
			}
		}
		return super.get();
	}

	@Override
	public @Nullable Object join() {
		if (!isDone()) {
			try {
				this.call.join();
			}
			catch (CompletionException | CancellationException ex) {
				// Told by this future.
			}
		}
		return super.join();
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled) {
			this.call.cancel(mayInterruptIfRunning);
		}
		return cancelled;
	}

}
