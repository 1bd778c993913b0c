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

package io.macula.operations;

import java.time.Duration;
import java.time.Instant;

import io.macula.Code;
import io.macula.RpcException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A node that is watched: in touch, silent, or gone. All of it on the thread of the
 * {@link RealmMonitor}, to which what the watch tells is handed over.
 */
final class WatchedNode {

	/*
	 * A node in touch tells its status in each interval. If one is late, it is asked once
	 * more, with little time to answer; only who does not answer that either is
	 * unreachable. So a dead one is found within two intervals, while one that is merely
	 * late for its turn is not taken for dead. Its watch stays for a while, as a process
	 * that was paused goes on with it.
	 */

	/** In shares of the interval: who is silent for so long is asked. */
	private static final double LATE = 1.2;

	/** In shares of the interval: so long it may take to answer that. */
	private static final double ANSWER = 0.5;

	/** A first word may take a handshake in a cold process. */
	private static final Duration FIRST_WORD = Duration.ofSeconds(3);

	/** A watch that is silent for so long is made anew. */
	private static final Duration LASTING = Duration.ofSeconds(5);

	private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(15);

	private static final Duration SHUT_BACKOFF = Duration.ofSeconds(30);

	/**
	 * Most entries in the lists of a node, which are held and gone through for each
	 * picture.
	 */
	private static final int MOST_ENTRIES = 20_000;

	private final Host host;

	private final String nodeId;

	/** Where it is asked. */
	private NodeAddress address;

	/** Where it is said to be, or was before; the next attempt goes there. */
	private @Nullable NodeAddress other;

	private @Nullable NodeStatus status;

	private NodeRates rates = NodeRates.NONE;

	/** One of its own, or {@code null} while it is in touch. */
	private @Nullable String trouble;

	private @Nullable String reason;

	private Instant since = Instant.now();

	private @Nullable Disposable watch;

	/** Tells signals of earlier watches apart. */
	private int watches;

	private long watchedNanos;

	private long heardNanos;

	private long troubledNanos;

	private long nextNanos;

	private int failures;

	private @Nullable Disposable probe;

	private boolean leaving;

	/** It left, and somebody tells of a later start of it. */
	private boolean returning;

	WatchedNode(String nodeId, NodeAddress address, Host host) {
		this.nodeId = nodeId;
		this.address = address;
		this.host = host;
		this.nextNanos = System.nanoTime();
		this.heardNanos = this.nextNanos + FIRST_WORD.toNanos();
	}

	/**
	 * It is in the directory of somebody, who may be wrong: where it answers it is, and
	 * where it is said to be it is looked for when it answers no longer.
	 */
	void known(NodeAddress told) {
		NodeStatus present = this.status;
		boolean newer = present != null && told.incarnation() > present.node().incarnation();
		if (newer || (this.trouble != null && !this.address.endpoint().equals(told.endpoint()))) {
			this.other = told;
			if (this.trouble != null || this.leaving) {
				this.returning |= newer;
				unwatch();
				this.nextNanos = System.nanoTime();
			}
		}
	}

	/** Looks whether something is due; called often. */
	void check(long now) {
		if (this.watch == null) {
			if (now - this.nextNanos >= 0 && (!gone() || this.returning)) {
				watch(now);
			}
			return;
		}
		if (this.trouble == null) {
			if (this.probe == null && now - this.heardNanos > this.host.interval().toNanos() * LATE) {
				ask(now);
			}
		}
		else if (now - Math.max(this.watchedNanos, this.troubledNanos) > LASTING.toNanos()) {
			again(now);
		}
	}

	private void watch(long now) {
		int number = ++this.watches;
		this.watchedNanos = now;
		NodeAddress next = this.other;
		if (next != null) {
			this.other = this.address;
			this.address = next;
		}
		this.watch = this.host.operations()
			.watch(this.address, this.host.interval())
			.concatMap(this::unhurried, 1)
			.subscribe((change) -> hand(number, () -> changed(change)), (ex) -> hand(number, () -> failed(ex)),
					() -> hand(number, this::ended));
	}

