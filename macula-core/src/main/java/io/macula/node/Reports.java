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

package io.macula.node;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Priority;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.client.MethodSettings;
import io.macula.client.RealmClient;
import io.macula.client.ServiceClient;
import io.macula.client.ServiceSettings;
import io.macula.contract.Hedge;
import io.macula.contract.MethodContract;
import io.macula.directory.DirectoryState;
import io.macula.directory.Lease;
import io.macula.pool.ConnectionPool;
import io.macula.pool.EndpointPool;
import io.macula.pool.PoolFigures;
import io.macula.selection.InstanceTracker;
import io.macula.server.Advertiser;
import io.macula.server.HandlerFigures;
import io.macula.server.ProviderSettings;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import io.macula.server.ServiceReport;
import io.macula.tls.PeerAccess;
import io.macula.tls.PeerList;
import io.macula.tls.PeerRefusals;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the floors below know into the records of a {@link NodeReport}.
 */
final class Reports {

	private Reports() {
	}

	/**
	 * The whole report.
	 * @param plan of the node
	 * @param life the present one, or {@code null}
	 * @param moment what the node knows of itself
	 * @param suspended whether calls are refused for a while
	 * @param client its calling part
	 * @param events figures of its listeners
	 */
	static NodeReport node(NodePlan plan, @Nullable Life life, Moment moment, boolean suspended, RealmClient client,
			EventFigures events) {
		ServingPart serving = (life != null) ? life.serving() : null;
		Endpoint endpoint = (serving != null) ? serving.endpoint() : null;
		NodeReport.Provider provider = (plan.provider() != null)
				? provider(serving, moment.services(), moment.weight(), suspended) : null;
		List<NodeReport.ClientService> clients = clients(client);
		NodeSettings settings = plan.settings();
		return new NodeReport(settings.realm().name(), settings.nodeId(),
				moment.state().name().toLowerCase(Locale.ROOT), moment.incarnation(), settings.zone(),
				(endpoint != null) ? endpoint.toString() : null, plan.tls().source(), provider,
				(life != null)
						? DirectoryState.of(life.engine()).withLease((provider != null) ? provider.lease() : null)
						: DirectoryState.EMPTY,
				clients, (life != null) ? connections(life.pool()) : List.of(),
				allowLists(plan.access(), provider, clients), refusedPeers(plan.access()),
				(life != null) ? life.pool().figures() : PoolFigures.NONE, plan.tls().expiry(), events);
	}

	/** Of the services that are provided, then of those that are called. */
	static List<PeerList> allowLists(@Nullable PeerAccess access, NodeReport.@Nullable Provider provider,
			List<NodeReport.ClientService> clients) {
		if (access == null) {
			return List.of();
		}
		Set<PeerList> lists = new LinkedHashSet<>();
		if (provider != null) {
			provider.services().forEach((service) -> add(lists, access, service.name(), true));
		}
		clients.forEach((client) -> add(lists, access, client.service(), false));
		return List.copyOf(lists);
	}

	private static void add(Set<PeerList> lists, PeerAccess access, String name, boolean call) {
		ServiceName service = new ServiceName(name);
		PeerList list = service.reserved() ? null : access.list(service, call);
		if (list != null) {
			lists.add(list);
		}
	}

	static List<PeerRefusals> refusedPeers(@Nullable PeerAccess access) {
		return (access != null) ? access.refusals() : List.of();
	}

	static NodeReport.Provider provider(RealmServer server, @Nullable Advertiser advertiser, int weight,
			ProviderSettings settings) {
		Lease.State lease = (advertiser != null) ? advertiser.state() : null;
		Duration leaseAge = (advertiser != null) ? advertiser.sinceConfirmed() : null;
		HandlerFigures handlers = server.handlers();
		return new NodeReport.Provider((lease != null) ? lease.name().toLowerCase(Locale.ROOT) : "none", weight,
				server.services().stream().map(Reports::served).toList(), server.inFlight(), server.connections(),
				server.draining() || server.suspended(), server.suspended(), leaseAge, server.refused(),
				server.refusedHandshakes(), new NodeReport.Handlers(handlers.threads(), settings.maxThreads(),
						handlers.active(), handlers.queued(), settings.queueCapacity(), handlers.refused()));
	}

	/**
	 * That of a node which serves.
	 * @param serving {@code null} while it is not started
	 */
	static NodeReport.Provider provider(@Nullable ServingPart serving, List<ServiceDefinition> services, int weight,
			boolean suspended) {
		return (serving != null) ? serving.report() : provider(services, weight, suspended);
	}

	private static NodeReport.Provider provider(List<ServiceDefinition> services, int weight, boolean suspended) {
		return new NodeReport.Provider("none", weight, services.stream()
			.map((service) -> new NodeReport.ServedService(service.name().value(), service.contract().type().getName(),
					service.handler().getClass().getName(),
					service.contract().methods().stream().map(MethodContract::wireName).sorted().toList(), 0, Map.of()))
			.toList(), 0, 0, suspended, suspended, null, 0, 0, null);
	}

	private static NodeReport.ServedService served(ServiceReport service) {
		return new NodeReport.ServedService(service.name().value(), service.contract().getName(),
				service.handler().getName(), service.methods(), service.calls(), codes(service.failures()));
	}

