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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.operations.RealmPicture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.security.core.session.SessionDestroyedEvent;
import org.springframework.security.core.session.SessionIdChangedEvent;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * The streams to the pages that are open. Each picture is written as text once for each
 * set of parts, whoever reads it; a page that has not taken the one before skips it, and
 * one that is gone is forgotten. Safe for all threads.
 */
@Component
final class LiveStreams implements RealmListener, AutoCloseable {

	private static final byte[] HEARTBEAT = ": \n\n".getBytes(StandardCharsets.UTF_8);

	private static final Duration SILENCE = Duration.ofSeconds(8);

	/** Happenings that wait for one page; earlier ones are in the timeline. */
	private static final int MOST_WAITING = Timeline.MOST;

	private final Timeline timeline;

	private final JsonMapper json;

	private final int most;

	private final Set<Page> pages = ConcurrentHashMap.newKeySet();

	private final AtomicInteger number = new AtomicInteger();

	/** One for each page that is written to, while it is. */
	private final ThreadPoolExecutor writers;

	private final ScheduledThreadPoolExecutor clock;

	private volatile @Nullable Frame latest;

	private volatile boolean over;

	LiveStreams(Timeline timeline, JsonMapper json, ConsoleProperties properties) {
		this.timeline = timeline;
		this.json = json;
		this.most = properties.maxBrowsers();
		this.writers = new ThreadPoolExecutor(0, this.most, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
				this::thread);
		this.clock = new ScheduledThreadPoolExecutor(1, this::thread);
		this.clock.scheduleWithFixedDelay(this::beat, 2, 2, TimeUnit.SECONDS);
		timeline.listen(this::happened);
	}

	private Thread thread(Runnable work) {
		Thread made = new Thread(null, work, "console-live-" + this.number.incrementAndGet(), 0, false);
		made.setDaemon(true);
		return made;
	}

	/**
	 * A stream to a page.
	 * @param parts which lists it wants
	 * @param session ends with this session
	 * @param lastSeq the latest entry of the timeline that it knows, or {@code null}
	 */
	ResponseBodyEmitter open(PictureParts parts, String session, @Nullable Long lastSeq, PictureWriter writer) {
		if (this.over || this.pages.size() >= this.most) {
			throw Problems.of(503, this.over ? "The console is stopping"
					: this.most + " pages are open already; macula.console.max-browsers changes that");
		}
		Page page = new Page(parts, session, writer);
		this.pages.add(page);
		page.emitter.onCompletion(() -> this.pages.remove(page));
		page.emitter.onError((ex) -> this.pages.remove(page));
		page.emitter.onTimeout(() -> this.pages.remove(page));
		if (lastSeq != null) {
			this.timeline.after(lastSeq).forEach(page::happened);
		}
		page.wake();
		return page.emitter;
	}

	/** Pages that are open. */
	int open() {
		return this.pages.size();
	}

	@Override
	public void painted(RealmPicture picture) {
		this.latest = new Frame(picture);
		this.pages.forEach(Page::wake);
	}

	private void happened(Timeline.Entry entry) {
		this.pages.forEach((page) -> {
			page.happened(entry);
			page.wake();
		});
	}

	private void beat() {
		long now = System.nanoTime();
		this.pages.stream().filter((page) -> now - page.sentNanos > SILENCE.toNanos()).forEach(Page::wake);
	}

	@EventListener
	void sessionEnded(SessionDestroyedEvent event) {
		this.pages.stream().filter((page) -> page.session.equals(event.getId())).forEach(Page::end);
	}

	/** The web server waits for all requests, and these have no end of their own. */
	/**
	 * Whoever logs in again has another session from then on: a page that may go on asks
	 * again.
	 */
	@EventListener
	void sessionRenamed(SessionIdChangedEvent event) {
		this.pages.stream().filter((page) -> page.session.equals(event.getOldSessionId())).forEach(Page::end);
	}

