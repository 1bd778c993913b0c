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

package io.macula.benchmarks.stack;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/**
 * A client of the product, through one or the other contract.
 */
final class MaculaClientEnd implements CalculatorClient {

	private final @Nullable AsyncCalculator async;

	private final @Nullable BlockingCalculator blocking;

	private final AutoCloseable node;

	MaculaClientEnd(@Nullable AsyncCalculator async, @Nullable BlockingCalculator blocking, AutoCloseable node) {
		this.async = async;
		this.blocking = blocking;
		this.node = node;
		// The proxies encode out of sight: note the size of what they send.
		Payloads.encoded(new Question(1L << 40, 100_000, 21, "twelve chars"));
	}

	@Override
	public void multiply(Question question, Completion<Answer> completion) {
		forward(async().multiply(question), completion);
	}

	@Override
	public Answer multiply(Question question) {
		return blocking().multiply(question);
	}

	@Override
	public void echo(byte[] body, Completion<byte[]> completion) {
		forward(async().echo(body), completion);
	}

	@Override
	public byte[] echo(byte[] body) {
		return blocking().echo(body);
	}

	@Override
	public void count(int count, IntConsumer received) {
		async().count(count).doOnNext((element) -> received.accept(element.index())).blockLast();
	}

	@Override
	public boolean takesSlowly() {
		return this.async != null;
	}

	@Override
	public long countSlowly(int count, int elements, long pauseMillis, long millis) throws Exception {
		SlowSubscriber subscriber = new SlowSubscriber();
		async().count(count).subscribe(subscriber);
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		while (System.nanoTime() - end < 0 && !subscriber.isDisposed()) {
			subscriber.request(elements);
			Thread.sleep(pauseMillis);
		}
		if (subscriber.failure != null) {
			throw new IllegalStateException(subscriber.failure);
		}
		return subscriber.received;
	}

	@Override
	public void close() throws Exception {
		this.node.close();
	}

	private AsyncCalculator async() {
		if (this.async == null) {
			throw new UnsupportedOperationException();
		}
		return this.async;
	}

	private BlockingCalculator blocking() {
		if (this.blocking == null) {
			throw new UnsupportedOperationException();
		}
		return this.blocking;
	}

	private static <T> void forward(CompletableFuture<T> result, Completion<T> completion) {
		result.whenComplete((value, failure) -> {
			if (failure != null) {
				completion.failed(failure);
			}
			else {
				completion.done(value);
			}
		});
	}

	/** Takes what it is told to. */
	private static final class SlowSubscriber extends BaseSubscriber<Element> {

		private volatile long received;

		private volatile @Nullable Throwable failure;

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// The caller requests.
		}

		@Override
		@SuppressWarnings("NonAtomicOperationOnVolatileField")
		protected void hookOnNext(Element element) {
			this.received = this.received + 1;
		}

		@Override
		protected void hookOnError(Throwable cause) {
			this.failure = cause;
		}

	}

}
