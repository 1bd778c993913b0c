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

package io.macula.spring;

import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ApplicationContextEvent;

/**
 * Published once the provider's port is bound, before its services are advertised.
 */
public final class MaculaServerStartedEvent extends ApplicationContextEvent {

	private static final long serialVersionUID = 1L;

	private final int port;

	/**
	 * An event of the given context.
	 * @param context the context whose services are provided
	 * @param port the bound UDP port
	 */
	public MaculaServerStartedEvent(ApplicationContext context, int port) {
		super(context);
		this.port = port;
	}

	/**
	 * The bound UDP port.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

}