	/**
	 * One that tells more often than it was asked to must not keep the thread from the
	 * others: the next change is read a little later.
	 */
	private Flux<NodeChange> unhurried(NodeChange change) {
		return Flux.just(change)
			.concatWith(Mono.<NodeChange>empty().delaySubscription(this.host.interval().dividedBy(4)));
	}

	private void hand(int number, Runnable work) {
		this.host.execute(() -> {
			if (number == this.watches && this.watch != null) {
				work.run();
			}
		});
	}

	void changed(NodeChange change) {
		NodeStatus before = this.status;
		if (change.number() == 0 || before != null) {
			NodeStatus now = change.after(before);
			if (now.entries() > MOST_ENTRIES) {
				unwatch();
				this.failures++;
				this.nextNanos = System.nanoTime() + SHUT_BACKOFF.toNanos();
				turn("unknown", "it tells of " + now.entries() + " services, callers and instances: expected "
						+ MOST_ENTRIES + " at most");
				return;
			}
			heard(now);
			change.events().forEach((event) -> this.host.told(this.nodeId, event));
		}
	}

	private void heard(NodeStatus now) {
		NodeStatus before = this.status;
		boolean restarted = before != null && before.node().incarnation() != now.node().incarnation();
		boolean back = this.trouble != null;
		this.heardNanos = System.nanoTime();
		this.failures = 0;
		this.status = now;
		this.rates = NodeRates.between(before, now);
		if (back || restarted || before == null || !before.life().state().equals(now.life().state())) {
			this.since = Instant.now();
			this.host.turned();
		}
		this.trouble = null;
		this.reason = null;
		this.returning = false;
		this.other = null;
		if (restarted || now.life().state().equals("serving")) {
			this.leaving = false;
		}
		if (restarted) {
			tell("joined", "started again");
		}
		else if (before == null) {
			this.host.joined(this.nodeId);
		}
		else if (back) {
			tell("reachable", null);
		}
		if (before == null || restarted) {
			this.host.search();
			return;
		}
		steered(before.life(), now.life());
		if (before.life().knownNodes() != now.life().knownNodes()) {
			this.host.search();
		}
	}

	private void steered(NodeStatus.Life before, NodeStatus.Life now) {
		boolean drained = before.state().equals("drained");
		if (!drained && now.state().equals("drained")) {
			tell("drained", "by an operator");
		}
		boolean serving = now.state().equals("serving");
		if (drained && (serving || now.state().equals("withdrawn"))) {
			tell("resumed", null);
		}
		if (before.state().equals("serving") && now.state().equals("withdrawn")) {
			tell("withdrawn", "by its application");
		}
		if (before.state().equals("withdrawn") && serving) {
			tell("serving", "again");
		}
		if (before.weight() != now.weight()) {
			tell("weight", before.weight() + " to " + now.weight());
		}
	}

	/** It begins to drain, and will be gone soon. */
	private void ended() {
		this.watch = null;
		this.leaving = true;
		this.rates = silent();
		this.nextNanos = System.nanoTime() + this.host.interval().toNanos();
		this.host.turned();
	}

	private void failed(Throwable thrown) {
		this.watch = null;
		long now = System.nanoTime();
		String text = (thrown instanceof RpcException rpc) ? rpc.status().toString() : thrown.toString();
		Code code = (thrown instanceof RpcException rpc) ? rpc.code() : Code.UNKNOWN;
		if (code == Code.PERMISSION_DENIED || code == Code.UNIMPLEMENTED || code == Code.RESOURCE_EXHAUSTED) {
			// It is there, and does not let itself be looked at.
			this.nextNanos = now + SHUT_BACKOFF.toNanos();
			turn("unknown", text);
		}
		else if (this.failures++ == 0 && this.trouble == null && !this.leaving) {
			// One connection is lost; is the node, too?
			this.nextNanos = now;
		}
		else {
			this.nextNanos = now + backoff();
			lost(text);
		}
	}

