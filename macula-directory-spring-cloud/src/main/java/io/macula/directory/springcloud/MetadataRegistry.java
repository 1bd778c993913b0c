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

package io.macula.directory.springcloud;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.macula.Realm;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLease;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.log.DurationText;
import io.macula.log.FaultLog;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Advertises this node in the metadata of the application's own registration. The
 * registration itself is Spring Cloud's: it is neither made, nor renewed, nor ended here.
 * Safe for all threads; all that may block is done by threads of its own.
 * <p>
 * What is written is always what must be there at that moment: the node that is
 * advertised, or that there is none any more. One write at a time: what is asked for
 * meanwhile follows. One that takes longer than the timeout is told, and given up at
 * twice that: its thread is interrupted and left to itself, and the next write begins
 * beside it. It counts all the same if it is done in the end.
 */
final class MetadataRegistry implements Registry {

	private static final Logger logger = PrintableLogger.of(MetadataRegistry.class);

	private static final FaultLog faults = new FaultLog(logger);

	private static final Duration AGAIN = Duration.ofSeconds(5);

	private static final Duration WITHDRAWAL = Duration.ofSeconds(1);

	/** As many may hang, deaf to interrupts; then the last one is waited for. */
	private static final int MOST_THREADS = 4;

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime, 1);

	private final RegistrationWriter writer;

	private final Realm realm;

	private final Duration timeout;

	private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

	/** All that write, which may be told as a registration while they do. */
	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	/** A pause before the next write. */
	private final Disposable.Swap pause = Disposables.swap();

	/** Guarded by this, as all that follows. */
	private @Nullable DirectoryLease current;

	/** Withdrawn, but that is not written yet. */
	private @Nullable DirectoryLease leaving;

	/** What may be there. */
	private Map<String, String> written = Map.of();

	/** Whether it must be taken away. */
	private boolean erasing;

	/** The one that is waited for. */
	private @Nullable Write waited;

	private boolean again;

	private boolean registered;

	private boolean closed;

	private @Nullable String fault;

	/**
	 * A registry.
	 * @param timeout after which a write is told not to be done
	 * @param registered whether the application is registered already
	 */
	MetadataRegistry(RegistrationWriter writer, Realm realm, Duration timeout, boolean registered) {
		this.writer = writer;
		this.realm = realm;
		this.timeout = timeout;
		this.registered = registered;
	}

	@Override
	public Lease advertise(Advertisement advertisement) {
		DirectoryLease lease = new DirectoryLease(advertisement, this::withdraw);
		DirectoryLease before;
		synchronized (this) {
			if (this.closed) {
				release(lease);
				return lease;
			}
			before = this.current;
			this.current = lease;
			this.erasing = false;
			next();
		}
		if (before != null) {
			release(before);
		}
		return lease;
	}

	/* Of those that are asked for meanwhile only the last one counts. */
	private synchronized void next() {
		if (this.waited != null) {
			this.again = true;
			return;
		}
		this.again = false;
		this.pause.update(Disposables.disposed());
		DirectoryLease lease = this.current;
		DirectoryLease left = this.leaving;
		this.leaving = null;
		boolean nothing = lease == null && (!this.erasing || this.written.isEmpty());
		if (left != null && (lease != null || nothing)) {
			release(left);
			left = null;
		}
		this.erasing = false;
		if (!nothing) {
			this.written = (lease != null) ? DiscoveryMetadata.write(lease.advertisement(), this.realm)
					: DiscoveryMetadata.withdrawn(this.written);
			Write begun = new Write(lease, left, this.written, this.registered);
			this.waited = begun;
			begun.begin();
		}
	}

	private synchronized void ended(Write ended, @Nullable Throwable failure) {
		boolean late = this.waited != ended;
		if (!late) {
			leave(ended);
		}
		if (failure == null) {
			wrote(ended);
		}
		else if (!late) {
			failed(ended, failure);
		}
		if (ended.left != null) {
			release(ended.left);
		}
		if (late && ended.lease != this.current) {
			// It may have written over what came after it.
			this.erasing = this.current == null;
			this.again = true;
		}
		if (this.again) {
			next();
		}
	}

	private void leave(Write left) {
		this.waited = null;
		left.alarm.dispose();
	}

	private void wrote(Write done) {
		DirectoryLease lease = done.lease;
		if (lease == null || lease != this.current) {
			return;
		}
		this.fault = null;
		if (done.known) {
			lease.become(Lease.State.GRANTED);
			Write same = this.waited;
			if (same != null && same.lease == lease && !this.again) {
				leave(same);
			}
		}
		else if (this.registered) {
			/* It was registered meanwhile, with these or without. */
			this.again = true;
		}
	}

	private void failed(Write failed, Throwable cause) {
		DirectoryLease lease = failed.lease;
		if (lease == null) {
			faults.warn("The registration of this application may go on to name the services of its node", cause);
			return;
		}
		faults.warn("The registration of this application does not take the metadata of its node", cause);
		if (lease == this.current) {
			this.fault = "the registration of this application does not take metadata: "
					+ ((cause instanceof RuntimeException && cause.getMessage() != null) ? cause.getMessage() : cause);
			lease.become(Lease.State.PENDING);
			this.pause.update(Schedulers.parallel().schedule(this::next, AGAIN.toMillis(), TimeUnit.MILLISECONDS));
		}
	}

	private synchronized void late(Write late) {
		if (this.waited != late) {
			return;
		}
		DirectoryLease lease = late.lease;
		String reason = "the registry of this application has not answered for " + DurationText.of(this.timeout)
				+ " (macula.directory.discovery-client.timeout)";
		if (lease == null) {
			this.limit.log("withdrawn",
					(suppressed) -> logger.warn(
							"The registration of this application may go on to name the services of its node: {}{}",
							reason, suppressed));
		}
		else if (lease == this.current) {
			if (this.fault == null) {
				this.limit.log("advertised", (suppressed) -> logger
					.warn("This node may not be advertised: {}; trying on{}", reason, suppressed));
			}
			this.fault = reason + ", and may not have the metadata of its node";
			lease.become(Lease.State.PENDING);
		}
		late.alarm.update(timer(() -> giveUp(late)));
	}

	private synchronized void giveUp(Write late) {
		if (this.waited != late) {
			return;
		}
		late.interrupt();
		if (this.threads.size() >= MOST_THREADS) {
			late.alarm.update(timer(() -> giveUp(late)));
			return;
		}
		leave(late);
		if (late.lease != null || this.again) {
			next();
		}
	}

	private Disposable timer(Runnable task) {
		return Schedulers.parallel().schedule(task, this.timeout.toMillis(), TimeUnit.MILLISECONDS);
	}

	/**
	 * The application has been registered, maybe anew, as after a refresh of its
	 * settings, and without what was written before.
	 */
	synchronized void registered() {
		this.registered = true;
		if (this.current != null && !this.threads.contains(Thread.currentThread())) {
			next();
		}
	}

	/**
	 * What is wrong with the registration, for people.
	 */
	synchronized @Nullable String fault() {
		return this.fault;
	}

	private void withdraw(DirectoryLease lease) {
		synchronized (this) {
			if (this.current != lease) {
				release(lease);
				return;
			}
			this.current = null;
			this.leaving = lease;
			this.erasing = true;
			this.fault = null;
			next();
		}
		Schedulers.parallel().schedule(() -> release(lease), WITHDRAWAL.toMillis(), TimeUnit.MILLISECONDS);
	}

	private synchronized void release(DirectoryLease lease) {
		lease.become(Lease.State.RELEASED);
		lease.endWithdrawal();
	}

	/**
	 * Withdraw for good.
	 * @return completes within a second; never fails
	 */
	Mono<Void> close() {
		return Mono.defer(() -> {
			DirectoryLease last;
			synchronized (this) {
				last = this.current;
			}
			return (last != null) ? last.withdraw() : Mono.<Void>empty();
		}).onErrorComplete().doFinally((signal) -> {
			synchronized (this) {
				this.closed = true;
			}
		});
	}

	/**
	 * One write, by a thread of its own.
	 */
	private final class Write {

		private final @Nullable DirectoryLease lease;

		/** Whose withdrawal it is, if somebody waits for that. */
		private final @Nullable DirectoryLease left;

		private final Map<String, String> metadata;

		private final boolean known;

		private final Disposable.Swap alarm = Disposables.swap();

		private @Nullable Thread thread;

		Write(@Nullable DirectoryLease lease, @Nullable DirectoryLease left, Map<String, String> metadata,
				boolean known) {
			this.lease = lease;
			this.left = left;
			this.metadata = metadata;
			this.known = known;
		}

		void begin() {
			this.alarm.update(timer(() -> late(this)));
			Thread created = new Thread(this::run, "macula-discovery-registration");
			created.setDaemon(true);
			created.setContextClassLoader(MetadataRegistry.this.loader);
			MetadataRegistry.this.threads.add(created);
			this.thread = created;
			try {
				created.start();
			}
			catch (OutOfMemoryError ex) {
				// No thread can be had: the alarm says so.
				MetadataRegistry.this.threads.remove(created);
			}
		}

		private void run() {
			Throwable failure = null;
			try {
				MetadataRegistry.this.writer.write(this.metadata, this.known);
			}
			catch (RuntimeException | Error ex) {
				failure = ex;
			}
			finally {
				MetadataRegistry.this.threads.remove(Thread.currentThread());
			}
			ended(this, failure);
		}

		void interrupt() {
			if (this.thread != null) {
				this.thread.interrupt();
			}
		}

	}

}
