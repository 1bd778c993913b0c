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

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.macula.node.RealmNode;
import io.macula.spring.ImportMaculaClients;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.Applications.Echo;
import io.macula.spring.autoconfigure.Applications.EchoBean;
import io.macula.spring.autoconfigure.Applications.Empty;
import io.macula.spring.autoconfigure.Applications.Provider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Services and clients in contexts that have no node of their own: made by hand, or by
 * Boot. Over real QUIC on the loopback interface.
 */
@Timeout(60)
class ChildContextTests {

	private final Applications applications = new Applications();

	private final ConfigurableApplicationContext seed = this.applications.run(Empty.class,
			"macula.provider.enabled=true");

	@AfterEach
	void close() {
		this.applications.close();
	}

	/** A context that nothing of Boot has prepared. */
	private static AnnotationConfigApplicationContext child(ConfigurableApplicationContext parent, Class<?>... beans) {
		AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext();
		child.setParent(parent);
		if (beans.length > 0) {
			child.register(beans);
		}
		child.refresh();
		return child;
	}

	private ConfigurableApplicationContext client() {
		return this.applications.run(CallerApplication.class, Applications.seed(this.seed));
	}

	private static void awaitInstances(ConfigurableApplicationContext client, int count) {
		RealmNode node = client.getBean(RealmNode.class);
		Awaitility.await().untilAsserted(() -> {
			assertThat(node.report("test.echo").snapshotAge()).isNotNull();
			assertThat(node.report("test.echo").instances()).hasSize(count);
		});
	}

	private static Stream<String> served(ConfigurableApplicationContext context) {
		return context.getBean(RealmNode.class)
			.report()
			.provider()
			.services()
			.stream()
			.map((service) -> service.name());
	}

