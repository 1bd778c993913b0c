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

package io.macula.multinode;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Connections that the log tells of: endpoints of the lines
 * {@code Creating connection to endpoint host:port}. To be opened in an initializer of
 * the application context: Spring Boot resets the logging before.
 */
final class ConnectionLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private static final Pattern LINE = Pattern.compile("Creating connection to endpoint (\\S+)");

	private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

	private final Queue<String> endpoints = new ConcurrentLinkedQueue<>();

	static ConnectionLog open() {
		ConnectionLog log = new ConnectionLog();
		log.setContext(log.root.getLoggerContext());
		log.start();
		log.root.addAppender(log);
		return log;
	}

	/**
	 * Endpoints to which a connection was created.
	 * @return endpoints in order of the lines
	 */
	List<String> endpoints() {
		return List.copyOf(this.endpoints);
	}

	@Override
	protected void append(ILoggingEvent event) {
		Matcher matcher = LINE.matcher(event.getFormattedMessage());
		if (matcher.find()) {
			this.endpoints.add(matcher.group(1));
		}
	}

	@Override
	public void close() {
		this.root.detachAppender(this);
		stop();
	}

}
