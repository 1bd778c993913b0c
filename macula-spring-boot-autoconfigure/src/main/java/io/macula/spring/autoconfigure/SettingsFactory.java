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

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.NodeIds;
import io.macula.Priority;
import io.macula.Realm;
import io.macula.client.MethodSettings;
import io.macula.client.ServiceSettings;
import io.macula.contract.Hedge;
import io.macula.node.NodeSettings;
import io.macula.pool.PoolSettings;
import io.macula.selection.EjectionSettings;
import io.macula.server.ProviderSettings;
import io.macula.transport.TransportSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Turns the properties into the settings of the runtime and refuses, by key and value,
 * what cannot be.
 */
final class SettingsFactory {

	/** Beyond it, times counted in nanoseconds overflow sooner or later. */
	private static final Duration LONGEST = Duration.ofDays(365);

	private final MaculaProperties properties;

	private final Strategies strategies;

	private final PayloadCodecs codecs;

	private final InvalidSettings invalid;

	SettingsFactory(MaculaProperties properties, Strategies strategies, PayloadCodecs codecs, InvalidSettings invalid) {
		this.properties = properties;
		this.strategies = strategies;
		this.codecs = codecs;
		this.invalid = invalid;
	}

	/**
	 * Make the settings.
	 * @param defaultNodeId id of the node unless one is configured
	 * @param services settings of single services by configured name
	 * @return the settings
	 */
	MaculaSettings create(String defaultNodeId, Map<String, MaculaProperties.Service> services) {
		bound("macula", this.properties);
		services.forEach((name, service) -> {
			bound(key(name), service);
			methods(service).forEach((method, own) -> bound(key(name, method), own));
		});
		// First, so that what is wrong for all is not told of the first service.
		ServiceSettings defaults = defaults();
		Map<String, ServiceSettings> byName = new LinkedHashMap<>();
		services.forEach((name, service) -> byName.put(name, service(name, service)));
		return new MaculaSettings(node(defaultNodeId), transport(), pool(), provider(), startup(services),
				this.properties.client().warmUp(), defaults, registrations(services), byName);
	}

	private ClientRegistrationIds registrations(Map<String, MaculaProperties.Service> services) {
		Map<String, String> own = new LinkedHashMap<>();
		services.forEach((name, service) -> {
			MaculaProperties.ServiceOauth2 oauth2 = service.oauth2();
			if (oauth2 != null && oauth2.registrationId() != null) {
				own.put(name, oauth2.registrationId());
			}
		});
		return new ClientRegistrationIds(this.properties.client().oauth2().registrationId(), own);
	}

	private StartupSettings startup(Map<String, MaculaProperties.Service> services) {
		MaculaProperties.Client client = this.properties.client();
		require(client.startupTimeout().compareTo(Duration.ZERO) > 0, "macula.client.startup-timeout",
				client.startupTimeout(), "more than 0");
		Map<String, MaculaProperties.StartupCheck> own = new LinkedHashMap<>();
		services.forEach((name, service) -> own.put(name, or(service.startupCheck(), client.startupCheck())));
		return new StartupSettings(client.startupCheck(), own, client.startupTimeout());
	}

	private void bound(String prefix, Record settings) {
		for (RecordComponent component : settings.getClass().getRecordComponents()) {
			String key = prefix + "." + KnownKeys.dashed(component.getName());
			Object value = ReflectionUtils.invokeMethod(component.getAccessor(), settings);
			if (value instanceof Duration duration) {
				require(duration.compareTo(LONGEST) <= 0, key, duration, "at most 365d");
			}
			else if (value instanceof Record nested) {
				bound(key, nested);
			}
		}
	}

