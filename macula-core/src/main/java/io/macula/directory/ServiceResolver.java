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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.log.DurationText;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One warm watch of one service: the latest snapshot as a plain read, for callers that
 * cannot wait for a subscription. What came last stays the last known good while the
 * directory is silent; {@link #age()} tells how old it is. Safe for all threads; closed
 * by its owner.
 */
public final class ServiceResolver implements AutoCloseable {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(ServiceResolver.class));

	private final Directory directory;

	private final ServiceName service;

	private final LongSupplier nanoTime;

	private final Sinks.One<Snapshot> first = Sinks.one();

	private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();

	private final Disposable.Swap watch = Disposables.swap();

	private volatile @Nullable Snapshot current;

	ServiceResolver(Directory directory, ServiceName service, LongSupplier nanoTime) {
		this.directory = Objects.requireNonNull(directory, "directory");
		this.service = Objects.requireNonNull(service, "service");
		this.nanoTime = nanoTime;
	}

	/**
	 * A resolver that starts to watch at once.
	 * @param directory the directory
	 * @param service the service
	 * @return the resolver
	 */
	public static ServiceResolver watch(Directory directory, ServiceName service) {
		ServiceResolver resolver = new ServiceResolver(directory, service, System::nanoTime);
		resolver.start();
		return resolver;
	}

	void start() {
		this.watch.update(LastingWatch.of(this.directory, this.service).subscribe(this::accept));
	}

	/**
	 * The service.
	 * @return its name
	 */
	public ServiceName service() {
		return this.service;
	}

	/**
	 * The latest snapshot: a volatile read. Its identity changes only when the instances
	 * or their versions do.
	 * @return the snapshot, or {@code null} before the first
	 */
	public @Nullable Snapshot current() {
		return this.current;
	}

	/**
	 * The latest snapshot, or the first one once it comes.
	 * @param timeout how long to wait for it
	 * @return the snapshot; fails with {@link Code#UNAVAILABLE}, not processed, if none
	 * came in time
	 */
	public Mono<Snapshot> first(Duration timeout) {
		return Mono.defer(() -> {
			Snapshot now = this.current;
			return (now != null) ? Mono.just(now) : this.first.asMono().timeout(timeout);
		})
			.onErrorMap(TimeoutException.class,
					(ex) -> Status
						.notProcessed(Code.UNAVAILABLE,
								"No answer of the directory about service '" + this.service + "' within "
										+ DurationText.of(timeout) + ": check that one of the seeds is reachable")
						.toException());
	}

	/**
	 * Listen to changes of the instances.
	 * @param listener gets the latest snapshot at once if there is one, and then each
	 * change, one at a time and in order; must not block
	 * @return disposing it ends the listening
	 */
	public Disposable onChange(Consumer<Snapshot> listener) {
		synchronized (this.listeners) {
			this.listeners.add(listener);
			Snapshot now = this.current;
			if (now != null) {
				listener.accept(now);
			}
		}
		return () -> this.listeners.remove(listener);
	}

	/**
	 * Since the directory last confirmed the latest snapshot.
	 * @return the age, or {@code null} before the first snapshot
	 */
	public @Nullable Duration age() {
		Snapshot now = this.current;
		if (now == null) {
			return null;
		}
		long confirmed = this.directory.confirmedNanoTime(now);
		return Duration.ofNanos(Math.max(0, this.nanoTime.getAsLong() - confirmed));
	}

	/**
	 * End the watch. The latest snapshot stays readable.
	 */
	@Override
	public void close() {
		this.watch.dispose();
		this.listeners.clear();
		this.first.tryEmitError(
				Status
					.notProcessed(Code.UNAVAILABLE,
							"The resolver of service '" + this.service + "' was closed before an answer")
					.toException());
	}

	private void accept(Snapshot snapshot) {
		synchronized (this.listeners) {
			Snapshot before = this.current;
			if (before != null && before.instances().equals(snapshot.instances())
					&& before.fingerprints().equals(snapshot.fingerprints())) {
				return;
			}
			this.current = snapshot;
			for (Consumer<Snapshot> listener : this.listeners) {
				tell(listener, snapshot);
			}
		}
		this.first.tryEmitValue(snapshot);
	}

	/* One listener that throws must end neither the watch nor the others' turn. */
	private void tell(Consumer<Snapshot> listener, Snapshot snapshot) {
		try {
			listener.accept(snapshot);
		}
		catch (Throwable ex) {
			faults.warn("A listener of service " + this.service + " failed", ex);
		}
	}

}
