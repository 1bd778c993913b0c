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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.node.RealmNode;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.Applications.Echo;
import io.macula.spring.autoconfigure.Applications.Empty;
import io.macula.spring.autoconfigure.Applications.Provider;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Beans that call while their context closes. Over real QUIC on the loopback interface.
 */
@Timeout(60)
class CallsWhileClosingTests {

	private static final Queue<String> calls = new ConcurrentLinkedQueue<>();

	private final Applications applications = new Applications();

	private final ConfigurableApplicationContext provider = this.applications.run(Provider.class);

	@AfterEach
	void close() {
		this.applications.close();
		calls.clear();
	}

	@Test
	void beansThatEndCallWhereverTheyHaveTheirClientsFrom() {
		ConfigurableApplicationContext context = this.applications.run(Ending.class, Applications.seed(this.provider));
		context.close();
		assertThat(calls).containsExactlyInAnyOrder("injected: echo 1", "disposed: echo 1", "looked up: echo 1",
				"lazy: echo 1", "found: echo 1", "bean method: echo 1");
	}

	@Test
	void beansOfAProviderThatEndCallToo() {
		ConfigurableApplicationContext context = this.applications.run(EndingProvider.class,
				Applications.seed(this.provider));
		context.close();
		assertThat(calls).contains("injected: echo 1", "looked up: echo 1");
	}

	@Test
	void beansThatCallTheirOwnApplicationsServiceToTheEndAreRefusedAtOnce() {
		ConfigurableApplicationContext context = this.applications.run(CallingItself.class);
		assertThat(context.getBean(Injected.class).echo.echo("1")).isEqualTo("echo 1");
		long begin = System.nanoTime();
		context.close();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
		String refusal = "UNAVAILABLE: no provider of service 'test.echo' is known in the realm 'test' any more: the last one was"
				+ " this node itself, which is shutting down and serves no longer in this life";
		assertThat(calls).containsExactlyInAnyOrder("injected: " + refusal, "disposed: " + refusal);
	}

	@Test
	void listenersAndLifecyclesOfAnyPhaseCallWhileTheContextCloses() {
		ConfigurableApplicationContext context = this.applications.run(Lifecycles.class,
				Applications.seed(this.provider));
		context.close();
		assertThat(calls).containsExactly("closed event: echo 1", "phase 2147483647: echo 1",
				"phase 2147480000: echo 1", "phase 0: echo 1", "phase -2147483647: echo 1");
	}

	@Test
	void lifecyclesOfAnyPhaseCallWhileTheContextStops() {
		ConfigurableApplicationContext context = this.applications.run(Lifecycles.class,
				Applications.seed(this.provider));
		context.stop();
		assertThat(calls).containsExactly("phase 2147483647: echo 1", "phase 2147480000: echo 1", "phase 0: echo 1",
				"phase -2147483647: echo 1");
	}

	@Test
	void aTaskThatTheExecutorWaitsForCallsToItsEnd() throws Exception {
		ConfigurableApplicationContext context = this.applications.run(Tasks.class, Applications.seed(this.provider));
		Echo echo = context.getBean(Injected.class).echo;
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch destroying = context.getBean(Tasks.class).destroying;
		context.getBean(ThreadPoolTaskExecutor.class).execute(() -> {
			running.countDown();
			try {
				destroying.await();
				calls.add("task: " + echo.echo("1"));
			}
			catch (InterruptedException ex) {
				calls.add("interrupted");
			}
		});
		assertThat(running.await(5, TimeUnit.SECONDS)).isTrue();
		context.close();
		assertThat(calls).contains("task: echo 1").doesNotContain("interrupted");
	}

	@Test
	void aHandlerThatDrainsCallsOn() throws Exception {
		ConfigurableApplicationContext relay = this.applications.run(Relay.class, Applications.seed(this.provider));
		ConfigurableApplicationContext client = this.applications.run(RelayClient.class, Applications.seed(relay));
		RelayBean bean = relay.getBean(RelayBean.class);
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			var answer = executor.submit(() -> client.getBean(RelayClient.class).relay.relay("1"));
			assertThat(bean.entered.await(5, TimeUnit.SECONDS)).isTrue();
			relay.close();
			assertThat(answer.get(5, TimeUnit.SECONDS)).isEqualTo("echo 1, echo 2");
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void afterTheCloseACallFailsAtOnce() {
		ConfigurableApplicationContext context = this.applications.run(Calling.class, Applications.seed(this.provider));
		Echo echo = context.getBean(Injected.class).echo;
		assertThat(echo.echo("1")).isEqualTo("echo 1");
		context.close();
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> echo.echo("1"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE))
			.withMessageContaining("closed");
	}

