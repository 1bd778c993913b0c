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

package io.macula;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * What a caller wants of single calls, whichever proxies make them. Immutable and safe
 * for all threads; {@link MaculaCall} makes them.
 * <p>
 * They hold for the calls that begin in a scope: {@link #open()}, {@link #call} and
 * {@link #run} for the present thread, {@link #context()} for a subscriber. Scopes are
 * nested: the inner one has the last word on what both say. Blocking and future methods
 * take the options of the thread that calls them. {@code Mono} and {@code Flux} take
 * those of the thread that calls the proxy's method, and on top of them those in the
 * context of each subscriber.
 */
public final class CallOptions {

	/** Options that say nothing. */
	static final CallOptions NONE = new CallOptions(Metadata.EMPTY, null, null, null, List.of());

	private static final ThreadLocal<@Nullable CallOptions> CURRENT = new ThreadLocal<>();

	private static final Duration LONGEST = Duration.ofDays(365);

	private final Metadata metadata;

	private final @Nullable Duration deadline;

	private final @Nullable String key;

	private final @Nullable Priority priority;

	private final List<ResponseMetadata> captures;

	private CallOptions(Metadata metadata, @Nullable Duration deadline, @Nullable String key,
			@Nullable Priority priority, List<ResponseMetadata> captures) {
		this.metadata = metadata;
		this.deadline = deadline;
		this.key = key;
		this.priority = priority;
		this.captures = captures;
	}

	static CallOptions current() {
		CallOptions present = CURRENT.get();
		return (present != null) ? present : NONE;
	}

	/**
	 * These options and an entry of metadata; an entry of the same key is replaced.
	 * @param key as {@link Metadata#requireKey} has it
	 * @param value any text
	 * @return new options
	 * @throws IllegalArgumentException if {@link Metadata#add} refuses it
	 */
	public CallOptions with(String key, String value) {
		return new CallOptions(this.metadata.add(key, value), this.deadline, this.key, this.priority, this.captures);
	}

	/**
	 * These options and a receiver of what comes beside the answers.
	 * @param capture made by {@link MaculaCall#capture()}
	 * @return new options
	 */
	public CallOptions with(ResponseMetadata capture) {
		Objects.requireNonNull(capture, "capture");
		List<ResponseMetadata> all = new ArrayList<>(this.captures);
		all.add(capture);
		return new CallOptions(this.metadata, this.deadline, this.key, this.priority, List.copyOf(all));
	}

	/**
	 * These options with a deadline: it takes the place of the one that the contract or
	 * the client's settings name, whether it is shorter or longer. A call that is made
	 * inside a served call is still bounded by that call's deadline.
	 * @param deadline bound of the whole call, from its begin; more than 0, at most 365
	 * days
	 * @return new options
	 * @throws IllegalArgumentException if it is another one
	 */
	public CallOptions deadline(Duration deadline) {
		if (deadline.isZero() || deadline.isNegative() || deadline.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					"Deadline " + deadline + " of a call is not valid: expected more than 0 and at most 365 days");
		}
		return new CallOptions(this.metadata, deadline, this.key, this.priority, this.captures);
	}

	/**
	 * These options with a routing key: it takes the place of the argument with
	 * {@link RoutingKey}, for strategies that keep calls of the same key together.
	 * @param key any text
	 * @return new options
	 */
	public CallOptions key(String key) {
		return new CallOptions(this.metadata, this.deadline, Objects.requireNonNull(key, "key"), this.priority,
				this.captures);
	}

	/**
	 * These options with a priority: it takes the place of the one that the settings or
	 * the contract name, and of the one that a call made inside a served call takes over.
	 * @param priority how important the calls are
	 * @return new options
	 */
	public CallOptions priority(Priority priority) {
		return new CallOptions(this.metadata, this.deadline, this.key, Objects.requireNonNull(priority, "priority"),
				this.captures);
	}

	/**
	 * These options with those of an inner scope on top of them: it has the last word on
	 * each entry of metadata, the deadline, the key and the priority, and receivers of
	 * both are told.
	 * @param inner the options of the inner scope
	 * @return new options, unless one of both says nothing
	 * @throws IllegalArgumentException if both together are too much metadata
	 */
	public CallOptions and(CallOptions inner) {
		if (inner == NONE || this == NONE) {
			return (inner == NONE) ? this : inner;
		}
		List<ResponseMetadata> all = new ArrayList<>(this.captures);
		inner.captures.stream().filter((capture) -> !all.contains(capture)).forEach(all::add);
		return new CallOptions(this.metadata.addAll(inner.metadata),
				(inner.deadline != null) ? inner.deadline : this.deadline, (inner.key != null) ? inner.key : this.key,
				Priority.first(inner.priority, this.priority), List.copyOf(all));
	}

	/**
	 * Begin a scope of the present thread: what is open already holds in it, too.
	 * @return ends it and brings back what was before; to be closed on the same thread,
	 * inner ones first
	 */
	public Scope open() {
		CallOptions before = CURRENT.get();
		ResponseMetadata capture = new ResponseMetadata();
		CURRENT.set(((before != null) ? before : NONE).and(with(capture)));
		return new Scope(before, capture);
	}

	/**
	 * Do something in a scope of these options. A lambda or a method reference needs no
	 * more {@code throws} or {@code catch} than what it calls.
	 * @param <T> type of its result
	 * @param <X> checked exception that it may throw; where there is none, the compiler
	 * takes {@link RuntimeException}
	 * @param work makes calls on the present thread
	 * @return its result
	 * @throws X what it throws
	 */
	public <T extends @Nullable Object, X extends Exception> T call(CallableOp<? extends T, ? extends X> work)
			throws X {
		try (Scope ignored = open()) {
			return work.call();
		}
	}

	/**
	 * Do something in a scope of these options, which is a {@link Callable} already.
	 * @param <T> type of its result
	 * @param work makes calls on the present thread
	 * @return its result
	 * @throws Exception what it throws
	 */
	public <T extends @Nullable Object> T call(Callable<? extends T> work) throws Exception {
		try (Scope ignored = open()) {
			return work.call();
		}
	}

	/**
	 * Do something in a scope of these options.
	 * @param work makes calls on the present thread
	 */
	public void run(Runnable work) {
		try (Scope ignored = open()) {
			work.run();
		}
	}

	/**
	 * These options for a subscriber: {@code mono.contextWrite(options.context())}. What
	 * is in its context already holds, too; the one nearer to the call has the last word.
	 * @return writes them under {@link MaculaCall#KEY}
	 */
	public Function<Context, Context> context() {
		return (context) -> context.put(MaculaCall.KEY, MaculaCall.from(context).and(this));
	}

	/**
	 * What the calls are about.
	 * @return the routing key, or {@code null} for that of the arguments
	 */
	public @Nullable String key() {
		return this.key;
	}

	/**
	 * How important the calls are.
	 * @return the priority, or {@code null} for that of the settings or the contract
	 */
	public @Nullable Priority priority() {
		return this.priority;
	}

	/**
	 * What travels with the call.
	 * @return the entries
	 */
	public Metadata metadata() {
		return this.metadata;
	}

	/**
	 * Bound of the whole call.
	 * @return the deadline, or {@code null} for that of the contract or of the settings
	 */
	public @Nullable Duration deadline() {
		return this.deadline;
	}

	/**
	 * Receivers of what comes beside the answers.
	 * @return unmodifiable
	 */
	public List<ResponseMetadata> captures() {
		return this.captures;
	}

	@Override
	public String toString() {
		return "metadata " + this.metadata + ((this.deadline != null) ? ", deadline " + this.deadline : "")
				+ ((this.priority != null) ? ", priority " + this.priority : "");
	}

	/**
	 * Makes calls, and says which checked exception it may throw.
	 *
	 * @param <T> type of its result
	 * @param <X> the exception
	 */
	@FunctionalInterface
	public interface CallableOp<T extends @Nullable Object, X extends Exception> extends Callable<T> {

		@Override
		T call() throws X;

	}

	/**
	 * Time during which options hold for the calls of a thread.
	 */
	public static final class Scope implements AutoCloseable {

		private final @Nullable CallOptions before;

		private final ResponseMetadata capture;

		private Scope(@Nullable CallOptions before, ResponseMetadata capture) {
			this.before = before;
			this.capture = capture;
		}

		/**
		 * What came beside the answer of the last call of this scope that was completed.
		 * @return the entries, empty if nothing came
		 */
		public Metadata responseMetadata() {
			return this.capture.get();
		}

		@Override
		public void close() {
			CURRENT.set(this.before);
		}

	}

}
