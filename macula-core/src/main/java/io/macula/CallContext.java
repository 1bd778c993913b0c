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

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * What a handler can know of the call it serves. {@link #current()} is set while the
 * method of a handler runs, on its thread; what the method hands to other threads must
 * carry it along. Reactive handlers find it in the Reactor context under {@link #KEY}. A
 * call made by a client of the same node inside a handler is bounded by
 * {@link #deadline()}. Safe for all threads.
 */
public interface CallContext {

	/** Key of the present call in the Reactor context. */
	Object KEY = CallContext.class;

	/**
	 * The called service.
	 * @return its name
	 */
	ServiceName service();

	/**
	 * The called method.
	 * @return its name on the wire
	 */
	String method();

	/**
	 * What the caller sent beside the arguments.
	 * @return the metadata
	 */
	Metadata metadata();

	/**
	 * How important the call is to its caller.
	 * @return the priority, {@link Priority#NORMAL} where nothing is said
	 */
	default Priority priority() {
		return Priority.of(metadata());
	}

	/**
	 * When the caller gives up.
	 * @return the deadline, or {@code null} for none
	 */
	@Nullable Deadline deadline();

	/**
	 * Who calls.
	 * @return id of the calling node
	 */
	String callerNodeId();

	/**
	 * Who calls, as its certificate proves: whatever a node says of itself, nobody else
	 * has its key.
	 * @return SHA-256 of the public key in the certificate of the calling node, in
	 * lower-case hexadecimal; {@code null} if it is not known
	 */
	default @Nullable String callerIdentity() {
		return null;
	}

	/**
	 * Whether the caller gave up, so that no answer is wanted any more.
	 * @return true if so
	 */
	boolean cancelled();

	/**
	 * Send an entry of metadata to the caller beside the answer; an entry of the same key
	 * is replaced. It travels with a result and with a failure; of a stream of results,
	 * with its first element or its end. A caller of an earlier version does not get it,
	 * and what is set for a caller that gave up goes nowhere.
	 * @param key as {@link Metadata#requireKey} has it
	 * @param value any text
	 * @throws IllegalStateException if the answer was given already, or the first element
	 * of a stream
	 * @throws IllegalArgumentException if {@link Metadata#add} refuses it
	 * @throws UnsupportedOperationException if this is no call that is being served
	 */
	default void addResponseMetadata(String key, String value) {
		throw new UnsupportedOperationException("This " + getClass().getName() + " takes no response metadata");
	}

	/**
	 * The call that the present thread serves.
	 * @return the call, or {@code null} outside of a handler's method
	 */
	static @Nullable CallContext current() {
		return CurrentCall.get();
	}

	/**
	 * The call that a reactive handler serves.
	 * @param context the subscriber's context
	 * @return the call, or {@code null} outside of a handler
	 */
	static @Nullable CallContext from(ContextView context) {
		return context.getOrDefault(KEY, null);
	}

	/**
	 * Make this the present thread's call; for code that carries a call to another thread
	 * and for tests of handlers.
	 * @return ends it and brings back what was before; to be closed on the same thread
	 */
	default Scope open() {
		CallContext before = CurrentCall.swap(this);
		return () -> CurrentCall.swap(before);
	}

	/**
	 * Time during which a call is the present one of a thread.
	 */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
