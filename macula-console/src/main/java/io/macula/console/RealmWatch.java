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

import java.util.List;

import io.macula.Endpoint;
import io.macula.node.RealmNode;
import io.macula.operations.NodeAddress;
import io.macula.operations.OperationsClient;
import io.macula.operations.RealmMonitor;
import io.macula.operations.RealmPicture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Watches the realm of the application's node while the application runs, and hands on
 * what it sees. Safe for all threads.
 */
@Component
final class RealmWatch implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(RealmWatch.class);

	private final RealmNode node;

	private final List<NodeAddress> first;

	private final RealmPicture.Settings settings;

	private final List<RealmListener> listeners;

	private volatile @Nullable RealmMonitor monitor;

	RealmWatch(RealmNode node, ConsoleProperties properties, List<RealmListener> listeners) {
		this.node = node;
		this.first = properties.askFirst().stream().map(Endpoint::parse).map(NodeAddress::of).toList();
		this.settings = new RealmPicture.Settings(properties.interval(), properties.search(), properties.maxNodes());
		this.listeners = listeners;
	}

	@Override
	public void start() {
		RealmMonitor made = new RealmMonitor(this.node.operations(), this.first, this.settings);
		for (RealmListener listener : this.listeners) {
			made.pictures().subscribe(listener::painted, (ex) -> failed(ex));
			made.events().subscribe(listener::happened, (ex) -> failed(ex));
		}
		this.monitor = made.start();
	}

	private static void failed(Throwable thrown) {
		logger.error("Somebody who is told of the realm failed, and is told no more", thrown);
	}

	@Override
	public void stop() {
		RealmMonitor present = this.monitor;
		this.monitor = null;
		if (present != null) {
			present.close();
		}
	}

	@Override
	public boolean isRunning() {
		return this.monitor != null;
	}

	/** Name of the realm. */
	String realm() {
		return this.node.report().realm();
	}

	/** Asks single nodes. */
	OperationsClient operations() {
		return this.node.operations();
	}

	/** The realm at this moment. */
	RealmPicture picture() {
		RealmMonitor present = this.monitor;
		if (present == null) {
			throw Problems.of(503, "The console is starting or stopping");
		}
		return present.state();
	}

}
