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

package io.macula.foreign;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicStream;

/**
 * Frames over a QUIC stream of kwik, as the document has them. For one thread.
 */
final class ForeignStream {

	/*
	 * When a connection or stream ends, kwik interrupts the threads that read and write
	 * there, be it a moment too late. Hence no test does so itself. What arrives is read
	 * at once, since a stream of a closed connection gives nothing more away.
	 */

	private static final int SECONDS = 10;

	private static final ExecutorService THREADS = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "foreign-stream");
		thread.setDaemon(true);
		return thread;
	});

	private final QuicStream stream;

	private final InputStream in;

	private final BlockingQueue<Callable<@Nullable Received>> arrived = new LinkedBlockingQueue<>();

	ForeignStream(QuicStream stream) {
		this.stream = stream;
		this.in = stream.getInputStream();
		THREADS.execute(this::read);
	}

	private void read() {
		try {
			Received frame = frame();
			while (frame != null) {
				Received one = frame;
				this.arrived.add(() -> one);
				frame = frame();
			}
			this.arrived.add(() -> null);
		}
		catch (IOException ex) {
			this.arrived.add(() -> {
				throw ex;
			});
		}
	}

	int id() {
		return this.stream.getStreamId();
	}

	ForeignStream write(byte[]... frames) throws Exception {
		OutputStream out = this.stream.getOutputStream();
		return elsewhere(() -> {
			out.write(Bytes.concat(frames));
			out.flush();
			return this;
		});
	}

	/** No more will come from here. */
	ForeignStream finish() throws Exception {
		return elsewhere(() -> {
			this.stream.getOutputStream().close();
			return this;
		});
	}

	void reset() {
		this.stream.resetStream(0);
	}

	private static <T> T elsewhere(Callable<T> action) throws Exception {
		try {
			return THREADS.submit(action).get(SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof IOException cause) {
				throw cause;
			}
			throw ex;
		}
	}

	/**
	 * The next frame.
	 * @return the frame, or {@code null} if the peer has finished its direction
	 */
	@Nullable Received next() throws Exception {
		Callable<@Nullable Received> next = this.arrived.poll(SECONDS, TimeUnit.SECONDS);
		if (next == null) {
			throw new TimeoutException("Nothing came on stream " + id());
		}
		return next.call();
	}

	/** The next frame, which must be there. */
	Received take() throws Exception {
		Received frame = next();
		if (frame == null) {
			throw new EOFException("The peer has finished");
		}
		return frame;
	}

	private @Nullable Received frame() throws IOException {
		int first = this.in.read();
		if (first < 0) {
			return null;
		}
		long length = varint(first);
		int type = readByte();
		byte[] body = this.in.readNBytes((int) length - 1);
		if (body.length < length - 1) {
			throw new EOFException("Half of a frame");
		}
		return new Received(type, body);
	}

	private long varint(int first) throws IOException {
		long value = first & 0x3F;
		for (int i = 1; i < 1 << (first >> 6); i++) {
			value = value << 8 | readByte();
		}
		return value;
	}

	private int readByte() throws IOException {
		int read = this.in.read();
		if (read < 0) {
			throw new EOFException("Half of a frame");
		}
		return read;
	}

	/** A frame, whose fields are read in their order. For one thread. */
	static final class Received {

		private final int type;

		private final byte[] body;

		private int position;

		Received(int type, byte[] body) {
			this.type = type;
			this.body = body;
		}

		int type() {
			return this.type;
		}

		int u8() {
			return this.body[this.position++] & 0xFF;
		}

		long u64() {
			long value = 0;
			for (int i = 0; i < 8; i++) {
				value = value << 8 | u8();
			}
			return value;
		}

		long varint() {
			int first = u8();
			long value = first & 0x3F;
			for (int i = 1; i < 1 << (first >> 6); i++) {
				value = value << 8 | u8();
			}
			return value;
		}

		String str() {
			int length = (int) varint();
			String text = new String(this.body, this.position, length, StandardCharsets.UTF_8);
			this.position += length;
			return text;
		}

		byte[] rest() {
			byte[] rest = new byte[this.body.length - this.position];
			System.arraycopy(this.body, this.position, rest, 0, rest.length);
			this.position = this.body.length;
			return rest;
		}

		boolean read() {
			return this.position == this.body.length;
		}

		@Override
		public String toString() {
			return "frame 0x%02x of %d bytes".formatted(this.type, this.body.length);
		}

	}

}