	static List<NodeReport.ClientService> clients(RealmClient client) {
		return client.clients().stream().map(Reports::client).toList();
	}

	/** That of a name, or {@code null}. */
	static NodeReport.@Nullable ClientService client(RealmClient client, String name) {
		return clients(client).stream().filter((service) -> service.name().equals(name)).findFirst().orElse(null);
	}

	private static NodeReport.ClientService client(ServiceClient client) {
		String contracts = String.join(", ", client.contracts());
		return new NodeReport.ClientService(client.name(), client.service().value(),
				contracts.isEmpty() ? null : contracts,
				contracts.isEmpty() ? null : String.join(", ", new TreeSet<>(client.versions())),
				settings(client.settings()), client.snapshotAge(),
				client.instances().stream().map((tracker) -> instance(client, tracker)).toList(), client.zones(),
				client.retries(), client.waiting(), client.ejections());
	}

	private static NodeReport.ClientSettings settings(ServiceSettings settings) {
		Map<String, NodeReport.ClientMethod> methods = new TreeMap<>();
		settings.methods().forEach((name, own) -> methods.put(name, method(own)));
		return new NodeReport.ClientSettings(settings.strategyName(), settings.deadline(),
				orAuto(settings.attemptTimeout()), settings.patience(), settings.codec(), settings.failover(),
				settings.ejection(), settings.zoneAware(), text(settings.priority()), methods);
	}

	private static NodeReport.ClientMethod method(MethodSettings own) {
		Hedge hedge = own.hedge();
		Priority priority = own.priority();
		return new NodeReport.ClientMethod(own.deadline(), orAuto(own.attemptTimeout()), own.maxAttempts(),
				(hedge != null) ? text(hedge) : null, (priority != null) ? text(priority) : null);
	}

	private static String orAuto(@Nullable Duration attemptTimeout) {
		return (attemptTimeout != null) ? attemptTimeout.toString() : "auto";
	}

	private static String text(Priority priority) {
		return priority.name().toLowerCase(Locale.ROOT);
	}

	private static String text(Hedge hedge) {
		Duration delay = hedge.delay();
		if (delay != null) {
			return delay.toString();
		}
		return hedge.enabled() ? "p" + BigDecimal.valueOf(hedge.percentile()).stripTrailingZeros().toPlainString()
				: "never";
	}

	private static NodeReport.InstanceState instance(ServiceClient client, InstanceTracker tracker) {
		EndpointPool pool = client.connections(tracker);
		String ejection = tracker.ejectionReason();
		Status failure = pool.lastFailure();
		boolean failed = pool.state() == EndpointPool.State.FAILED;
		String state = (ejection != null) ? "ejected" : state(pool);
		String detail = (ejection != null) ? ejection : (failed && failure != null) ? failure.toString() : null;
		return new NodeReport.InstanceState(tracker.instance().nodeId(), tracker.instance().endpoint().toString(),
				tracker.instance().zone(), tracker.instance().weight(), state, tracker.calls(), tracker.inFlight(),
				codes(tracker.failures()), quantile(tracker, 0.5), quantile(tracker, 0.99), client.skew(tracker),
				detail);
	}

	private static String state(EndpointPool pool) {
		return switch (pool.state()) {
			case IDLE -> "idle";
			case CONNECTING -> "connecting";
			case READY -> "ready";
			case SUSPECTED -> "suspected";
			case FAILED -> (draining(pool.lastFailure())) ? "draining" : "failed";
			case CLOSED -> "closed";
		};
	}

	private static boolean draining(@Nullable Status failure) {
		return failure != null && failure.message().contains("draining");
	}

	private static Duration quantile(InstanceTracker tracker, double quantile) {
		return Duration.ofNanos(tracker.latency().quantileNanos(quantile));
	}

	static Map<String, Long> codes(Map<Code, Long> counts) {
		Map<String, Long> named = new TreeMap<>();
		counts.forEach((code, count) -> named.put(code.name(), count));
		return named;
	}

	static List<NodeReport.ConnectionState> connections(ConnectionPool pool) {
		List<NodeReport.ConnectionState> all = new ArrayList<>();
		for (EndpointPool endpoint : pool.endpoints()) {
			for (Connection connection : endpoint.connections()) {
				all.add(connection(connection));
			}
		}
		return all;
	}

	private static NodeReport.ConnectionState connection(Connection connection) {
		Connection.Stats stats = connection.stats();
		return new NodeReport.ConnectionState(connection.endpoint().toString(), connection.peer().nodeId(),
				connection.state().name().toLowerCase(Locale.ROOT), stats.age(), stats.handshake(), stats.roundTrip(),
				connection.inFlight(), stats.callsSent(), stats.bytesSent(), stats.bytesReceived(),
				stats.packetsLost());
	}

	/**
	 * What a node knows of itself at one moment.
	 *
	 * @param state where it is in its life
	 * @param incarnation of its latest life
	 * @param services what it serves, or will
	 * @param weight of its instance
	 */
	record Moment(NodeState state, long incarnation, List<ServiceDefinition> services, int weight) {

	}

}