	private NodeSettings node(String defaultNodeId) {
		MaculaProperties.Realm realm = this.properties.realm();
		Realm name = this.invalid.checkValue("macula.realm.name", realm.name(), () -> new Realm(realm.name()));
		List<Endpoint> seeds = new ArrayList<>();
		for (int i = 0; i < realm.seeds().size(); i++) {
			String seed = realm.seeds().get(i);
			if (StringUtils.hasText(seed)) {
				seeds.add(this.invalid.checkValue("macula.realm.seeds[" + i + "]", seed, () -> Endpoint.parse(seed)));
			}
		}
		Duration lease = this.properties.directory().lease();
		require(lease.compareTo(Duration.ofSeconds(1)) >= 0 && lease.compareTo(Duration.ofDays(1)) <= 0,
				"macula.directory.lease", lease, "1s to 1d");
		int maxNodes = this.properties.directory().maxNodes();
		require(maxNodes >= 1, "macula.directory.max-nodes", maxNodes, "1 or more");
		String configuredId = this.properties.node().id();
		String id = StringUtils.hasText(configuredId) ? configuredId : defaultNodeId;
		this.invalid.checkValue("macula.node.id", id, () -> NodeIds.require(id));
		String configuredZone = this.properties.node().zone();
		// Such as ${ZONE:} where the variable is not set.
		String zone = StringUtils.hasText(configuredZone) ? configuredZone : null;
		if (zone != null) {
			this.invalid.checkValue("macula.node.zone", zone, () -> Instance.requireZone(zone));
		}
		return new NodeSettings(name, id, zone, seeds, lease, maxNodes);
	}

	private TransportSettings transport() {
		MaculaProperties.Transport transport = this.properties.transport();
		return this.invalid.check("macula.transport",
				() -> new TransportSettings(transport.idleTimeout(), transport.keepAlive(), transport.suspicion(),
						bytes(transport.maxPayload()), bytes(transport.laneThreshold()), transport.lanes(),
						transport.maxConnections(), transport.maxInFlightPerConnection(),
						transport.maxStreamsPerConnection(), transport.eventLoops(), transport.spin(),
						transport.bufferMemory().toBytes(), transport.maxPendingHandshakes()));
	}

