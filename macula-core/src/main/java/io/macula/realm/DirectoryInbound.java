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

package io.macula.realm;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/**
 * What another node tells, brought to the loop one by one with a bounded number on the
 * way.
 *
 * @param <T> type of what is told
 */
final class DirectoryInbound<T> extends BaseSubscriber<T> {

	private static final int ON_THE_WAY = 16;

	private final DirectoryLoop loop;

	private final Consumer<T> onNext;

	private final Consumer<@Nullable Throwable> onEnd;

	/** Owned by the loop. */
	private boolean left;

	/**
	 * A subscriber.
	 * @param onNext called in the loop
	 * @param onEnd called in the loop at the end of the stream, with the error or
	 * {@code null}; not after {@link #leave()}
	 */
	DirectoryInbound(DirectoryLoop loop, Consumer<T> onNext, Consumer<@Nullable Throwable> onEnd) {
		this.loop = loop;
		this.onNext = onNext;
		this.onEnd = onEnd;
	}

	@Override
	protected void hookOnSubscribe(Subscription subscription) {
		subscription.request(ON_THE_WAY);
	}

	@Override
	protected void hookOnNext(T value) {
		this.loop.execute(() -> {
			if (!this.left) {
				try {
					this.onNext.accept(value);
				}
				finally {
					request(1);
				}
			}
		});
	}

	@Override
	protected void hookOnComplete() {
		end(null);
	}

	@Override
	protected void hookOnError(Throwable throwable) {
		end(throwable);
	}

	/**
	 * Cancel the stream and hear nothing more. To be called in the loop.
	 */
	void leave() {
		this.left = true;
		cancel();
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
