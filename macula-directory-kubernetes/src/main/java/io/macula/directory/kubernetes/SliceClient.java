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

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.directory.EngineClient;
import io.macula.directory.WatchedService;
import io.macula.directory.WatchedServices;
import io.macula.directory.kubernetes.SliceReader.ReadSlice;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
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

	private final Supplier<ApiConnection> connecting;

	private final String namespace;

	private final String url;

	private final ServiceLabels labels;

	private final SliceReader reader;

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime);

	private final Scheduler scheduler = Schedulers.newBoundedElastic(THREADS, Integer.MAX_VALUE,
			"macula-directory-kubernetes", 30, true);

	private final Set<ServiceSlices> watching = ConcurrentHashMap.newKeySet();

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	/** EndpointSlices that were said to be of no use. */
	private final Set<String> faults = ConcurrentHashMap.newKeySet();

	private volatile @Nullable WatchedServices services;

	private volatile @Nullable ApiConnection connection;

	/** Why the API server gives nothing, until it gives something. */
	private volatile @Nullable Refusal refusal;

	private volatile boolean closed;

	/**
	 * A client.
	 * @param connecting connects to the API server; called once
	 * @param namespace whose EndpointSlices are read
	 * @param url of the API server, for messages
	 * @param labels tell which of them carry a service
	 * @param reader reads them
	 */
	SliceClient(Supplier<ApiConnection> connecting, String namespace, String url, ServiceLabels labels,
			SliceReader reader) {
		this.connecting = connecting;
		this.namespace = namespace;
		this.url = url;
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
			slices.dispose();
			this.watching.remove(slices);
		};
	}

	private void changed() {
		Set<String> present = ConcurrentHashMap.newKeySet();
		for (ServiceSlices slices : this.watching) {
			for (ReadSlice slice : slices.slices()) {
				String fault = slice.fault();
				if (fault != null) {
					present.add(fault);
				}
			}
		}
		this.faults.retainAll(present);
		for (String fault : present) {
			if (this.faults.add(fault)) {
				this.limit.log(fault, (suppressed) -> logger.warn("Nothing of {}{}", fault, suppressed));
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
	 * @return {@code null} if it is not watched
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
	 * EndpointSlices of which nothing can be used, each with the reason.
	 */
	List<String> faults() {
		return this.faults.stream().sorted().toList();
	}

	/**
	 * What there is to know of this client.
	 */
	Map<String, String> details() {
		int slices = 0;
		for (ServiceSlices service : this.watching) {
			slices += service.slices().size();
		}
		return Map.of("server", this.url, "namespace", this.namespace, "slices", String.valueOf(slices));
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
		ApiConnection present = this.connection;
		if (present == null) {
			if (this.closed) {
				throw new IllegalStateException("the client is closed");
			}
			present = this.connecting.get();
			this.connection = present;
		}
		return present;
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

	@Override
	public Mono<Void> close() {
		return Mono.<Void>fromRunnable(() -> {
			ApiConnection present;
			synchronized (this) {
				this.closed = true;
				present = this.connection;
				// The HTTP client of JDK 17 ends its last thread when nobody has it any
				// more.
				this.connection = null;
			}
			if (present != null) {
				present.close();
			}
		}).subscribeOn(this.scheduler).then(Mono.fromRunnable(this.scheduler::dispose));
	}

}