	/** Saturated: the runtime's own limits are far below. */
	private static int bytes(DataSize size) {
		return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, size.toBytes()));
	}

	private PoolSettings pool() {
		MaculaProperties.Pool pool = this.properties.client().pool();
		return this.invalid.check("macula.client.pool", () -> new PoolSettings(pool.connectionsPerEndpoint(),
				pool.idleEviction(), pool.maxConnections(), pool.maxPending(), pool.connectTimeout()));
	}

	private ProviderSettings provider() {
		MaculaProperties.Provider provider = this.properties.provider();
		provider.metadata()
			.forEach((key, value) -> this.invalid.checkValue("macula.provider.metadata." + key, value,
					() -> Instance.requireMetadata(Map.of(key, value))));
		this.invalid.checkValue("macula.provider.metadata", provider.metadata().size() + " entries",
				() -> Instance.requireMetadata(provider.metadata()));
		String advertisedHost = provider.advertisedHost();
		if (StringUtils.hasText(advertisedHost)) {
			this.invalid.checkValue("macula.provider.advertised-host", advertisedHost,
					() -> new Endpoint(advertisedHost, 1));
		}
		Duration termination = provider.terminationGracePeriod();
		if (termination != null && termination.isNegative()) {
			throw this.invalid.refuse(ShutdownTimes.TERMINATION_KEY, SettingText.of(termination), "0 or more");
		}
		List<Endpoint> further = FurtherAddresses.parse("macula.provider.further-addresses",
				provider.furtherAddresses(), advertised(advertisedHost, provider.port()), this.invalid);
		return this.invalid.check("macula.provider",
				() -> new ProviderSettings(text(provider.address()), provider.port(), text(advertisedHost),
						provider.priority(), provider.weight(), provider.metadata(), provider.maxThreads(),
						provider.queueCapacity(), provider.maxInFlight(), provider.grace(), provider.exposeMessages(),
						further));
	}

	/* Other hosts and ports are chosen later, or refused. */
	private static @Nullable Endpoint advertised(@Nullable String host, int port) {
		return (StringUtils.hasText(host) && port > 0 && port < 65536) ? new Endpoint(host, port) : null;
	}

	private static @Nullable String text(@Nullable String text) {
		return StringUtils.hasText(text) ? text : null;
	}

	private ServiceSettings defaults() {
		MaculaProperties.Client client = this.properties.client();
		String prefix = "macula.client";
		return settings(prefix, client.selection(), client.zoneAware(), client.codec(), client.deadline(),
				attemptTimeout(prefix, client.attemptTimeout()), client.failover(), client.ejection(),
				client.patience(), client.priority());
	}

	private ServiceSettings service(String name, MaculaProperties.Service service) {
		MaculaProperties.Client client = this.properties.client();
		String prefix = key(name);
		Duration deadline = or(service.deadline(), client.deadline());
		Duration attemptTimeout = (service.attemptTimeout() != null) ? attemptTimeout(prefix, service.attemptTimeout())
				: inherited(deadline);
		return settings(prefix, or(service.selection(), client.selection()),
				or(service.zoneAware(), client.zoneAware()), or(service.codec(), client.codec()), deadline,
				attemptTimeout, failover(client.failover(), service.failover()),
				ejection(client.ejection(), service.ejection()), or(service.patience(), client.patience()),
				or(service.priority(), client.priority()))
			.withMethods(methods(name, service));
	}

	private static Map<String, MaculaProperties.ServiceMethod> methods(MaculaProperties.Service service) {
		Map<String, MaculaProperties.ServiceMethod> methods = service.methods();
		return (methods != null) ? methods : Map.of();
	}

	private Map<String, MethodSettings> methods(String name, MaculaProperties.Service service) {
		Map<String, MethodSettings> methods = new LinkedHashMap<>();
		methods(service).forEach((method, own) -> methods.put(method, method(key(name, method), name, service, own)));
		return methods;
	}

	private MethodSettings method(String prefix, String name, MaculaProperties.Service service,
			MaculaProperties.ServiceMethod own) {
		MaculaProperties.Client client = this.properties.client();
		String text = own.attemptTimeout();
		Duration inherited = (service.attemptTimeout() != null) ? attemptTimeout(key(name), service.attemptTimeout())
				: attemptTimeout("macula.client", client.attemptTimeout());
		Duration attemptTimeout = (text != null) ? attemptTimeout(prefix, text) : shorter(inherited, own.deadline());
		int all = failover(client.failover(), service.failover()).maxAttempts();
		MaculaProperties.MethodFailover failover = own.failover();
		int maxAttempts = (failover != null) ? or(failover.maxAttempts(), all) : all;
		require(maxAttempts >= 1 && maxAttempts <= 20, prefix + ".failover.max-attempts", maxAttempts, "1 to 20");
		String hedge = own.hedge();
		Hedge second = (hedge != null) ? hedge(prefix + ".hedge", hedge) : null;
		return this.invalid.check(prefix,
				() -> new MethodSettings(own.deadline(), attemptTimeout, maxAttempts, second, own.priority()));
	}

	/** What is inherited never contradicts the method's own, shorter deadline. */
	private static @Nullable Duration shorter(@Nullable Duration one, @Nullable Duration other) {
		return (one != null && other != null && one.compareTo(other) > 0) ? other : one;
	}

	private Hedge hedge(String key, String text) {
		if (text.equalsIgnoreCase("never") || text.isBlank()) {
			return Hedge.NEVER;
		}
		try {
			return Hedge.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw this.invalid.refuse(key, text, "a duration such as 50ms, a percentile such as p95, or 'never'");
		}
	}

	/** What is inherited never contradicts the service's own, shorter deadline. */
	private @Nullable Duration inherited(Duration deadline) {
		Duration attemptTimeout = attemptTimeout("macula.client", this.properties.client().attemptTimeout());
		return (attemptTimeout != null && attemptTimeout.compareTo(deadline) > 0) ? deadline : attemptTimeout;
	}

	static String key(String clientName) {
		return "macula.client.services"
				+ (clientName.matches("[a-z0-9.-]+") ? "." + clientName : "[" + clientName + "]");
	}

	static String key(String clientName, String method) {
		String dashed = KnownKeys.dashed(method);
		return key(clientName) + ".methods" + (dashed.matches("[a-z0-9-]+") ? "." + dashed : "[" + method + "]");
	}

	private ServiceSettings settings(String prefix, String selection, boolean zoneAware, String codec,
			Duration deadline, @Nullable Duration attemptTimeout, MaculaProperties.Failover failover,
			MaculaProperties.Ejection ejection, Duration patience, Priority priority) {
		Strategies.Named strategy = this.strategies.find(prefix + ".selection", selection, this.invalid);
		Set<String> codecs = new TreeSet<>(this.codecs.names());
		if (!codecs.contains(codec)) {
			throw this.invalid.refuseName(prefix + ".codec", codec, codecs,
					"one of " + String.join(", ", codecs) + ", or the name() of a PayloadCodec bean");
		}
		ServiceSettings.Failover failoverSettings = this.invalid.check(prefix + ".failover",
				() -> new ServiceSettings.Failover(failover.maxAttempts(), failover.backoff(), failover.maxBackoff(),
						failover.budgetRatio(), failover.budgetFloor()));
		EjectionSettings ejectionSettings = this.invalid.check(prefix + ".ejection",
				() -> new EjectionSettings(ejection.enabled(), ejection.consecutiveFailures(), ejection.failureRate(),
						ejection.minimumCalls(), ejection.interval(), ejection.baseTime(), ejection.maxTime(),
						ejection.maxShare(), ejection.latencyFactor(), ejection.slowStart()));
		return this.invalid.check(prefix,
				() -> new ServiceSettings(strategy.name(), strategy.strategy(), this.codecs.resolve(codec), deadline,
						attemptTimeout, failoverSettings, ejectionSettings, patience, zoneAware, priority, Map.of()));
	}

	private @Nullable Duration attemptTimeout(String prefix, String text) {
		if (text.equalsIgnoreCase("auto")) {
			return null;
		}
		try {
			return DurationStyle.detectAndParse(text);
		}
		catch (IllegalArgumentException ex) {
			throw this.invalid.refuse(prefix + ".attempt-timeout", text, "'auto', or a duration such as 500ms");
		}
	}

	private MaculaProperties.Failover failover(MaculaProperties.Failover all,
			MaculaProperties.@Nullable ServiceFailover own) {
		return (own == null) ? all
				: new MaculaProperties.Failover(or(own.maxAttempts(), all.maxAttempts()),
						or(own.backoff(), all.backoff()), or(own.maxBackoff(), all.maxBackoff()),
						or(own.budgetRatio(), all.budgetRatio()), or(own.budgetFloor(), all.budgetFloor()));
	}

	private MaculaProperties.Ejection ejection(MaculaProperties.Ejection all,
			MaculaProperties.@Nullable ServiceEjection own) {
		return (own == null) ? all
				: new MaculaProperties.Ejection(or(own.enabled(), all.enabled()),
						or(own.consecutiveFailures(), all.consecutiveFailures()),
						or(own.failureRate(), all.failureRate()), or(own.minimumCalls(), all.minimumCalls()),
						or(own.interval(), all.interval()), or(own.baseTime(), all.baseTime()),
						or(own.maxTime(), all.maxTime()), or(own.maxShare(), all.maxShare()),
						or(own.latencyFactor(), all.latencyFactor()), or(own.slowStart(), all.slowStart()));
	}

	private static <T> T or(@Nullable T own, T other) {
		return (own != null) ? own : other;
	}

	private void require(boolean valid, String key, Object value, String allowed) {
		if (!valid) {
			throw this.invalid.refuse(key, (value instanceof Duration duration) ? SettingText.of(duration) : value,
					allowed);
		}
	}

}
