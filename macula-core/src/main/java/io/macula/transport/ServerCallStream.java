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

import io.macula.Code;
import io.macula.Status;
import io.macula.wire.Failure;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.ProtocolException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * A streaming call on the serving side. In addition to the states of its superclass it
 * may be RESPONDING: a publisher answers.
 */
final class ServerCallStream extends ServerCall implements InboundStream, ElementReceiver.Source, ElementSender.Target {

	private final boolean sendsElements;

	private final boolean expectsElements;

	private final ElementReceiver receiver = new ElementReceiver(this);

	private final ElementSender sender = new ElementSender(this);

	ServerCallStream(ServerStream stream, Frame.Call frame, ResolvedProcedure procedure, long deadlineNanoTime) {
		super(stream, frame.callId(), procedure, frame.payload(), frame.metadata(), deadlineNanoTime);
		this.sendsElements = (frame.flags() & Frame.Call.SENDS_ELEMENTS) != 0;
		this.expectsElements = (frame.flags() & Frame.Call.EXPECTS_ELEMENTS) != 0;
		if (!this.sendsElements) {
			this.receiver.end(null);
		}
	}

	@Override
	public boolean sendsElements() {
		return this.sendsElements;
	}

	@Override
	public boolean expectsElements() {
		return this.expectsElements;
	}

	@Override
	public Flux<byte[]> elements() {
		return this.receiver;
	}

	@Override
	public void respond(Publisher<byte[]> results) {
		if (settle(RESPONDING)) {
			this.sender.start(results);
		}
	}

	/** A frame of this call arrived. */
	void onFrame(Frame frame) {
		if (frame.callId() != callId()) {
			throw ProtocolException
				.violation(frame.type() + " frame of call " + frame.callId() + " on the stream of call " + callId());
		}
		switch (frame.type()) {
			case ELEMENT -> this.receiver.element(((Frame.Element) frame).payload());
			case END -> this.receiver.end(null);
			case CREDIT -> this.sender.credit(((Frame.Credit) frame).elements());
			default -> throw ProtocolException.violation(frame.type() + " frame on the stream of a call");
		}
	}

	void onWritable() {
		this.sender.onWritable();
	}

	/** The caller finished its direction: without an END it gave up. */
	void callerFinished() {
		if (!this.receiver.ended()) {
			this.receiver.end(gaveUp());
		}
	}

	@Override
	void cancel() {
		super.cancel();
		this.sender.stop();
		this.receiver.end(gaveUp());
	}

	@Override
	public void execute(Runnable action) {
		stream().pump().execute(action);
	}

	@Override
	public boolean credit(long elements) {
		if (over() || !stream().channel().isOpen() || stream().finished()) {
			return false;
		}
		FrameCodec.writeCredit(stream().out(), callId(), elements);
		touched();
		return true;
	}

	@Override
	public boolean gone() {
		return stream().pump().gone();
	}

	@Override
	public Object sender() {
		return caller();
	}

	@Override
	public void hold() {
		stream().holdFrames();
	}

	@Override
	public void goOn() {
		stream().resumeFrames();
	}

	@Override
	public void unsubscribed() {
		// The method wants no more elements; its answer is still to come.
	}

	@Override
	public boolean inEventLoop() {
		return stream().pump().inEventLoop();
	}

	@Override
	public long maxPayloadBytes() {
		return stream().pump().maxResultBytes();
	}

	@Override
	public Status elementTooLarge(int bytes) {
		return stream().pump().tooLarge("an element", bytes);
	}

	@Override
	public void beforeElement() {
		stream().pump().writeMetadata(stream().out(), this);
	}

	@Override
	public void touched() {
		// The caller may give CREDIT for each element.
		stream().allowance().earn(FrameAllowance.PER_ELEMENT);
		stream().pump().touched(stream());
	}

	@Override
	public void ended() {
		stream().pump().responded(this, null);
	}

	@Override
	public void failed(Failure failure) {
		stream().pump().responded(this, failure);
	}

	/** The answer is written: more elements mean nothing. */
	@Override
	void written() {
		this.sender.stop();
		this.receiver.end(gaveUp());
	}

	private FailureException gaveUp() {
		return new FailureException(
				Failure.of(Status.unknown(Code.CANCELLED, "the caller gave up, or its connection is gone")));
	}

}
