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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.macula.directory.Advertisement;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.EngineClient;
import io.macula.directory.WatchedService;
import io.macula.directory.WatchedServices;
import io.macula.log.DurationText;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Asks Spring Cloud for instances, again and again, on threads of its own: its clients
 * may block as long as they like, and nobody else waits. One question at a time for all
 * services together; one that is late is given up, and its thread is left to itself.
 */
final class DiscoveryEngineClient implements EngineClient {

	/** Questions that are asked for sooner share one. */
	private static final long LEAST_GAP_NANOS = Duration.ofMillis(100).toNanos();

	private static final double JITTER = 0.2;

	/**
	 * A client may be deaf to interrupts, as one is that reads from a silent peer: it is
	 * asked again beside those that hang, up to so many.
	 */
	private static final int MOST_THREADS = 4;

	private final DiscoverySource source;

	private final DiscoverySettings settings;

	private final DiscoveryRound round;

	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

	private final Map<WatchedService, WatchedInstances> watched = new ConcurrentHashMap<>();

	private final Timing timing = new Timing();

	private volatile @Nullable WatchedServices services;

	DiscoveryEngineClient(DiscoverySource source, DiscoverySettings settings) {
		this.source = source;
		this.settings = settings;
		this.round = new DiscoveryRound(source, settings);
	}

	@Override
	public void start(WatchedServices told) {
		this.services = told;
		this.timing.begin();
	}

	@Override
	public Disposable watch(WatchedService service) {
		this.watched.put(service, new WatchedInstances(service));
		this.timing.begin();
		return () -> this.watched.remove(service);
	}

	/**
	 * Ask soon, because something may have changed. For any thread.
	 */
	void refresh() {
		if (this.services != null) {
			this.timing.begin();
		}
	}

	private void ask(Question question) {
		WatchedServices told = this.services;
		if (told == null) {
			return;
		}
		Runnable answer;
		try {
			answer = this.round.ask(Set.copyOf(this.watched.values()), told);
		}
		catch (Throwable ex) {
			String reason = DiscoveryRound.reason(this.source.description(), ex);
			answer = () -> told.lost(reason);
		}
		if (this.timing.end(question)) {
			answer.run();
		}
	}

	@Override
	public Mono<Void> close() {
		return Mono.fromRunnable(() -> {
			this.timing.close();
			this.threads.forEach(Thread::interrupt);
		});
	}

	@Override
	public String hint() {
		Map<String, List<String>> applications = new LinkedHashMap<>();
		this.settings.applications().forEach((service, ids) -> applications.put(service.value(), ids));
		return "Spring Cloud (" + this.source.description() + "), instances whose metadata have '"
				+ DiscoveryMetadata.SERVICES + "'" + (applications.isEmpty() ? "" : ", applications " + applications);
	}

	@Override
	public Map<String, String> servers() {
		Map<String, String> details = new LinkedHashMap<>();
		details.put("client", this.source.description());
		details.putAll(this.round.details());
		return details;
	}

	/**
	 * Instances that cannot be read, and why. For any thread.
	 */
	Map<String, String> skipped() {
		return this.round.skipped();
	}

	@Override
	public boolean readsAll() {
		return true;
	}

	@Override
	public Mono<List<AdvertisementRecord>> all() {
		return Mono.fromCallable(() -> {
			List<AdvertisementRecord> all = new ArrayList<>();
			this.round.all()
				.forEach((node) -> node.services()
					.forEach((service, version) -> all.add(new AdvertisementRecord(service, node.instance(),
							version.orElse(null), Advertisement.DEFAULT_TTL, false))));
			return all;
		}).subscribeOn(Schedulers.boundedElastic());
	}

	@Override
	public boolean preserving() {
		return this.settings.preserving();
	}

	/** One question, which may be answered too late. */
	private final class Question {

		private volatile @Nullable Thread asked;

		private @Nullable Disposable alarm;

		/* While too many hang, or no thread can be had, the alarm says so. */
		void begin() {
			Set<Thread> threads = DiscoveryEngineClient.this.threads;
			if (threads.size() >= MOST_THREADS) {
				return;
			}
			Thread thread = new Thread(() -> {
				try {
					ask(this);
				}
				finally {
					threads.remove(Thread.currentThread());
				}
			}, "macula-discovery-client");
			thread.setDaemon(true);
			thread.setContextClassLoader(DiscoveryEngineClient.this.loader);
			threads.add(thread);
			this.asked = thread;
			try {
				thread.start();
			}
			catch (OutOfMemoryError ex) {
				threads.remove(thread);
			}
		}

		void late() {
			WatchedServices told = DiscoveryEngineClient.this.services;
			if (DiscoveryEngineClient.this.timing.end(this)) {
				Thread late = this.asked;
				if (late != null) {
					late.interrupt();
				}
				if (told != null) {
					told.lost(DiscoveryEngineClient.this.source.description() + " has not answered for "
							+ DurationText.of(DiscoveryEngineClient.this.settings.timeout()));
				}
			}
		}

	}

	/** When is asked. Guarded by itself. */
	private final class Timing {

		private @Nullable Question question;

		private boolean again;

		private boolean closed;

		private @Nullable Disposable next;

		private long endedNanos = System.nanoTime() - LEAST_GAP_NANOS;

		synchronized void begin() {
			if (this.question != null || this.closed) {
				this.again = true;
				return;
			}
			long gap = LEAST_GAP_NANOS - (System.nanoTime() - this.endedNanos);
			if (gap > 0) {
				schedule(gap);
				return;
			}
			if (this.next != null) {
				this.next.dispose();
			}
			Question begun = new Question();
			this.question = begun;
			begun.alarm = Schedulers.parallel()
				.schedule(begun::late, DiscoveryEngineClient.this.settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
			begun.begin();
		}

		/** Whether this question was still open. */
		synchronized boolean end(Question ended) {
			if (this.question != ended || this.closed) {
				return false;
			}
			this.question = null;
			this.endedNanos = System.nanoTime();
			if (ended.alarm != null) {
				ended.alarm.dispose();
			}
			schedule(this.again ? LEAST_GAP_NANOS : interval());
			this.again = false;
			return true;
		}

		private void schedule(long nanos) {
			if (this.next != null) {
				this.next.dispose();
			}
			this.next = Schedulers.parallel().schedule(this::begin, nanos, TimeUnit.NANOSECONDS);
		}

		/* So that the nodes of a realm, started together, do not ask together. */
		private long interval() {
			double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
			return (long) (DiscoveryEngineClient.this.settings.interval().toNanos() * factor);
		}

		synchronized void close() {
			this.closed = true;
			if (this.next != null) {
				this.next.dispose();
			}
			if (this.question != null && this.question.alarm != null) {
				this.question.alarm.dispose();
			}
		}

	}

}
