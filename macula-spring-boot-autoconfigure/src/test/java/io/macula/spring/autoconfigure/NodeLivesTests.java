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
import java.util.ArrayList;
import java.util.List;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.node.RealmNode;
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
	void aPausedContextIsWithdrawnAndGoesOnCalling() {
		ConfigurableApplicationContext provider = this.applications.run(ProviderAndCaller.class,
				Applications.seed(this.seed));
		ConfigurableApplicationContext other = this.applications.run(OtherProvider.class,
				Applications.seed(this.seed));
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
	void servicesOfAChildContextAreRefusedIfItsParentHasTheNode() {
		ConfigurableApplicationContext parent = this.applications.run(Caller.class, Applications.seed(this.seed));
		FailureAnalyzedException failure = analyzed(
				catchThrowable(() -> this.applications.builder(Provider.class).parent(parent).run()));
		assertThat(failure.analysis().getDescription()).contains("test.echo").contains("parent context");
		assertThat(parent.getBean(RealmNode.class).port()).isEqualTo(-1);
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
