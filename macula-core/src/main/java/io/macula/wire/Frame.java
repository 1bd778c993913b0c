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

package io.macula.wire;

import java.util.List;

import io.macula.Metadata;

/**
 * Unit of the protocol inside a stream, decoded. Immutable, except for payload bytes,
 * which belong to the receiver. Records with a payload compare it by identity.
 */
public sealed interface Frame {

	/**
	 * The type.
	 * @return the type
	 */
	FrameType type();

	/**
	 * The call that the frame belongs to.
	 * @return 1 or more, or 0 if it belongs to none
	 */
	default long callId() {
		return 0;
	}

	/**
	 * The client says who it is: first frame of the control stream.
	 *
	 * @param introduction the client
	 */
	record Hello(Introduction introduction) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.HELLO;
		}

	}

	/**
	 * The server accepts the connection.
	 *
	 * @param introduction the server
	 */
	record Welcome(Introduction introduction) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.WELCOME;
		}

	}

	/**
	 * The server refuses the connection and closes it.
	 *
	 * @param code why
	 * @param message for people
	 */
	record Refused(ErrorCode code, String message) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.REFUSED;
		}

	}

	/**
	 * The sender drains: calls that arrive later are not processed.
	 *
	 * @param code why
	 * @param message for people
	 * @param accepted last accepted call of each lane; empty while the lanes are still
	 * read and late calls are answered
	 */
	record GoAway(ErrorCode code, String message, List<Accepted> accepted) implements Frame {

		public GoAway {
			accepted = List.copyOf(accepted);
		}

		@Override
		public FrameType type() {
			return FrameType.GOAWAY;
		}

		/**
		 * How far the lane of this stream was read.
		 * @param streamId QUIC id of the lane's stream
		 * @return last call that was accepted, 0 for none
		 */
		public long lastAccepted(long streamId) {
			for (Accepted lane : this.accepted) {
				if (lane.streamId() == streamId) {
					return lane.callId();
				}
			}
			return 0;
		}

		/**
		 * How far a lane was read.
		 *
		 * @param streamId QUIC id of the lane's stream
		 * @param callId last call that was accepted, 0 for none; later ones were not
		 * processed
		 */
		public record Accepted(long streamId, long callId) {

		}

	}

	/**
	 * Asks for a sign of life.
	 *
	 * @param token comes back in PONG
	 */
	record Ping(long token) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.PING;
		}

	}

	/**
	 * The sign of life.
	 *
	 * @param token as in PING
	 */
	record Pong(long token) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.PONG;
		}

	}

	/**
	 * The client says when the calls that follow on this stream were written.
	 *
	 * @param epoch 1 or more; times of two epochs cannot be compared
	 * @param millis on the client's monotonic clock, from an origin of its own
	 */
	record Time(long epoch, long millis) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.TIME;
		}

	}

	/**
	 * Begins a call.
	 *
	 * @param callId 1 or more, grows per connection
	 * @param procedureRef index in the lane's procedure table, 0 for a literal
	 * @param procedure name of a literal procedure, else empty
	 * @param codec payload codec of a literal procedure, else empty
	 * @param timeoutMicros remaining time of the caller, 0 for no deadline
	 * @param flags sum of {@link #SENDS_ELEMENTS}, {@link #EXPECTS_ELEMENTS} and
	 * {@link #ALONE}
	 * @param metadata travels with the call
	 * @param payload the encoded arguments
	 */
	record Call(long callId, int procedureRef, String procedure, String codec, long timeoutMicros, int flags,
			Metadata metadata, byte[] payload) implements Frame {

		/** Flag: the caller sends elements and an END. */
		public static final int SENDS_ELEMENTS = 1;

		/** Flag: the answer is elements and an END, not a RESULT. */
		public static final int EXPECTS_ELEMENTS = 2;

		/** Flag: a unary call that has a stream of its own, where it is answered. */
		public static final int ALONE = 4;

		@Override
		public FrameType type() {
			return FrameType.CALL;
		}

		/**
		 * Whether the procedure is named in this frame.
		 * @return true if the name enters the lane's table
		 */
		public boolean literal() {
			return this.procedureRef == 0;
		}

	}

	/**
	 * Answers a call with one result.
	 *
	 * @param callId the call
	 * @param payload the encoded result
	 */
	record Result(long callId, byte[] payload) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.RESULT;
		}

	}

	/**
	 * Ends a call without a result.
	 *
	 * @param callId the call
	 * @param failure why
	 */
	record Failed(long callId, Failure failure) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.FAILURE;
		}

	}

	/**
	 * The caller gives up.
	 *
	 * @param callId the call
	 */
	record Cancel(long callId) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.CANCEL;
		}

	}

	/**
	 * One element of a stream.
	 *
	 * @param callId the call
	 * @param payload the encoded element
	 */
	record Element(long callId, byte[] payload) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.ELEMENT;
		}

	}

	/**
	 * No more elements in this direction.
	 *
	 * @param callId the call
	 */
	record End(long callId) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.END;
		}

	}

	/**
	 * The receiver of elements asks for more.
	 *
	 * @param callId the call
	 * @param elements how many more, at least 1
	 */
	record Credit(long callId, long elements) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.CREDIT;
		}

	}

	/**
	 * What travels beside the answer of a call; the answer, or its first element, follows
	 * on the same stream.
	 *
	 * @param callId the call
	 * @param metadata the entries
	 */
	record AnswerMetadata(long callId, Metadata metadata) implements Frame {

		@Override
		public FrameType type() {
			return FrameType.METADATA;
		}

	}

}
