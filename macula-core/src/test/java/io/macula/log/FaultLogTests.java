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

package io.macula.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class FaultLogTests {

	private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);

	private final List<Runnable> later = new ArrayList<>();

	private final Logger logger = (Logger) LoggerFactory.getLogger(FaultLogTests.class);

	private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

	private final FaultLog log = new FaultLog(this.logger, this.clock::get, this.later::add);

	@BeforeEach
	void listen() {
		this.appender.start();
		this.logger.addAppender(this.appender);
		this.logger.setAdditive(false);
	}

	@AfterEach
	void leave() {
		this.logger.detachAppender(this.appender);
		this.logger.setAdditive(true);
	}

	private List<String> lines() {
		return this.appender.list.stream()
			.map((event) -> event.getFormattedMessage()
					+ ((event.getThrowableProxy() != null) ? ": " + event.getThrowableProxy().getMessage() : ""))
			.toList();
	}

	private void pass(long seconds) {
		this.clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
	}

	private void runLater() {
		List<Runnable> due = List.copyOf(this.later);
		this.later.clear();
		due.forEach(Runnable::run);
	}

	@Test
	void aSecondDifferentFailureIsALineOfItsOwn() {
		for (int i = 0; i < 3; i++) {
			this.log.warn("find failed", failure("not in order " + i));
			this.log.warn("find failed", failure("twice"));
		}
		assertThat(lines()).containsExactly("find failed: not in order 0", "find failed: twice");
	}

	@Test
	void theSameTextFromAnotherPlaceIsALineOfItsOwn() {
		this.log.warn("find failed", failure("twice"));
		this.log.warn("find failed", new IllegalStateException("twice"));
		assertThat(lines()).containsExactly("find failed: twice", "find failed: twice");
	}

	@Test
	void everNewFailuresOfOneMessageLeaveRoomForOthers() {
		for (char letter = 'a'; letter <= 'z'; letter++) {
			this.log.warn("find failed", failure("no " + letter));
		}
		this.log.error("list failed", failure("no"));
		assertThat(lines()).containsExactly("find failed: no a", "find failed: no b", "find failed: no c",
				"list failed (23 more were not logged): no");
	}

	@Test
	void whatWasLeftOutIsToldEvenIfNothingElseComes() {
		for (int i = 0; i < 4; i++) {
			this.log.warn("find failed", failure("twice"));
		}
		assertThat(this.later).hasSize(1);
		pass(5);
		runLater();
		assertThat(lines()).containsExactly("find failed: twice",
				"3 more failures were not logged within 5 s, the last of them: find failed");
		this.log.warn("find failed", failure("twice"));
		pass(6);
		this.log.warn("find failed", failure("twice"));
		runLater();
		assertThat(lines()).hasSize(3).last().isEqualTo("find failed (1 more were not logged): twice");
	}

	@Test
	void inAFloodNobodyLooksAtEachFailure() {
		int[] looked = { 0 };
		for (int i = 0; i < 10_000; i++) {
			this.log.warn("find failed", new RuntimeException("twice") {
				@Override
				public StackTraceElement[] getStackTrace() {
					looked[0]++;
					return super.getStackTrace();
				}
			});
		}
		// Once more for printing it.
		assertThat(looked[0]).isLessThanOrEqualTo(LogLimit.CROWD + 3);
		pass(5);
		runLater();
		assertThat(lines()).last().asString().startsWith("9999 more failures were not logged");
		assertThat(this.later).isEmpty();
	}

	@Test
	void anExceptionThatCannotBeDescribedIsToldWithoutHarm() {
		this.log.warn("find failed", new IllegalStateException("hidden") {
			@Override
			public String getMessage() {
				throw new UnsupportedOperationException("no message");
			}
		});
		assertThat(lines()).singleElement().asString().startsWith("find failed; ");
	}

	private static RuntimeException failure(String message) {
		return new IllegalStateException(message);
	}

}
