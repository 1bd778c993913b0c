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

import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

import io.macula.RpcException;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.spring.MaculaServerStartedEvent;
import io.macula.spring.error.ExceptionAdvice;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import reactor.core.scheduler.Schedulers;

/**
 * Starts a node that serves, before the web server takes requests, which may need its
 * clients; and waits for the end of the drain once the web server has finished. A thread
 * of its own keeps a provider without a web server running until its context is closed.
 */
final class NodeLifecycle implements SmartLifecycle, DisposableBean {

	/** Below the start and stop of Boot's web server, at MAX_VALUE - 2048. */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3072;

	private final RealmNode node;

	private final ProviderSettings provider;

	private final Supplier<ShutdownTimes> times;

	private final ProvidedServices provided;

	private final ConfigurableApplicationContext context;

	private final @Nullable ExceptionAdvice advice;

	private boolean providing;

	private @Nullable CountDownLatch keptAlive;

	private volatile boolean running;

	NodeLifecycle(RealmNode node, ProviderSettings provider, Supplier<ShutdownTimes> times, ProvidedServices provided,
			ConfigurableApplicationContext context, @Nullable ExceptionAdvice advice) {
		this.node = node;
		this.provider = provider;
		this.times = times;
		this.provided = provided;
		this.context = context;
		this.advice = advice;
	}

	@Override
	public void start() {
		if (this.provided.listening()) {
			provide();
			try {
				this.node.start();
			}
			catch (RpcException ex) {
				throw new BindFailure(this.provider, new InvalidSettings(this.context.getEnvironment())).explain(ex);
			}
			keepAlive();
		}
		this.running = true;
		if (this.provided.listening()) {
			this.context.publishEvent(new MaculaServerStartedEvent(this.context, this.node.port()));
		}
	}

	/** The services stay with the node, whatever lives it has. */
	private synchronized void provide() {
		if (!this.providing) {
			NodeFactory.provide(this.provided.services(), this.node, this.context.getBeanFactory(), this.advice);
			this.providing = true;
			holdDrainPhase();
		}
	}

	/** Another grace holds from now on. */
	synchronized void graceChanged() {
		if (this.providing) {
			holdDrainPhase();
		}
	}

	private void holdDrainPhase() {
		new DrainPhase(this.times.get()).hold(this.context);
	}

	private synchronized void keepAlive() {
		if (this.keptAlive == null) {
			CountDownLatch closed = new CountDownLatch(1);
			this.keptAlive = closed;
			Thread thread = new Thread(() -> {
				try {
					closed.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}, "macula-keep-alive");
			thread.setDaemon(false);
			thread.start();
		}
	}

	/**
	 * The drain began two phases before. A lifecycle processor of the application's own
	 * may have gone on without waiting for its end, but what handlers need stops below
	 * this phase.
	 */
	@Override
	public void stop() {
		this.running = false;
		if (this.provided.listening() && !Schedulers.isInNonBlockingThread()) {
			this.node.drainServer(this.times.get().grace()).onErrorComplete().block();
		}
	}

	/** Where the context fails to start, nobody stops what was started. */
	@Override
	public synchronized void destroy() {
		if (this.keptAlive != null) {
			this.keptAlive.countDown();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** Whoever holds the port goes on to find this node there. */
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
