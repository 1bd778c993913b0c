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

package io.macula.embedded;

import java.time.Duration;

import io.macula.directory.DirectoryLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * What this node tells one other node. Nothing is queued: a session remembers which nodes
 * the peer has to hear of and looks them up when the peer has room, so that a slow peer
 * gets the latest and costs no memory. Owned by the loop.
 */
abstract class DirectorySession {

	/**
	 * A session whose peer did not say how patient it is is never silent for longer than
	 * this: earlier versions leave after three times as long.
	 */
	static final Duration IMPATIENT = Duration.ofMillis(1500);

	private final DirectoryLoop loop;

	private long heartbeatNanos = IMPATIENT.toNanos();

	/** The next heartbeat goes out before its time. */
	private boolean hurried;

	private Runnable onEnd = () -> {
	};

	private @Nullable FluxSink<DirectoryUpdate> sink;

	private long sent;

	private long sentNanos;

	private boolean closed;

	/** Why it was closed, as far as the peer is told. */
	private @Nullable Throwable failure;

	DirectorySession(DirectoryLoop loop) {
		this.loop = loop;
		this.sentNanos = loop.nanoTime();
	}

	/**
	 * Set what runs in the loop when the peer takes no more updates; before
	 * {@link #outgoing()} is subscribed.
	 */
	final void onEnd(Runnable action) {
		this.onEnd = action;
	}

	/**
	 * The updates for the peer; for one subscriber. Ends with the session or the loop.
	 */
	final Flux<DirectoryUpdate> outgoing() {
		return Flux.create((sink) -> this.loop.execute(() -> attach(sink), sink::complete),
				FluxSink.OverflowStrategy.IGNORE);
	}

	private void attach(FluxSink<DirectoryUpdate> sink) {
		sink.onDispose(() -> this.loop.execute(this.onEnd));
		Throwable present = this.failure;
		if (present != null) {
			sink.error(present);
			return;
		}
		if (this.closed) {
			sink.complete();
			return;
		}
		this.sink = sink;
		sink.onRequest((n) -> this.loop.execute(this::send));
	}

	/**
	 * Send what is due, as far as the peer has room.
	 */
	final void send() {
		assert this.loop.inLoop();
		FluxSink<DirectoryUpdate> out = this.sink;
		while (out != null && !this.closed && out.requestedFromDownstream() > 0) {
			DirectoryUpdate update = next();
			if (update == null) {
				return;
			}
			this.sent++;
			this.sentNanos = this.loop.nanoTime();
			this.hurried = false;
			out.next(update);
		}
	}

	/**
	 * The next update, or {@code null} if nothing is due.
	 */
	abstract @Nullable DirectoryUpdate next();

	final boolean heartbeatDue() {
		return this.hurried || silentFor(this.heartbeatNanos);
	}

	/**
	 * Whether half of the time up to the next heartbeat is over, but not all of it.
	 */
	final boolean heartbeatNear() {
		return !heartbeatDue() && silentFor(this.heartbeatNanos / 2);
	}

	/**
	 * Let the next heartbeat be due now.
	 */
	final void hurry() {
		assert this.loop.inLoop();
		this.hurried = true;
	}

	private boolean silentFor(long nanos) {
		return this.loop.nanoTime() - this.sentNanos >= nanos;
	}

	/**
	 * For how long the session may be silent at most.
	 */
	final void heartbeat(Duration longest) {
		assert this.loop.inLoop();
		this.heartbeatNanos = longest.toNanos();
	}

	/**
	 * Number of updates sent so far.
	 */
	final long sent() {
		return this.sent;
	}

	final boolean closed() {
		return this.closed;
	}

	final DirectoryLoop loop() {
		return this.loop;
	}

	/**
	 * Close it, and have the peer told why.
	 */
	final void fail(Throwable error) {
		assert this.loop.inLoop();
		if (!this.closed) {
			this.closed = true;
			this.failure = error;
			if (this.sink != null) {
				this.sink.error(error);
			}
		}
	}

	final void close() {
		assert this.loop.inLoop();
		this.closed = true;
		if (this.sink != null) {
			this.sink.complete();
		}
	}

}
