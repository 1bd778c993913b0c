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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.spring.MaculaClient;
import io.macula.spring.autoconfigure.Applications.Echo;
import io.macula.spring.autoconfigure.Applications.EchoBean;
import io.macula.spring.autoconfigure.Applications.Empty;
import io.macula.spring.autoconfigure.Applications.Provider;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Beans that call while their context starts. Over real QUIC on the loopback interface.
 */
@Timeout(60)
class CallsWhileStartingTests {

	private final Applications applications = new Applications();

	@AfterEach
	void close() {
		this.applications.close();
	}

	@Test
	void anApplicationThatOnlyCallsCallsFromTheFirstBeanOn() {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class);
		ConfigurableApplicationContext context = this.applications.run(Early.class, Applications.seed(provider));
		assertThat(context.getBean(Calls.class).made).containsExactlyInAnyOrder("constructor: echo 1",
				"after construction: echo 1", "properties set: echo 1", "bean method: echo 1", "singletons: echo 1",
				"phase -2147483648: echo 1", "refreshed: echo 1", "runner: echo 1");
	}

	@Test
	void anApplicationThatOnlyCallsDoesSoIfItsBeansAreLazy() {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class);
		ConfigurableApplicationContext context = this.applications.run(Early.class, Applications.seed(provider),
				"spring.main.lazy-initialization=true");
		assertThat(context.getBean(Calls.class).made).contains("phase -2147483648: echo 1", "refreshed: echo 1",
				"runner: echo 1");
	}

	@Test
	void anApplicationThatServesIsToldAtOnceFromWhenOnItCanCall() {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class);
		long begin = System.nanoTime();
		Throwable failure = catchThrowable(
				() -> this.applications.run(EarlyProvider.class, Applications.seed(provider)));
		assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(10));
		RpcException refusal = refusal(failure);
		assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(refusal.status().processed()).isEqualTo(Processed.NO);
		assertThat(refusal).hasMessageContaining("phase " + NodeLifecycle.PHASE)
			.hasMessageContaining("ApplicationRunner")
			.hasMessageContaining("ApplicationReadyEvent")
			.hasMessageContaining("SmartLifecycle");
	}

	private static RpcException refusal(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof RpcException refusal) {
				return refusal;
			}
		}
		throw new AssertionError("No call was refused", failure);
	}

	@Test
	void anApplicationCallsItsOwnServicesBeforeItIsReady() {
		ConfigurableApplicationContext context = this.applications.run(Own.class);
		assertThat(context.getBean(Calls.class).made).containsExactlyInAnyOrder("phase 2147480576: echo 1",
				"refreshed: echo 1", "started: echo 1", "application runner: echo 1", "command line runner: echo 1",
				"ready: echo 1");
	}

	static class Calls {

		final List<String> made = new ArrayList<>();

		void call(String name, Echo echo) {
			this.made.add(name + ": " + echo.echo("1"));
		}

	}

	static class Constructed {

		Constructed(@MaculaClient("test.echo") Echo echo, Calls calls) {
			calls.call("constructor", echo);
		}

	}

	static class Initialized implements InitializingBean, SmartInitializingSingleton {

		private final Echo echo;

		private final Calls calls;

		Initialized(@MaculaClient("test.echo") Echo echo, Calls calls) {
			this.echo = echo;
			this.calls = calls;
		}

		@PostConstruct
		void constructed() {
			this.calls.call("after construction", this.echo);
		}

		@Override
		public void afterPropertiesSet() {
			this.calls.call("properties set", this.echo);
		}

		@Override
		public void afterSingletonsInstantiated() {
			this.calls.call("singletons", this.echo);
		}

	}

	private static SmartLifecycle phased(int phase, Calls calls, Echo echo) {
		return new SmartLifecycle() {

			private boolean running;

			@Override
			public void start() {
				this.running = true;
				calls.call("phase " + phase, echo);
			}

			@Override
			public void stop() {
				this.running = false;
			}

			@Override
			public boolean isRunning() {
				return this.running;
			}

			@Override
			public int getPhase() {
				return phase;
			}

		};
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Calls.class, Constructed.class, Initialized.class, Empty.class })
	static class Early {

		@MaculaClient("test.echo")
		Echo echo;

		@Bean
		Object product(@MaculaClient("test.echo") Echo echo, Calls calls) {
			calls.call("bean method", echo);
			return "product";
		}

		@Bean
		SmartLifecycle first(@MaculaClient("test.echo") Echo echo, Calls calls) {
			return phased(Integer.MIN_VALUE, calls, echo);
		}

		@EventListener
		void refreshed(ContextRefreshedEvent event) {
			event.getApplicationContext().getBean(Calls.class).call("refreshed", this.echo);
		}

		@Bean
		ApplicationRunner runner(@MaculaClient("test.echo") Echo echo, Calls calls) {
			return (arguments) -> calls.call("runner", echo);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Calls.class, Initialized.class, EchoBean.class, Empty.class })
	static class EarlyProvider {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Calls.class, EchoBean.class, Empty.class })
	static class Own {

		@MaculaClient("test.echo")
		Echo echo;

		@Bean
		SmartLifecycle first(@MaculaClient("test.echo") Echo echo, Calls calls) {
			return phased(NodeLifecycle.PHASE + 1, calls, echo);
		}

		@EventListener
		void refreshed(ContextRefreshedEvent event) {
			event.getApplicationContext().getBean(Calls.class).call("refreshed", this.echo);
		}

		@EventListener
		void started(ApplicationStartedEvent event) {
			event.getApplicationContext().getBean(Calls.class).call("started", this.echo);
		}

		@Bean
		ApplicationRunner applicationRunner(@MaculaClient("test.echo") Echo echo, Calls calls) {
			return (arguments) -> calls.call("application runner", echo);
		}

		@Bean
		CommandLineRunner commandLineRunner(@MaculaClient("test.echo") Echo echo, Calls calls) {
			return (arguments) -> calls.call("command line runner", echo);
		}

		@EventListener
		void ready(ApplicationReadyEvent event) {
			event.getApplicationContext().getBean(Calls.class).call("ready", this.echo);
		}

	}

}
