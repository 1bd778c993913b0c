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

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.macula.ServiceName;
import io.macula.directory.WatchedService;
import io.macula.directory.kubernetes.SliceReader.ReadSlice;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * The EndpointSlices of all Services that carry one service, told as instances. Safe for
 * all threads.
 */
final class ServiceSlices implements Disposable {

	private final ServiceName service;

	private final WatchedService watched;

	private final ServiceLabels labels;

	private final SliceReader reader;

	private final Runnable changed;

	private final List<SliceWatch> watches = new ArrayList<>();

	/** By watch; {@code null} while it has not listed. Guarded by this. */
	private final List<@Nullable Map<String, ReadSlice>> known = new ArrayList<>();

	/** Swapped whole; {@code null} until all watches have listed. */
	private volatile @Nullable List<ReadSlice> slices;

	private volatile boolean disposed;

	private ServiceSlices(WatchedService watched, ServiceLabels labels, SliceReader reader, Runnable changed) {
		this.service = watched.service();
		this.watched = watched;
		this.labels = labels;
		this.reader = reader;
		this.changed = changed;
	}

	/**
	 * Begin to watch.
	 * @param watched is told
	 * @param source gives EndpointSlices
	 * @param labels tell which of them carry the service
	 * @param reader reads them
	 * @param changed is called after each change
	 */
	static ServiceSlices start(WatchedService watched, SliceSource source, ServiceLabels labels, SliceReader reader,
			Runnable changed) {
		ServiceSlices slices = new ServiceSlices(watched, labels, reader, changed);
		List<String> selectors = labels.selectors(watched.service());
		for (int i = 0; i < selectors.size(); i++) {
			slices.known.add(null);
			slices.watches.add(new SliceWatch(source, selectors.get(i), reader, slices.new Part(i)));
		}
		if (selectors.isEmpty()) {
			slices.slices = List.of();
			watched.failed(
					"no Kubernetes Service can say that it carries it: expected " + labels.remedy(watched.service()));
		}
		slices.watches.forEach(SliceWatch::start);
		return slices;
	}

	ServiceName service() {
		return this.service;
	}

	/**
	 * Those that carry the service, at this moment.
	 * @return {@code null} as long as that is not known
	 */
	@Nullable List<ReadSlice> slices() {
		return this.slices;
	}

	private void tell() {
		Map<String, ReadSlice> all = new LinkedHashMap<>();
		synchronized (this) {
			for (Map<String, ReadSlice> part : this.known) {
				if (part == null) {
					return;
				}
				// One of the watches may be behind.
				part.forEach((name, slice) -> all.merge(name, slice, ReadSlice::newer));
			}
			if (this.disposed) {
				return;
			}
			List<ReadSlice> carrying = all.values()
				.stream()
				.filter((slice) -> this.labels.carries(this.service, slice.labels()))
				.toList();
			this.slices = carrying;
			this.watched.told(this.reader.records(this.service, carrying));
		}
		this.changed.run();
	}

	@Override
	public void dispose() {
		this.disposed = true;
		this.watches.forEach(SliceWatch::dispose);
	}

	/**
	 * Completed once all its watches have ended.
	 */
	CompletableFuture<Void> ending() {
		return CompletableFuture
			.allOf(this.watches.stream().map(SliceWatch::ending).toArray(CompletableFuture<?>[]::new));
	}

	@Override
	public boolean isDisposed() {
		return this.disposed;
	}

	/** What one selector says. */
	private final class Part implements SliceWatch.Listener {

		private final int index;

		Part(int index) {
			this.index = index;
		}

		@Override
		public void told(Map<String, ReadSlice> slices) {
			synchronized (ServiceSlices.this) {
				ServiceSlices.this.known.set(this.index, new HashMap<>(slices));
			}
			tell();
		}

		@Override
		public void lost(String reason) {
			ServiceSlices.this.watched.lost(reason);
		}

	}

}
