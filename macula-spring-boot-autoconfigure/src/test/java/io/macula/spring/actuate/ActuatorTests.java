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

package io.macula.spring.actuate;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.DirectoryReport;
import io.macula.directory.DirectoryState;
import io.macula.directory.Registry;
import io.macula.directory.StaticDirectory;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.selection.ZoneSpread;
import io.macula.spring.Calculator;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import io.macula.spring.autoconfigure.MaculaProperties;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ActuatorTests {

	private static final String SECRET = UUID.randomUUID().toString();

	private static final String[] SETTINGS = { "macula.realm.name=test", "macula.realm.secret=" + SECRET,
			"macula.provider.port=0", "macula.provider.address=127.0.0.1", "macula.provider.grace=1s",
			"management.endpoints.web.exposure.include=*", "management.endpoints.jmx.exposure.include=*" };

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, MaculaEndpointAutoConfiguration.class,
				MaculaHealthContributorAutoConfiguration.class, MaculaMetricsAutoConfiguration.class))
		.withPropertyValues(SETTINGS);

	@Test
	void theEndpointShowsTheNodeWithoutSecrets() {
		try (ConfigurableApplicationContext context = run(Application.class)) {
			assertThat(context.getBean(Shop.class).calculator.multiply(2, 3)).isEqualTo(6);
			MaculaEndpoint endpoint = context.getBean(MaculaEndpoint.class);
			String json = JsonMapper.builder().build().writeValueAsString(endpoint.node());
			JsonNode node = JsonMapper.builder().build().readTree(json);
			assertThat(node.path("realm").asString()).isEqualTo("test");
			assertThat(node.path("provider").path("services").get(0).path("name").asString())
				.isEqualTo("test.calculator");
			assertThat(node.path("clients").get(0).path("instances").get(0).path("calls").asInt()).isPositive();
			JsonNode contract = node.path("clients").get(0).path("instances").get(0).path("contract");
			assertThat(contract.path("same").asBoolean()).isTrue();
			assertThat(contract.path("missing")).isEmpty();
			assertThat(contract.path("version")).isEqualTo(node.path("clients").get(0).path("contractVersion"));
			JsonNode engine = node.path("directory").path("engines").get(0);
			assertThat(engine.path("engine").asString()).isEqualTo("embedded");
			assertThat(engine.path("reachable").asBoolean()).isTrue();
			assertThat(node.path("connections")).isNotEmpty();
			assertThat(json).doesNotContain(SECRET);
		}
	}

	/** Clients are made after the registry was bound, so meters are registered twice. */
	@Test
	void noMeterIsRegisteredTwice() {
		Logger logger = (Logger) LoggerFactory.getLogger(MeterRegistry.class);
		ListAppender<ILoggingEvent> told = new ListAppender<>();
		try (ConfigurableApplicationContext context = run(Application.class)) {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.find("macula.client.connections").gauges()).hasSize(1);
			int before = registry.getMeters().size();
			logger.setLevel(Level.DEBUG);
			told.start();
			logger.addAppender(told);
			context.getBean(NodeMetrics.class)
				.onApplicationEvent(new ApplicationReadyEvent(new SpringApplication(Application.class), new String[0],
						context, Duration.ZERO));
			assertThat(registry.getMeters()).hasSize(before);
			assertThat(told.list).isEmpty();
		}
		finally {
			logger.detachAppender(told);
			logger.setLevel(null);
		}
	}

	@Test
	void theEndpointShowsOneClientService() {
		try (ConfigurableApplicationContext context = run(Application.class)) {
			MaculaEndpoint endpoint = context.getBean(MaculaEndpoint.class);
			assertThat(endpoint.clientService("test.calculator")).isNotNull()
				.satisfies((descriptor) -> assertThat(descriptor.report().settings().selection())
					.isEqualTo("round_robin"));
			assertThat(endpoint.clientService("another")).isNull();
		}
	}

	/** Each setting that can be set for one service, by the name of its property. */
	@Test
	void theEndpointShowsAllSettingsOfAClientServiceThatHold() {
		try (ConfigurableApplicationContext context = run(Application.class, "--macula.client.patience=7s",
				"--macula.client.services.test.calculator.failover.budget-ratio=0.7")) {
			JsonNode settings = settings(context);
			Set<String> names = new TreeSet<>();
			names(MaculaProperties.Service.class, settings, names);
			assertThat(names).hasSize(23)
				.contains("selection", "zoneAware", "codec", "failover.backoff", "ejection.enabled", "methods",
						"priority");
			assertThat(settings.path("selection").asString()).isEqualTo("round_robin");
			assertThat(settings.path("attemptTimeout").asString()).isEqualTo("auto");
			assertThat(settings.path("patience").asString()).isEqualTo("PT7S");
			assertThat(settings.path("failover").path("budgetRatio").asDouble()).isEqualTo(0.7);
			assertThat(settings.path("failover").path("maxAttempts").asInt()).isEqualTo(3);
			assertThat(settings.path("ejection").path("slowStart").asString()).isEqualTo("PT5S");
			assertThat(settings.path("priority").asString()).isEqualTo("normal");
		}
		try (ConfigurableApplicationContext context = run(Application.class, "--macula.client.attempt-timeout=2s")) {
			assertThat(settings(context).path("attemptTimeout").asString()).isEqualTo("PT2S");
		}
		String method = "--macula.client.services.test.calculator.methods.multiply.";
		try (ConfigurableApplicationContext context = run(Application.class, method + "deadline=1s",
				method + "failover.max-attempts=1", method + "hedge=never")) {
			assertThat(settings(context).path("methods").path("multiply").toString()).isEqualTo(
					"{\"deadline\":\"PT1S\",\"attemptTimeout\":\"auto\",\"maxAttempts\":1,\"hedge\":\"never\",\"priority\":null}");
		}
	}

	private static JsonNode settings(ConfigurableApplicationContext context) {
		JsonMapper mapper = JsonMapper.builder().build();
		String json = mapper.writeValueAsString(context.getBean(MaculaEndpoint.class).clientService("test.calculator"));
		return mapper.readTree(json).findValue("settings");
	}

	private static void names(Class<?> properties, JsonNode shown, Set<String> names) {
		for (RecordComponent component : properties.getRecordComponents()) {
			if (Set.of("startupCheck", "oauth2").contains(component.getName())) {
				// Of the start of the application, and of an interceptor: not of the
				// client.
				continue;
			}
			JsonNode value = shown.path(component.getName());
			assertThat(value.isMissingNode()).as(component.getName()).isFalse();
			if (component.getType().isRecord()) {
				Set<String> nested = new TreeSet<>();
				names(component.getType(), value, nested);
				nested.forEach((name) -> names.add(component.getName() + "." + name));
			}
			else {
				names.add(component.getName());
			}
		}
	}

	@Test
	void healthIsUpWithDetailsEvenWithoutProviders() {
		try (ConfigurableApplicationContext context = run(ClientOnly.class,
				"--management.health.macula-providers.enabled=true")) {
			Health health = context.getBean(MaculaHealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("realm", "test").containsKeys("node", "directory", "clients");
			Health providers = context.getBean(ProvidersHealthIndicator.class).health();
			assertThat(providers.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
			assertThat(providers.getDetails()).containsEntry("instances", Map.of("test.calculator", 0));
		}
	}

	@Test
	void healthTellsEachDirectory() {
		this.runner
			.withPropertyValues("macula.directory.type=static,lost",
					"macula.directory.static.services.test.calculator=127.0.0.1:1")
			.withUserConfiguration(LostDirectory.class)
			.run((context) -> {
				Health health = context.getBean(MaculaHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails().get("directory")).isEqualTo(Map.of("nodes", 3, "seeds", Map.of(),
						"selfPreservation", true, "engines",
						List.of(Map.of("engine", "static", "reachable", true, "nodes", 1),
								Map.of("engine", "lost", "reachable", false, "since", "PT2M", "age", "PT2M5S",
										"trouble", "no member answers", "nodes", 3, "corruptRecords", 4L,
										"selfPreservation", true, "overdue", 1, "details", Map.of("members", "3")))));
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class LostDirectory {

		@Bean
		DirectoryEngineFactory lostDirectory() {
			return DirectoryEngineFactory.of("lost", (context) -> new LostEngine());
		}

	}

	/** An engine whose source is gone for two minutes. */
	private static final class LostEngine implements DirectoryEngine {

		@Override
		public Directory directory() {
			return StaticDirectory.empty();
		}

		@Override
		public @Nullable Registry registry() {
			return null;
		}

		@Override
		public void start(io.macula.@Nullable Endpoint self) {
		}

		@Override
		public Mono<Void> close() {
			return Mono.empty();
		}

		@Override
		public DirectoryState state() {
			return DirectoryState.of(new DirectoryReport("lost", 3, null, false, Duration.ofMinutes(2),
					Duration.ofSeconds(125), "no member answers", 4, true, List.of("node1"), Map.of("members", "3")));
		}

		@Override
		public String hint() {
			return "nowhere";
		}

	}

	@Test
	void theEndpointChangesTheWeight() {
		try (ConfigurableApplicationContext context = run(Application.class)) {
			MaculaEndpoint endpoint = context.getBean(MaculaEndpoint.class);
			assertThat(endpoint.node().report().provider().weight()).isEqualTo(100);
			endpoint.weight(5);
			assertThat(endpoint.node().report().provider().weight()).isEqualTo(5);
			assertThat(endpoint.clientService("test.calculator").report().instances().get(0).weight()).isEqualTo(5);
			assertThatExceptionOfType(InvalidEndpointRequestException.class).isThrownBy(() -> endpoint.weight(0))
				.satisfies((ex) -> assertThat(ex.getReason()).contains("weight 0 of node", "expected 1 to 10000"));
		}
		try (ConfigurableApplicationContext context = run(ClientOnly.class)) {
			MaculaEndpoint endpoint = context.getBean(MaculaEndpoint.class);
			assertThatExceptionOfType(InvalidEndpointRequestException.class).isThrownBy(() -> endpoint.weight(5))
				.satisfies((ex) -> assertThat(ex.getReason()).contains("it is no provider"));
		}
	}

	@Test
	void theEndpointShowsHowCallsAreSpreadOverZones() {
		try (ConfigurableApplicationContext context = run(Application.class, "--macula.client.zone-aware=true",
				"--macula.node.zone=a")) {
			assertThat(context.getBean(Shop.class).calculator.multiply(2, 3)).isEqualTo(6);
			MaculaEndpoint endpoint = context.getBean(MaculaEndpoint.class);
			ZoneSpread zones = endpoint.clientService("test.calculator").report().zones();
			assertThat(zones.near()).isEqualTo(1);
			assertThat(zones.reason()).isEqualTo("all near: every instance is in zone a");
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("macula.client.near").tag("macula.service", "test.calculator").gauge().value())
				.isEqualTo(1);
		}
		try (ConfigurableApplicationContext context = run(Application.class)) {
			assertThat(context.getBean(MaculaEndpoint.class).clientService("test.calculator").report().zones())
				.isNull();
			assertThat(context.getBean(MeterRegistry.class).find("macula.client.near").gauge()).isNull();
		}
		try (ConfigurableApplicationContext context = run(Application.class, "--macula.client.selection=zone_aware")) {
			ZoneSpread zones = context.getBean(MaculaEndpoint.class).clientService("test.calculator").report().zones();
			assertThat(zones.reason()).contains("this node has none, set macula.node.zone");
		}
	}

	/** As docs/operations.md says. */
	@Test
	void readinessHangsOnProvidersWhereItIsAskedFor() {
		String[] settings = { "--management.health.macula-providers.enabled=true",
				"--management.endpoint.health.group.readiness.include=readinessState,maculaProviders" };
		assertThat(readiness(ClientOnly.class, settings)).isEqualTo(Status.OUT_OF_SERVICE);
		assertThat(readiness(Application.class, settings)).isEqualTo(Status.UP);
		assertThat(readiness(ClientOnly.class,
				"--management.endpoint.health.group.readiness.include=readinessState,macula"))
			.isEqualTo(Status.UP);
		assertThat(readiness(ClientOnly.class)).isEqualTo(Status.UP);
	}

	private static Status readiness(Class<?> configuration, String... more) {
		try (ConfigurableApplicationContext context = run(Ready.class, configuration, more)) {
			Shop shop = context.getBean(Shop.class);
			if (context.getBeanNamesForType(CalculatorBean.class).length > 0) {
				assertThat(shop.calculator.multiply(2, 3)).isEqualTo(6);
			}
			HealthDescriptor health = context.getBean(HealthEndpoint.class).healthForPath("readiness");
			assertThat(health).isNotNull();
			return health.getStatus();
		}
	}

	@Test
	void aStoppedNodeIsOutOfServiceUntilItsNextLife() {
		try (ConfigurableApplicationContext context = run(Application.class)) {
			isInState(context, "started", Status.UP);
			context.stop();
			isInState(context, "stopped", Status.OUT_OF_SERVICE);
			context.start();
			isInState(context, "started", Status.UP);
			context.getBean(RealmNode.class).close();
			isInState(context, "closed", Status.OUT_OF_SERVICE);
		}
	}

	private static void isInState(ConfigurableApplicationContext context, String state, Status status) {
		Health health = context.getBean(MaculaHealthIndicator.class).health();
		assertThat(health.getStatus()).isEqualTo(status);
		assertThat(health.getDetails()).containsEntry("state", state);
		assertThat(context.getBean(MaculaEndpoint.class).node().report().state()).isEqualTo(state);
	}

	@Test
	void healthIsUpWithProviders() {
		try (ConfigurableApplicationContext context = run(Application.class,
				"--management.health.macula-providers.enabled=true")) {
			assertThat(context.getBean(Shop.class).calculator.multiply(2, 3)).isEqualTo(6);
			assertThat(context.getBean(ProvidersHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
			assertThat(context.getBean(MaculaHealthIndicator.class).health().getDetails()).containsKey("provider");
		}
	}

	@Test
	void metersTellOfClientsAndServer() {
		try (ConfigurableApplicationContext context = run(Application.class)) {
			assertThat(context.getBean(Shop.class).calculator.multiply(2, 3)).isEqualTo(6);
			NodeReport report = context.getBean(RealmNode.class).report();
			assertThat(report.clients()).hasSize(1);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("macula.server.in.flight").gauge().value()).isNotNegative();
			assertThat(registry.get("macula.directory.nodes").gauge().value()).isNotNegative();
			assertThat(registry.get("macula.client.instances").tag("macula.service", "test.calculator").gauges())
				.hasSize(7);
			assertThat(registry.get("macula.client.in.flight").tag("macula.service", "test.calculator").gauge().value())
				.isZero();
			assertThat(registry.get("macula.client.snapshot.age").tag("macula.service", "test.calculator").gauge())
				.isNotNull();
			assertThat(registry.get("macula.client.call").timer().count()).isEqualTo(1);
			assertThat(registry.get("macula.server.call").timer().count()).isEqualTo(1);
			assertThat(registry.getMeters()).flatExtracting((meter) -> meter.getId().getTags())
				.extracting((tag) -> tag.getValue())
				.noneMatch((value) -> value.contains("127.0.0.1"));
			assertThat(registry.get("resilience4j.retry.calls").meters()).isNotEmpty();
		}
	}

	@Test
	void theApplicationsObservationRegistryIsUsed() {
		this.runner.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void withoutActuatorThereIsNoEndpoint() {
		this.runner.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).doesNotHaveBean(MaculaEndpoint.class).hasSingleBean(RealmNode.class));
	}

	@Test
	void whereTheEndpointIsNotExposedThereIsNone() {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=health",
					"management.endpoints.jmx.exposure.include=health")
			.run((context) -> assertThat(context).doesNotHaveBean(MaculaEndpoint.class));
	}

	@Test
	void withoutHealthThereIsNoContributor() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("maculaHealthContributor"));
		this.runner.withPropertyValues("management.health.macula.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(MaculaHealthIndicator.class));
		this.runner.run((context) -> assertThat(context).hasSingleBean(MaculaHealthIndicator.class)
			.doesNotHaveBean(ProvidersHealthIndicator.class));
	}

	@Test
	void anOwnHealthContributorReplacesOurs() {
		this.runner.withBean("maculaHealthContributor", HealthIndicator.class, () -> () -> Health.up().build())
			.run((context) -> assertThat(context).doesNotHaveBean(MaculaHealthIndicator.class));
	}

	@Test
	void withoutMicrometerThereAreNoMeters() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("maculaNodeMetrics"));
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(NodeMetrics.class));
		this.runner.withBean(SimpleMeterRegistry.class)
			.withClassLoader(new FilteredClassLoader(TaggedRetryMetrics.class))
			.run((context) -> assertThat(context).hasSingleBean(NodeMetrics.class)
				.doesNotHaveBean("maculaRetryMetrics"));
	}

	private static ConfigurableApplicationContext run(Class<?> configuration, String... more) {
		return run(Infrastructure.class, configuration, more);
	}

	private static ConfigurableApplicationContext run(Class<?> infrastructure, Class<?> configuration, String... more) {
		String[] arguments = java.util.stream.Stream
			.concat(java.util.Arrays.stream(SETTINGS).map((setting) -> "--" + setting), java.util.Arrays.stream(more))
			.toArray(String[]::new);
		return new SpringApplicationBuilder(infrastructure, configuration).web(WebApplicationType.NONE).run(arguments);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ MaculaAutoConfiguration.class, MaculaEndpointAutoConfiguration.class,
			MaculaHealthContributorAutoConfiguration.class, MaculaMetricsAutoConfiguration.class,
			MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
			ObservationAutoConfiguration.class })
	static class Infrastructure {

		@Bean
		SimpleMeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class,
			AvailabilityHealthContributorAutoConfiguration.class, AvailabilityProbesAutoConfiguration.class,
			HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class })
	static class Ready {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Infrastructure.class, CalculatorBean.class, Shop.class })
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Infrastructure.class, Shop.class })
	static class ClientOnly {

	}

	@MaculaService("test.calculator")
	static class CalculatorBean implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	static class Shop {

		final Calculator calculator;

		Shop(@MaculaClient("test.calculator") Calculator calculator) {
			this.calculator = calculator;
		}

	}

}