	@EventListener(ContextClosedEvent.class)
	@Override
	public void close() {
		this.over = true;
		this.pages.forEach(Page::end);
		this.clock.shutdownNow();
		this.writers.shutdown();
	}

	/**
	 * A picture, as text where somebody wants it.
	 */
	private record Frame(RealmPicture picture, Map<PictureParts, byte[]> texts) {

		Frame(RealmPicture picture) {
			this(picture, new ConcurrentHashMap<>());
		}

		byte[] text(PictureParts parts, PictureWriter writer) {
			return this.texts.computeIfAbsent(parts,
					(wanted) -> event("picture", null, writer.write(this.picture, wanted)));
		}

	}

	/** Data without line breaks. */
	private static byte[] event(String name, @Nullable Long id, byte[] data) {
		byte[] head = ("event: " + name + "\n" + ((id != null) ? "id: " + id + "\n" : "") + "data: ")
			.getBytes(StandardCharsets.UTF_8);
		byte[] all = new byte[head.length + data.length + 2];
		System.arraycopy(head, 0, all, 0, head.length);
		System.arraycopy(data, 0, all, head.length, data.length);
		all[all.length - 2] = '\n';
		all[all.length - 1] = '\n';
		return all;
	}

	/** A page that is open. */
	private final class Page {

		private final ResponseBodyEmitter emitter = new ResponseBodyEmitter(0L);

		private final PictureParts parts;

		private final String session;

		private final PictureWriter writer;

		/** Wake-ups that were not seen to; one thread works while it is not 0. */
		private final AtomicInteger wakes = new AtomicInteger();

		/** Guarded by itself. */
		private final List<Timeline.Entry> waiting = new ArrayList<>();

		private volatile long sentNanos = System.nanoTime();

		private @Nullable Frame shown;

		private volatile boolean ended;

		Page(PictureParts parts, String session, PictureWriter writer) {
			this.parts = parts;
			this.session = session;
			this.writer = writer;
		}

		void happened(Timeline.Entry entry) {
			synchronized (this.waiting) {
				if (this.waiting.size() < MOST_WAITING) {
					this.waiting.add(entry);
				}
			}
		}

		void wake() {
			if (this.wakes.getAndIncrement() == 0) {
				try {
					LiveStreams.this.writers.execute(this::work);
				}
				catch (RuntimeException ex) {
					// It is closed, or writers of pages that are gone are still there:
					// next time.
					this.wakes.set(0);
				}
			}
		}

		private void work() {
			int seen = this.wakes.get();
			while (seen != 0) {
				try {
					write();
				}
				catch (IOException | RuntimeException ex) {
					// It is gone, takes nothing any more, or cannot be shown this: it
					// asks
					// again.
					LiveStreams.this.pages.remove(this);
					this.emitter.completeWithError(ex);
				}
				seen = this.wakes.addAndGet(-seen);
			}
		}

		private void write() throws IOException {
			if (this.ended) {
				this.emitter.complete();
				return;
			}
			List<Timeline.Entry> entries;
			synchronized (this.waiting) {
				entries = List.copyOf(this.waiting);
				this.waiting.clear();
			}
			if (!entries.isEmpty()) {
				send(event("happened", entries.get(entries.size() - 1).seq(),
						LiveStreams.this.json.writeValueAsBytes(entries)));
			}
			Frame frame = LiveStreams.this.latest;
			if (frame != null && frame != this.shown) {
				this.shown = frame;
				send(frame.text(this.parts, this.writer));
			}
			else if (System.nanoTime() - this.sentNanos > SILENCE.toNanos()) {
				send(HEARTBEAT);
			}
		}

		private void send(byte[] event) throws IOException {
			this.emitter.send(event);
			this.sentNanos = System.nanoTime();
		}

		void end() {
			this.ended = true;
			LiveStreams.this.pages.remove(this);
			wake();
		}

	}

}
