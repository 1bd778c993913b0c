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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.macula.log.PrintableLogger;
import io.macula.node.RealmNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * Tells the realm at once that a context closes, and closes the node if that takes too
 * long: its clients live until the last bean is destroyed, so that a bean that calls
 * until a call fails would keep the process from ending. The node depends on it, and so
 * is closed before it. Safe for all threads.
 */
final class CloseLimit implements ApplicationListener<ContextClosedEvent>, Ordered, DisposableBean {

	private static final Logger logger = PrintableLogger.of(CloseLimit.class);

	private final ApplicationContext context;

	private final Supplier<Duration> limit;

	private final CountDownLatch closed = new CountDownLatch(1);

	private volatile @Nullable RealmNode node;

	CloseLimit(ApplicationContext context, Supplier<Duration> limit) {
		this.context = context;
		this.limit = limit;
	}

	void watch(RealmNode watched) {
		this.node = watched;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		RealmNode watched = this.node;
		if (watched != null && event.getApplicationContext() == this.context) {
			Thread closing = Thread.currentThread();
			Thread thread = new Thread(() -> closeAtLimit(watched, closing), "macula-close-limit");
			thread.setDaemon(true);
			thread.start();
			watched.withdraw().subscribe();
		}
	}

	private void closeAtLimit(RealmNode watched, Thread closing) {
		Duration present = this.limit.get();
		try {
			if (!this.closed.await(present.toNanos(), TimeUnit.NANOSECONDS)) {
				Throwable place = new Throwable("where thread '" + closing.getName() + "' closes the context");
				place.setStackTrace(closing.getStackTrace());
				logger.warn(
						"The application has not closed within {}: its clients are closed now, and what still"
								+ " calls fails. The time is {} and twice {}",
						SettingText.of(present), ShutdownTimes.GRACE_KEY, ShutdownTimes.PHASE_KEY, place);
				watched.close();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void destroy() {
		this.closed.countDown();
	}

	/** Before other listeners, which may call, and before beans are stopped. */
	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
