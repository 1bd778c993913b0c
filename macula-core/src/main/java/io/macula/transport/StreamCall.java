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

import java.util.function.Consumer;

import io.macula.Metadata;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * A streaming call on its way to the peer. Immutable.
 *
 * @param procedure name on the wire, {@code service/method}
 * @param codec name of the payload codec
 * @param payload the encoded arguments other than the stream; not copied
 * @param metadata travels with the call
 * @param deadlineNanoTime when the call is given up, on the scale of
 * {@link System#nanoTime()}; {@link #NO_DEADLINE} for none
 * @param elements encoded elements that the caller sends, or {@code null} for none
 * @param manyResults whether the answer is a stream, not one result
 * @param leavesSuspectedPeer whether the call fails, status "unknown", as soon as the
 * connection is suspected and no answer has begun; true for calls that may be tried again
 * elsewhere. Others fail when the suspicion lasts
 * @param watchesPeer whether the caller notices by itself when the peer falls silent, so
 * that the connection sends no PING for the sake of this call
 * @param answerMetadata receives what the peer sends beside its answer, before the answer
 * and its first element, on the event loop; must neither block nor throw; {@code null} if
 * nobody wants it
 */
public record StreamCall(String procedure, String codec, byte[] payload, Metadata metadata, long deadlineNanoTime,
		@Nullable Publisher<byte[]> elements, boolean manyResults, boolean leavesSuspectedPeer, boolean watchesPeer,
		@Nullable Consumer<Metadata> answerMetadata) {

	/** Value of {@code deadlineNanoTime} for a call without a deadline. */
	public static final long NO_DEADLINE = Long.MIN_VALUE;

	/**
	 * A call whose caller wants nothing but the answer itself.
	 * @param procedure name on the wire, {@code service/method}
	 * @param codec name of the payload codec
	 * @param payload the encoded arguments other than the stream; not copied
	 * @param metadata travels with the call
	 * @param deadlineNanoTime when the call is given up
	 * @param elements encoded elements that the caller sends, or {@code null} for none
	 * @param manyResults whether the answer is a stream, not one result
	 * @param leavesSuspectedPeer whether the call fails as soon as the connection is
	 * suspected
	 * @param watchesPeer whether the caller notices by itself when the peer falls silent
	 */
	public StreamCall(String procedure, String codec, byte[] payload, Metadata metadata, long deadlineNanoTime,
			@Nullable Publisher<byte[]> elements, boolean manyResults, boolean leavesSuspectedPeer,
			boolean watchesPeer) {
		this(procedure, codec, payload, metadata, deadlineNanoTime, elements, manyResults, leavesSuspectedPeer,
				watchesPeer, null);
	}

	/**
	 * A call whose caller relies on the connection to notice a silent peer.
	 * @param procedure name on the wire, {@code service/method}
	 * @param codec name of the payload codec
	 * @param payload the encoded arguments other than the stream; not copied
	 * @param metadata travels with the call
	 * @param deadlineNanoTime when the call is given up
	 * @param elements encoded elements that the caller sends, or {@code null} for none
	 * @param manyResults whether the answer is a stream, not one result
	 * @param leavesSuspectedPeer whether the call fails as soon as the connection is
	 * suspected
	 */
	public StreamCall(String procedure, String codec, byte[] payload, Metadata metadata, long deadlineNanoTime,
			@Nullable Publisher<byte[]> elements, boolean manyResults, boolean leavesSuspectedPeer) {
		this(procedure, codec, payload, metadata, deadlineNanoTime, elements, manyResults, leavesSuspectedPeer, false,
				null);
	}

	/**
	 * A call that does not leave a suspected peer at once.
	 * @param procedure name on the wire, {@code service/method}
	 * @param codec name of the payload codec
	 * @param payload the encoded arguments other than the stream; not copied
	 * @param metadata travels with the call
	 * @param deadlineNanoTime when the call is given up
	 * @param elements encoded elements that the caller sends, or {@code null} for none
	 * @param manyResults whether the answer is a stream, not one result
	 */
	public StreamCall(String procedure, String codec, byte[] payload, Metadata metadata, long deadlineNanoTime,
			@Nullable Publisher<byte[]> elements, boolean manyResults) {
		this(procedure, codec, payload, metadata, deadlineNanoTime, elements, manyResults, false, false, null);
	}

}
