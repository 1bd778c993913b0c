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

package io.macula.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.macula.RpcException;
import io.macula.client.RealmClient;
import io.macula.harness.Clock;
import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.Question;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * One call in each shape that a call may have.
 */
final class Shapes {

	private static final String SERVICE = "test.calculator";

	private static final String METHOD = "multiply";

	private static final Question QUESTION = new Question(-1, 1);

	private Shapes() {
	}

	/**
	 * Call in each shape, one after the other.
	 * @param calculator the proxy
	 * @param client makes calls without a proxy
	 * @param limit bound of the wait for each
	 * @return how each ended
	 */
	static List<Ended> callEach(Calculator calculator, RealmClient client, Duration limit) {
		return List.of(call("blocking", limit, () -> calculator.multiply(QUESTION)),
				call("not idempotent", limit, () -> calculator.add(QUESTION)),
				call("future", limit, () -> calculator.multiplyLater(QUESTION).toCompletableFuture().get()),
				call("Mono", limit, () -> calculator.multiplyLazily(QUESTION).toFuture().get()),
				call("Flux", limit, () -> calculator.table(QUESTION, 3).collectList().toFuture().get()),
				call("Flux of arguments", limit, () -> calculator.sum(Flux.just(QUESTION)).toFuture().get()),
				call("Flux both ways", limit,
						() -> calculator.multiplyAll(Flux.just(QUESTION)).collectList().toFuture().get()),
				call("dynamic", limit, () -> client.call(SERVICE, METHOD, QUESTION, Answer.class)),
				call("dynamic future", limit, () -> client.callAsync(SERVICE, METHOD, QUESTION, Answer.class).get()));
	}

	/** A caller of its own, because it may wait for ever. */
	private static Ended call(String shape, Duration limit, Callable<@Nullable Object> call) {
		long start = Clock.now();
		FutureTask<@Nullable Object> task = new FutureTask<>(call);
		Thread caller = new Thread(task, "shape-" + shape);
		caller.setDaemon(true);
		caller.start();
		try {
			Object answer = task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
			return new Ended(shape, "OK", "YES", millisSince(start), String.valueOf(answer));
		}
		catch (TimeoutException ex) {
			return new Ended(shape, "NEVER", "UNKNOWN", millisSince(start), "no end within " + limit);
		}
		catch (ExecutionException ex) {
			return failed(shape, start, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private static Ended failed(String shape, long start, ExecutionException failure) {
		Throwable cause = failure;
		while (cause instanceof ExecutionException && cause.getCause() != null) {
			cause = cause.getCause();
		}
		return (cause instanceof RpcException rpc)
				? new Ended(shape, rpc.code().name(), rpc.status().processed().name(), millisSince(start),
						rpc.status().message())
				: new Ended(shape, "BROKEN", "UNKNOWN", millisSince(start), cause.toString());
	}

	private static double millisSince(long start) {
		return (Clock.now() - start) / 1e6;
	}

	/**
	 * How a call ended. Immutable.
	 *
	 * @param shape shape of the call
	 * @param code {@code OK}, or how it failed; {@code NEVER} if it did not end
	 * @param processed what is known of its execution
	 * @param millis how long it took
	 * @param detail the answer, or the message of the failure
	 */
	record Ended(String shape, String code, String processed, double millis, String detail) {

		boolean refusedAtOnce() {
			return this.code.equals("UNAVAILABLE") && this.processed.equals("NO") && this.millis < 1000;
		}

		String describe() {
			return "%s: %s/%s after %.0f ms, %s".formatted(this.shape, this.code, this.processed, this.millis,
					this.detail);
		}

		static String describe(List<Ended> all) {
			List<String> texts = new ArrayList<>();
			all.forEach((each) -> texts.add(each.shape + " " + each.code + "/" + each.processed));
			return texts.toString();
		}

	}

}
