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

package io.macula.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What a {@link FakeProvider} does with one call: a step of a script. Immutable, and may
 * be used in several scripts.
 *
 * <pre>
 * fake.on("multiply").will(refuse(), answer(42).after(Duration.ofMillis(50)), die());
 * </pre>
 */
public final class Behaviour {

	/** What becomes of the provider, or of the call before its method is reached. */
	enum Kind {

		SERVE, SILENT, REFUSE, DIE

	}

	/** Methods with one result, with a {@code Flux} of them, or both. */
	enum Suits {

		ONE, MANY, ALL

	}

	private final String description;

	private final Kind kind;

	private final @Nullable Status refusal;

	/** What is known when the script is written, and can be judged then. */
	private final @Nullable List<Object> values;

	/** The same of what is thrown. */
	private final List<Throwable> failures;

	private final Suits suits;

	private final Duration delay;

	private final Function<RecordedCall, Publisher<?>> result;

	private Behaviour(String description, Kind kind, @Nullable Status refusal, @Nullable List<Object> values,
			List<Throwable> failures, Suits suits, Duration delay, Function<RecordedCall, Publisher<?>> result) {
		this.description = description;
		this.kind = kind;
		this.refusal = refusal;
		this.values = values;
		this.failures = failures;
		this.suits = suits;
		this.delay = delay;
		this.result = result;
	}

	private static Behaviour serve(String description, @Nullable List<Object> values, Suits suits,
			Function<RecordedCall, Publisher<?>> result) {
		return new Behaviour(description, Kind.SERVE, null, values, List.of(), suits, Duration.ZERO, result);
	}

	/**
	 * Answer with a value, once all elements have arrived where the caller sends some.
	 * @param value the answer, without {@code Mono}, {@code CompletionStage} or
	 * {@code Optional} around it; {@code null} for nothing
	 * @return the behaviour
	 */
	public static Behaviour answer(@Nullable Object value) {
		return serve("answer(" + value + ")", (value != null) ? List.of(value) : List.of(), Suits.ONE,
				(call) -> Mono.justOrEmpty(value));
	}

	/**
	 * Answer with what a function makes of the call.
	 * @param function gives the value; what it throws is what the handler throws
	 * @return the behaviour
	 */
	public static Behaviour answering(Function<RecordedCall, @Nullable Object> function) {
		Objects.requireNonNull(function, "function");
		return serve("answering(...)", null, Suits.ONE, (call) -> Mono.fromCallable(() -> function.apply(call)));
	}

	/**
	 * Emit elements, for methods that return a {@code Flux}; those that the caller sends
	 * are left alone.
	 * @param elements the elements
	 * @return the behaviour
	 */
	public static Behaviour emit(Object... elements) {
		List<Object> values = values(elements);
		return serve("emit(" + values.size() + " elements)", values, Suits.MANY, (call) -> Flux.fromIterable(values));
	}

	/**
	 * Emit elements with a pause before each: a slow stream.
	 * @param pause between the elements, more than zero
	 * @param elements the elements
	 * @return the behaviour
	 */
	public static Behaviour emitEvery(Duration pause, Object... elements) {
		positive(pause, "pause");
		List<Object> values = values(elements);
		return serve("emitEvery(" + pause + ", " + values.size() + " elements)", values, Suits.MANY,
				(call) -> Flux.fromIterable(values).concatMap((value) -> Mono.delay(pause).thenReturn(value), 1));
	}

	/**
	 * Emit what a function makes of the call.
	 * @param function gives the elements; it may take those that the caller sends
	 * @return the behaviour
	 */
	public static Behaviour emitting(Function<RecordedCall, ? extends Publisher<?>> function) {
		Objects.requireNonNull(function, "function");
		return serve("emitting(...)", null, Suits.MANY, (call) -> Flux.from(function.apply(call)));
	}

	/**
	 * Throw, as a handler does: an exception that the contract declares reaches the
	 * caller as itself, any other one as UNKNOWN.
	 * @param failure what is thrown; a checked exception that a method which returns a
	 * value does not declare is refused when the script is written, since no handler in
	 * Java can throw it
	 * @return the behaviour
	 */
	public static Behaviour fail(Throwable failure) {
		Objects.requireNonNull(failure, "failure");
		return new Behaviour("fail(" + failure + ")", Kind.SERVE, null, null, List.of(failure), Suits.ALL,
				Duration.ZERO, (call) -> Mono.error(failure));
	}

