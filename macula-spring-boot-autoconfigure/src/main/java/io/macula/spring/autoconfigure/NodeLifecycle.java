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

import java.net.BindException;
import java.util.concurrent.CountDownLatch;

import io.macula.RpcException;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.spring.MaculaServerStartedEvent;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.NestedExceptionUtils;

/**
 * Starts the node before the web server takes requests, which may need its clients, and
 * closes it once the web server has finished them. A thread of its own keeps a provider
 * without a web server running.
 */
final class NodeLifecycle implements SmartLifecycle, DisposableBean {

	/** Below the start and stop of Boot's web server, at MAX_VALUE - 2048. */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3072;

	private final RealmNode node;

	private final ProviderSettings provider;

	private final ProvidedServices provided;

	private final ApplicationContext context;

	private volatile @Nullable CountDownLatch running;

	NodeLifecycle(RealmNode node, ProviderSettings provider, ProvidedServices provided, ApplicationContext context) {
		this.node = node;
		this.provider = provider;
		this.provided = provided;
		this.context = context;
	}

	@Override
	public void start() {
		NodeFactory.provide(this.provided.services(), this.node, this.context);
		try {
			this.node.start();
		}
		catch (RpcException ex) {
			throw explain(ex);
		}
		CountDownLatch stopped = new CountDownLatch(1);
		this.running = stopped;
		if (this.provided.listening()) {
			keepAlive(stopped);
			this.context.publishEvent(new MaculaServerStartedEvent(this.context, this.node.port()));
		}
	}

	private RuntimeException explain(RpcException ex) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(ex);
		if (!(cause instanceof BindException)
				&& !String.valueOf(cause.getMessage()).contains("Address already in use")) {
			return ex;
		}
		String address = (this.provider.address() != null) ? this.provider.address() : "all addresses";
		return new FailureAnalyzedException(
				"The provider cannot listen at UDP port " + this.provider.port() + " of " + address + ": "
						+ cause.getMessage() + ".",
				"Stop what uses the port, or change macula.provider.port (now " + this.provider.port()
						+ "; 0 means any free port) or macula.provider.address (now " + address
						+ "; allowed is an address of this machine).",
				ex);
	}

	private static void keepAlive(CountDownLatch stopped) {
		Thread thread = new Thread(() -> {
			try {
				stopped.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}, "macula-keep-alive");
		thread.setDaemon(false);
		thread.start();
	}

	@Override
	public void stop() {
		CountDownLatch stopped = this.running;
		this.running = null;
		try {
			this.node.close();
		}
		finally {
			if (stopped != null) {
				stopped.countDown();
			}
		}
	}

	/** Where the context fails to start, nobody stops what was started. */
	@Override
	public void destroy() {
		stop();
	}

	@Override
	public boolean isRunning() {
		return this.running != null;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
