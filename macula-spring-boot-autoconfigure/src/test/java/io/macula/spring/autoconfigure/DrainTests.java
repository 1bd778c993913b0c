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

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.RpcException;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.Applications.Echo;
import io.macula.spring.autoconfigure.Applications.Empty;
import io.macula.spring.autoconfigure.Applications.Provider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/** What a closing context waits for. Over real QUIC on the loopback interface. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class DrainTests {

	private final Applications applications = new Applications();

	@AfterEach
	void close() {
		this.applications.close();
	}

	@Test
	void whenTheGraceIsLongerThanThePhaseThenNoLaterPhaseStopsUnderACallInFlight(CapturedOutput output)
			throws Exception {
		ConfigurableApplicationContext provider = this.applications.run(Slow.class, "macula.provider.grace=20s",
				"spring.lifecycle.timeout-per-shutdown-phase=100ms");
		assertThat(output).contains("macula.provider.grace (20s) is longer than"
				+ " spring.lifecycle.timeout-per-shutdown-phase (100ms): a shutdown waits the longer time for calls in"
				+ " flight, and for web requests. Give the process 25s to end");
		LaterPhase later = provider.getBean(LaterPhase.class);
		CompletableFuture<String> answer = call(provider);
		CompletableFuture<Void> closed = CompletableFuture.runAsync(provider::close);
		Awaitility.await().untilAsserted(() -> assertThat(output).contains(" drains: "));
		Awaitility.await().during(Duration.ofSeconds(1)).until(later::isRunning);
		assertThat(closed).isNotDone();
		assertThat(answer).isNotDone();
		SlowBean.answer.countDown();
		assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("slow echo 1");
		closed.get(10, TimeUnit.SECONDS);
		assertThat(later.isRunning()).isFalse();
		assertThat(output).containsOnlyOnce(" drains: ").doesNotContain("still running");
	}

	@Test
	void whenTheApplicationsLifecycleProcessorCannotBeToldThenThatIsSaidAndTheDrainHasItsGrace(CapturedOutput output)
			throws Exception {
		ConfigurableApplicationContext provider = this.applications.run(OwnProcessor.class, "macula.provider.grace=20s",
				"spring.lifecycle.timeout-per-shutdown-phase=100ms");
		assertThat(output).contains("the bean 'lifecycleProcessor' (" + OwnLifecycleProcessor.class.getName()
				+ ") cannot be told so: beans of the lifecycle phases from 2147480575 to 2147482623");
		CompletableFuture<String> answer = call(provider);
		CompletableFuture<Void> closed = CompletableFuture.runAsync(provider::close);
		Awaitility.await().until(() -> !provider.getBean(LaterPhase.class).isRunning());
		assertThat(closed).isNotDone();
		SlowBean.answer.countDown();
		assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("slow echo 1");
		closed.get(10, TimeUnit.SECONDS);
		assertThat(output).containsOnlyOnce(" drains: ");
	}

	@Test
	void whenAContextStopsAndStartsThenTheGraceHoldsEachTime(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext provider = this.applications.run(Slow.class, "macula.provider.grace=20s",
				"spring.lifecycle.timeout-per-shutdown-phase=100ms");
		provider.stop();
		provider.start();
		LaterPhase later = provider.getBean(LaterPhase.class);
		CompletableFuture<String> answer = call(provider);
		CompletableFuture<Void> stopped = CompletableFuture.runAsync(provider::stop);
		Awaitility.await().untilAsserted(() -> assertThat(output).contains("1 calls in flight have"));
		Awaitility.await().during(Duration.ofSeconds(1)).until(later::isRunning);
		SlowBean.answer.countDown();
		assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("slow echo 1");
		stopped.get(10, TimeUnit.SECONDS);
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			30, 30s, 30s
			44, 20s, 40s
			74s, 70s, 30s
			""")
	void whenTheProcessIsKilledEarlierThenTheStartWarns(String termination, String grace, String phase,
			CapturedOutput output) {
		this.applications.run(Slow.class, "macula.provider.termination-grace-period=" + termination,
				"macula.provider.grace=" + grace, "spring.lifecycle.timeout-per-shutdown-phase=" + phase);
		assertThat(output)
			.contains("macula.provider.termination-grace-period (" + termination.replace("s", "")
					+ "s) is too short: an orderly shutdown takes up to ")
			.contains("the longer of macula.provider.grace (" + grace
					+ ") and spring.lifecycle.timeout-per-shutdown-phase (" + phase + ")")
			.contains("terminationGracePeriodSeconds in Kubernetes");
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			35, 30s, 30s
			45, 20s, 40s
			75s, 70s, 30s
			""")
	void whenTheProcessHasTheTimeThenTheStartDoesNotWarn(String termination, String grace, String phase,
			CapturedOutput output) {
		this.applications.run(Slow.class, "macula.provider.termination-grace-period=" + termination,
				"macula.provider.grace=" + grace, "spring.lifecycle.timeout-per-shutdown-phase=" + phase);
		assertThat(output).doesNotContain("is too short");
	}

	@Test
	void whenACallInFlightDoesNotEndThenTheDrainEndsByItsGrace(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext provider = this.applications.run(Slow.class, "macula.provider.grace=1s",
				"spring.lifecycle.timeout-per-shutdown-phase=100ms");
		CompletableFuture<String> answer = call(provider);
		long begin = System.nanoTime();
		provider.close();
		assertThat(System.nanoTime() - begin).isBetween(TimeUnit.MILLISECONDS.toNanos(990),
				TimeUnit.SECONDS.toNanos(8));
		assertThat(answer).failsWithin(5, TimeUnit.SECONDS);
		assertThat(output).containsOnlyOnce(" drains: ");
	}

	@Test
	void whenTheGraceIsWithinThePhaseThenNothingIsSaid(CapturedOutput output) {
		ConfigurableApplicationContext provider = this.applications.run(Slow.class, "macula.provider.grace=1s",
				"spring.lifecycle.timeout-per-shutdown-phase=1s");
		provider.close();
		assertThat(output).doesNotContain("is longer than").containsOnlyOnce(" drains: ");
	}

	@Test
	void aWebRequestInGracefulShutdownCallsOn() throws Exception {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class);
		ConfigurableApplicationContext web = this.applications.run(
				this.applications.builder(Web.class).web(WebApplicationType.SERVLET), Applications.seed(provider),
				"server.port=0", "server.shutdown=graceful", "macula.provider.grace=100ms");
		String port = web.getEnvironment().getProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build();
		CompletableFuture<HttpResponse<String>> response = HttpClient.newHttpClient()
			.sendAsync(request, HttpResponse.BodyHandlers.ofString());
		assertThat(web.getBean(Controller.class).entered.await(20, TimeUnit.SECONDS)).isTrue();
		web.close();
		assertThat(response.get(10, TimeUnit.SECONDS).body()).isEqualTo("echo 1");
	}

	private CompletableFuture<String> call(ConfigurableApplicationContext provider) throws Exception {
		SlowBean.answer = new CountDownLatch(1);
		SlowBean.entered = new CountDownLatch(1);
		ConfigurableApplicationContext client = this.applications.run(SlowCaller.class, Applications.seed(provider));
		Echo echo = client.getBean(SlowCaller.class).echo;
		CompletableFuture<String> answer = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				answer.complete(echo.echo("1"));
			}
			catch (RpcException ex) {
				answer.completeExceptionally(ex);
			}
		});
		thread.setDaemon(true);
		thread.start();
		assertThat(SlowBean.entered.await(20, TimeUnit.SECONDS)).isTrue();
		return answer;
	}

	@MaculaService("test.slow")
	static class SlowBean implements Echo {

		static volatile CountDownLatch entered = new CountDownLatch(1);

		static volatile CountDownLatch answer = new CountDownLatch(1);

		@Override
		public String echo(String text) {
			entered.countDown();
			try {
				answer.await();
			}
			catch (InterruptedException ex) {
				return "interrupted";
			}
			return "slow echo " + text;
		}

	}

	/** Something that handlers may need, which stops after the drain. */
	static class LaterPhase implements SmartLifecycle {

		private volatile boolean running;

		@Override
		public void start() {
			this.running = true;
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
			return SmartLifecycle.DEFAULT_PHASE - 2000;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, SlowBean.class, LaterPhase.class })
	static class Slow {

	}

	/** Knows of no phase but what it is told in advance. */
	static class OwnLifecycleProcessor implements LifecycleProcessor, BeanFactoryAware {

		private final DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();

		@Override
		public void setBeanFactory(BeanFactory beanFactory) {
			this.processor.setBeanFactory(beanFactory);
			this.processor.setTimeoutPerShutdownPhase(100);
		}

		@Override
		public void onRefresh() {
			this.processor.onRefresh();
		}

		@Override
		public void onClose() {
			this.processor.onClose();
		}

		@Override
		public void start() {
			this.processor.start();
		}

		@Override
		public void stop() {
			this.processor.stop();
		}

		@Override
		public boolean isRunning() {
			return this.processor.isRunning();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Slow.class)
	static class OwnProcessor {

		@Bean
		OwnLifecycleProcessor lifecycleProcessor() {
			return new OwnLifecycleProcessor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Empty.class)
	static class SlowCaller {

		@MaculaClient("test.slow")
		Echo echo;

	}

	@RestController
	static class Controller {

		final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch closing = new CountDownLatch(1);

		@MaculaClient("test.echo")
		private Echo echo;

		@EventListener
		void closed(ContextClosedEvent event) {
			this.closing.countDown();
		}

		@GetMapping("/")
		String get() throws InterruptedException {
			this.entered.countDown();
			this.closing.await();
			return this.echo.echo("1");
		}

	}

	/** Serves too, so that both drain in one phase. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Controller.class, SlowBean.class })
	static class Web {

	}

}
