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

package io.macula.directory;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.RecordStore.Session;
import io.macula.log.DurationText;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * One session of this node at a remote system, and the records in it. Owned by the loop;
 * what its client hears is handed over.
 * <p>
 * States: OPENING to OPEN when the system grants the session, to ENDED from each: when it
 * could not be opened or was lost (the {@link Owner} is told), or when its owner ends it.
 * An ended session is closed at the system, also if it is granted only later.
 */
final class RecordHold implements RecordStore.Listener {

	/** Failed writes after which a session that holds nothing gives way to another. */
	private static final int MOST_FAILURES = 3;

	private static final Duration SHORTEST_STEP = Duration.ofMillis(500);

	private static final Duration LONGEST_STEP = Duration.ofSeconds(5);

	/** A record of another node is not waited for any longer to end. */
	private static final Duration LONGEST_PATIENCE = Duration.ofMinutes(1);

	private final DirectoryLoop loop;

	private final RecordStore store;

	private final Owner owner;

	private final Duration lease;

	private final Duration step;

	private final Set<Endpoint> ownEndpoints = new HashSet<>();

	/** Services whose records may be there. */
	private final Set<ServiceName> stored = new HashSet<>();

	/** What is under way, or a pause before it. */
	private final Disposable.Swap work = Disposables.swap();

	private final Disposable.Swap renewal = Disposables.swap();

	private OwnRecords records;

	private @Nullable Session session;

	private boolean writing;

	private boolean again;

	private boolean ended;

	private boolean suspended;

	private boolean unrenewed;

	/** Who holds the node id with a better claim, and since when this is known. */
	private @Nullable Instance rival;

	private long rivalNanos;

	private int failures;

	private long renewedNanos;

	RecordHold(DirectoryLoop loop, RecordStore store, Owner owner, OwnRecords records) {
		this.loop = loop;
		this.store = store;
		this.owner = owner;
		this.records = records;
		this.lease = records.lease();
		Duration third = this.lease.dividedBy(3);
		this.step = (third.compareTo(SHORTEST_STEP) < 0) ? SHORTEST_STEP
				: (third.compareTo(LONGEST_STEP) > 0) ? LONGEST_STEP : third;
	}

