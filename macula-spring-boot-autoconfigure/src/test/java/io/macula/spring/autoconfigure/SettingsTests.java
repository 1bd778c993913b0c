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
import java.util.Map;
import java.util.function.Consumer;

import io.macula.Endpoint;
import io.macula.Priority;
import io.macula.client.MethodSettings;
import io.macula.client.ServiceSettings;
import io.macula.contract.Hedge;
import io.macula.pool.PoolSettings;
import io.macula.selection.EjectionSettings;
import io.macula.selection.SelectionStrategies;
import io.macula.selection.SelectionStrategy;
import io.macula.server.ProviderSettings;
import io.macula.transport.TransportSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class SettingsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(SettingsOnly.class);

	@Test
	void theDefaultsAreThoseOfTheRuntime() {
		settings((settings) -> {
			assertThat(settings.transport()).isEqualTo(TransportSettings.defaults());
			assertThat(settings.pool()).isEqualTo(PoolSettings.defaults());
			assertThat(settings.provider()).isEqualTo(ProviderSettings.defaults());
			assertThat(settings.defaults().failover()).isEqualTo(ServiceSettings.Failover.defaults());
			assertThat(settings.defaults().ejection()).isEqualTo(EjectionSettings.defaults());
			assertThat(settings.defaults().strategy()).isSameAs(SelectionStrategies.roundRobin());
			assertThat(settings.defaults().deadline()).isEqualTo(Duration.ofSeconds(30));
			assertThat(settings.defaults().attemptTimeout()).isNull();
			assertThat(settings.defaults().patience()).isEqualTo(ServiceSettings.DEFAULT_PATIENCE);
			assertThat(settings.defaults().codec()).isEqualTo("cbor");
			assertThat(settings.node().realm().name()).isEqualTo("default");
			assertThat(settings.node().lease()).isEqualTo(Duration.ofSeconds(15));
			assertThat(settings.node().seeds()).isEmpty();
		});
	}

	@Test
	void emptyMapsAreNone() {
		settings((settings) -> assertThat(settings.provider().metadata()).isEmpty(), "macula.client.services=");
		settings((settings) -> assertThat(settings.provider().metadata()).isEmpty(), "macula.provider.metadata=");
		settings((settings) -> assertThat(settings.provider().metadata()).isEqualTo(Map.of("tier", "gold")),
				"macula.provider.metadata=", "macula.provider.metadata.tier=gold");
	}

	@Test
	void aNodeIsNamedAfterTheApplication() {
		settings((settings) -> assertThat(settings.node().nodeId()).matches("shop-[0-9a-f]{12}"),
				"spring.application.name=shop");
		settings((settings) -> assertThat(settings.node().nodeId()).isEqualTo("node1"), "macula.node.id=node1");
	}

	@Test
	void seedsAreAcceptedWithAndWithoutAScheme() {
		settings((settings) -> assertThat(settings.node().seeds()).containsExactly(new Endpoint("a", 1),
				new Endpoint("b", 2), new Endpoint("c", 3)), "macula.realm.seeds=a:1, https://b:2, quic://c:3");
	}

	@Test
	void furtherAddressesKeepTheirOrder() {
		settings(
				(settings) -> assertThat(settings.provider().further()).containsExactly(
						new Endpoint("192.0.2.1", 30443), new Endpoint("::2", 1), new Endpoint("a.example", 2)),
				"macula.provider.further-addresses=192.0.2.1:30443, [::2]:1, a.example:2");
		settings((settings) -> assertThat(settings.provider().further()).isEmpty(),
				"macula.provider.further-addresses=");
	}

	@Test
	void furtherAddressThatIsThereTwiceIsRefused() {
		this.runner.withPropertyValues("macula.provider.further-addresses=a:1,b:1,a:1")
			.run((context) -> assertRefused(context.getStartupFailure(), "macula.provider.further-addresses[2] = 'a:1'",
					"each address once"));
	}

	@Test
	void theAdvertisedAddressIsNoFurtherOne() {
		this.runner
			.withPropertyValues("macula.provider.advertised-host=10.0.0.1", "macula.provider.port=9443",
					"macula.provider.further-addresses=192.0.2.1:30443,10.0.0.1:9443")
			.run((context) -> assertRefused(context.getStartupFailure(),
					"macula.provider.further-addresses[1] = '10.0.0.1:9443'",
					"an address beside the first one, which is 10.0.0.1:9443"));
		settings((settings) -> assertThat(settings.provider().further()).hasSize(1),
				"macula.provider.advertised-host=10.0.0.1", "macula.provider.port=9443",
				"macula.provider.further-addresses=10.0.0.1:30443");
	}

	@Test
	void theKeyInWhichFurtherAddressesTravelIsRefusedAsMetadata() {
		this.runner.withPropertyValues("macula.provider.metadata.macula-further=a:1")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("macula.provider.further-addresses"));
	}

	@Test
	void everythingCanBeSet() {
		settings((settings) -> {
			assertThat(settings.provider()).isEqualTo(new ProviderSettings("127.0.0.1", 0, "example.org", 3, 50,
					Map.of("tier", "gold"), 10, 20, 30, Duration.ofSeconds(5), true));
			assertThat(settings.pool())
				.isEqualTo(new PoolSettings(2, Duration.ofMinutes(1), 10, 20, Duration.ofMillis(300)));
			assertThat(settings.transport().maxPayloadBytes()).isEqualTo(1 << 20);
			assertThat(settings.transport().laneThresholdBytes()).isEqualTo(8 << 10);
			assertThat(settings.node().zone()).isEqualTo("west");
			assertThat(settings.node().lease()).isEqualTo(Duration.ofSeconds(3));
			assertThat(settings.node().maxNodes()).isEqualTo(50);
		}, "macula.provider.address=127.0.0.1", "macula.provider.port=0", "macula.provider.advertised-host=example.org",
				"macula.provider.priority=3", "macula.provider.weight=50", "macula.provider.metadata.tier=gold",
				"macula.provider.max-threads=10", "macula.provider.queue-capacity=20",
				"macula.provider.max-in-flight=30", "macula.provider.grace=5s", "macula.provider.expose-messages=true",
				"macula.client.pool.connections-per-endpoint=2", "macula.client.pool.idle-eviction=1m",
				"macula.client.pool.max-connections=10", "macula.client.pool.max-pending=20",
				"macula.client.pool.connect-timeout=300ms", "macula.transport.max-payload=1MB",
				"macula.transport.lane-threshold=8KB", "macula.node.zone=west", "macula.directory.lease=3s",
				"macula.directory.max-nodes=50");
	}

	@ParameterizedTest
	@CsvSource({ "macula.client.services.test.calculator", "'macula.client.services[test.calculator]'" })
	void oneServiceOverridesTheSettingsOfAll(String prefix) {
		settings((settings) -> {
			ServiceSettings own = settings.of("test.calculator");
			assertThat(own.strategyName()).isEqualTo("first");
			assertThat(own.deadline()).isEqualTo(Duration.ofSeconds(2));
			assertThat(own.failover().maxAttempts()).isEqualTo(5);
			assertThat(own.failover().backoff()).isEqualTo(Duration.ofMillis(70));
			assertThat(own.ejection().enabled()).isFalse();
			assertThat(own.attemptTimeout()).isEqualTo(Duration.ofMillis(800));
			assertThat(settings.of("another").deadline()).isEqualTo(Duration.ofSeconds(30));
			assertThat(settings.of("another").failover().maxAttempts()).isEqualTo(3);
		}, prefix + ".selection=first", prefix + ".deadline=2s", prefix + ".failover.max-attempts=5",
				prefix + ".ejection.enabled=false", prefix + ".attempt-timeout=800ms",
				"macula.client.failover.backoff=70ms");
	}

	@Test
	void callsAreAsImportantAsTheNearestSettingSays() {
		settings((settings) -> {
			assertThat(settings.of("another").priority()).isEqualTo(Priority.LOW);
			assertThat(settings.of("shop.orders").priority()).isEqualTo(Priority.NORMAL);
			assertThat(settings.of("shop.orders").methods().get("find").priority()).isEqualTo(Priority.HIGH);
			assertThat(settings.of("shop.orders").methods().get("place").priority()).isNull();
		}, "macula.client.priority=low", "macula.client.services.shop.orders.priority=normal",
				"macula.client.services.shop.orders.methods.find.priority=HIGH",
				"macula.client.services.shop.orders.methods.place.deadline=1s");
		settings((settings) -> assertThat(settings.of("another").priority()).isEqualTo(Priority.NORMAL));
	}

	@ParameterizedTest
	@CsvSource({ "macula.client.services.shop.orders.methods.", "'macula.client.services[shop.orders].methods.'" })
	void oneMethodOverridesTheSettingsOfItsService(String prefix) {
		settings((settings) -> {
			assertThat(settings.services()).containsOnlyKeys("shop.orders");
			ServiceSettings own = settings.of("shop.orders");
			assertThat(own.deadline()).isEqualTo(Duration.ofSeconds(2));
			assertThat(own.methods()).containsOnly(
					Map.entry("find",
							new MethodSettings(Duration.ofMillis(500), Duration.ofMillis(200), 2,
									Hedge.percentile(95))),
					Map.entry("findAll", new MethodSettings(null, null, 5, Hedge.NEVER)),
					Map.entry("place", new MethodSettings(Duration.ofSeconds(9), Duration.ofSeconds(1), 5, null)),
					Map.entry("brief", new MethodSettings(Duration.ofMillis(10), Duration.ofMillis(10), 5, null)));
		}, "macula.client.services.shop.orders.deadline=2s", "macula.client.services.shop.orders.attempt-timeout=1s",
				"macula.client.services.shop.orders.failover.max-attempts=5", prefix + "find.deadline=500ms",
				prefix + "find.attempt-timeout=200ms", prefix + "find.failover.max-attempts=2",
				prefix + "find.hedge=p95", prefix + "findAll.attempt-timeout=auto", prefix + "findAll.hedge=never",
				prefix + "place.deadline=9s", prefix + "brief.deadline=10ms");
	}

	@Test
	void settingsOfAMethodInBothFormsOfAServiceNameAreMerged() {
		settings(
				(settings) -> assertThat(settings.of("a.b").methods()).containsOnly(
						Map.entry("find", new MethodSettings(Duration.ofSeconds(1), null, 2, null)),
						Map.entry("place", new MethodSettings(Duration.ofSeconds(3), null, 3, null))),
				"macula.client.services[a.b].methods.find.deadline=1s",
				"macula.client.services.a.b.methods.find.failover.max-attempts=2",
				"macula.client.services.a.b.methods.place.deadline=3s");
	}

	@Test
	void anEnvironmentVariableNamesAMethod() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
						Map.of("MACULA_CLIENT_SERVICES_SHOP_METHODS_FINDALL_DEADLINE", "4s"))))
			.run((context) -> assertThat(context.getBean(MaculaSettings.class).of("shop").methodName("findAll"))
				.contains("findall"));
	}

	@Test
	void patienceIsSetForAllAndForOneService() {
		settings((settings) -> {
			assertThat(settings.defaults().patience()).isEqualTo(Duration.ofMinutes(1));
			assertThat(settings.of("quick").patience()).isZero();
			assertThat(settings.of("other").patience()).isEqualTo(Duration.ofMinutes(1));
		}, "macula.client.patience=1m", "macula.client.services.quick.patience=0",
				"macula.client.services.other.deadline=5s");
	}

	@Test
	void zonesAreSetForAllAndForOneService() {
		settings((settings) -> {
			assertThat(settings.defaults().zoneAware()).isTrue();
			assertThat(settings.defaults().strategy()).isSameAs(SelectionStrategies.leastLoaded());
			assertThat(settings.of("far").zoneAware()).isFalse();
			assertThat(settings.of("other").zoneAware()).isTrue();
		}, "macula.client.selection=least_loaded", "macula.client.zone-aware=true",
				"macula.client.services.far.zone-aware=false", "macula.client.services.other.deadline=5s");
	}

	@Test
	void theStrategyOfZonesIsZoneAware() {
		settings((settings) -> {
			assertThat(settings.defaults().zoneAware()).isFalse();
			assertThat(settings.of("near").zoneAware()).isTrue();
			assertThat(settings.of("near").strategy()).isSameAs(SelectionStrategies.zoneAware());
		}, "macula.client.services.near.selection=zone-aware");
	}

	@Test
	void aNegativePatienceIsRefused() {
		this.runner.withPropertyValues("macula.client.services.quick.patience=-1s")
			.run((context) -> assertRefused(context.getStartupFailure(),
					"macula.client.services.quick.patience = '-1s'", "0 or more"));
	}

	@Test
	void bothFormsOfAServiceNameAreMerged() {
		settings((settings) -> {
			assertThat(settings.services()).containsOnlyKeys("a.b");
			assertThat(settings.of("a.b").failover().maxAttempts()).isEqualTo(4);
			assertThat(settings.of("a.b").failover().backoff()).isEqualTo(Duration.ofMillis(10));
		}, "macula.client.services[a.b].failover.max-attempts=4", "macula.client.services.a.b.failover.backoff=10ms");
	}

	@Test
	void anEnvironmentVariableNamesAServiceWithDots() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
						Map.of("MACULA_CLIENT_SERVICES_TEST_CALCULATOR_DEADLINE", "4s"))))
			.run((context) -> assertThat(context.getBean(MaculaSettings.class).of("test.calculator").deadline())
				.isEqualTo(Duration.ofSeconds(4)));
	}

	@Test
	void anInheritedAttemptTimeoutNeverExceedsTheServicesDeadline() {
		settings((settings) -> assertThat(settings.of("quick").attemptTimeout()).isEqualTo(Duration.ofSeconds(1)),
				"macula.client.attempt-timeout=5s", "macula.client.services.quick.deadline=1s");
		settings((settings) -> assertThat(settings.of("learning").attemptTimeout()).isNull(),
				"macula.client.attempt-timeout=5s", "macula.client.services.learning.attempt-timeout=auto");
	}

	@Test
	void aStrategyIsFoundByTheNameOfItsBean() {
		this.runner.withBean("sticky", SelectionStrategy.class, SelectionStrategies::first)
			.withBean("random", SelectionStrategy.class, SelectionStrategies::first)
			.withPropertyValues("macula.client.selection=sticky", "macula.client.services.a.selection=random",
					"macula.client.services.b.selection=least-loaded")
			.run((context) -> {
				MaculaSettings settings = context.getBean(MaculaSettings.class);
				assertThat(settings.defaults().strategyName()).isEqualTo("sticky");
				assertThat(settings.of("a").strategy()).isSameAs(context.getBean("random"));
				assertThat(settings.of("b").strategyName()).isEqualTo("least_loaded");
			});
	}

	@Test
	void anUnknownStrategyIsRefusedWithTheNamesOfAll() {
		this.runner.withBean("sticky", SelectionStrategy.class, SelectionStrategies::first)
			.withPropertyValues("macula.client.services.a.selection=fastest")
			.run((context) -> assertRefused(context.getStartupFailure(),
					"macula.client.services.a.selection = 'fastest'",
					"one of consistent_hash, first, least_loaded, random, round_robin, sticky, weighted_random, zone_aware, or the "
							+ "name of a SelectionStrategy bean"));
	}

	@Test
	void whatEveryOtherNodeWouldHaveToKeepIsRefusedWhereItIsTooLong() {
		this.runner.withPropertyValues("macula.node.zone=" + "z".repeat(129))
			.run((context) -> assertRefused(context.getStartupFailure(), "macula.node.zone = '",
					"at most 128 printable characters"));
		this.runner.withPropertyValues("macula.provider.metadata.text=" + "v".repeat(4097))
			.run((context) -> assertRefused(context.getStartupFailure(), "macula.provider.metadata.text = '",
					"values of at most 4096 characters"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					macula.provider.port                     | 70000      | 0 to 65535
					macula.provider.weight                   | 0          | 1 to 10000
					macula.provider.weight                   | 2147483647 | 1 to 10000
					macula.provider.priority                 | -2147483648 | -10000 to 10000
					macula.node.id                           | a b        | 1 to 128 letters, digits
					macula.provider.grace                    | -1s        | 0 or more
					macula.provider.termination-grace-period | -1s        | 0 or more
					macula.provider.advertised-host          | a/b        | a name or an address
					macula.provider.further-addresses[0]     | 10.0.0.1   | host:port, for example
					macula.provider.further-addresses[0]     | 10.0.0.1:0 | 1 to 65535
					macula.provider.further-addresses        | a:1,b:1,c:1,d:1,e:1 | at most 4 addresses
					macula.realm.name                        | not a name | 1 to 128 letters
					macula.realm.seeds[0]                    | a          | host:port, for example
					macula.realm.seeds[0]                    | ::1:9443   | an IPv6 address in brackets, for example [::1]:9443
					macula.realm.seeds[0]                    | http://a:1 | quic:// or https:// or none
					macula.directory.lease                   | 10ms       | 1s to 1d
					macula.directory.lease                   | 2d         | 1s to 1d
					macula.directory.max-nodes               | 0          | 1 or more
					macula.client.deadline                   | 0s         | more than 0 and at most 365d
					macula.client.attempt-timeout            | 40s        | at most the deadline
					macula.client.attempt-timeout            | soon       | or a duration such as 500ms
					macula.client.codec                      | xml        | one of cbor, json, or the name() of a PayloadCodec bean
					macula.client.attempt-timeout            | -1s        | more than 0 and at most the deadline 30s
					macula.client.deadline                   | 200000d    | at most 365d
					macula.client.failover.max-attempts      | 0          | 1 to 20
					macula.client.failover.max-attempts      | 21         | 1 to 20
					macula.client.failover.backoff           | -1ms       | 0 or more
					macula.client.failover.max-backoff       | 1ms        | at least the backoff 50ms
					macula.client.failover.budget-ratio      | -1         | 0 to 10
					macula.client.failover.budget-ratio      | NaN        | 0 to 10
					macula.client.failover.budget-floor      | -1         | 0 or more
					macula.client.ejection.max-share         | 1.5        | 0 to 1
					macula.client.ejection.max-share         | -0.1       | 0 to 1
					macula.client.ejection.failure-rate      | 0          | more than 0, at most 1
					macula.client.ejection.failure-rate      | 1.1        | more than 0, at most 1
					macula.client.ejection.consecutive-failures | 0       | at least 1
					macula.client.ejection.minimum-calls     | 0          | at least 1
					macula.client.ejection.interval          | 0s         | more than 0
					macula.client.ejection.base-time         | 0s         | more than 0
					macula.client.ejection.max-time          | 1s         | at least base-time 5s
					macula.client.ejection.latency-factor    | 0.5        | 0 or more than 1
					macula.client.ejection.slow-start        | -1s        | 0 or more
					macula.client.pool.connect-timeout       | 0s         | more than 0
					macula.client.pool.connect-timeout       | 400d       | at most 365d
					macula.client.pool.connections-per-endpoint | 65      | 1 to 64
					macula.client.pool.idle-eviction         | 0s         | more than 0
					macula.client.pool.max-connections       | 0          | at least 1
					macula.client.pool.max-pending           | -1         | 0 or more
					macula.provider.max-threads              | 0          | at least 1
					macula.provider.queue-capacity           | 0          | at least 1
					macula.provider.max-in-flight            | 0          | at least 1
					macula.transport.max-payload             | 2GB        | 1KB to 1GB
					macula.transport.keep-alive              | 60s        | at least 100ms and less than the idle-timeout 30s
					macula.transport.keep-alive              | 50ms       | at least 100ms
					macula.transport.suspicion               | 30s        | less than the idle-timeout 30s
					macula.transport.suspicion               | 1ms        | at least 50ms
					macula.transport.idle-timeout            | 500ms      | at least 1s
					macula.transport.lanes                   | 17         | 1 to 16
					macula.transport.max-connections         | 0          | at least 1
					macula.transport.max-in-flight-per-connection | 0     | at least 1
					macula.transport.max-streams-per-connection | 0       | at least 1
					macula.transport.max-pending-handshakes     | 7       | 8 to 1048576
					macula.transport.buffer-memory              | 1MB     | twice what a payload
					macula.transport.event-loops             | -1         | 0 to 1024
					macula.transport.spin                    | 2ms        | 0 to 1ms
					macula.client.services.a.deadline        | -1s        | more than 0
					macula.client.services.a.deadline        | 400d       | at most 365d
					macula.client.services.a.attempt-timeout | 31s        | at most the deadline
					macula.client.services.a.attempt-timeout | never      | or a duration such as 500ms
					macula.client.services.a.failover.budget-ratio | -1   | 0 to 10
					macula.client.services.a.failover.max-backoff | 49ms  | at least the backoff
					macula.client.services.a.ejection.max-share | 2       | 0 to 1
					macula.client.services[a.b].failover.max-attempts | 21 | 1 to 20
					macula.client.services.a.methods.find.failover.max-attempts | 21 | 1 to 20
					macula.client.services.a.methods.find.deadline | 400d   | at most 365d
					macula.client.services.a.methods.find.deadline | 0s     | more than 0
					macula.client.services.a.methods.find.hedge    | p101   | a percentile such as p95, or 'never'
					macula.client.services.a.methods.find.attempt-timeout | never | or a duration such as 500ms
					""")
	void anImpossibleValueIsRefusedByKeyAndValue(String key, String value, String allowed) {
		this.runner.withPropertyValues(key + "=" + value)
			.run((context) -> assertRefused(context.getStartupFailure(), key + " = '" + value + "'", allowed));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					macula.client.failover.backoff=3s             | macula.client.failover.max-backoff = '2s'              | at least the backoff 3s
					macula.transport.idle-timeout=5s              | macula.transport.keep-alive = '10s'                    | less than the idle-timeout 5s
					macula.client.ejection.base-time=1h           | macula.client.ejection.max-time = '5m'                 | at least base-time 1h
					macula.client.services.a.failover.backoff=10s | macula.client.services.a.failover.max-backoff = '2s'   | at least the backoff 10s
					""")
	void aValueThatIsImpossibleBesideAnotherOneIsRefused(String property, String setting, String allowed) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertRefused(context.getStartupFailure(), setting + ", which is not set itself,",
					allowed));
	}

	@Test
	void anAttemptTimeoutBeyondTheDeadlineIsRefusedWhicheverIsSet() {
		this.runner.withPropertyValues("macula.client.deadline=2s", "macula.client.attempt-timeout=3s")
			.run((context) -> assertRefused(context.getStartupFailure(), "macula.client.attempt-timeout = '3s'",
					"at most the deadline 2s"));
		this.runner
			.withPropertyValues("macula.client.services.a.deadline=1s", "macula.client.services.a.attempt-timeout=2s")
			.run((context) -> assertRefused(context.getStartupFailure(),
					"macula.client.services.a.attempt-timeout = '2s'", "at most the deadline 1s"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					macula.provider.prot                     | macula.provider.port
					macula.seeds                             | macula.realm.seeds
					macula.client.failover.max-atempts       | macula.client.failover.max-attempts
					macula.client.services.a.b.deadlin       | macula.client.services.<name>.deadline
					macula.client.services.a.pool.lanes      | macula.client.services.<name>.
					macula.client.services.a.methods.b.dedline | macula.client.services.<name>.methods.<method>.deadline
					macula.client.services.a.methods.b.max-attempts | macula.client.services.<name>.methods.<method>.failover.max-attempts
					macula.client.service.a.b.deadline       | macula.client.services?
					macula.directory.static.service.a.b      | macula.directory.static.services?
					macula.directory.static.service.a[0].zone | macula.directory.static.services?
					""")
	void anUnknownKeyIsRefusedWithTheNearestOne(String key, String nearest) {
		this.runner.withPropertyValues(key + "=1").run((context) -> {
			FailureAnalysis analysis = analysis(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("There is no setting " + key);
			assertThat(analysis.getAction()).contains("Did you mean " + nearest);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			macula.realm.secret                      | ${SHOP_REALM_SECRET}        | SHOP_REALM_SECRET
			macula.realm.secret                      | a-prefix-${SHOP_SECRET}-end | SHOP_SECRET
			macula.realm.seeds                       | a:1, ${SEED}:9443           | SEED
			macula.realm.seeds[0]                    | ${SEED}                     | SEED
			macula.node.zone                         | ${ZONE}                     | ZONE
			macula.provider.metadata.tier            | ${TIER}                     | TIER
			macula.client.codec                      | ${CODEC}                    | CODEC
			macula.client.services.a.b.selection     | ${STRATEGY}                 | STRATEGY
			macula.client.services[A.b].codec        | ${ONE}${TWO:2}              | ONE
			macula.ssl.bundle                        | ${BUNDLE:${FALLBACK}}       | FALLBACK
			""")
	void anUnresolvedPlaceholderIsRefusedByItsName(String key, String value, String placeholder) {
		this.runner.withPropertyValues(key + "=" + value).run((context) -> {
			FailureAnalysis analysis = analysis(context.getStartupFailure());
			assertThat(analysis.getDescription()).startsWith("The setting " + key + ", set in ")
				.endsWith(" refers to ${" + placeholder + "}, which is not set anywhere.")
				.doesNotContain("a-prefix");
			assertThat(analysis.getAction()).startsWith("Set " + placeholder + " ");
		});
	}

	@Test
	void aPlaceholderBehindAPlaceholderIsNamedWithTheWayToIt() {
		this.runner.withPropertyValues("macula.realm.secret=${A}", "A=${B}", "B=${C}")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.endsWith(" refers to ${C}, which is not set anywhere (${A} -> ${B} -> ${C})."));
	}

	@Test
	void anUnresolvedPlaceholderIsFoundInTheEnvironmentToo() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
						Map.of("MACULA_PROVIDER_ADVERTISED_HOST", "${HOST_OF_POD}", "MACULA_HOME", "${UNSET}"))))
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("macula.provider.advertised-host")
				.contains("refers to ${HOST_OF_POD}"));
	}

	@Test
	void placeholdersThatResolveOrAreEscapedAreLeftAlone() {
		settings((settings) -> {
			assertThat(settings.node().zone()).isEqualTo("west");
			assertThat(settings.provider().metadata()).containsEntry("tier", "gold").containsEntry("text", "${raw}");
		}, "macula.node.zone=${ZONE}", "ZONE=west", "macula.provider.metadata.tier=${TIER:gold}",
				"macula.provider.metadata.text=\\${raw}");
	}

	@Test
	void anEmptyZoneIsNone() {
		settings((settings) -> assertThat(settings.node().zone()).isNull(), "macula.node.zone=${ZONE:}");
	}

	@Test
	void aPlaceholderThatAnotherValueHidesIsLeftAlone() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addLast(new MapPropertySource("defaults", Map.of("macula.node.zone", "${ZONE}"))))
			.withPropertyValues("macula.node.zone=west")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void theMessageSaysWhereTheValueWasSet() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("my settings", Map.of("macula.provider.port", "70000"))))
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("set in \"macula.provider.port\" from property source \"my settings\""));
	}

	@Test
	void theMessageOfASeedSaysWhereTheListWasSet() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("my settings", Map.of("macula.realm.seeds", "a:1, ::1:9443"))))
			.run((context) -> {
				FailureAnalysis analysis = analysis(context.getStartupFailure());
				assertThat(analysis.getDescription()).isEqualTo("The setting macula.realm.seeds[1] = '::1:9443', set in"
						+ " \"macula.realm.seeds\" from property source \"my settings\", is not valid. Allowed: an IPv6"
						+ " address in brackets, for example [::1]:9443.");
				assertThat(analysis.getAction()).isEqualTo("Change macula.realm.seeds[1] to what is allowed: an IPv6"
						+ " address in brackets, for example [::1]:9443.");
			});
	}

	@ParameterizedTest
	@CsvSource({ "PT0S, 0s", "PT30S, 30s", "PT0.05S, 50ms", "PT1M30S, 90s", "PT48H, 2d", "PT3H, 3h", "PT-1S, -1s",
			"PT0.00005S, 50us", "PT0.000000001S, 1ns", "PT1.5S, 1500ms" })
	void durationsAreToldAsTheyAreWritten(Duration duration, String text) {
		assertThat(SettingText.of(duration)).isEqualTo(text);
		assertThat(SettingText.notation("less than the idleTimeout " + text + "."))
			.isEqualTo("less than the idle-timeout " + text + ".");
		assertThat(DurationStyle.detectAndParse(text)).isEqualTo(duration);
	}

	@Test
	void namesInTheEnvironmentAreNotJudged() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment", Map.of("MACULA_HOME", "/opt"))))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void theApplicationsOwnPropertiesUnderThePrefixAreLeftAlone() {
		this.runner.withUserConfiguration(OwnProperties.class)
			.withPropertyValues("macula.extension.key=1")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void theSecretShowsInNoMessage() {
		this.runner.withPropertyValues("macula.realm.secret=hidden", "macula.provider.port=70000")
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining("70000")
				.message()
				.doesNotContain("hidden"));
		this.runner.withPropertyValues("macula.realm.secret=hidden")
			.run((context) -> assertThat(context.getBean(MaculaProperties.class).toString()).doesNotContain("hidden"));
	}

	@ParameterizedTest
	@CsvSource({ "leastloaded, least_loaded", "rount_robin, round_robin", "Weighted-Randon, weighted_random" })
	void aMisspeltStrategyIsRefusedWithTheNearestOne(String misspelt, String nearest) {
		this.runner.withPropertyValues("macula.client.selection=" + misspelt)
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getAction())
				.startsWith("Did you mean " + nearest + "? Change macula.client.selection to what is allowed: "));
	}

	@Test
	void aMisspeltCodecIsRefusedWithTheNearestOne() {
		this.runner.withPropertyValues("macula.client.services.a.codec=jsn")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getAction())
				.startsWith("Did you mean json? "));
	}

	@Test
	void whatResemblesNothingHasNoNearestOne() {
		this.runner.withPropertyValues("macula.client.codec=protobuf")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getAction())
				.startsWith("Change macula.client.codec"));
	}

	private void settings(Consumer<MaculaSettings> assertions, String... properties) {
		this.runner.withPropertyValues(properties)
			.run((context) -> assertions.accept(context.getBean(MaculaSettings.class)));
	}

	private static void assertRefused(Throwable failure, String setting, String allowed) {
		FailureAnalysis analysis = analysis(failure);
		assertThat(analysis.getDescription()).contains("The setting " + setting)
			.contains("Allowed: ")
			.contains(allowed);
		assertThat(analysis.getAction()).contains(allowed);
	}

	private static FailureAnalysis analysis(Throwable failure) {
		assertThat(failure).isNotNull();
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof FailureAnalyzedException analyzed) {
				return analyzed.analysis();
			}
		}
		throw new AssertionError("Not analyzed", NestedExceptionUtils.getMostSpecificCause(failure));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(MaculaProperties.class)
	static class SettingsOnly {

		@Bean
		MaculaSettings settings(MaculaProperties properties, Environment environment,
				ConfigurableListableBeanFactory beanFactory) {
			PayloadCodecs codecs = PayloadCodecs.of(java.util.List.of(), java.util.List.of());
			return new SettingsReader(beanFactory, codecs, environment).read(environment, properties).settings();
		}

	}

	@ConfigurationProperties("macula.extension")
	record Extension(String key) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(Extension.class)
	static class OwnProperties {

	}

}
