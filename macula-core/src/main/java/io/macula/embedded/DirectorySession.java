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
import java.util.ArrayList;
import java.util.List;

import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * What this node tells one other node. Nothing is queued: a session remembers which nodes
 * the peer has to hear of and looks them up when the peer has room, so that a slow peer
 * gets the latest and costs no memory. Owned by the loop.
 */
abstract class DirectorySession {

	/** A session is never silent for longer than this. */
	static final Duration HEARTBEAT = Duration.ofMillis(1500);

	/** A peer that was silent for three heartbeats is left. */
	static final Duration SILENCE = HEARTBEAT.multipliedBy(3);

	private final DirectoryLoop loop;

	private Runnable onEnd = () -> {
	};

	private @Nullable FluxSink<DirectoryUpdate> sink;

	private long sent;

	private long sentNanos;

	private boolean closed;

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
	 * The updates for the peer; for one subscriber.
	 */
	final Flux<DirectoryUpdate> outgoing() {
		return Flux.create((sink) -> this.loop.execute(() -> attach(sink)), FluxSink.OverflowStrategy.IGNORE);
	}

	private void attach(FluxSink<DirectoryUpdate> sink) {
		if (this.closed) {
			sink.complete();
			return;
		}
		this.sink = sink;
		sink.onDispose(() -> this.loop.execute(this.onEnd));
		sink.onRequest((n) -> this.loop.execute(this::drain));
	}

	/**
	 * Send what is due, as far as the peer has room.
	 */
	final void drain() {
		FluxSink<DirectoryUpdate> out = this.sink;
		while (out != null && !this.closed && out.requestedFromDownstream() > 0) {
			DirectoryUpdate update = next();
			if (update == null) {
				return;
			}
			this.sent++;
			this.sentNanos = this.loop.nanoTime();
			out.next(update);
		}
	}

	/**
	 * The next update, or {@code null} if nothing is due.
	 */
	abstract @Nullable DirectoryUpdate next();

	final boolean heartbeatDue() {
		return this.loop.nanoTime() - this.sentNanos >= HEARTBEAT.toNanos();
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

	final void close() {
		this.closed = true;
		if (this.sink != null) {
			this.sink.complete();
		}
	}

	/**
	 * An update being put together.
	 */
	static final class Draft {

		private final List<Upsert> upserts = new ArrayList<>();

		private final List<Renewal> renewals = new ArrayList<>();

		private final List<Gone> gone = new ArrayList<>();

		private final List<String> wanted = new ArrayList<>();

		private List<String> refused = List.of();

		private boolean begins;

		private boolean ends;

		private long answers;

		private @Nullable Digest digest;

		Draft upsert(@Nullable Upsert upsert) {
			if (upsert != null) {
				this.upserts.add(upsert);
			}
			return this;
		}

		Draft renewal(@Nullable Renewal renewal) {
			if (renewal != null) {
				this.renewals.add(renewal);
			}
			return this;
		}

		Draft gone(@Nullable Gone gone) {
			if (gone != null) {
				this.gone.add(gone);
			}
			return this;
		}

		Draft wanted(String nodeId) {
			this.wanted.add(nodeId);
			return this;
		}

		Draft refused(String nodeId) {
			this.refused = List.of(nodeId);
			return this;
		}

		Draft digest(Digest digest) {
			this.digest = digest;
			return this;
		}

		Draft account(boolean begins, boolean ends, long answers) {
			this.begins = begins;
			this.ends = ends;
			this.answers = answers;
			return this;
		}

		DirectoryUpdate build(DirectorySelf self, long received) {
			return new DirectoryUpdate(self.nodeId(), self.incarnation(), self.settled(), this.begins, this.ends,
					this.answers, received, this.digest, this.upserts, this.renewals, this.gone, this.wanted,
					this.refused);
		}

	}

}