	/**
	 * Ask for the session.
	 */
	void open() {
		assert this.loop.inLoop();
		Opening opening = new Opening();
		Mono<Session> asked = Mono.defer(() -> this.store.open(this.lease, this)).doOnNext(opening::granted);
		Answers.within(this.step, asked, this.loop.timer())
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("the answer is none")))
			.subscribe((granted) -> this.loop.execute(() -> opened(granted), () -> quietly(granted)), (error) -> {
				opening.over();
				this.loop.execute(() -> over("it opens no session: " + text(error)));
			});
	}

	private void opened(Session granted) {
		if (this.ended) {
			quietly(granted);
			return;
		}
		this.session = granted;
		this.renewedNanos = this.loop.nanoTime();
		renewLater();
		write();
	}

	/**
	 * Whether other records can be put into this session.
	 */
	boolean fits(OwnRecords other) {
		return other.lease().equals(this.lease) && other.self().nodeId().equals(this.records.self().nodeId())
				&& other.self().incarnation() == this.records.self().incarnation();
	}

	/**
	 * Put these records instead of those before.
	 */
	void put(OwnRecords next) {
		assert this.loop.inLoop();
		this.records = next;
		write();
	}

	/* One write at a time; what is asked for meanwhile follows. */
	private void write() {
		Session open = this.session;
		if (open == null || this.ended || this.suspended) {
			return;
		}
		if (this.writing) {
			this.again = true;
			return;
		}
		this.writing = true;
		this.again = false;
		OwnRecords now = this.records;
		Map<ServiceName, byte[]> texts = now.texts();
		Set<ServiceName> dropped = new HashSet<>(this.stored);
		dropped.removeAll(texts.keySet());
		this.stored.addAll(texts.keySet());
		this.work.update(Mono.defer(() -> writes(open).put(texts, now.departing(dropped), this.store.departureNotice()))
			.subscribe((rival) -> this.loop.execute(() -> superseded(rival)),
					(error) -> this.loop.execute(() -> failed(error)),
					() -> this.loop.execute(() -> written(now, dropped))));
	}

	private RecordWrites writes(Session open) {
		Instance self = this.records.self();
		this.ownEndpoints.add(self.endpoint());
		return new RecordWrites(open, self, this.ownEndpoints, this.step, this.loop.timer());
	}

	/*
	 * The other may be this node's own past, of a time when its clock was ahead: such a
	 * record ends within its lease. One that stays longer is of a node that lives.
	 */
	private void superseded(AdvertisementRecord rival) {
		if (this.ended) {
			return;
		}
		this.writing = false;
		long now = this.loop.nanoTime();
		if (this.rival == null || this.rival.incarnation() != rival.instance().incarnation()) {
			this.rival = rival.instance();
			this.rivalNanos = now;
		}
		Duration patience = (rival.lease().compareTo(LONGEST_PATIENCE) < 0) ? rival.lease() : LONGEST_PATIENCE;
		if (now - this.rivalNanos > patience.toNanos()) {
			this.owner.superseded(rival.instance());
			return;
		}
		this.owner.pending("node id '" + rival.instance().nodeId() + "' is held by a node of a newer start at "
				+ rival.instance().endpoint() + " (this one is at " + this.records.self().endpoint()
				+ "): if that lives on for " + DurationText.of(patience)
				+ ", this one is advertised no more; give each node an id of its own (macula.node.id)");
		writeAfter(patience.dividedBy(4));
	}

	private void written(OwnRecords written, Set<ServiceName> dropped) {
		if (this.ended || !this.writing) {
			return;
		}
		this.writing = false;
		this.failures = 0;
		this.rival = null;
		this.stored.removeAll(dropped);
		if (this.again) {
			write();
			return;
		}
		if (!this.suspended) {
			this.owner.granted(written);
			/* Somebody may change or delete them, or the system may lose all. */
			writeAfter(this.loop.jittered(this.lease.dividedBy(2)));
		}
	}

	private void failed(Throwable error) {
		Session open = this.session;
		if (this.ended || open == null) {
			return;
		}
		String reason = "records cannot be written: " + text(error);
		this.failures++;
		if (this.failures < MOST_FAILURES) {
			tryOn(reason);
			return;
		}
		this.failures = 0;
		this.work.update(writes(open).nothingBound(this.stored)
			.subscribe((nothing) -> this.loop.execute(() -> givenUp(nothing, reason)),
					(unknown) -> this.loop.execute(() -> givenUp(false, reason))));
	}

	/*
	 * Records that are there would go with the session, though the node lives: those of
	 * one service must not go because those of another one are refused.
	 */
	private void givenUp(boolean nothing, String reason) {
		if (this.ended) {
			return;
		}
		if (nothing) {
			over(reason);
		}
		else {
			tryOn(reason);
		}
	}

	private void tryOn(String reason) {
		this.writing = false;
		this.owner.pending(reason);
		writeAfter(this.owner.pause());
	}

	private void writeAfter(Duration pause) {
		Disposable later = this.loop.schedule(this::write, pause);
		if (later != null) {
			this.work.update(later);
		}
	}

	private void renewLater() {
		Disposable later = this.loop.schedule(this::renew, this.lease.dividedBy(3));
		if (later != null) {
			this.renewal.update(later);
		}
	}

	private void renew() {
		Session open = this.session;
		if (open == null || this.ended) {
			return;
		}
		this.renewal.update(Answers.within(this.lease.dividedBy(3), Mono.defer(open::renew), this.loop.timer())
			.subscribe((nothing) -> {
			}, (error) -> this.loop.execute(() -> notRenewed(error)), () -> this.loop.execute(this::renewed)));
	}

	private void renewed() {
		if (this.ended) {
			return;
		}
		this.renewedNanos = this.loop.nanoTime();
		this.owner.renewed();
		if (this.unrenewed) {
			this.unrenewed = false;
			write();
		}
		renewLater();
	}

	private void notRenewed(Throwable error) {
		if (this.ended) {
			return;
		}
		String reason = "the session is not renewed: " + text(error);
		if (this.loop.nanoTime() - this.renewedNanos >= this.lease.toNanos()) {
			over(reason);
			return;
		}
		this.unrenewed = true;
		this.owner.pending(reason);
		renewLater();
	}

	@Override
	public void suspended(String reason) {
		this.loop.execute(() -> {
			if (!this.ended) {
				this.suspended = true;
				this.owner.pending(reason);
			}
		});
	}

	@Override
	public void resumed() {
		this.loop.execute(() -> {
			if (!this.ended && this.suspended) {
				this.suspended = false;
				write();
			}
		});
	}

	@Override
	public void lost(String reason) {
		this.loop.execute(() -> over("the session is lost: " + reason));
	}

	@Override
	public void disturbed() {
		this.loop.execute(this::write);
	}

	private void over(String reason) {
		if (!this.ended) {
			end();
			this.owner.lost(reason);
		}
	}

	/**
	 * End this session without a word to watchers.
	 */
	void end() {
		assert this.loop.inLoop();
		Session open = finish();
		if (open != null) {
			quietly(open);
		}
	}

	/**
	 * End this session, and say so in each record before it goes.
	 * @return completes when the system knows; what takes longer than a second goes on
	 * behind it
	 */
	Mono<Void> depart() {
		assert this.loop.inLoop();
		Session open = finish();
		if (open == null) {
			return Mono.empty();
		}
		Mono<Void> closed = Mono.defer(open::close).timeout(LONGEST_STEP, this.loop.timer()).onErrorComplete().cache();
		return Mono.defer(() -> writes(open).depart(this.records.departing(this.stored)))
			.timeout(RemoteRegistry.WITHDRAWAL_TIMEOUT.dividedBy(2), this.loop.timer())
			.onErrorComplete()
			.then(Mono.defer(() -> Mono.delay(this.store.departureNotice(), this.loop.timer())).onErrorComplete())
			.then(closed)
			.timeout(RemoteRegistry.WITHDRAWAL_TIMEOUT, this.loop.timer())
			.onErrorComplete()
			.doFinally((signal) -> closed.subscribe());
	}

	private @Nullable Session finish() {
		Session open = this.session;
		this.ended = true;
		this.session = null;
		this.work.dispose();
		this.renewal.dispose();
		return open;
	}

	/* What cannot be told ends by itself, with the lease. */
	private void quietly(Session session) {
		Mono.defer(session::close).timeout(LONGEST_STEP, this.loop.timer()).onErrorComplete().subscribe();
	}

	private static String text(Throwable error) {
		String message = error.getMessage();
		return (message != null) ? message : error.getClass().getSimpleName();
	}

	/**
	 * A session that is granted at the moment in which nobody waits for it any more:
	 * nobody else would end it. For all threads.
	 */
	private final class Opening {

		private final AtomicReference<@Nullable Session> granted = new AtomicReference<>();

		private volatile boolean over;

		void granted(Session session) {
			this.granted.set(session);
			if (this.over) {
				leave();
			}
		}

		void over() {
			this.over = true;
			leave();
		}

		private void leave() {
			Session left = this.granted.getAndSet(null);
			if (left != null) {
				quietly(left);
			}
		}

	}

	/**
	 * Whoever wants records to be kept. Called by the loop.
	 */
	interface Owner {

		/**
		 * All records are there.
		 */
		void granted(OwnRecords written);

		/**
		 * The system renewed the session.
		 */
		default void renewed() {
		}

		/**
		 * The records may not be there, and it goes on.
		 */
		void pending(String reason);

		/**
		 * Another node has the better claim to the id.
		 */
		void superseded(Instance rival);

		/**
		 * The session is over by itself.
		 */
		void lost(String reason);

		/**
		 * How long to wait after a failure.
		 */
		Duration pause();

	}

	/**
	 * What a node advertises, as texts. Immutable.
	 */
	record OwnRecords(Advertisement advertisement, Map<ServiceName, byte[]> texts) {

		Instance self() {
			return this.advertisement.instance();
		}

		Duration lease() {
			return this.advertisement.ttl();
		}

		/** Texts that say that the node leaves these services. */
		Map<ServiceName, byte[]> departing(Set<ServiceName> services) {
			Map<ServiceName, byte[]> departing = new HashMap<>();
			services.forEach((service) -> departing.put(service,
					AdvertisementRecord.of(this.advertisement, service).departed().encode()));
			return departing;
		}

	}

}
