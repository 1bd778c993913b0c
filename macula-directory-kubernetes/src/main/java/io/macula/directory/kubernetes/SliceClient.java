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

package io.macula.directory.kubernetes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.EngineClient;
import io.macula.directory.WatchedService;
import io.macula.directory.WatchedServices;
import io.macula.directory.kubernetes.SliceReader.ReadSlice;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.boot.ssl.SslBundle;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Instances as the EndpointSlices of one namespace tell them. Writes nothing. Safe for
 * all threads.
 */
final class SliceClient implements EngineClient, SliceSource {

	private static final Logger logger = PrintableLogger.of(SliceClient.class);

	/** Watches share them; one that waits for an answer delays only its neighbours. */
	private static final int THREADS = 8;

	/** Of watches, before they are cut off. */
	private static final Duration ENDING = Duration.ofSeconds(1);

	private final Config config;

	private final Supplier<@Nullable SslBundle> bundle;

	private final String namespace;

	private final String url;

	private final ServiceLabels labels;

	private final SliceReader reader;

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime);

	private final Scheduler scheduler = Schedulers.newBoundedElastic(THREADS, Integer.MAX_VALUE,
			"macula-directory-kubernetes", 30, true);

	private final Set<ServiceSlices> watching = ConcurrentHashMap.newKeySet();

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	/** EndpointSlices of which it was said that not all can be used. */
	private final Set<String> faults = ConcurrentHashMap.newKeySet();

	/** Watches that are being ended. */
	private final Set<CompletableFuture<Void>> ending = ConcurrentHashMap.newKeySet();

	private volatile @Nullable WatchedServices services;

	/** Guarded by this. */
	private @Nullable ApiConnection connection;

	/** Those that only have watches left. Guarded by this. */
	private final List<ApiConnection> retired = new ArrayList<>();

	/** Why the API server gives nothing, until it gives something. */
	private volatile @Nullable Refusal refusal;

	/** Guarded by this. */
	private boolean closed;

	/**
	 * A client.
	 * @param config of the API server
	 * @param bundle trust and certificate of this moment, or none; another one is used as
	 * soon as something is asked for
	 * @param namespace whose EndpointSlices are read
	 * @param labels tell which of them carry a service
	 * @param reader reads them
	 */
	SliceClient(Config config, Supplier<@Nullable SslBundle> bundle, String namespace, ServiceLabels labels,
			SliceReader reader) {
		this.config = config;
		this.bundle = bundle;
		this.namespace = namespace;
		this.url = config.getMasterUrl();
		this.labels = labels;
		this.reader = reader;
	}

	@Override
	public void start(WatchedServices watched) {
		this.services = watched;
	}

	@Override
	public Disposable watch(WatchedService watched) {
		ServiceSlices slices = ServiceSlices.start(watched, this, this.labels, this.reader, this::changed);
		this.watching.add(slices);
		return () -> {
			CompletableFuture<Void> ended = slices.ending();
			this.ending.add(ended);
			ended.thenRun(() -> this.ending.remove(ended));
			slices.dispose();
			this.watching.remove(slices);
		};
	}

	private void changed() {
		Set<String> present = ConcurrentHashMap.newKeySet();
		told().forEach((slice) -> {
			String fault = slice.fault();
			if (fault != null) {
				present.add(fault);
			}
		});
		this.faults.retainAll(present);
		for (String fault : present) {
			if (this.faults.add(fault)) {
				this.limit.log(fault, (suppressed) -> logger.warn("Not all can be used of {}{}", fault, suppressed));
			}
		}
		this.listeners.forEach(Runnable::run);
	}

	/**
	 * Be told after each change of what is watched.
	 * @param listener called by any thread; must return at once
	 * @return ends it
	 */
	Disposable onChange(Runnable listener) {
		this.listeners.add(listener);
		return () -> this.listeners.remove(listener);
	}

	/**
	 * The EndpointSlices that carry a service which is watched.
	 * @param service the service
	 * @return {@code null} if it is not watched, or nothing was told of it yet
	 */
	@Nullable List<ReadSlice> slices(ServiceName service) {
		List<ReadSlice> found = null;
		for (ServiceSlices slices : this.watching) {
			if (slices.service().equals(service)) {
				found = slices.slices();
			}
		}
		return found;
	}

	/**
	 * EndpointSlices of which not all can be used, each with the reason.
	 */
	List<String> faults() {
		return this.faults.stream().sorted().toList();
	}

	/**
	 * What there is to know of this client.
	 */
	Map<String, String> details() {
		return Map.of("server", this.url, "namespace", this.namespace, "slices", String.valueOf(told().count()));
	}

	/** All EndpointSlices that were told of, of all services. */
	private Stream<ReadSlice> told() {
		return this.watching.stream().flatMap((service) -> {
			List<ReadSlice> told = service.slices();
			return (told != null) ? told.stream() : Stream.empty();
		});
	}

	ServiceLabels labels() {
		return this.labels;
	}

	String namespace() {
		return this.namespace;
	}

	@Override
	public FilterWatchListDeletable<EndpointSlice, EndpointSliceList, ?> slices(String selector) {
		return connection().client()
			.discovery()
			.v1()
			.endpointSlices()
			.inNamespace(this.namespace)
			.withLabelSelector(selector);
	}

	/** Reading certificates takes its time: not in the engine's loop. */
	private synchronized ApiConnection connection() {
		SslBundle now = this.bundle.get();
		ApiConnection present = this.connection;
		if (present == null || !present.isOf(now)) {
			if (this.closed) {
				throw new IllegalStateException("the client is closed");
			}
			this.connection = ApiConnection.open(this.config, now);
			if (present != null) {
				retire(present);
			}
			present = this.connection;
		}
		return present;
	}

	/* An authority that has changed ends no watch that it once allowed. */
	private void retire(ApiConnection old) {
		this.limit.log("SSL bundle",
				(suppressed) -> logger.info(
						"The SSL bundle has changed: the API server at {} is asked with the new one{}", this.url,
						suppressed));
		this.retired.add(old);
		this.scheduler.schedule(() -> {
			synchronized (this) {
				this.retired.remove(old);
			}
			old.close();
		}, SliceWatch.LONGEST_WATCH.toSeconds(), TimeUnit.SECONDS);
	}

	@Override
	public boolean readsAll() {
		return true;
	}

	@Override
	public Mono<List<AdvertisementRecord>> all() {
		return Mono
			.fromCallable(() -> this.labels.byService(read(connection()))
				.entrySet()
				.stream()
				.flatMap((service) -> this.reader.records(service.getKey(), service.getValue()).stream())
				.filter((record) -> !record.departing())
				.toList())
			.subscribeOn(this.scheduler);
	}

	/** Of all Services of the namespace: most of them know nothing of realms. */
	private boolean isOurs(EndpointSlice slice) {
		Map<String, String> labels = slice.getMetadata().getLabels();
		return labels != null && (this.labels.named(labels) || this.reader.namesPort(slice));
	}

	private List<ReadSlice> read(ApiConnection connection) {
		return connection.client()
			.discovery()
			.v1()
			.endpointSlices()
			.inNamespace(this.namespace)
			.list()
			.getItems()
			.stream()
			.filter(this::isOurs)
			.map(this.reader::read)
			.toList();
	}

	@Override
	public Scheduler scheduler() {
		return this.scheduler;
	}

	@Override
	public void heard() {
		Objects.requireNonNull(this.services, "not started").heard();
	}

	@Override
	public void granted() {
		this.refusal = null;
		heard();
	}

	@Override
	public String refused(String verb, Throwable failure) {
		Refusal told = Refusal.of(verb, this.namespace, this.url, failure);
		this.refusal = told;
		return told.text();
	}

	@Override
	public @Nullable Status obstacle() {
		Refusal present = this.refusal;
		return (present != null) ? present.obstacle() : null;
	}

	@Override
	public String hint() {
		return "EndpointSlices of namespace '" + this.namespace + "' at " + this.url + " with a label "
				+ ServiceLabels.SERVICE + "<service>, or of a Service of the service's name";
	}

	/* Watches first: one that is only cut off keeps its connection, and its thread. */
	@Override
	public Mono<Void> close() {
		Mono<Void> closing = Mono
			.fromFuture(() -> CompletableFuture.allOf(this.ending.toArray(CompletableFuture<?>[]::new)))
			.timeout(ENDING)
			.onErrorComplete()
			.then(Mono.<Void>fromRunnable(this::disconnect).subscribeOn(this.scheduler))
			.then(Mono.<Void>fromRunnable(this.scheduler::dispose))
			.cache();
		// Whoever waits for it may give up.
		closing.subscribe();
		return closing;
	}

	private void disconnect() {
		List<ApiConnection> open = new ArrayList<>();
		synchronized (this) {
			this.closed = true;
			open.addAll(this.retired);
			this.retired.clear();
			if (this.connection != null) {
				open.add(this.connection);
			}
			// The HTTP client of JDK 17 ends its last thread when nobody has it any more.
			this.connection = null;
		}
		open.forEach(ApiConnection::close);
	}

}
