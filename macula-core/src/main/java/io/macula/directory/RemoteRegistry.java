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
import java.util.Map;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.RecordHold.OwnRecords;
import io.macula.log.DurationText;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * Write side of a remote system: this node's records, one for each of its services, all
 * in one session there. A session that is lost is opened again at a
 * {@link ReconnectPace}; records that somebody changed or deleted are put again within
 * half a lease. Of two nodes with one id the one of the newer incarnation has it: the
 * lease of the other is released. Safe for all threads; all state is owned by the loop of
 * the engine.
 * <p>
 * States: NEW to RUNNING by {@link #start}, to CLOSED by {@link #close} for good. Leases
 * are PENDING before the first, and RELEASED after the last.
 */
public final class RemoteRegistry implements Registry {

	private static final Logger logger = PrintableLogger.of(RemoteRegistry.class);

	/** Bound of a withdrawal; what is left then ends with the session. */
	static final Duration WITHDRAWAL_TIMEOUT = Duration.ofSeconds(1);

	/** An advertisement whose own lease is longer is lost and found like one of this. */
	private static final Duration LONGEST_LEASE = Duration.ofMinutes(1);

	private final DirectoryLoop loop;

	private final RecordStore store;

	private final String type;

	private final LogLimit limit;

	/** A pause before another session is opened. */
	private final Disposable.Swap pause = Disposables.swap();

	/** What is advertised, if anything: set together with the records. */
	private @Nullable DirectoryLease lease;

	private @Nullable OwnRecords records;

	private @Nullable RecordHold hold;

	private @Nullable ReconnectPace pace;

	/** Whether these records, or those before them, were ever there. */
	private boolean granted;

	private boolean running;

	private boolean closed;

	/** Written by the loop. */
	private volatile @Nullable String fault;

	RemoteRegistry(DirectoryLoop loop, RecordStore store, String type) {
		this.loop = loop;
		this.store = store;
		this.type = type;
		this.limit = LogLimit.ofPeers(loop.clock());
	}

	/**
	 * {@inheritDoc}
	 * @throws IllegalArgumentException if a record has more bytes than it may have
	 */
	@Override
	public Lease advertise(Advertisement advertisement) {
		Map<ServiceName, byte[]> texts = new HashMap<>();
		advertisement.services()
			.forEach((service) -> texts.put(service, AdvertisementRecord.of(advertisement, service).encode()));
		OwnRecords opened = new OwnRecords(advertisement, Map.copyOf(texts));
		DirectoryLease given = new DirectoryLease(advertisement, this::withdraw);
		this.loop.execute(() -> replace(given, opened), () -> given.become(Lease.State.RELEASED));
		return given;
	}

	private void replace(DirectoryLease given, OwnRecords opened) {
		if (this.closed) {
			given.become(Lease.State.RELEASED);
			return;
		}
		DirectoryLease before = this.lease;
		this.lease = given;
		this.records = opened;
		this.pace = ReconnectPace.ofLease(shorter(opened.lease()), this.loop::random);
		if (before != null) {
			before.become(Lease.State.RELEASED);
		}
		RecordHold present = this.hold;
		if (present != null && present.fits(opened)) {
			present.put(opened);
			return;
		}
		if (present != null) {
			present.end();
			this.hold = null;
		}
		open();
	}

	private static Duration shorter(Duration lease) {
		return (lease.compareTo(LONGEST_LEASE) < 0) ? lease : LONGEST_LEASE;
	}

	/**
	 * Advertise what there is, and from now on all that comes.
	 */
	void start() {
		assert this.loop.inLoop();
		this.running = true;
		open();
	}

	private void open() {
		OwnRecords wanted = this.records;
		if (wanted == null || this.hold != null || !this.running || this.closed) {
			return;
		}
		this.pause.update(Disposables.disposed());
		RecordHold opening = new RecordHold(this.loop, this.store, new Keeping(), wanted);
		this.hold = opening;
		opening.open();
	}

	private void withdraw(DirectoryLease withdrawn) {
		this.loop.execute(() -> withdrawInLoop(withdrawn), () -> {
			withdrawn.become(Lease.State.RELEASED);
			withdrawn.endWithdrawal();
		});
	}

	private void withdrawInLoop(DirectoryLease withdrawn) {
		withdrawn.become(Lease.State.RELEASED);
		RecordHold present = this.hold;
		if (this.lease != withdrawn || present == null) {
			if (this.lease == withdrawn) {
				forget();
			}
			withdrawn.endWithdrawal();
			return;
		}
		forget();
		present.depart().doFinally((signal) -> withdrawn.endWithdrawal()).subscribe();
	}

	private void forget() {
		this.lease = null;
		this.records = null;
		this.granted = false;
		this.hold = null;
		this.fault = null;
		this.pause.update(Disposables.disposed());
	}

	/**
	 * Withdraw what is advertised, for good.
	 * @return completes within a second; never fails
	 */
	Mono<Void> close() {
		return Mono.<DirectoryLease>create((sink) -> this.loop.execute(() -> {
			this.closed = true;
			sink.success(this.lease);
		}, sink::success)).flatMap(Lease::withdraw);
	}

	/**
	 * Why the system does not have the records of this node, though it should.
	 * @return a clause for people, or {@code null}; for all threads
	 */
	@Nullable String fault() {
		return this.fault;
	}

	/**
	 * What becomes of the session that is kept.
	 */
	private final class Keeping implements RecordHold.Owner {

		@Override
		public void granted(OwnRecords written) {
			DirectoryLease present = RemoteRegistry.this.lease;
			if (present != null && written.equals(RemoteRegistry.this.records)) {
				pace().succeeded();
				RemoteRegistry.this.fault = null;
				RemoteRegistry.this.granted = true;
				present.become(Lease.State.GRANTED);
			}
		}

		@Override
		public void renewed() {
			DirectoryLease present = RemoteRegistry.this.lease;
			if (present != null && RemoteRegistry.this.granted) {
				present.confirmed();
			}
		}

		@Override
		public void pending(String reason) {
			DirectoryLease present = RemoteRegistry.this.lease;
			if (present != null) {
				present.become(Lease.State.PENDING);
				String type = RemoteRegistry.this.type;
				RemoteRegistry.this.fault = type + " does not have this node's advertisement: " + reason;
				String meaning = RemoteRegistry.this.granted
						? "may not have this node's advertisement any more, which ends there with its lease of "
								+ DurationText.of(present.advertisement().ttl())
						: "does not have this node's advertisement yet, and nobody finds this node there";
				RemoteRegistry.this.limit.log("pending",
						(suppressed) -> logger.warn("{} {}: {}; trying on{}", type, meaning, reason, suppressed));
			}
		}

		@Override
		public void superseded(Instance rival) {
			RemoteRegistry registry = RemoteRegistry.this;
			DirectoryLease present = registry.lease;
			RecordHold ended = registry.hold;
			registry.forget();
			if (ended != null) {
				ended.end();
			}
			if (present != null) {
				Instance self = present.advertisement().instance();
				registry.fault = "node id '" + self.nodeId() + "' is taken by another node at " + rival.endpoint()
						+ "; this one is advertised no more until it is started again";
				registry.limit.log("superseded", (suppressed) -> logger.warn(
						"Node id '{}' is taken in {} by the node at {}, of incarnation {} (this one at {}: {}): this node is advertised no more until it is started again. Give each node an id of its own (macula.node.id){}",
						self.nodeId(), registry.type, rival.endpoint(), rival.incarnation(), self.endpoint(),
						self.incarnation(), suppressed));
				present.become(Lease.State.RELEASED);
			}
		}

		@Override
		public void lost(String reason) {
			RemoteRegistry.this.hold = null;
			pending(reason);
			Disposable later = RemoteRegistry.this.loop.schedule(RemoteRegistry.this::open, pause());
			if (later != null) {
				RemoteRegistry.this.pause.update(later);
			}
		}

		@Override
		public Duration pause() {
			return pace().next();
		}

		private ReconnectPace pace() {
			ReconnectPace present = RemoteRegistry.this.pace;
			if (present == null) {
				throw new IllegalStateException("nothing was ever advertised");
			}
			return present;
		}

	}

}
