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

package io.macula.embedded;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.macula.directory.DirectoryLoop;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * What another node tells, brought to the loop one by one, with a bounded number that the
 * loop has not taken yet. A subscriber for any thread.
 * <p>
 * States: hearing, then left for good at the end of the stream, by {@link #leave}, or
 * because the loop is closed.
 *
 * @param <T> type of what is told
 */
final class DirectoryInbound<T> implements CoreSubscriber<T> {

	private static final int NOT_TAKEN = 16;

	/** Asked for together: each request may cost a datagram and its acknowledgement. */
	private static final int REFILL = NOT_TAKEN / 2;

	private final DirectoryLoop loop;

	private final BiConsumer<T, Runnable> gate;

	private final Consumer<T> onNext;

	private final Consumer<@Nullable Throwable> onEnd;

	private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();

	/** Taken since the last request. Owned by the loop. */
	private int taken;

	/** Owned by the loop. */
	private boolean left;

	/**
	 * A subscriber.
	 * @param onNext called in the loop
	 * @param onEnd called in the loop at the end of the stream, with the error or
	 * {@code null}; not after {@link #leave()}
	 */
	DirectoryInbound(DirectoryLoop loop, Consumer<T> onNext, Consumer<@Nullable Throwable> onEnd) {
		this(loop, (value, heard) -> heard.run(), onNext, onEnd);
	}

	/**
	 * A subscriber.
	 * @param gate called in the loop with each value and what brings it to
	 * {@code onNext}, to be run in the loop, at once or later
	 * @param onNext called in the loop
	 * @param onEnd called in the loop at the end of the stream, with the error or
	 * {@code null}; not after {@link #leave()}
	 */
	DirectoryInbound(DirectoryLoop loop, BiConsumer<T, Runnable> gate, Consumer<T> onNext,
			Consumer<@Nullable Throwable> onEnd) {
		this.loop = loop;
		this.gate = gate;
		this.onNext = onNext;
		this.onEnd = onEnd;
	}

	@Override
	public void onSubscribe(Subscription opened) {
		if (this.subscription.compareAndSet(null, opened)) {
			opened.request(NOT_TAKEN);
		}
		else {
			opened.cancel();
		}
	}

	@Override
	public void onNext(T value) {
		this.loop.execute(() -> take(value), this::cancel);
	}

	private void take(T value) {
		if (!this.left) {
			this.gate.accept(value, () -> hear(value));
		}
	}

	private void hear(T value) {
		if (!this.left) {
			try {
				this.onNext.accept(value);
			}
			finally {
				refill();
			}
		}
	}

	@Override
	public void onComplete() {
		end(null);
	}

	/** An error that crosses a cancellation is of no interest to anybody. */
	@Override
	public void onError(Throwable error) {
		end(error);
	}

	/**
	 * Cancel the stream and hear nothing more. To be called in the loop.
	 */
	void leave() {
		assert this.loop.inLoop();
		this.left = true;
		cancel();
	}

	private void cancel() {
		Subscription present = this.subscription.getAndSet(Operators.cancelledSubscription());
		if (present != null) {
			present.cancel();
		}
	}

	private void refill() {
		Subscription present = this.subscription.get();
		if (++this.taken >= REFILL && present != null) {
			this.taken = 0;
			present.request(REFILL);
		}
	}

	private void end(@Nullable Throwable error) {
		this.loop.execute(() -> {
			if (!this.left) {
				this.left = true;
				this.onEnd.accept(error);
			}
		});
	}

}