	@Test
	void aFailedStartClosesTheNodeAfterTheBeansThatCall() {
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> this.applications.run(FailingAfterCalls.class, Applications.seed(this.provider)));
		assertThat(calls).contains("injected: echo 1");
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> FailingAfterCalls.node.client().call("test.echo", "echo", "1", String.class))
			.withMessageContaining("closed");
	}

	static void call(String name, Echo echo) {
		try {
			calls.add(name + ": " + echo.echo("1"));
		}
		catch (RpcException ex) {
			calls.add(name + ": " + ex.getMessage());
		}
	}

	static class Injected {

		@MaculaClient("test.echo")
		Echo echo;

		@PreDestroy
		void end() {
			call("injected", this.echo);
		}

	}

	static class Disposed implements DisposableBean {

		private final Echo echo;

		Disposed(@MaculaClient("test.echo") Echo echo) {
			this.echo = echo;
		}

		@Override
		public void destroy() {
			call("disposed", this.echo);
		}

	}

	static class LookedUp implements DisposableBean {

		private final ObjectProvider<Echo> echo;

		LookedUp(@MaculaClient("test.echo") ObjectProvider<Echo> echo) {
			this.echo = echo;
		}

		@Override
		public void destroy() {
			call("looked up", this.echo.getObject());
		}

	}

	static class LazyHolder implements DisposableBean {

		private final Echo echo;

		LazyHolder(@Lazy @MaculaClient("test.echo") Echo echo) {
			this.echo = echo;
		}

		@Override
		public void destroy() {
			call("lazy", this.echo);
		}

	}

	/** Finds its client in the context, of which Spring knows no dependency. */
	static class Finder implements DisposableBean {

		private final ApplicationContext context;

		private Echo echo;

		Finder(ApplicationContext context) {
			this.context = context;
		}

		@EventListener
		void started(ContextClosedEvent event) {
			this.echo = this.context.getBeanProvider(Injected.class).getObject().echo;
		}

		@Override
		public void destroy() {
			call("found", this.echo);
		}

	}

	static class Product implements AutoCloseable {

		private final Echo echo;

		Product(Echo echo) {
			this.echo = echo;
		}

		@Override
		public void close() {
			call("bean method", this.echo);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Finder.class, LookedUp.class, LazyHolder.class, Injected.class, Disposed.class, Empty.class })
	static class Ending {

		@Bean
		Product product(@MaculaClient("test.echo") Echo echo) {
			return new Product(echo);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ LookedUp.class, Injected.class, Empty.class, RelayBean.class })
	static class EndingProvider {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Injected.class, Disposed.class, Provider.class })
	static class CallingItself {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Injected.class, Empty.class })
	static class Calling {

	}

	static class Phased implements SmartLifecycle {

		private final Echo echo;

		private final int phase;

		private boolean running;

		Phased(Echo echo, int phase) {
			this.echo = echo;
			this.phase = phase;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			call("phase " + this.phase, this.echo);
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return this.phase;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Empty.class)
	static class Lifecycles {

		@MaculaClient("test.echo")
		Echo echo;

		@EventListener
		void closed(ContextClosedEvent event) {
			call("closed event", this.echo);
		}

		@Bean
		Phased first(@MaculaClient("test.echo") Echo echo) {
			return new Phased(echo, Integer.MAX_VALUE);
		}

		@Bean
		Phased second(@MaculaClient("test.echo") Echo echo) {
			return new Phased(echo, 2147480000);
		}

		@Bean
		Phased third(@MaculaClient("test.echo") Echo echo) {
			return new Phased(echo, 0);
		}

		@Bean
		Phased last(@MaculaClient("test.echo") Echo echo) {
			return new Phased(echo, Integer.MIN_VALUE + 1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, Injected.class })
	static class Tasks {

		final CountDownLatch destroying = new CountDownLatch(1);

		@Bean
		ThreadPoolTaskExecutor executor() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setWaitForTasksToCompleteOnShutdown(true);
			executor.setAwaitTerminationSeconds(10);
			return executor;
		}

		@Bean
		@DependsOn("executor")
		DisposableBean lastStep() {
			return this.destroying::countDown;
		}

	}

	interface Relaying {

		String relay(String text);

	}

	@MaculaService("test.relay")
	static class RelayBean implements Relaying {

		final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch closing = new CountDownLatch(1);

		private final Echo echo;

		RelayBean(@MaculaClient("test.echo") Echo echo) {
			this.echo = echo;
		}

		@EventListener
		void closed(ContextClosedEvent event) {
			this.closing.countDown();
		}

		@Override
		public String relay(String text) {
			this.entered.countDown();
			try {
				this.closing.await();
			}
			catch (InterruptedException ex) {
				return "interrupted";
			}
			return this.echo.echo(text) + ", " + this.echo.echo("2");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, RelayBean.class })
	static class Relay {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Empty.class)
	static class RelayClient {

		@MaculaClient("test.relay")
		Relaying relay;

	}

	/** Serves, and so has started when a later lifecycle fails. */
	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, Injected.class, RelayBean.class })
	static class FailingAfterCalls {

		static RealmNode node;

		@Bean
		SmartLifecycle failing(RealmNode started) {
			node = started;
			return new Phased(null, Integer.MAX_VALUE) {

				@Override
				public void start() {
					throw new IllegalStateException("on purpose");
				}

			};
		}

	}

}
