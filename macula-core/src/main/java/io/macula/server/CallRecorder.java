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

package io.macula.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BiConsumer;

import io.macula.Code;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls of a node by method and by caller, with their latencies, while
 * somebody wants to know; what was counted stays. Safe for all threads. A call costs one
 * volatile read while nobody wants to know, and neither a lock nor an object otherwise,
 * unless it is the first of its kind.
 */
public final class CallRecorder {

	/** Callers and services; further ones share what is told of {@value #OTHERS}. */
	static final int MOST_CALLERS = 4096;

	/** Stands for callers beyond the bound. */
	public static final String OTHERS = "(others)";

	private final Map<String, Cell> methods = new ConcurrentHashMap<>();

	/** By node id, then by service. */
	private final Map<String, Map<String, Cell>> callers = new ConcurrentHashMap<>();

	private final AtomicInteger kinds = new AtomicInteger();

	private volatile boolean on;

	/**
	 * Begin to count, or cease.
	 * @param wanted whether somebody wants to know
	 */
	public void record(boolean wanted) {
		this.on = wanted;
	}

	/**
	 * Whether calls are counted.
	 * @return false unless somebody wants to know
	 */
	public boolean on() {
		return this.on;
	}

	/**
	 * A call is over.
	 * @param begun when its handler began, on the scale of {@link System#nanoTime()}, or
	 * 0 if it never did
	 */
	void over(ServedCall call, Code code, long begun) {
		long nanos = (begun != 0) ? System.nanoTime() - begun : -1;
		ServedMethod method = call.servedMethod();
		String procedure = method.procedure();
		Cell ofMethod = this.methods.get(procedure);
		if (ofMethod == null) {
			ofMethod = this.methods.computeIfAbsent(procedure, (any) -> new Cell());
		}
		ofMethod.count(code, nanos);
		caller(call.callerNodeId(), method.service().name().value()).count(code, nanos);
	}

	private Cell caller(String nodeId, String service) {
		Map<String, Cell> services = this.callers.get(nodeId);
		Cell known = (services != null) ? services.get(service) : null;
		if (known != null) {
			return known;
		}
		String counted = (this.kinds.get() < MOST_CALLERS) ? nodeId : OTHERS;
		Map<String, Cell> present = this.callers.get(counted);
		Cell shared = (present != null) ? present.get(service) : null;
		if (shared != null) {
			return shared;
		}
		return this.callers.computeIfAbsent(counted, (any) -> new ConcurrentHashMap<>())
			.computeIfAbsent(service, (any) -> {
				this.kinds.incrementAndGet();
				return new Cell();
			});
	}

	/**
	 * What was counted of a method.
	 * @param procedure {@code service/method}
	 * @return figures of this moment, or {@code null} if it was not called
	 */
	public @Nullable Counted method(String procedure) {
		Cell cell = this.methods.get(procedure);
		return (cell != null) ? cell.counted() : null;
	}

	/**
	 * Everything that was counted of callers.
	 * @param each told the node id, the service, and the figures
	 */
	public void callers(CallerConsumer each) {
		this.callers.forEach((nodeId, services) -> {
			BiConsumer<String, Cell> told = (service, cell) -> each.accept(nodeId, service, cell.counted());
			services.forEach(told);
		});
	}

	/** Receives what was counted of callers. */
	@FunctionalInterface
	public interface CallerConsumer {

		/**
		 * Of one caller and service.
		 * @param nodeId the caller, or {@value CallRecorder#OTHERS}
		 * @param service what it called
		 * @param counted figures of this moment
		 */
		void accept(String nodeId, String service, Counted counted);

	}

	/**
	 * What was counted.
	 *
	 * @param calls calls that are over
	 * @param failures those of them that failed
	 * @param latency number of calls in each bucket of the {@link LatencyScale}, without
	 * the empty ones at its end; calls that were never begun are in none
	 */
	public record Counted(long calls, long failures, long[] latency) {

	}

	/** The buckets, and behind them the calls and the failures. */
	private static final class Cell {

		private static final int CALLS = LatencyScale.BUCKETS;

		private static final int FAILURES = CALLS + 1;

		private final AtomicLongArray counts = new AtomicLongArray(FAILURES + 1);

		void count(Code code, long nanos) {
			if (nanos >= 0) {
				this.counts.getAndIncrement(LatencyScale.bucket(nanos));
			}
			if (code != Code.OK) {
				this.counts.getAndIncrement(FAILURES);
			}
			this.counts.getAndIncrement(CALLS);
		}

		Counted counted() {
			int length = LatencyScale.BUCKETS;
			while (length > 0 && this.counts.get(length - 1) == 0) {
				length--;
			}
			long[] latency = new long[length];
			for (int i = 0; i < length; i++) {
				latency[i] = this.counts.get(i);
			}
			return new Counted(this.counts.get(CALLS), this.counts.get(FAILURES), latency);
		}

	}

}