	@Test
	void aServiceOfAChildContextIsAdvertisedByTheNodeOfItsParent() {
		ConfigurableApplicationContext client = client();
		awaitInstances(client, 0);
		try (AnnotationConfigApplicationContext child = child(this.seed, EchoBean.class)) {
			assertThat(client.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
			assertThat(child.isActive()).isTrue();
			assertThat(served(this.seed)).containsExactly("test.echo");
		}
		awaitInstances(client, 0);
		assertThat(served(this.seed)).isEmpty();
		try (AnnotationConfigApplicationContext grandchild = child(child(this.seed), EchoBean.class)) {
			assertThat(client.getBean(Caller.class).echo.echo("2")).isEqualTo("echo 2");
		}
	}

	@Test
	void aServiceOfAChildContextOfBootIsAdvertisedByTheNodeOfItsParent() {
		ConfigurableApplicationContext client = client();
		try (ConfigurableApplicationContext child = this.applications.builder(Provider.class).parent(this.seed).run()) {
			assertThat(child.getBean(RealmNode.class)).isSameAs(this.seed.getBean(RealmNode.class));
			assertThat(client.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
		}
		awaitInstances(client, 0);
	}

	@Test
	void whenAChildContextStopsThenItsServicesAreWithdrawnUntilItStartsAgain() {
		ConfigurableApplicationContext client = client();
		try (AnnotationConfigApplicationContext child = child(this.seed, EchoBean.class)) {
			for (int life = 1; life <= 2; life++) {
				assertThat(client.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
				child.stop();
				awaitInstances(client, 0);
				child.start();
			}
		}
	}

	@Test
	void whenAChildContextClosesThenItsCallsInFlightFinishBeforeItsBeansAreDestroyed() throws Exception {
		ConfigurableApplicationContext client = client();
		AnnotationConfigApplicationContext child = child(this.seed, SlowBean.class);
		SlowBean bean = child.getBean(SlowBean.class);
		CompletableFuture<String> call = CompletableFuture
			.supplyAsync(() -> client.getBean(Caller.class).echo.echo("1"));
		assertThat(bean.running.await(10, TimeUnit.SECONDS)).isTrue();
		CompletableFuture<Void> closed = CompletableFuture.runAsync(child::close);
		Awaitility.await().untilAsserted(() -> assertThat(served(this.seed)).isEmpty());
		assertThat(closed).isNotDone();
		bean.release.countDown();
		assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("slow 1");
		closed.get(10, TimeUnit.SECONDS);
		assertThat(bean.destroyedWhileRunning).isFalse();
	}

	@Test
	void whenTheNodeIsNotStartedYetThenServicesOfAChildContextAreThereOnceItIs() {
		ConfigurableApplicationContext parent = this.applications.run(MakesAChild.class, Applications.seed(this.seed),
				"macula.provider.enabled=true");
		assertThat(served(parent)).containsExactly("test.echo");
		assertThat(client().getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
	}

	@Test
	void whenTheNodeOfTheParentDoesNotListenThenTheStartOfTheChildStops() {
		ConfigurableApplicationContext parent = client();
		for (Class<?> bean : new Class<?>[] { EchoBean.class, Provider.class }) {
			FailureAnalyzedException failure = analyzed(catchThrowable(() -> child(parent, bean)));
			assertThat(failure.analysis().getDescription()).contains("'test.echo'")
				.contains("the node belongs to its parent context, which does not listen");
			assertThat(failure.analysis().getAction()).contains("macula.provider.enabled=true in the parent context");
		}
	}

	@Test
	void whenAnotherContextProvidesTheServiceThenTheStartOfTheChildStops() {
		ConfigurableApplicationContext parent = this.applications.run(Provider.class, Applications.seed(this.seed));
		FailureAnalyzedException failure = analyzed(
				catchThrowable(() -> child(parent, OtherBean.class, EchoBean.class)));
		assertThat(failure.analysis().getDescription()).contains("Service 'test.echo' is served twice");
		assertThat(served(parent)).containsExactly("test.echo");
	}

	@Test
	void whenProvidingIsSwitchedOffThenServicesOfAChildContextAreToo() {
		ConfigurableApplicationContext parent = this.applications.run(CallerApplication.class,
				Applications.seed(this.seed), "macula.provider.enabled=false");
		try (AnnotationConfigApplicationContext child = child(parent, EchoBean.class)) {
			assertThat(child.isActive()).isTrue();
		}
		try (ConfigurableApplicationContext child = this.applications.builder(Provider.class)
			.parent(this.seed)
			.run("--macula.provider.enabled=false")) {
			assertThat(served(this.seed)).isEmpty();
		}
	}

	@Test
	void aServiceOfAParentContextIsProvidedByTheNodeOfItsChild() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(EchoBean.class)) {
			SpringApplicationBuilder builder = new SpringApplicationBuilder(Empty.class).parent(parent)
				.web(WebApplicationType.NONE);
			try (ConfigurableApplicationContext child = builder.run("--macula.realm.name=test",
					"--macula.realm.secret=" + this.applications.secret, "--macula.provider.port=0",
					"--macula.provider.address=127.0.0.1", "--" + Applications.seed(this.seed))) {
				assertThat(served(child)).containsExactly("test.echo");
				assertThat(client().getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
			}
		}
	}

	@Test
	void aClientInAChildContextCalls() {
		this.applications.run(Provider.class, Applications.seed(this.seed));
		ConfigurableApplicationContext parent = this.applications.run(Empty.class, Applications.seed(this.seed));
		for (Class<?> caller : new Class<?>[] { Caller.class, ByConstructor.class, BySetter.class, ByProvider.class,
				Imports.class }) {
			try (AnnotationConfigApplicationContext child = child(parent, caller)) {
				assertThat(((Calls) child.getBean(caller)).call()).as(caller.getName()).isEqualTo("echo 1");
			}
		}
		try (AnnotationConfigApplicationContext child = child(child(parent), Caller.class, ByConstructor.class)) {
			assertThat(child.getBean(Caller.class).echo).isSameAs(child.getBean(ByConstructor.class).echo);
		}
	}

	@Test
	void aContextWithoutANodeSaysSo() {
		FailureAnalyzedException failure = analyzed(
				catchThrowable(() -> new AnnotationConfigApplicationContext(Caller.class)));
		assertThat(failure.analysis().getDescription()).contains("does not join a realm");
	}

	private static FailureAnalyzedException analyzed(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof FailureAnalyzedException analyzed) {
				return analyzed;
			}
		}
		throw new AssertionError("Not analyzed", failure);
	}

	/** Has a client. */
	interface Calls {

		String call();

	}

	static class Caller implements Calls {

		@MaculaClient("test.echo")
		Echo echo;

		@Override
		public String call() {
			return this.echo.echo("1");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, Caller.class })
	static class CallerApplication {

	}

	static class ByConstructor implements Calls {

		final Echo echo;

		ByConstructor(@MaculaClient("test.echo") Echo echo) {
			this.echo = echo;
		}

		@Override
		public String call() {
			return this.echo.echo("1");
		}

	}

	static class BySetter implements Calls {

		private Echo echo;

		@MaculaClient("test.echo")
		void setEcho(Echo echo) {
			this.echo = echo;
		}

		@Override
		public String call() {
			return this.echo.echo("1");
		}

	}

	static class ByProvider implements Calls {

		@MaculaClient("test.echo")
		ObjectProvider<Echo> echo;

		@Override
		public String call() {
			return this.echo.getObject().echo("1");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportMaculaClients(types = Echo.class, service = "test.echo")
	static class Imports implements Calls {

		private final Echo echo;

		Imports(Echo echo) {
			this.echo = echo;
		}

		@Override
		public String call() {
			return this.echo.echo("1");
		}

	}

	@MaculaService("test.echo")
	static class SlowBean implements Echo, AutoCloseable {

		final CountDownLatch running = new CountDownLatch(1);

		final CountDownLatch release = new CountDownLatch(1);

		volatile boolean answered;

		volatile boolean destroyedWhileRunning;

		@Override
		public String echo(String text) {
			this.running.countDown();
			try {
				this.release.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.answered = true;
			return "slow " + text;
		}

		@Override
		public void close() {
			this.destroyedWhileRunning = !this.answered;
		}

	}

	@MaculaService("test.other")
	static class OtherBean implements Echo {

		@Override
		public String echo(String text) {
			return "other " + text;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Empty.class)
	static class MakesAChild {

		@Bean
		AnnotationConfigApplicationContext child(ConfigurableApplicationContext context) {
			return ChildContextTests.child(context, EchoBean.class);
		}

	}

}
