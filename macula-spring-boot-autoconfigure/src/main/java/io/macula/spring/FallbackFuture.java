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

package io.macula.spring;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

import io.macula.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * The future of a call, or of what stands in for it. Whoever waits for it waits for the
 * call's own first, which has a bound of its own; who cancels it cancels what is under
 * way.
 */
final class FallbackFuture extends CompletableFuture<@Nullable Object> {

	private final CompletableFuture<?> call;

	private volatile @Nullable CompletableFuture<?> standIn;

	FallbackFuture(CompletableFuture<?> call, Instead instead) {
		this.call = call;
		call.whenComplete((value, thrown) -> {
			Throwable cause = (thrown instanceof CompletionException wrapped && wrapped.getCause() != null)
					? wrapped.getCause() : thrown;
			if (cause == null) {
				complete(value);
			}
			else if (cause instanceof RpcException failure && !isDone()) {
				follow(failure, instead);
			}
			else {
				completeExceptionally(cause);
			}
		});
	}

	private void follow(RpcException failure, Instead instead) {
		CompletableFuture<?> followed;
		try {
			followed = instead.of(failure).toCompletableFuture();
		}
		catch (Throwable ex) {
			completeExceptionally(ex);
			return;
		}
		this.standIn = followed;
		if (isCancelled()) {
			followed.cancel(true);
		}
		followed.whenComplete((value, thrown) -> {
			if (thrown != null) {
				completeExceptionally(
						FallbackProxy.with((thrown instanceof CompletionException wrapped && wrapped.getCause() != null)
								? wrapped.getCause() : thrown, failure));
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
				// Told by this future, or stood in for.
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
				// Told by this future, or stood in for.
			}
		}
		return super.join();
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled) {
			this.call.cancel(mayInterruptIfRunning);
			CompletableFuture<?> followed = this.standIn;
			if (followed != null) {
				followed.cancel(mayInterruptIfRunning);
			}
		}
		return cancelled;
	}

	/** Starts what stands in for a failed call. */
	@FunctionalInterface
	interface Instead {

		CompletionStage<?> of(RpcException failure) throws Throwable;

	}

}
