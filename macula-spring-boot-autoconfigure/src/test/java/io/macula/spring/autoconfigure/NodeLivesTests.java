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

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.node.RealmNode;
import io.macula.selection.SelectionStrategy;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaServerStartedEvent;
import io.macula.spring.autoconfigure.Applications.Echo;
import io.macula.spring.autoconfigure.Applications.EchoBean;
import io.macula.spring.autoconfigure.Applications.Empty;
import io.macula.spring.autoconfigure.Applications.Provider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Contexts that stop and start again. Over real QUIC on the loopback interface. */
@Timeout(60)
class NodeLivesTests {

	private final Applications applications = new Applications();

	private final ConfigurableApplicationContext seed = this.applications.run(Empty.class,
			"macula.provider.enabled=true");

	@AfterEach
	void close() {
		this.applications.close();
	}

	@Test
	void whenAContextStartsAgainThenItsServicesAreAdvertisedInANewLife() {
		ConfigurableApplicationContext provider = this.applications.run(Started.class, Applications.seed(this.seed));
		Echo echo = client().getBean(Caller.class).echo;
		RealmNode node = provider.getBean(RealmNode.class);
		for (int life = 1; life <= 3; life++) {
			assertThat(echo.echo("1")).isEqualTo("echo 1");
			assertThat(provider.getBean(Started.class).ports).hasSize(life).last().isEqualTo(node.port());
			long incarnation = node.report().incarnation();
			provider.stop();
			assertThat(provider.isRunning()).isFalse();
			provider.start();
			assertThat(node.report().incarnation()).isGreaterThan(incarnation);
		}
		assertThat(echo.echo("1")).isEqualTo("echo 1");
	}

