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

import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.macula.Processed;
import io.macula.RpcException;
import io.macula.faults.CallRecord.Kind;
import io.macula.harness.Clock;
import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.OutOfRangeException;
import io.macula.sample.Question;
import org.jspecify.annotations.Nullable;
import reactor.util.concurrent.Queues;

/**
 * Steady load: some callers that wait for each answer (closed loop), calls at a fixed
 * rate whatever the answers (open loop, timed from when a call was due), and streams.
 */
final class Load implements AutoCloseable {

	private static final int CLOSED_MULTIPLY = 3;

	private static final int CLOSED_ADD = 2;

	private static final int STREAMS = 2;

	private static final int STREAM_ROWS = 50;

	private static final int LONG_PREFETCH = 8;

	private static final long LONG_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private static final int PARCEL_BYTES = 64 << 10;

	private static final long CLOSED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(8);

	private static final long OPEN_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** Who was halted for longer does not make up for what was due meanwhile. */
	private static final long HALT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private final CallLog log;

	/** Unique among all clients of a world, as the journals are shared. */
	private final AtomicLong ids = new AtomicLong(ProcessHandle.current().pid() * 1_000_000_000L);

	private final Map<Long, Long> open = new ConcurrentHashMap<>();

	private volatile Calculator calculator;

	private volatile double pace = 1;

	private volatile boolean running = true;

	Load(Calculator calculator, CallLog log) {
		this.calculator = calculator;
		this.log = log;
	}

	void start() {
		for (int i = 0; i < CLOSED_MULTIPLY; i++) {
			closed(Kind.MULTIPLY, (question) -> this.calculator.multiply(question));
		}
		for (int i = 0; i < CLOSED_ADD; i++) {
			closed(Kind.ADD, (question) -> this.calculator.add(question));
		}
		for (int i = 0; i < STREAMS; i++) {
			closed(Kind.TABLE, (question) -> table(question, STREAM_ROWS, Queues.SMALL_BUFFER_SIZE, 0));
		}
		open(Kind.MULTIPLY_LATER, (question) -> this.calculator.multiplyLater(question));
		open(Kind.ADD_LATER, (question) -> this.calculator.addLater(question));
	}

	/**
	 * Further callers that wait for each answer.
	 * @param callers their number, every other of a method that is not idempotent
	 */
	void crowd(int callers) {
		for (int i = 0; i < callers; i++) {
			if (i % 2 == 0) {
				closed(Kind.MULTIPLY, (question) -> this.calculator.multiply(question));
			}
			else {
				closed(Kind.ADD, (question) -> this.calculator.add(question));
			}
		}
	}

	/**
	 * Further streams, each of which is followed by the next, whose rows are taken one
	 * every 20 ms.
	 * @param streams their number
	 * @param rows rows of each
	 */
	void streams(int streams, int rows) {
		for (int i = 0; i < streams; i++) {
			closed(Kind.LONG_TABLE, (question) -> table(question, rows, LONG_PREFETCH, LONG_PAUSE_NANOS));
		}
	}

	/**
	 * Callers of what does not fit into a packet.
	 * @param callers their number
	 * @param parcels the proxy
	 */
	void parcels(int callers, Parcels parcels) {
		for (int i = 0; i < callers; i++) {
			closed(Kind.PARCEL, (question) -> {
				byte[] echo = parcels.echo(question.id(), new byte[PARCEL_BYTES]);
				return new Answer("", echo.length);
			});
		}
	}

	/**
	 * Calls that start at once, for whose answers nobody waits.
	 * @param calls their number
	 */
	void burst(int calls) {
		for (int i = 0; i < calls; i++) {
			later(Clock.now(), Kind.BURST, this.calculator::multiplyLater);
		}
	}

	/**
	 * Call another proxy from now on.
	 * @param other the proxy
	 */
	void use(Calculator other) {
		this.calculator = other;
	}

	/**
	 * Slow the load down.
	 * @param pace 1 for full load, 0.5 for half
	 */
	void pace(double pace) {
		this.pace = pace;
	}

	/**
	 * Calls that have not ended.
	 * @return ids
	 */
	String open() {
		return this.open.keySet().toString();
	}

