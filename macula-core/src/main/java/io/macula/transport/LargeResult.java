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
import io.macula.Status;
import io.macula.log.PrintableLogger;
import io.macula.wire.FrameCodec;
import io.netty.handler.codec.quic.QuicStreamChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A result that goes on a stream of its own, so that it does not delay small ones. Owned
 * by the event loop.
 */
final class LargeResult implements StreamOpener.Request {

	private static final Logger logger = PrintableLogger.of(LargeResult.class);

	private final ServerConnection connection;

	private final StreamOpener opener;

	private final long callId;

	private final @Nullable Metadata metadata;

	private final byte[] result;

	private final ServerStream stream;

	LargeResult(ServerConnection connection, StreamOpener opener, long callId, @Nullable Metadata metadata,
			byte[] result) {
		this.connection = connection;
		this.opener = opener;
		this.callId = callId;
		this.metadata = metadata;
		this.result = result;
		this.stream = new ServerStream(connection);
	}

	@Override
	public boolean wanted() {
		return true;
	}

	@Override
	public boolean leaves() {
		return true;
	}

	@Override
	public FrameStream stream() {
		return this.stream;
	}

	@Override
	public void opened(QuicStreamChannel opened) {
		AnswerPump pump = this.connection.pump();
		int bytes = this.result.length;
		try {
			if (this.metadata != null) {
				FrameCodec.writeMetadata(this.stream.out(), this.callId, this.metadata);
			}
			FrameCodec.writeResult(this.stream.out(), this.callId, this.result);
			// Not this object, whose result is copied by now and counted once.
			this.opener.write(this.stream, this.stream.takePending()).addListener((written) -> pump.sent(bytes));
		}
		catch (Throwable ex) {
			this.connection.cannotAnswer(ex);
		}
	}

	@Override
	public void refused(Status status) {
		this.connection.pump().sent(this.result.length);
		logger.debug("A result of {} bytes for {} was not sent: {}", this.result.length, this.connection.address(),
				status);
	}

}