	@Test
	void whenAContextStartsAgainThenItsClientsGoOn() {
		this.applications.run(Provider.class, Applications.seed(this.seed));
		ConfigurableApplicationContext client = client();
		Echo echo = client.getBean(Caller.class).echo;
		for (int life = 1; life <= 3; life++) {
			assertThat(echo.echo("1")).isEqualTo("echo 1");
			client.stop();
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> echo.echo("1"))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE))
				.withMessageContaining("stopped");
			client.start();
		}
		assertThat(echo.echo("1")).isEqualTo("echo 1");
	}

	@Test
	void whenAContextIsStoppedThenACallIsToldWhatStartsItAgain() {
		ConfigurableApplicationContext provider = this.applications.run(CallingProvider.class);
		provider.stop();
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> provider.getBean(Caller.class).echo.echo("1"))
			.withMessageEndingWith("is stopped: start() of its application context starts it again");
	}

	@Test
	void whenAContextRestartsAfterAStopThenItsServicesAreAdvertised() {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class, Applications.seed(this.seed));
		Echo echo = client().getBean(Caller.class).echo;
		provider.stop();
		provider.restart();
		assertThat(echo.echo("1")).isEqualTo("echo 1");
	}

	@Test
	void whenAContextWasNotReadyThenItIsNotAdvertisedInItsNextLife() {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class, Applications.seed(this.seed));
		ConfigurableApplicationContext client = client();
		awaitInstances(client, 1);
		AvailabilityChangeEvent.publish(provider, ReadinessState.REFUSING_TRAFFIC);
		provider.stop();
		provider.start();
		assertThat(provider.getBean(RealmNode.class).report().provider().lease()).isNotEqualTo("granted");
		AvailabilityChangeEvent.publish(provider, ReadinessState.ACCEPTING_TRAFFIC);
		assertThat(client.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
	}

	@Test
	void whenTheOnlyProviderRestartsThenACallWaitsForItAsLongAsItsPatience() throws Exception {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class, Applications.seed(this.seed));
		Echo patient = client().getBean(Caller.class).echo;
		ConfigurableApplicationContext hasty = this.applications.run(Caller.class, Applications.seed(this.seed),
				"macula.client.services.test.echo.patience=100ms");
		awaitInstances(hasty, 1);
		assertThat(patient.echo("1")).isEqualTo("echo 1");
		provider.stop();
		awaitInstances(hasty, 0);
		CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> patient.echo("2"));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> hasty.getBean(Caller.class).echo.echo("3"))
			.satisfies((ex) -> {
				assertThat(ex.code()).isEqualTo(Code.UNAVAILABLE);
				assertThat(ex.status().processed()).isEqualTo(Processed.NO);
			});
		assertThat(answer).isNotDone();
		provider.start();
		assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("echo 2");
	}

	@Test
	void aFixedPortIsBoundAgain() throws Exception {
		int port = freePort();
		ConfigurableApplicationContext provider = this.applications.run(Provider.class, Applications.seed(this.seed),
				"macula.provider.port=" + port);
		Echo echo = client().getBean(Caller.class).echo;
		assertThat(echo.echo("1")).isEqualTo("echo 1");
		provider.stop();
		try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
			assertThat(analyzed(catchThrowable(provider::start)).analysis().getDescription())
				.contains("UDP port " + port);
			assertThat(socket.isBound()).isTrue();
		}
		provider.stop();
		provider.start();
		assertThat(provider.getBean(RealmNode.class).port()).isEqualTo(port);
		assertThat(echo.echo("1")).isEqualTo("echo 1");
	}

	@Test
	void aPausedContextIsWithdrawnAndGoesOnCalling() {
		ConfigurableApplicationContext provider = this.applications.run(ProviderAndCaller.class,
				Applications.seed(this.seed));
		ConfigurableApplicationContext other = this.applications.run(OtherProvider.class, Applications.seed(this.seed));
		ConfigurableApplicationContext client = client();
		RealmNode node = provider.getBean(RealmNode.class);
		int port = node.port();
		for (int pause = 1; pause <= 3; pause++) {
			awaitInstances(client, 1);
			provider.pause();
			awaitInstances(client, 0);
			assertThat(provider.getBean(OtherCaller.class).other.other()).isEqualTo("other");
			provider.restart();
		}
		assertThat(client.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
		assertThat(node.port()).isEqualTo(port);
		assertThat(other.isActive()).isTrue();
	}

	@Test
	void aContextThatClosesWhileItStartsLeavesNothing() {
		ConfigurableApplicationContext[] closed = new ConfigurableApplicationContext[1];
		SpringApplicationBuilder builder = this.applications.builder(Provider.class)
			.listeners(new org.springframework.context.ApplicationListener<ApplicationStartedEvent>() {

				@Override
				public void onApplicationEvent(ApplicationStartedEvent event) {
					closed[0] = event.getApplicationContext();
					event.getApplicationContext().close();
				}

			});
		Throwable failure = catchThrowable(() -> this.applications.run(builder, Applications.seed(this.seed)));
		assertThat(closed[0].isActive()).as("%s", failure).isFalse();
		awaitInstances(client(), 0);
		Awaitility.await()
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.doesNotContain("macula-close-limit"));
	}

	@Test
	void anApplicationWhoseBeansAreLazyServes() {
		ConfigurableApplicationContext provider = this.applications.run(Started.class, Applications.seed(this.seed),
				"spring.main.lazy-initialization=true");
		ConfigurableApplicationContext client = client();
		assertThat(client.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
		assertThat(provider.getBean(RealmNode.class).port()).isPositive();
	}

	@Test
	void aChildContextUsesTheNodeOfItsParentAndLeavesItAlone() {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class, Applications.seed(this.seed));
		ConfigurableApplicationContext parent = this.applications.run(Caller.class, Applications.seed(this.seed));
		SpringApplicationBuilder child = this.applications.builder(Caller.class).parent(parent);
		try (ConfigurableApplicationContext context = child.run()) {
			assertThat(context.getBean(RealmNode.class)).isSameAs(parent.getBean(RealmNode.class));
			assertThat(context.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
		}
		assertThat(parent.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
		assertThat(provider.isActive()).isTrue();
	}

	@Test
	void settingsOfAChildContextAreThoseOfItsClients() {
		ConfigurableApplicationContext parent = this.applications.run(Empty.class, Applications.seed(this.seed));
		SpringApplicationBuilder child = this.applications.builder(Caller.class).parent(parent);
		try (ConfigurableApplicationContext context = child.run("--macula.client.services.test.echo.deadline=7s")) {
			RealmNode node = context.getBean(RealmNode.class);
			assertThat(node).isSameAs(parent.getBean(RealmNode.class));
			assertThat(node.report("test.echo").settings().deadline()).isEqualTo(Duration.ofSeconds(7));
		}
	}

	@Test
	void strategiesOfAParentContextAreThoseOfItsChildren() {
		ConfigurableApplicationContext parent = this.applications.run(Choosing.class, Applications.seed(this.seed));
		SpringApplicationBuilder child = this.applications.builder(Caller.class).parent(parent);
		try (ConfigurableApplicationContext context = child.run("--macula.client.selection=mine")) {
			assertThat(context.getBean(RealmNode.class).report("test.echo").settings().selection()).isEqualTo("mine");
		}
	}

	@Test
	void settingsThatOnlyAChildContextUsesCanBeAllowed() {
		String[] settings = { Applications.seed(this.seed), "macula.client.services.test.echo.deadline=7s" };
		FailureAnalyzedException failure = analyzed(catchThrowable(() -> this.applications.run(Empty.class, settings)));
		assertThat(failure.analysis().getDescription()).contains("macula.client.services.test.echo.*");
		assertThat(failure.analysis().getAction()).contains("macula.client.allow-unused-settings=true");
		ConfigurableApplicationContext parent = this.applications.run(Empty.class, settings[0], settings[1],
				"macula.client.allow-unused-settings=true");
		try (ConfigurableApplicationContext context = this.applications.builder(Caller.class).parent(parent).run()) {
			assertThat(context.getBean(RealmNode.class).report("test.echo").settings().deadline())
				.isEqualTo(Duration.ofSeconds(7));
		}
	}

	@Test
	void twoContextsOfOneProcessHaveLivesOfTheirOwn() {
		ConfigurableApplicationContext one = this.applications.run(Provider.class, Applications.seed(this.seed));
		ConfigurableApplicationContext two = this.applications.run(Provider.class, Applications.seed(this.seed));
		ConfigurableApplicationContext client = client();
		awaitInstances(client, 2);
		one.stop();
		awaitInstances(client, 1);
		assertThat(client.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
		one.start();
		awaitInstances(client, 2);
		two.close();
		awaitInstances(client, 1);
		assertThat(client.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
	}

	private ConfigurableApplicationContext client() {
		return this.applications.run(Caller.class, Applications.seed(this.seed));
	}

	private static void awaitInstances(ConfigurableApplicationContext client, int count) {
		RealmNode node = client.getBean(RealmNode.class);
		Awaitility.await().untilAsserted(() -> {
			assertThat(node.report("test.echo").snapshotAge()).isNotNull();
			assertThat(node.report("test.echo").instances()).hasSize(count);
		});
	}

	private static int freePort() throws Exception {
		try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static FailureAnalyzedException analyzed(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof FailureAnalyzedException analyzed) {
				return analyzed;
			}
		}
		throw new AssertionError("Not analyzed", failure);
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, EchoBean.class })
	static class Started {

		final List<Integer> ports = new ArrayList<>();

		@EventListener
		void started(MaculaServerStartedEvent event) {
			this.ports.add(event.port());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Empty.class)
	static class Caller {

		@MaculaClient("test.echo")
		Echo echo;

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Provider.class, Caller.class })
	static class CallingProvider {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Empty.class)
	static class Choosing {

		@Bean
		SelectionStrategy mine() {
			return (candidates, context) -> candidates.get(0);
		}

	}

	interface Other {

		String other();

	}

	@io.macula.spring.MaculaService("test.other")
	static class OtherBean implements Other {

		@Override
		public String other() {
			return "other";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, OtherBean.class })
	static class OtherProvider {

	}

	static class OtherCaller {

		@MaculaClient("test.other")
		Other other;

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, EchoBean.class, OtherCaller.class })
	static class ProviderAndCaller {

	}

}
