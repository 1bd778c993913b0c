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
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.macula.directory.AdvertisementRecord;
import io.macula.directory.ReconnectPace;
import io.macula.directory.WatchedService;
import io.macula.directory.kubernetes.DnsQuestions.Answer;
import io.macula.log.Printable;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * One name, asked for again and again as its time to live says. All state is owned by the
 * event loop.
 */
final class DnsWatch implements Disposable {

	/**
	 * A name that had addresses may have none for a moment, while a name server starts:
	 * that is believed when it has been said for this long.
	 */
	static final Duration DOUBT = Duration.ofSeconds(15);

	private final WatchedService watched;

	private final DnsSettings settings;

	private final DnsQuestions questions;

	private final EventLoop loop;

	private final Runnable heard;

	private final ReconnectPace pace;

	private final Disposable.Swap work = Disposables.swap();

	/** Whether the last believed answer had any instance. */
	private boolean some;

	/** Since when answers are empty that had not been, or 0. */
	private long emptySince;

	DnsWatch(WatchedService watched, DnsSettings settings, DnsQuestions questions, EventLoop loop, Runnable heard) {
		this.watched = watched;
		this.settings = settings;
		this.questions = questions;
		this.loop = loop;
		this.heard = heard;
		this.pace = new ReconnectPace(Duration.ofMillis(500), Duration.ofSeconds(5),
				(bound) -> ThreadLocalRandom.current().nextLong(bound));
	}

	void start() {
		this.loop.execute(this::ask);
	}

	private void ask() {
		@Nullable String name = this.settings.name(this.watched.service());
		if (name == null) {
			this.watched.failed("service name '" + this.watched.service()
					+ "' makes no name of a Service: say which one carries it in macula.directory.dns.services");
			return;
		}
		if (!this.work.isDisposed()) {
			this.work.update(this.questions.ask(name)
				.subscribe((answer) -> answered(name, answer), (failure) -> failed(name, failure)));
		}
	}

	private void answered(String name, Answer answer) {
		this.heard.run();
		this.pace.succeeded();
		boolean none = answer.instances().isEmpty();
		if (none && doubtful()) {
			this.watched.lost("name " + name + " has no address any more, which is not believed at once");
			later(this.settings.shortest());
			return;
		}
		if (!none) {
			this.emptySince = 0;
		}
		this.some = !none;
		List<AdvertisementRecord> records = answer.instances()
			.stream()
			.map((instance) -> AdvertisementRecord.of(this.watched.service(), instance))
			.toList();
		this.watched.told(records);
		later(pause(none ? 0 : answer.ttl()));
	}

	private boolean doubtful() {
		if (!this.some) {
			return false;
		}
		long now = System.nanoTime();
		if (this.emptySince == 0) {
			this.emptySince = now;
		}
		return now - this.emptySince < DOUBT.toNanos();
	}

	/*
	 * Until the time to live is over; a little later, so that not all nodes ask at once.
	 */
	private Duration pause(long ttlSeconds) {
		Duration ttl = Duration.ofSeconds(Math.min(ttlSeconds, this.settings.longest().toSeconds()));
		Duration pause = (ttl.compareTo(this.settings.shortest()) < 0) ? this.settings.shortest() : ttl;
		return pause.plusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 10 + 1));
	}

	private void failed(String name, Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		this.watched.lost("no answer for name " + name + ": " + Printable.text(String.valueOf(root.getMessage()), 300));
		later(this.pace.next());
	}

	private void later(Duration pause) {
		if (!this.work.isDisposed()) {
			var scheduled = this.loop.schedule(this::ask, pause.toMillis(), TimeUnit.MILLISECONDS);
			this.work.update(() -> scheduled.cancel(false));
		}
	}

	@Override
	public void dispose() {
		this.work.dispose();
	}

	@Override
	public boolean isDisposed() {
		return this.work.isDisposed();
	}

}
