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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Code;
import io.macula.RpcException;
import io.macula.client.RealmClient;
import io.macula.client.ServiceSettings;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.node.RealmNodeBuilder;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaServerStartedEvent;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.Orders.Order;
import io.macula.spring.autoconfigure.Orders.UnknownOrderException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Over real QUIC on the loopback interface. */
class MaculaAutoConfigurationTests {

	private final String secret = Applications.randomSecret();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + this.secret, "macula.provider.port=0",
				"macula.provider.address=127.0.0.1", "macula.provider.grace=2s");

	@Test
	void aClientCallsAProviderOfAnotherContext() {
		try (ConfigurableApplicationContext provider = run(Provider.class);
				ConfigurableApplicationContext client = run(Client.class, seed(provider))) {
			Orders orders = client.getBean(Shop.class).orders;
			assertAllShapes(orders);
			NodeReport report = client.getBean(RealmNode.class).report();
			assertThat(report.clients()).singleElement().satisfies((service) -> {
				assertThat(service.service()).isEqualTo("test.orders");
				assertThat(service.instances()).hasSize(1);
			});
			assertThat(report.provider()).isNull();
			assertThat(provider.getBean(RealmNode.class).report().provider()).isNotNull();
		}
	}

	private static void assertAllShapes(Orders orders) {
		Order order = OrdersBean.ORDER;
		try {
			assertThat(orders.find("1")).isEqualTo(order);
		}
		catch (UnknownOrderException ex) {
			throw new AssertionError(ex);
		}
		assertThatExceptionOfType(UnknownOrderException.class).isThrownBy(() -> orders.find("2"))
			.withMessage("no order 2");
		orders.forget("1");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> orders.forget("never")).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(Code.UNKNOWN);
			assertThat(ex.remoteType()).isNull();
			assertThat(ex).hasMessageContaining("macula.provider.expose-messages");
			assertThat(ex.getMessage()).doesNotContain("cannot forget");
		});
		assertThat(orders.search("1")).contains(order);
		assertThat(orders.search("2")).isEmpty();
		assertThat(orders.count(List.of(order, order), Map.of("1", order))).succeedsWithin(Duration.ofSeconds(5))
			.isEqualTo(3);
		assertThat(orders.later("1").block()).isEqualTo(order);
		assertThat(orders.numbers(1000).collectList().block()).hasSize(1000).startsWith(1, 2).endsWith(1000);
		assertThat(orders.sum(Flux.range(1, 100)).block()).isEqualTo(5050);
		assertThat(orders.nothing(null)).isNull();
	}

	@Test
	void anApplicationCallsItself() {
		try (ConfigurableApplicationContext context = run(ProviderAndClient.class)) {
			assertAllShapes(context.getBean(Shop.class).orders);
		}
	}

	@Test
	void aProviderThatExposesMessagesTellsThem() {
		try (ConfigurableApplicationContext context = run(ProviderAndClient.class,
				"macula.provider.expose-messages=true")) {
			Orders orders = context.getBean(Shop.class).orders;
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> orders.forget("never"))
				.withMessageContaining("java.lang.IllegalStateException: cannot forget");
		}
	}

	@Test
	void aProviderHasClientsOfItsOwnServices() {
		try (ConfigurableApplicationContext context = run(SelfReferring.class)) {
			assertThat(context.getBean(Relay.class).orders.search("1")).contains(OrdersBean.ORDER);
			assertThat(context.getBean(RelayShop.class).relay.first("1")).isEqualTo(OrdersBean.ORDER);
		}
	}

	@Test
	void aClientStartsBeforeItsProvider() {
		try (ConfigurableApplicationContext seed = run(Empty.class, "macula.provider.enabled=true");
				ConfigurableApplicationContext client = run(Client.class, seed(seed))) {
			Orders orders = client.getBean(Shop.class).orders;
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> orders.forget("1"));
			try (ConfigurableApplicationContext provider = run(Provider.class, seed(seed))) {
				Awaitility.await().untilAsserted(() -> assertThat(orders.search("1")).isPresent());
				assertThat(provider.isActive()).isTrue();
			}
		}
	}

	@Test
	void callsAreSpreadOverTheProvidersByTheConfiguredStrategy() {
		try (ConfigurableApplicationContext one = run(Provider.class);
				ConfigurableApplicationContext two = run(Provider.class, seed(one));
				ConfigurableApplicationContext client = run(Client.class, seed(one),
						"macula.client.services.test.orders.selection=round_robin")) {
			Orders orders = client.getBean(Shop.class).orders;
			RealmNode node = client.getBean(RealmNode.class);
			Awaitility.await().untilAsserted(() -> assertThat(node.report("test.orders").instances()).hasSize(2));
			for (int i = 0; i < 10; i++) {
				orders.forget("1");
			}
			assertThat(node.report("test.orders").instances()).extracting(NodeReport.InstanceState::calls)
				.containsExactly(5L, 5L);
			assertThat(two.isActive()).isTrue();
		}
	}

	@Test
	void theServicesAreAdvertisedWhileTheApplicationAcceptsTraffic() {
		try (ConfigurableApplicationContext provider = run(Provider.class);
				ConfigurableApplicationContext client = run(Client.class, seed(provider))) {
			RealmNode node = client.getBean(RealmNode.class);
			Awaitility.await().untilAsserted(() -> assertThat(node.report("test.orders").instances()).hasSize(1));
			AvailabilityChangeEvent.publish(provider, ReadinessState.REFUSING_TRAFFIC);
			Awaitility.await().untilAsserted(() -> assertThat(node.report("test.orders").instances()).isEmpty());
			AvailabilityChangeEvent.publish(provider, ReadinessState.ACCEPTING_TRAFFIC);
			Awaitility.await().untilAsserted(() -> assertThat(node.report("test.orders").instances()).hasSize(1));
			provider.close();
			Awaitility.await().untilAsserted(() -> assertThat(node.report("test.orders").instances()).isEmpty());
		}
	}

	@Test
	void theBoundPortIsPublished() {
		try (ConfigurableApplicationContext context = run(PortListener.class)) {
			assertThat(context.getBean(PortListener.class).port).isPositive()
				.isEqualTo(context.getBean(RealmNode.class).port());
		}
	}

	@Test
	void aPortInUseIsExplained() throws Exception {
		try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			int port = socket.getLocalPort();
			this.runner.withUserConfiguration(Provider.class)
				.withPropertyValues("macula.provider.port=" + port)
				.run((context) -> assertThat(context).getFailure().satisfies((failure) -> {
					FailureAnalyzedException analyzed = analyzed(failure);
					assertThat(analyzed.analysis().getDescription()).contains("UDP port " + port + " of 127.0.0.1");
					assertThat(analyzed.analysis().getAction()).contains("macula.provider.port");
				}));
		}
	}

	@Test
	void settingsOfAClientThatDoesNotExistAreRefused() {
		this.runner.withUserConfiguration(Client.class)
			.withPropertyValues("macula.client.services.test.order.deadline=1s")
			.run((context) -> assertThat(context).getFailure().satisfies((failure) -> {
				FailureAnalyzedException analyzed = analyzed(failure);
				assertThat(analyzed.analysis().getDescription()).contains(
						"The settings macula.client.services.test.order.* are for a client service that no proxy");
				assertThat(analyzed.analysis().getAction()).contains("The client services are: test.orders.");
			}));
	}

	@Test
	void oneClientNameForTwoServicesIsRefused() {
		this.runner.withBean(Ambiguous.class)
			.run((context) -> assertThat(context).getFailure()
				.satisfies((failure) -> assertThat(analyzed(failure).analysis().getDescription())
					.contains("The client service 'same' exists already for service")));
	}

	@Test
	void aContractWithOverloadsIsRefused() {
		this.runner.withBean(OverloadedShop.class)
			.run((context) -> assertThat(context).getFailure().satisfies((failure) -> {
				assertThat(analyzed(failure).analysis().getDescription()).contains("Overloaded").contains("call");
				assertThat(analyzed(failure).analysis().getAction()).contains("Correct the contract");
			}));
		this.runner.withBean(OverloadedBean.class)
			.run((context) -> assertThat(context).getFailure()
				.satisfies((failure) -> assertThat(analyzed(failure).analysis().getDescription())
					.contains("cannot provide the service 'overloaded'")));
	}

	@Test
	void aShortSecretIsRefusedAndNotShown() {
		this.runner.withPropertyValues("macula.realm.secret=tooshort")
			.run((context) -> assertThat(context).getFailure().satisfies((failure) -> {
				assertThat(analyzed(failure).analysis().getDescription()).contains("macula.realm.secret")
					.contains("at least 16")
					.doesNotContain("tooshort");
				assertThat(analyzed(failure).analysis().getAction()).contains("macula.ssl.bundle");
			}));
	}

	@Test
	void anUnknownSslBundleIsRefusedWithTheNamesOfAll() {
		this.runner.withPropertyValues("macula.ssl.bundle=shop")
			.run((context) -> assertThat(context).getFailure()
				.satisfies((failure) -> assertThat(analyzed(failure).analysis().getDescription())
					.contains("macula.ssl.bundle = 'shop'")
					.contains("of which there are none")));
	}

	@Test
	void anotherSecretIsRefused() {
		try (ConfigurableApplicationContext provider = run(Provider.class);
				ConfigurableApplicationContext client = run(Client.class, seed(provider),
						"macula.realm.secret=m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=",
						"macula.client.deadline=1s")) {
			assertThatExceptionOfType(RpcException.class)
				.isThrownBy(() -> client.getBean(Shop.class).orders.forget("1"));
		}
	}

	@Test
	void theApplicationsRetryRegistryIsUsed() {
		this.runner.withUserConfiguration(Client.class)
			.withBean("mine", RetryRegistry.class, RetryRegistry::ofDefaults)
			.run((context) -> {
				assertThat(context).hasSingleBean(RetryRegistry.class);
				assertThat(context.getBean(RetryRegistry.class).getAllRetries()).isNotEmpty();
			});
	}

	@Test
	void customizersChangeTheNodeInTheirOrderAfterTheProperties() {
		ServiceSettings once = ServiceSettings.defaults().withDeadline(Duration.ofMillis(1));
		ServiceSettings twice = ServiceSettings.defaults().withDeadline(Duration.ofMillis(2));
		this.runner.withUserConfiguration(Client.class)
			.withPropertyValues("macula.node.id=by-property")
			.withBean("second", RealmNodeCustomizer.class, () -> new OrderedCustomizer(2, twice))
			.withBean("first", RealmNodeCustomizer.class, () -> new OrderedCustomizer(1, once))
			.run((context) -> {
				RealmNode node = context.getBean(RealmNode.class);
				assertThat(node.report().nodeId()).isEqualTo("by-property");
				node.client().proxy(Orders.class, "test.other");
				assertThat(node.report("test.other").settings().deadline()).hasMillis(2);
			});
	}

	private record OrderedCustomizer(int order, ServiceSettings defaults) implements RealmNodeCustomizer, Ordered {

		@Override
		public void customize(RealmNodeBuilder builder) {
			builder.defaults(this.defaults);
		}

		@Override
		public int getOrder() {
			return this.order;
		}

	}

	@Test
	void handlersRunOnTheApplicationsExecutorIfItHasOne() {
		try (ConfigurableApplicationContext context = run(OwnExecutor.class)) {
			assertThat(context.getBean(Shop.class).orders.thread()).startsWith("mine");
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void handlersRunOnVirtualThreadsIfThoseAreEnabled() {
		try (ConfigurableApplicationContext context = run(ProviderAndClient.class,
				"spring.threads.virtual.enabled=true")) {
			assertThat(context.getBean(Shop.class).orders.thread()).startsWith("macula-handler-");
		}
	}

	@Test
	void dynamicCallsNeedNoInterface() {
		try (ConfigurableApplicationContext context = run(ProviderAndClient.class)) {
			assertThat(context.getBean(RealmClient.class).call("test.orders", "search", "1", Map.class))
				.containsEntry("id", "1");
		}
	}

	@Test
	void aProviderWithoutAWebServerKeepsRunningUntilItIsClosed() {
		try (ConfigurableApplicationContext context = run(Provider.class)) {
			assertThat(userThreads()).contains("macula-keep-alive");
			assertThat(context.isActive()).isTrue();
		}
		Awaitility.await().untilAsserted(() -> assertThat(userThreads()).doesNotContain("macula-keep-alive"));
		try (ConfigurableApplicationContext client = run(Client.class)) {
			assertThat(client.isActive()).isTrue();
			assertThat(userThreads()).doesNotContain("macula-keep-alive");
		}
	}

	@Test
	void aProviderCanBeSwitchedOff() {
		try (ConfigurableApplicationContext context = run(Provider.class, "macula.provider.enabled=false")) {
			assertThat(context.getBean(RealmNode.class).port()).isEqualTo(-1);
		}
	}

	@Test
	void nothingStaysBehindWhenTheStartFails() {
		// Those of the process stay for a while, whoever needed them last.
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		this.runner.withUserConfiguration(Provider.class)
			.withBean("failing", Failing.class)
			.run((context) -> assertThat(context).hasFailed());
		Awaitility.await()
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
				.filteredOn((thread) -> !before.contains(thread))
				.extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("macula")));
	}

	private static Set<String> userThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !thread.isDaemon())
			.map(Thread::getName)
			.collect(Collectors.toSet());
	}

	private ConfigurableApplicationContext run(Class<?> configuration, String... properties) {
		SpringApplication application = new SpringApplicationBuilder(configuration)
			.web(org.springframework.boot.WebApplicationType.NONE)
			.properties("macula.realm.name=test", "macula.realm.secret=" + this.secret, "macula.provider.port=0",
					"macula.provider.address=127.0.0.1", "macula.provider.grace=2s", "spring.main.banner-mode=off",
					"spring.jmx.enabled=false")
			.build();
		String[] arguments = java.util.Arrays.stream(properties)
			.map((property) -> "--" + property)
			.toArray(String[]::new);
		return application.run(arguments);
	}

	private static String seed(ConfigurableApplicationContext provider) {
		return "macula.realm.seeds=127.0.0.1:" + provider.getBean(RealmNode.class).port();
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
	@ImportAutoConfiguration({ MaculaAutoConfiguration.class, SslAutoConfiguration.class })
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, OrdersBean.class })
	static class Provider {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, Shop.class })
	static class Client {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, OrdersBean.class, Shop.class })
	static class ProviderAndClient {

	}

	static class Shop {

		final Orders orders;

		Shop(@MaculaClient("test.orders") Orders orders) {
			this.orders = orders;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, OrdersBean.class, Relay.class, RelayShop.class })
	static class SelfReferring {

	}

	interface Relaying {

		Order first(String id);

	}

	@MaculaService("test.relay")
	static class Relay implements Relaying {

		final Orders orders;

		Relay(@MaculaClient("test.orders") Orders orders) {
			this.orders = orders;
		}

		@Override
		public Order first(String id) {
			return this.orders.search(id).orElseThrow();
		}

	}

	static class RelayShop {

		final Relaying relay;

		RelayShop(@MaculaClient("test.relay") Relaying relay) {
			this.relay = relay;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, OrdersBean.class })
	static class PortListener {

		int port;

		@EventListener
		void started(MaculaServerStartedEvent event) {
			this.port = event.port();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ProviderAndClient.class)
	static class OwnExecutor {

		@Bean
		Executor maculaHandlerExecutor() {
			return Executors.newCachedThreadPool((task) -> {
				Thread thread = new Thread(task, "mine");
				thread.setDaemon(true);
				return thread;
			});
		}

	}

	static class Ambiguous {

		@MaculaClient(service = "one", name = "same")
		Orders one;

		@MaculaClient(service = "two", name = "same")
		Orders two;

	}

	interface Overloaded {

		void call(String text);

		void call(int number);

	}

	static class OverloadedShop {

		@MaculaClient("overloaded")
		Overloaded overloaded;

	}

	@MaculaService("overloaded")
	static class OverloadedBean implements Overloaded {

		@Override
		public void call(String text) {
		}

		@Override
		public void call(int number) {
		}

	}

	static class Failing implements org.springframework.context.SmartLifecycle {

		@Override
		public void start() {
			throw new IllegalStateException("on purpose");
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return false;
		}

	}

}
