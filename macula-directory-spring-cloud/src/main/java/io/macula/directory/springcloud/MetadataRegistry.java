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
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.macula.Realm;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLease;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Advertises this node in the metadata of the application's own registration. The
 * registration itself is Spring Cloud's: it is neither made, nor renewed, nor ended here.
 * Safe for all threads; all that may block is done by a thread of its own.
 */
final class MetadataRegistry implements Registry {

	private static final Logger logger = PrintableLogger.of(MetadataRegistry.class);

	private static final FaultLog faults = new FaultLog(logger);

	private static final Duration AGAIN = Duration.ofSeconds(5);

	private static final Duration WITHDRAWAL = Duration.ofSeconds(1);

	private final RegistrationWriter writer;

	private final Realm realm;

	private final ScheduledThreadPoolExecutor thread;

	/** Guarded by this. */
	private @Nullable DirectoryLease current;

	private boolean registered;

	private boolean closed;

	private @Nullable String fault;

	/** Of the thread. */
	private Map<String, String> written = Map.of();

	/** The thread while it writes, which may be told as a registration. */
	private volatile @Nullable Thread writing;

	MetadataRegistry(RegistrationWriter writer, Realm realm, boolean registered) {
		this.writer = writer;
		this.realm = realm;
		this.registered = registered;
		this.thread = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread created = new Thread(task, "macula-discovery-registration");
			created.setDaemon(true);
			return created;
		});
		this.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	@Override
	public Lease advertise(Advertisement advertisement) {
		DirectoryLease lease = new DirectoryLease(advertisement, this::withdraw);
		DirectoryLease before;
		synchronized (this) {
			if (this.closed) {
				lease.become(Lease.State.RELEASED);
				lease.endWithdrawal();
				return lease;
			}
			before = this.current;
			this.current = lease;
			this.thread.execute(() -> write(lease));
		}
		if (before != null) {
			release(before);
		}
		return lease;
	}

	private void write(DirectoryLease lease) {
		boolean known;
		synchronized (this) {
			if (this.current != lease) {
				return;
			}
			known = this.registered;
		}
		Map<String, String> metadata = DiscoveryMetadata.write(lease.advertisement(), this.realm);
		try {
			write(metadata, known);
			this.written = metadata;
			wrote(lease, known);
		}
		catch (RuntimeException | Error ex) {
			failed(lease, ex);
		}
	}

	private void write(Map<String, String> metadata, boolean known) {
		this.writing = Thread.currentThread();
		try {
			this.writer.write(metadata, known);
		}
		finally {
			this.writing = null;
		}
	}

	private synchronized void wrote(DirectoryLease lease, boolean known) {
		this.fault = null;
		if (this.current == lease && known) {
			lease.become(Lease.State.GRANTED);
		}
		else if (this.current == lease && this.registered) {
			/* It was registered meanwhile, with these or without. */
			this.thread.execute(() -> write(lease));
		}
	}

	private synchronized void failed(DirectoryLease lease, Throwable cause) {
		this.fault = "the registration of this application does not take metadata: "
				+ ((cause instanceof RuntimeException && cause.getMessage() != null) ? cause.getMessage() : cause);
		faults.warn("The registration of this application does not take the metadata of its node", cause);
		if (this.current == lease && !this.closed) {
			lease.become(Lease.State.PENDING);
			this.thread.schedule(() -> write(lease), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * The application has been registered, maybe anew, as after a refresh of its
	 * settings, and without what was written before.
	 */
	synchronized void registered() {
		this.registered = true;
		DirectoryLease lease = this.current;
		if (lease != null && !this.closed && this.writing != Thread.currentThread()) {
			this.thread.execute(() -> write(lease));
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
			if (!this.closed) {
				this.thread.execute(() -> erase(lease));
			}
		}
		Schedulers.parallel().schedule(() -> release(lease), WITHDRAWAL.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void erase(DirectoryLease lease) {
		try {
			boolean known;
			synchronized (this) {
				known = this.registered;
			}
			if (!this.written.isEmpty()) {
				this.written = DiscoveryMetadata.withdrawn(this.written);
				write(this.written, known);
			}
		}
		catch (RuntimeException | Error ex) {
			faults.warn("The registration of this application goes on to name the services of its node", ex);
		}
		finally {
			release(lease);
		}
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
				this.thread.shutdown();
			}
		});
	}

}
