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

import io.macula.Metadata;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A call that arrived. Safe for all threads; the first answer wins, later ones are
 * dropped.
 */
public interface InboundCall {

	/**
	 * Name on the wire.
	 * @return {@code service/method}
	 */
	String procedure();

	/**
	 * Name of the payload codec.
	 * @return the name
	 */
	String codec();

	/**
	 * What {@link CallHandler#resolve} returned for the procedure.
	 * @return the target, or {@code null} if nothing serves it
	 */
	@Nullable Object target();

	/**
	 * The encoded arguments.
	 * @return bytes, owned by the receiver
	 */
	byte[] payload();

	/**
	 * What travels beside the payload.
	 * @return the metadata
	 */
	Metadata metadata();

	/**
	 * Who calls.
	 * @return what the peer said of itself in HELLO
	 */
	NodeInfo peer();

	/**
	 * What {@link CallHandler#connected} returned for the connection.
	 * @return the caller
	 */
	default Object caller() {
		return peer();
	}

	/**
	 * Calls of this connection that have no answer.
	 * @return 0 or more, this one included
	 */
	default int inFlight() {
		return 0;
	}

	/**
	 * When the caller gives up, on the scale of {@link System#nanoTime()}.
	 * @return {@link StreamCall#NO_DEADLINE} for none
	 */
	long deadlineNanoTime();

	/**
	 * Whether the caller gave up, or its connection is gone.
	 * @return true if an answer would be dropped
	 */
	boolean cancelled();

	/**
	 * Run an action when the caller gives up before the answer, at once if that has
	 * happened. At most one action can be set.
	 * @param action runs on the event loop, must not block
	 */
	void onCancel(Runnable action);

	/**
	 * What travels beside the answer: to be said at most once, before the answer or its
	 * first element, by whoever gives that.
	 * @param metadata the entries, within the limits of the wire
	 */
	default void answerMetadata(Metadata metadata) {
	}

	/**
	 * Answer with a result.
	 * @param payload the encoded result; not copied
	 */
	void result(byte[] payload);

	/**
	 * Answer with a failure.
	 * @param failure the failure
	 */
	void fail(Failure failure);

}