	/**
	 * Fail with a status: the provider did process the call.
	 * @param code any but OK
	 * @param message for the caller
	 * @return the behaviour
	 */
	public static Behaviour fail(Code code, String message) {
		return fail(new RpcException(Status.processed(notOk(code), message)));
	}

	/**
	 * Do not process the call, as a provider that has no room or goes away: another
	 * instance is tried, whatever the method.
	 * @return the behaviour
	 */
	public static Behaviour refuse() {
		return refuse(Code.UNAVAILABLE, "the fake provider refuses");
	}

	/**
	 * Do not process the call.
	 * @param code any but OK
	 * @param message for the caller
	 * @return the behaviour
	 */
	public static Behaviour refuse(Code code, String message) {
		return new Behaviour("refuse(" + code + ")", Kind.REFUSE, Status.notProcessed(notOk(code), message), null,
				List.of(), Suits.ALL, Duration.ZERO, (call) -> Mono.empty());
	}

	/**
	 * Never answer: the call ends by its deadline, or when its caller gives up.
	 * @return the behaviour
	 */
	public static Behaviour silence() {
		return new Behaviour("silence()", Kind.SILENT, null, null, List.of(), Suits.ALL, Duration.ZERO,
				(call) -> Mono.never());
	}

	/**
	 * Die as a process that is killed while it serves the call: nobody is told, and
	 * nothing in flight is answered. {@link FakeProvider#revive()} brings it back.
	 * @return the behaviour
	 */
	public static Behaviour die() {
		return new Behaviour("die()", Kind.DIE, null, null, List.of(), Suits.ALL, Duration.ZERO,
				(call) -> Mono.never());
	}

	/**
	 * The same after a while, in which the call is open.
	 * @param delay how long, more than zero
	 * @return the behaviour
	 */
	public Behaviour after(Duration delay) {
		positive(delay, "delay");
		return new Behaviour(this.description + ".after(" + delay + ")", this.kind, this.refusal, this.values,
				this.failures, this.suits, this.delay.plus(delay), this.result);
	}

	/**
	 * The same, and then a failure, for streams that break: all elements first.
	 * @param failure what ends the stream
	 * @return the behaviour
	 */
	public Behaviour thenFail(Throwable failure) {
		Objects.requireNonNull(failure, "failure");
		if (this.kind != Kind.SERVE) {
			throw new IllegalStateException(this + " has an end already: nothing can fail after it");
		}
		Function<RecordedCall, Publisher<?>> before = this.result;
		List<Throwable> all = new ArrayList<>(this.failures);
		all.add(failure);
		return new Behaviour(this.description + ".thenFail(" + failure + ")", this.kind, null, this.values,
				List.copyOf(all), this.suits, this.delay,
				(call) -> Flux.<Object>from(before.apply(call)).concatWith(Mono.error(failure)));
	}

	private static List<Object> values(Object[] elements) {
		for (int i = 0; i < elements.length; i++) {
			if (elements[i] == null) {
				throw new IllegalArgumentException("element " + i + " is null: a Flux has none of these");
			}
		}
		return List.of(elements);
	}

	private static Code notOk(Code code) {
		if (code == Code.OK) {
			throw new IllegalArgumentException("OK is no failure: expected any other code, or answer(value)");
		}
		return code;
	}

	private static void positive(Duration duration, String name) {
		if (duration.isNegative() || duration.isZero()) {
			throw new IllegalArgumentException(name + " " + duration + " is not valid: expected more than zero");
		}
	}

	Kind kind() {
		return this.kind;
	}

	Status requiredRefusal() {
		return Objects.requireNonNull(this.refusal, "refusal");
	}

	/** Whether its answer takes time, for which a method must wait. */
	boolean takesTime() {
		return !this.delay.isZero() || this.kind == Kind.SILENT;
	}

	/** Whether the caller's elements are awaited first. */
	boolean takesElements() {
		return this.suits == Suits.ONE;
	}

	Duration delay() {
		return this.delay;
	}

	/** What is known before a call, or {@code null}. */
	@Nullable List<Object> values() {
		return this.values;
	}

	/** What it is known to throw. */
	List<Throwable> failures() {
		return this.failures;
	}

	Suits suits() {
		return this.suits;
	}

	Publisher<?> result(RecordedCall call) {
		return this.result.apply(call);
	}

	@Override
	public String toString() {
		return this.description;
	}

}