	private long backoff() {
		Duration backoff = Duration.ofMillis(500).multipliedBy(1L << Math.min(this.failures, 10));
		long most = Math.min(backoff.toNanos(), LONGEST_BACKOFF.toNanos());
		return (long) (most * (0.8 + Math.random() * 0.4));
	}

	/** It is late: is it there? */
	private void ask(long now) {
		long silent = now - this.heardNanos;
		int number = this.watches;
		this.probe = this.host.operations()
			.withDeadline(Duration.ofNanos((long) (this.host.interval().toNanos() * ANSWER)))
			.report(this.address)
			.subscribe((status) -> this.host.execute(() -> {
				this.probe = null;
				if (number == this.watches) {
					heard(status);
				}
			}), (ex) -> this.host.execute(() -> {
				this.probe = null;
				if (number == this.watches && System.nanoTime() - this.heardNanos > silent) {
					this.failures++;
					lost((ex instanceof RpcException rpc) ? rpc.status().toString() : ex.toString());
				}
			}));
	}

	private void again(long now) {
		unwatch();
		this.failures++;
		this.nextNanos = now + backoff();
	}

	private void lost(String why) {
		if (this.leaving) {
			if (turn("left", null)) {
				tell("left", null);
			}
		}
		else if (turn("unreachable", why)) {
			tell("unreachable", why);
		}
	}

	private boolean turn(String state, @Nullable String why) {
		this.reason = why;
		if (state.equals(this.trouble)) {
			return false;
		}
		this.trouble = state;
		this.since = Instant.now();
		this.troubledNanos = System.nanoTime();
		this.rates = silent();
		this.host.turned();
		return true;
	}

	private NodeRates silent() {
		return (this.status != null) ? NodeRates.silent(this.status) : NodeRates.NONE;
	}

	private void tell(String kind, @Nullable String detail) {
		this.host.happened(kind, this.nodeId, detail);
	}

	/** Whether there is something to show of it. */
	boolean shown() {
		return this.status != null || this.trouble != null;
	}

	private boolean gone() {
		return "left".equals(this.trouble);
	}

	boolean forgotten(long now, Duration left, Duration unreachable) {
		Duration kept = gone() ? left : unreachable;
		return this.trouble != null && !this.trouble.equals("unknown") && now - this.troubledNanos > kept.toNanos();
	}

	/** Whether it can be asked whom it knows. */
	boolean inTouch() {
		return this.trouble == null && this.status != null && !this.leaving;
	}

	String nodeId() {
		return this.nodeId;
	}

	NodeAddress address() {
		return this.address;
	}

	@Nullable NodeStatus status() {
		return this.status;
	}

	NodeRates rates() {
		return this.rates;
	}

	RealmPicture.Node picture() {
		String state = (this.trouble != null) ? this.trouble
				: (this.status != null) ? this.status.life().state() : "unknown";
		return new RealmPicture.Node(this.nodeId, state, this.since, this.reason, this.address, this.status,
				this.rates.all());
	}

	/** It is watched no longer. */
	void unwatch() {
		Disposable watching = this.watch;
		this.watch = null;
		this.watches++;
		if (watching != null) {
			watching.dispose();
		}
		Disposable asking = this.probe;
		this.probe = null;
		if (asking != null) {
			asking.dispose();
		}
	}

	/** Whose node it is. */
	interface Host {

		OperationsClient operations();

		Duration interval();

		/** On the thread of the monitor, unless that is closed. */
		void execute(Runnable work);

		/** The node tells something. */
		void told(String nodeId, NodeEvent event);

		void happened(String kind, String nodeId, @Nullable String detail);

		/** It was heard for the first time. */
		void joined(String nodeId);

		/** There may be further nodes. */
		void search();

		/** Show that at once. */
		void turned();

	}

}
