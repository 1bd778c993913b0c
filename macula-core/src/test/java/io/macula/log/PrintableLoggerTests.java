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

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class PrintableLoggerTests {

	private static final String FORGED = "x\r\n2026-01-01 ERROR forged \u001b[31mred\u202e";

	private static final String SHOWN = "x\\r\\n2026-01-01 ERROR forged \\u001b[31mred\\u202e";

	private final ch.qos.logback.classic.Logger target = (ch.qos.logback.classic.Logger) LoggerFactory
		.getLogger(PrintableLoggerTests.class);

	private final ListAppender<ILoggingEvent> written = new ListAppender<>() {

		@Override
		protected void append(ILoggingEvent event) {
			event.getCallerData();
			super.append(event);
		}

	};

	private final Logger logger = PrintableLogger.of(PrintableLoggerTests.class);

	@BeforeEach
	void listen() {
		this.target.setLevel(Level.DEBUG);
		this.target.setAdditive(false);
		this.written.start();
		this.target.addAppender(this.written);
	}

	@AfterEach
	void leave() {
		this.target.detachAppender(this.written);
		this.target.setAdditive(true);
	}

	@Test
	void whenAnArgumentHoldsControlCharactersThenTheLineIsOneLine() {
		this.logger.warn("Node '{}' at {} and {}: {}", FORGED, List.of(FORGED), 17, new Object() {
			@Override
			public String toString() {
				return FORGED;
			}
		});
		assertThat(line()).isEqualTo("Node '" + SHOWN + "' at [" + SHOWN + "] and 17: " + SHOWN);
	}

	@Test
	void whenThePatternItselfHoldsControlCharactersThenTheLineIsOneLine() {
		this.logger.info("Cannot look at " + FORGED);
		assertThat(line()).isEqualTo("Cannot look at " + SHOWN);
	}

	@Test
	void whenAnArgumentIsLongThenItIsCut() {
		this.logger.info("Services {}", "x".repeat(1_000_000));
		assertThat(line()).hasSizeLessThan(1100).endsWith("...");
	}

	@Test
	void whenMessagesOfAnExceptionAreForgedThenItsTraceHasNoForgedLine() {
		Exception cause = new IllegalArgumentException("cause " + FORGED);
		Exception thrown = new IllegalStateException("plain", cause);
		thrown.addSuppressed(new RuntimeException(FORGED));
		this.logger.error("Failed", thrown);
		String trace = trace();
		assertThat(trace).contains("java.lang.IllegalStateException: plain",
				"java.lang.IllegalArgumentException: cause " + SHOWN, "java.lang.RuntimeException: " + SHOWN,
				"at io.macula.log.PrintableLoggerTests");
		assertThat(trace.lines()).noneMatch((line) -> line.startsWith("2026"));
		assertThat(trace).doesNotContain("\u001b", "\u202e");
	}

	@Test
	void whenAnExceptionIsItsOwnCauseByADetourThenItIsLoggedAllTheSame() {
		Exception one = new Exception(FORGED);
		Exception two = new Exception("two", one);
		one.initCause(two);
		this.logger.error("Failed", one);
		assertThat(line()).isEqualTo("Failed");
	}

	@Test
	void whenAnExceptionIsPrintableThenItIsLoggedAsItIs() {
		this.logger.error("Failed", new IllegalStateException("plain"));
		assertThat(this.written.list.get(0).getThrowableProxy().getClassName())
			.isEqualTo("java.lang.IllegalStateException");
	}

	@Test
	void whenALayoutTellsTheCallerThenItIsTheOneThatLogged() {
		this.logger.info("here");
		StackTraceElement caller = this.written.list.get(0).getCallerData()[0];
		assertThat(caller.getMethodName()).isEqualTo("whenALayoutTellsTheCallerThenItIsTheOneThatLogged");
	}

	@Test
	void whenALevelIsOffThenNothingIsAskedOfTheArguments() {
		this.target.setLevel(Level.WARN);
		this.logger.debug("{}", new Object() {
			@Override
			public String toString() {
				throw new AssertionError();
			}
		});
		assertThat(this.written.list).isEmpty();
		assertThat(this.logger.isInfoEnabled()).isFalse();
		assertThat(this.logger.getName()).isEqualTo(PrintableLoggerTests.class.getName());
	}

	private String line() {
		assertThat(this.written.list).hasSize(1);
		return this.written.list.get(0).getFormattedMessage();
	}

	private String trace() {
		PatternLayoutEncoder layout = new PatternLayoutEncoder();
		layout.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
		layout.setPattern("%msg%n%ex");
		layout.start();
		return new String(layout.encode(this.written.list.get(0)), java.nio.charset.StandardCharsets.UTF_8);
	}

}
