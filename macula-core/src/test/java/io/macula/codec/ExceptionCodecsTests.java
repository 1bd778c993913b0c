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

package io.macula.codec;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class ExceptionCodecsTests {

	private final Logger logger = (Logger) LoggerFactory.getLogger(ExceptionCodecs.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@BeforeEach
	void attach() {
		this.log.start();
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void detach() {
		this.logger.detachAppender(this.log);
	}

	@Test
	void declaredExceptionsHaveACodecByName() {
		ExceptionCodecs codecs = ExceptionCodecs.of(JacksonPayloadCodec.cbor(), AutoCloseable.class, "read()",
				List.of(FileNotFoundException.class));
		ValueCodec codec = codecs.find("java.io.FileNotFoundException");
		assertThat(codec).isNotNull();
		assertThat(codec.decode(codec.encode(new FileNotFoundException("a.txt"))))
			.isInstanceOf(FileNotFoundException.class)
			.hasToString("java.io.FileNotFoundException: a.txt");
		assertThat(codecs.find("java.io.IOException")).isNull();
		assertThat(this.log.list).isEmpty();
	}

	@Test
	void anExceptionThatCannotBeRebuiltIsWarnedOfOnceAndKeepsTheOthers() {
		ExceptionCodecs codecs = ExceptionCodecs.of(JacksonPayloadCodec.json(), AutoCloseable.class, "read()",
				List.of(UncheckedIOException.class, FileNotFoundException.class));
		assertThat(codecs.find("java.io.UncheckedIOException")).isNull();
		assertThat(codecs.find("java.io.FileNotFoundException")).isNotNull();
		assertThat(this.log.list).singleElement().satisfies((event) -> {
			assertThat(event.getLevel()).isEqualTo(Level.WARN);
			assertThat(event.getFormattedMessage()).startsWith(
					"Exception java.io.UncheckedIOException that method read() of contract java.lang.AutoCloseable declares cannot travel as itself: "
							+ "callers get an RpcException with code UNKNOWN, its type name and message. Values of "
							+ "java.io.UncheckedIOException cannot be coded as json: UncheckedIOException has no constructor that takes");
		});
	}

}
