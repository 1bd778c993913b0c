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

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameType;
import io.macula.wire.ProtocolException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * A streaming call on the calling side, on a stream of its own. Owned by the event loop.
 * <p>
 * States: NEW, WAITING for a stream, OPEN, then OVER by the answer, a failure, the
 * deadline, the subscriber's cancellation or the end of the connection.
 */
final class ClientCallStream extends FrameStream
		implements StreamOpener.Request, ElementReceiver.Source, ElementSender.Target {

	private final ClientConnection connection;

	private final StreamCall call;

	private final ElementReceiver receiver = new ElementReceiver(this);

	private final ElementSender sender = new ElementSender(this);

	private State state = State.NEW;

	private long callId;

	private boolean dirty;

	/** Whether nothing of the answer has arrived, and the call may be tried elsewhere. */
	private boolean mayLeave;

	/** Whether METADATA or an element has arrived: no METADATA may follow. */
	private boolean answerBegun;

	private @Nullable ScheduledFuture<?> timer;

	private ClientCallStream(ClientConnection connection, StreamCall call) {
		super(connection.bounds());
		this.connection = connection;
		this.call = call;
	}

	/** Each subscription is a call of its own. */
	static Flux<byte[]> flux(ClientConnection connection, StreamCall call) {
		return new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super byte[]> actual) {
				ClientCallStream stream = new ClientCallStream(connection, call);
				stream.receiver.subscribe(actual);
				stream.execute(stream::begin);
			}

		};
	}

	private void begin() {
		if (this.state != State.NEW) {
			return;
		}
		this.state = State.WAITING;
		long deadline = this.call.deadlineNanoTime();
		long left = deadline - this.connection.clock().getAsLong();
		int bytes = this.call.payload().length;
		if (!this.connection.register(this)) {
			end(this.connection.refusal());
		}
		else if (deadline != StreamCall.NO_DEADLINE && left <= 0) {
			end(Status.notProcessed(Code.DEADLINE_EXCEEDED, "the time was over before the call to "
					+ this.call.procedure() + " could be sent to " + this.connection.endpoint()));
		}
		else if (this.connection.payloadLimit().exceededBy(bytes)) {
			end(this.connection.payloadLimit().refusal(bytes));
		}
		else {
			if (deadline != StreamCall.NO_DEADLINE) {
				this.timer = this.connection.loop().schedule(this::timedOut, left, TimeUnit.NANOSECONDS);
			}
			mayLeave(this.call.leavesSuspectedPeer());
			this.connection.opener().open(this);
		}
	}

	@Override
	public boolean wanted() {
		return this.state == State.WAITING;
	}

	@Override
	public boolean leaves() {
		return this.call.leavesSuspectedPeer();
	}

	@Override
	public void opened(QuicStreamChannel opened) {
		if (this.state != State.WAITING) {
			finish();
			return;
		}
		this.state = State.OPEN;
		this.callId = this.connection.pump().nextCallId();
		Publisher<byte[]> elements = this.call.elements();
		int flags = ((elements != null) ? Frame.Call.SENDS_ELEMENTS : 0)
				+ ((this.call.manyResults()) ? Frame.Call.EXPECTS_ELEMENTS : 0);
		if (flags == 0) {
			// Else a large result comes on another stream, where nobody waits for it.
			flags = Frame.Call.ALONE;
		}
		long now = this.connection.clock().getAsLong();
		try {
			this.connection.times().write(out(), now);
			FrameCodec.writeCall(out(), this.callId, 0, this.call.procedure(), this.call.codec(),
					ClientLane.remainingMicros(this.call.deadlineNanoTime(), now), flags, this.call.metadata(),
					this.call.payload());
		}
		catch (IllegalArgumentException ex) {
			end(Status.notProcessed(Code.INVALID_ARGUMENT,
					"the call to " + this.call.procedure() + " cannot be sent: " + ex.getMessage()));
			return;
		}
		touched();
		this.connection.liveness().wrote(now);
		if (this.call.manyResults()) {
			this.receiver.start();
		}
		if (elements != null) {
			this.sender.start(elements);
		}
	}

	@Override
	public void refused(Status status) {
		end(status);
	}

	@Override
	void onFrame(Frame frame) {
		this.connection.liveness().heard();
		if (frame.type() == FrameType.CREDIT || frame.type() == FrameType.METADATA) {
			allowance().spend(1, frame.type());
		}
		if (this.state != State.OPEN) {
			return;
		}
		if (frame.callId() != this.callId) {
			throw ProtocolException
				.violation(frame.type() + " frame of call " + frame.callId() + " on the stream of call " + this.callId);
		}
		switch (frame.type()) {
			case METADATA -> beside(((Frame.AnswerMetadata) frame).metadata());
			case RESULT -> {
				over(false);
				this.receiver.only(((Frame.Result) frame).payload());
			}
			case ELEMENT -> {
				this.answerBegun = true;
				mayLeave(false);
				this.receiver.element(((Frame.Element) frame).payload());
			}
			case END -> {
				over(false);
				this.receiver.end(null);
			}
			case FAILURE -> end(((Frame.Failed) frame).failure(), false);
			case CREDIT -> this.sender.credit(((Frame.Credit) frame).elements());
			default -> throw ProtocolException.violation(frame.type() + " frame on the stream of a call");
		}
	}

	private void beside(Metadata metadata) {
		if (this.answerBegun) {
			throw ProtocolException
				.violation("METADATA of call " + this.callId + " after METADATA or an element of the same call");
		}
		this.answerBegun = true;
		Consumer<Metadata> receiver = this.call.answerMetadata();
		if (receiver != null) {
			receiver.accept(metadata);
		}
	}

	@Override
	void onFinished() {
		if (this.state == State.OPEN) {
			end(Status.unknown(Code.UNAVAILABLE,
					this.connection.endpoint() + " finished the stream of the call without an answer"));
		}
	}

	@Override
	boolean carriesOneCall() {
		return true;
	}

	@Override
	boolean onExcess(ProtocolException excess) {
		end(Status.processed(Code.RESOURCE_EXHAUSTED,
				"an answer of " + excess.value() + " bytes from " + this.connection.endpoint()
						+ ((excess.errorCode() == ErrorCode.LIMIT)
								? " found no room on this side: " + memory().describe() : " exceeds the limit of "
										+ excess.limit() + " bytes of this side (its macula.transport.max-payload)")));
		return true;
	}

	@Override
	void onBroken(ErrorCode code, String message) {
		this.connection.onBroken(code, message);
	}

	@Override
	void onWritable() {
		flush();
		this.sender.onWritable();
	}

	@Override
	void onInactive() {
		// Where the connection is over, its own events tell why; they come next.
		channel().eventLoop()
			.execute(() -> end(Status.unknown(Code.UNAVAILABLE,
					"the stream of the call to " + this.connection.endpoint() + " is gone")));
	}

	void connectionEnded(Status status) {
		end((this.callId != 0) ? status : Status.notProcessed(status.code(), status.message()));
	}

	boolean watchesPeer() {
		return this.call.watchesPeer();
	}

	/** A stream that cannot be repeated outlives a short silence, but not a long one. */
	void peerSuspected(Status status, boolean lasting) {
		if (lasting || this.mayLeave) {
			connectionEnded(status);
		}
	}

	/** Whoever watches over the peer goes elsewhere at once. */
	void peerDrains(Status status) {
		if (this.call.watchesPeer()) {
			connectionEnded(status);
		}
	}

	private void mayLeave(boolean may) {
		if (this.mayLeave != may) {
			this.mayLeave = may;
			this.connection.mayLeave(may);
		}
	}

	// What the elements of both directions need

	@Override
	public void execute(Runnable action) {
		try {
			if (inEventLoop()) {
				this.connection.turnOfSocket().atEnd(action);
			}
			else {
				this.connection.loop().execute(action);
			}
		}
		catch (RejectedExecutionException ex) {
			// That ends what has begun. What has not is known to this thread alone.
			this.connection.loopGone();
			if (this.state == State.NEW) {
				this.state = State.OVER;
				this.receiver.end(new FailureException(
						Failure.of(Status.notProcessed(Code.UNAVAILABLE, "this node was closed"))));
			}
		}
	}

	@Override
	public boolean credit(long elements) {
		if (this.state != State.OPEN || !this.call.manyResults()) {
			return false;
		}
		FrameCodec.writeCredit(out(), this.callId, elements);
		touched();
		return true;
	}

	@Override
	public boolean gone() {
		return this.connection.loop().isShutdown();
	}

	/** All that one provider sends shares one turn. */
	@Override
	public Object sender() {
		return this.connection;
	}

	@Override
	public void hold() {
		holdFrames();
	}

	@Override
	public void goOn() {
		resumeFrames();
	}

	@Override
	public void unsubscribed() {
		over(true);
	}

	@Override
	public boolean inEventLoop() {
		return this.connection.loop().inEventLoop();
	}

	@Override
	public FrameStream stream() {
		return this;
	}

	@Override
	public long callId() {
		return this.callId;
	}

	@Override
	public long maxPayloadBytes() {
		return this.connection.payloadLimit().bytes();
	}

	@Override
	public Status elementTooLarge(int bytes) {
		return this.connection.payloadLimit().elementRefusal(bytes);
	}

	@Override
	public void beforeElement() {
		// What a caller has to say beside its elements is in the CALL.
	}

	@Override
	public void touched() {
		// The provider may give CREDIT for each element.
		allowance().earn(FrameAllowance.PER_ELEMENT);
		if (!this.dirty) {
			this.dirty = true;
			this.connection.turnOfSocket().atEnd(this::endOfTurn);
		}
	}

	/** The caller's elements are over; the answer is still to come. */
	@Override
	public void ended() {
		if (this.state == State.OPEN) {
			FrameCodec.writeEnd(out(), this.callId);
			touched();
		}
	}

	/** The caller's elements failed: so does the call. */
	@Override
	public void failed(Failure failure) {
		end(failure, true);
	}

	private void endOfTurn() {
		this.dirty = false;
		if (channel().isOpen() && !finished() && writable()) {
			flush();
			this.sender.onWritable();
		}
	}

	private void timedOut() {
		end((this.callId != 0)
				? Status.unknown(Code.DEADLINE_EXCEEDED,
						"no answer from " + this.connection.endpoint() + " to " + this.call.procedure() + " in time")
				: Status.notProcessed(Code.DEADLINE_EXCEEDED, "the time was over before the call to "
						+ this.call.procedure() + " could be sent to " + this.connection.endpoint()));
	}

	private void end(Status status) {
		end(Failure.of(status), true);
	}

	private void end(Failure failure, boolean cancel) {
		if (this.state != State.OVER) {
			over(cancel);
			this.receiver.end(new FailureException(failure));
		}
	}

	/** Finish this direction; the peer finishes the other one. */
	private void over(boolean cancel) {
		State before = this.state;
		this.state = State.OVER;
		if (before == State.OVER) {
			return;
		}
		mayLeave(false);
		if (this.timer != null) {
			this.timer.cancel(false);
		}
		this.sender.stop();
		if (before == State.OPEN && channel().isOpen() && !finished()) {
			if (cancel) {
				FrameCodec.writeCancel(out(), this.callId);
			}
			finish();
		}
		this.connection.unregister(this);
	}

	private enum State {

		NEW, WAITING, OPEN, OVER

	}

}
