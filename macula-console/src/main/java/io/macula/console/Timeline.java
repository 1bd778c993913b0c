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

package io.macula.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.macula.operations.RealmEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * What happened within the last hour, the latest 5,000 of it. Safe for all threads.
 */
@Component
final class Timeline implements RealmListener {

	static final int MOST = 5000;

	private static final Duration KEPT = Duration.ofHours(1);

	private final List<Consumer<Entry>> listeners = new CopyOnWriteArrayList<>();

	/** Guarded by itself, as the number. */
	private final Deque<Entry> entries = new ArrayDeque<>();

	/** Higher than those of the console that ran before, which browsers may know. */
	private long number = Instant.now().toEpochMilli();

	/** Tell somebody of each entry from now on; must not wait. */
	void listen(Consumer<Entry> listener) {
		this.listeners.add(listener);
	}

	@Override
	public void happened(RealmEvent event) {
		add(event.at(), event.kind(), event.nodeId(), event.other(), event.service(), event.client(), event.detail());
	}

	void add(Instant at, String kind, String node, @Nullable String other, @Nullable String service,
			@Nullable String client, @Nullable String detail) {
		synchronized (this.entries) {
			Entry entry = new Entry(++this.number, at.toEpochMilli(), kind, node, other, service, client, detail);
			this.entries.add(entry);
			long oldest = at.minus(KEPT).toEpochMilli();
			while (this.entries.size() > MOST || this.entries.getFirst().at() < oldest) {
				this.entries.removeFirst();
			}
			this.listeners.forEach((listener) -> listener.accept(entry));
		}
	}

	/** What happened later than a time. */
	List<Entry> since(long millis) {
		synchronized (this.entries) {
			return this.entries.stream().filter((entry) -> entry.at() > millis).toList();
		}
	}

	/** What happened after an entry that a browser knows. */
	List<Entry> after(long seq) {
		synchronized (this.entries) {
			return this.entries.stream().filter((entry) -> entry.seq() > seq).toList();
		}
	}

	/**
	 * Something that happened, as the page reads it.
	 *
	 * @param seq grows with each
	 * @param at milliseconds since 1970
	 * @param kind what happened
	 * @param node whom it concerns, or who tells it
	 * @param other the instance that is told of
	 * @param service name of the service
	 * @param client name of the client service
	 * @param detail for people
	 */
	record Entry(long seq, long at, String kind, String node, @Nullable String other, @Nullable String service,
			@Nullable String client, @Nullable String detail) {

	}

}