	/**
	 * When the oldest call that has not ended was started.
	 * @return its time, or the largest number if none is open
	 */
	long oldestOpen() {
		return this.open.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
	}

	@Override
	public void close() {
		this.running = false;
	}

	private void closed(Kind kind, Call call) {
		Thread thread = new Thread(() -> {
			while (this.running) {
				long id = begin(Clock.now());
				try {
					end(id, kind, call.call(question(id)), null);
				}
				catch (Exception ex) {
					end(id, kind, null, ex);
				}
				LockSupport.parkNanos((long) (CLOSED_PAUSE_NANOS / this.pace));
			}
		}, "load-" + kind);
		thread.setDaemon(true);
		thread.start();
	}

	private void open(Kind kind, LaterCall call) {
		Thread thread = new Thread(() -> {
			long due = Clock.now();
			while (this.running) {
				due += (long) (OPEN_PERIOD_NANOS / this.pace);
				for (long wait = due - Clock.now(); wait > 0; wait = due - Clock.now()) {
					LockSupport.parkNanos(wait);
				}
				if (Clock.now() - due > HALT_NANOS) {
					due = Clock.now();
				}
				later(due, kind, call);
			}
		}, "load-" + kind);
		thread.setDaemon(true);
		thread.start();
	}

	private void later(long due, Kind kind, LaterCall call) {
		long id = begin(due);
		try {
			var unused = call.call(question(id)).whenComplete((answer, failure) -> end(id, kind, answer, failure));
		}
		catch (Exception ex) {
			end(id, kind, null, ex);
		}
	}

	/**
	 * A stream is whole if each row came once and in order.
	 */
	private Answer table(Question question, int expected, int prefetch, long pauseNanos) throws StreamBrokenException {
		Answer last = new Answer("", 0);
		int rows = 0;
		for (Answer row : this.calculator.table(question, expected).toIterable(prefetch)) {
			rows++;
			last = row;
			if (row.result() != question.x() * rows) {
				throw new StreamBrokenException("row " + rows + " is " + row.result());
			}
			if (pauseNanos > 0) {
				LockSupport.parkNanos(pauseNanos);
			}
		}
		if (rows != expected) {
			throw new StreamBrokenException("completed after " + rows + " of " + expected + " rows");
		}
		return last;
	}

	private long begin(long start) {
		long id = this.ids.incrementAndGet();
		this.open.put(id, start);
		return id;
	}

	private void end(long id, Kind kind, @Nullable Answer answer, @Nullable Throwable failure) {
		long end = Clock.now();
		Long start = this.open.get(id);
		this.log.add(record(id, kind, (start != null) ? start : end, end, answer, cause(failure)));
		this.open.remove(id);
	}

	private static CallRecord record(long id, Kind kind, long start, long end, @Nullable Answer answer,
			@Nullable Throwable failure) {
		if (answer != null) {
			return new CallRecord(id, kind, start, end, "OK", Processed.YES, answer.node(), "");
		}
		if (failure instanceof RpcException rpc) {
			return new CallRecord(id, kind, start, end, rpc.code().name(), rpc.status().processed(), null,
					rpc.status().message());
		}
		return new CallRecord(id, kind, start, end, "BROKEN", Processed.UNKNOWN, null, String.valueOf(failure));
	}

	private static @Nullable Throwable cause(@Nullable Throwable failure) {
		return ((failure instanceof CompletionException || failure instanceof ExecutionException)
				&& failure.getCause() != null) ? failure.getCause() : failure;
	}

	private static Question question(long id) {
		return new Question(id, 1 + id % 1000);
	}

	@FunctionalInterface
	private interface Call {

		Answer call(Question question) throws OutOfRangeException, StreamBrokenException;

	}

	@FunctionalInterface
	private interface LaterCall {

		CompletionStage<Answer> call(Question question) throws OutOfRangeException;

	}

	/** A stream that ended normally without being whole. */
	private static final class StreamBrokenException extends Exception {

		private static final long serialVersionUID = 1L;

		StreamBrokenException(String message) {
			super(message);
		}

	}

}
