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

import io.macula.Endpoint;
import io.macula.directory.DirectoryLoop;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Keeps a link to one address of a seed: dials, watches over it, dials again. Owned by
 * the loop.
 */
final class SeedLink {

	/*
	 * States: WAITING -> DIALLING -> LINKED -> WAITING; DIALLING -> WAITING when the seed
	 * cannot be reached, -> SELF when the address turns out to be this node's own; each
	 * -> STOPPED for good.
	 */

	/** A seed that did not speak within this time cannot be reached. */
	static final Duration DIAL_TIMEOUT = Duration.ofSeconds(3);

	/** Nodes that start together do not find each other at once. */
	static final int TRIES_BEFORE_WARNING = 5;

	/** A seed that leaves is not dialled again at once: it would only refuse. */
	static final int PAUSE_OF_THE_LEAVING = 4;

	private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

	private static final Logger logger = PrintableLogger.of(SeedLink.class);

	private final Endpoint address;

	private final DirectoryLoop loop;

	private final Replication replication;

	private final SeedDialer dialer;

	private State state = State.WAITING;

	private @Nullable DirectoryLink link;

	private @Nullable DirectoryInbound<DirectoryUpdate> inbound;

	private long dialledNanos;

	private int failures;

	private String failure = "not dialled yet";

	private final LogLimit limit;

	SeedLink(Endpoint address, DirectoryLoop loop, Replication replication, SeedDialer dialer) {
		this.address = address;
		this.loop = loop;
		this.replication = replication;
		this.dialer = dialer;
		this.limit = LogLimit.ofPeers(loop.clock());
	}

	/**
	 * How long to wait before the next attempt: doubles from 50 milliseconds to 1 second,
	 * with jitter.
	 */
	static Duration pause(DirectoryLoop loop, int failures) {
		return loop.jittered(longestPause(failures));
	}

	/**
	 * The same before the jitter.
	 */
	static Duration longestPause(int failures) {
		Duration pause = SHORTEST_PAUSE.multipliedBy(1L << Math.min(failures, 6));
		return (pause.compareTo(LONGEST_PAUSE) < 0) ? pause : LONGEST_PAUSE;
	}

	void dial() {
		assert this.loop.inLoop();
		if (this.state != State.WAITING) {
			return;
		}
		this.state = State.DIALLING;
		this.dialledNanos = this.loop.nanoTime();
		DirectoryLink opened = this.replication.open();
		this.link = opened;
		DirectoryInbound<DirectoryUpdate> hearing = new DirectoryInbound<>(this.loop,
				(update, heard) -> this.replication.admit(opened, update, heard), (update) -> heard(opened, update),
				(error) -> ended(opened, error));
		this.inbound = hearing;
		this.dialer.link(this.address, opened.outgoing(), (peer) -> this.loop.execute(() -> opened.met(peer)))
			.subscribe(hearing);
	}

	private void heard(DirectoryLink from, DirectoryUpdate update) {
		if (from != this.link) {
			return;
		}
		if (this.state == State.DIALLING) {
			this.state = State.LINKED;
			this.failures = 0;
		}
		this.replication.heard(from, update);
		if (from.reachesItself()) {
			hangUp();
			this.state = State.SELF;
			this.replication.foundItself();
		}
		else if (this.failure.length() > 0) {
			this.failure = "";
			this.limit.log("linked", (suppressed) -> logger.info("Linked to seed {}, which is node '{}'{}",
					this.address, update.sender(), suppressed));
		}
	}

	private void ended(DirectoryLink of, @Nullable Throwable error) {
		if (of != this.link) {
			return;
		}
		if (error == null) {
			this.failures = Math.max(this.failures, PAUSE_OF_THE_LEAVING);
		}
		fail((error != null) ? String.valueOf(error.getMessage()) : "it left");
	}

	/**
	 * Look after the time limits.
	 */
	void tick() {
		DirectoryLink open = this.link;
		if (this.state == State.DIALLING && this.loop.nanoTime() - this.dialledNanos > DIAL_TIMEOUT.toNanos()) {
			fail("no answer within " + DIAL_TIMEOUT.toMillis() + " ms");
		}
		else if (this.state == State.LINKED && open != null && open.silent()) {
			fail("silent for " + DirectoryLink.SILENCE.toMillis() + " ms");
		}
	}

	/**
	 * This node stood still itself: the answer to the dial may wait.
	 */
	void forgiveSilence() {
		this.dialledNanos = this.loop.nanoTime();
	}

	private void fail(String reason) {
		hangUp();
		if (this.state == State.STOPPED) {
			return;
		}
		if (this.state == State.LINKED) {
			this.limit.log("lost",
					(suppressed) -> logger.info("Lost the link to seed {}: {}{}", this.address, reason, suppressed));
		}
		else if (this.failures == TRIES_BEFORE_WARNING) {
			this.limit.log("unreachable", (suppressed) -> logger.warn("Seed {} cannot be reached: {}; trying again{}",
					this.address, reason, suppressed));
		}
		this.state = State.WAITING;
		this.failure = reason;
		this.loop.schedule(this::dial, pause(this.loop, this.failures++));
	}

	private void hangUp() {
		DirectoryLink open = this.link;
		DirectoryInbound<DirectoryUpdate> hearing = this.inbound;
		this.link = null;
		this.inbound = null;
		if (open != null) {
			this.replication.close(open);
		}
		if (hearing != null) {
			hearing.leave();
		}
	}

	void stop() {
		hangUp();
		this.state = State.STOPPED;
	}

	boolean self() {
		return this.state == State.SELF;
	}

	boolean linked() {
		return this.state == State.LINKED;
	}

	Endpoint address() {
		return this.address;
	}

	/**
	 * The state for people.
	 */
	String describe() {
		return switch (this.state) {
			case LINKED -> (this.link != null) ? this.link.describe() : "linked";
			case SELF -> "this node";
			case DIALLING -> "connecting";
			case STOPPED -> "stopped";
			case WAITING -> "unreachable: " + this.failure;
		};
	}

	private enum State {

		WAITING, DIALLING, LINKED, SELF, STOPPED

	}

}
