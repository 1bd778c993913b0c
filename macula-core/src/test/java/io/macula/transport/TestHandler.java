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

package io.macula.transport;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.Code;
import io.macula.Status;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Serves {@code test/...}: {@code echo} answers at once, {@code thread} on another
 * thread, {@code keep} not at all, {@code large} with as many bytes as its argument says;
 * streams: {@code range} emits numbers, {@code never} nothing, {@code few} three and no
 * end, {@code fail} three elements and an error, {@code sum} counts the caller's
 * elements, {@code mirror} sends them back.
 */
class TestHandler implements CallHandler {

	final Queue<InboundCall> kept = new ConcurrentLinkedQueue<>();

	final AtomicInteger calls = new AtomicInteger();

	final AtomicInteger reads = new AtomicInteger();

	final AtomicLong emitted = new AtomicLong();

	final AtomicInteger cancelled = new AtomicInteger();

	/** Runs when a call that is kept is cancelled. */
	volatile Runnable onCancel = this.cancelled::incrementAndGet;

	/** Runs when a call arrives. */
	volatile Runnable onCall = () -> {
	};

	/** Runs at the end of a read. */
	volatile Runnable onReadComplete = () -> {
	};

	@Override
	public @Nullable Object resolve(String procedure, String codec) {
		return procedure.startsWith("test/") ? procedure.substring("test/".length()) : null;
	}

	@Override
	public void onCall(InboundCall call) {
		this.calls.incrementAndGet();
		this.onCall.run();
		Object target = call.target();
		if (target == null) {
			call.fail(Failure.of(Status.notProcessed(Code.UNIMPLEMENTED, "unknown procedure " + call.procedure())));
			return;
		}
		switch ((String) target) {
			case "keep" -> {
				this.kept.add(call);
				call.onCancel(() -> this.onCancel.run());
			}
			case "large" -> call.result(new byte[Integer.parseInt(new String(call.payload()))]);
			case "told", "told-failure", "told-large" -> AnswerMetadataTests.answer(call, (String) target);
			case "thread" -> Schedulers.parallel().schedule(() -> call.result(call.payload()));
			default -> call.result(call.payload());
		}
	}

	@Override
	public void onStream(InboundStream stream) {
		this.calls.incrementAndGet();
		stream.onCancel(this.cancelled::incrementAndGet);
		switch ((String) String.valueOf(stream.target())) {
			case "range" -> stream.respond(Flux.range(0, Integer.parseInt(new String(stream.payload())))
				.doOnNext((i) -> this.emitted.incrementAndGet())
				.map((i) -> Integer.toString(i).getBytes()));
			case "range-elsewhere" -> stream.respond(Flux.range(0, Integer.parseInt(new String(stream.payload())))
				.map((i) -> Integer.toString(i).getBytes())
				.subscribeOn(Schedulers.parallel()));
			case "large" -> stream.respond(Flux.range(0, Integer.parseInt(new String(stream.payload())))
				.doOnNext((i) -> this.emitted.incrementAndGet())
				.map((i) -> new byte[100_000]));
			case "fail" -> stream.respond(Flux.range(0, 3)
				.map((i) -> new byte[] { 1 })
				.concatWith(Mono.error(new IllegalArgumentException("broken"))));
			case "sum" -> stream.elements()
				.count()
				.subscribe((count) -> stream.result(Long.toString(count).getBytes()), (error) -> {
				});
			case "mirror" -> stream.respond(stream.elements());
			case "told-range" -> AnswerMetadataTests.answer(stream, "told-range");
			case "few" -> stream.respond(Flux.range(0, 3).map((i) -> new byte[] { 1 }).concatWith(Flux.never()));
			case "never" -> stream.respond(Flux.never());
			default -> stream.fail(Failure.of(Status.notProcessed(Code.UNIMPLEMENTED, "unknown stream")));
		}
	}

	@Override
	public void onReadComplete() {
		this.reads.incrementAndGet();
		this.onReadComplete.run();
	}

}
