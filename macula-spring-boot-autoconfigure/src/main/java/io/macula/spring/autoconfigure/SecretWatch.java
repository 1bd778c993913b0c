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

package io.macula.spring.autoconfigure;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.macula.log.DurationText;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.tls.SecretTls;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Reads the realm's secrets again when their files change, so that a realm can change its
 * secret without restarts. Has a thread of its own, and only where a file is configured.
 */
final class SecretWatch implements AutoCloseable {

	/*
	 * By looking, not by file events: a mounted secret changes by a link to another
	 * directory, and on some file systems there are no events.
	 */

	static final Duration PERIOD = Duration.ofSeconds(10);

	private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

	private static final Logger logger = PrintableLogger.of(SecretWatch.class);

	private final LogLimit limit = new LogLimit(System::nanoTime, Duration.ofMinutes(1), 10);

	private @Nullable ScheduledExecutorService thread;

	/** Of the thread once it runs. */
	private String seen = "";

	/**
	 * Begin to watch.
	 * @param tls gets the secrets
	 * @param secrets has them
	 * @param before the files' state before they were read for the first time
	 */
	synchronized void watch(SecretTls tls, RealmSecrets secrets, String before) {
		if (before.isEmpty()) {
			return;
		}
		this.seen = before;
		ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread watching = new Thread(task, "macula-secret-watch");
			watching.setDaemon(true);
			return watching;
		});
		this.thread = executor;
		executor.scheduleWithFixedDelay(() -> look(tls, secrets), PERIOD.toMillis(), PERIOD.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	/** What cannot be used is left alone until it changes again. */
	void look(SecretTls tls, RealmSecrets secrets) {
		String state = secrets.fileState();
		if (state.equals(this.seen)) {
			return;
		}
		this.seen = state;
		try {
			boolean unusable = tls.fault() != null;
			if (!tls.update(secrets.read()) && unusable) {
				logger.info("The secrets of the realm can be used again, and are what they were: {}", tls.source());
			}
		}
		catch (RuntimeException ex) {
			String reason = String.valueOf(ex.getMessage());
			tls.fault(reason);
			this.limit.log(reason,
					(suppressed) -> logger.warn("A secret of the realm has changed, but cannot be used, so that the "
							+ "present ones stay until it changes again: {}{}", reason, suppressed));
		}
	}

	/** Nothing is read any more afterwards, unless a file system hangs. */
	@Override
	public synchronized void close() {
		if (this.thread == null) {
			return;
		}
		this.thread.shutdownNow();
		try {
			if (!this.thread.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
				logger.warn("A file of a realm secret is still being read after {}: its file system hangs",
						DurationText.of(CLOSE_LIMIT));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
