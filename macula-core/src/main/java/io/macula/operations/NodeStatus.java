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

package io.macula.operations;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a node is, serves, calls and is connected to, and what it has counted. Immutable;
 * holds no secrets. All counts grow as long as the node lives, those of an instance or a
 * connection as long as that is there, so that whoever reads twice knows the rates; those
 * with a latency count only while somebody reads, which is within two minutes of the last
 * report, or as long as a watch.
 *
 * @param node who it is
 * @param life how it is
 * @param services what it serves, by name
 * @param callers who calls it
 * @param clients what it calls
 * @param instances whom it calls for that
 * @param connections what it dialled
 * @param skews services whose instances serve different versions of a contract
 */
public record NodeStatus(Identity node, Life life, List<ServiceStatus> services, List<CallerStatus> callers,
		List<ClientStatus> clients, List<InstanceStatus> instances, List<ConnectionStatus> connections,
		List<Skew> skews) {

	private static final Duration LONGEST = Duration.ofDays(36_500);

	/** Keeps copies; what an older node does not tell is empty. */
	public NodeStatus {
		Objects.requireNonNull(node, "node");
		Objects.requireNonNull(life, "life");
		services = copy(services);
		callers = copy(callers);
		clients = copy(clients);
		instances = copy(instances);
		connections = copy(connections);
		skews = copy(skews);
	}

	/** Entries of all lists. */
	int entries() {
		return this.services.size() + this.callers.size() + this.clients.size() + this.instances.size()
				+ this.connections.size() + this.skews.size();
	}

	static <T> List<T> copy(@Nullable List<T> list) {
		return (list != null) ? List.copyOf(list) : List.of();
	}

	/** Refuses what counts nothing. */
	private static Map<String, Long> counts(@Nullable Map<String, Long> told) {
		if (told == null) {
			return Map.of();
		}
		told.values().forEach(Objects::requireNonNull);
		return told;
	}

	/**
	 * A time as a node tells it, which may be nonsense, within what can be reckoned with.
	 */
	private static Duration time(@Nullable Duration told) {
		if (told == null || told.isNegative()) {
			return Duration.ZERO;
		}
		return (told.compareTo(LONGEST) > 0) ? LONGEST : told;
	}

	/**
	 * Who a node is.
	 *
	 * @param realm name of the realm
	 * @param nodeId the node
	 * @param incarnation grows with each start
	 * @param application name of the application, or {@code null} if it does not say
	 * @param applicationVersion its version, or {@code null}
	 * @param maculaVersion version of the product, or {@code null} if not packaged
	 * @param endpoint where others dial it, or {@code null} while it does not listen
	 * @param zone its place, or {@code null}
	 * @param metadata what it advertises beside
	 */
	public record Identity(String realm, String nodeId, long incarnation, @Nullable String application,
			@Nullable String applicationVersion, @Nullable String maculaVersion, @Nullable String endpoint,
			@Nullable String zone, Map<String, String> metadata) {

		/** Refuses a node without an id. */
		public Identity {
			Objects.requireNonNull(nodeId, "nodeId");
			metadata = (metadata != null) ? metadata : Map.of();
		}

	}

	/**
	 * How a node is.
	 *
	 * @param state {@code serving}, {@code drained} by an operator, {@code draining}
	 * since it stops, {@code withdrawn} by its application, or where it is in its life:
	 * {@code starting}, {@code started}, {@code stopping}
	 * @param clock its time of day, in milliseconds since 1970; 0 if it is not told
	 * @param age since it was started
	 * @param lease state of its advertisement: pending, granted, released, or none
	 * @param weight share of this node for weighted strategies
	 * @param inFlight calls being served
	 * @param connections connections accepted and open
	 * @param refused calls refused for overload or because of a drain, since start
	 * @param access what may be asked of it: {@code none}, {@code read} or {@code write}
	 * @param knownNodes nodes that its directory tells it of, as far as it counts them
	 * @param knowsRealm whether these are all nodes of the realm, as far as it knows
	 * @param trouble why its directory may be out of date, or {@code null}
	 */
	public record Life(String state, long clock, Duration age, String lease, int weight, int inFlight, int connections,
			long refused, String access, int knownNodes, boolean knowsRealm, @Nullable String trouble) {

		/** What is not told is not known. */
		public Life {
			state = Objects.requireNonNullElse(state, "unknown");
			age = time(age);
		}

	}

	/**
	 * A service that the node serves.
	 *
	 * @param name name of the service
	 * @param contract the interface
	 * @param version digest of the version of its contract
	 * @param calls calls since start
	 * @param failures those that failed, by code
	 * @param methods its methods, by their names on the wire
	 */
	public record ServiceStatus(String name, String contract, @Nullable String version, long calls,
			Map<String, Long> failures, List<MethodStatus> methods) implements Keyed {

		/** Refuses a service without a name. */
		public ServiceStatus {
			Objects.requireNonNull(name, "name");
			failures = counts(failures);
			methods = copy(methods);
		}

		@Override
		public String key() {
			return this.name;
		}

	}

	/**
	 * A method of a service that the node serves.
	 *
	 * @param name its name on the wire
	 * @param counted its calls
	 */
	public record MethodStatus(String name, Counted counted) {

		/** Refuses a method without a name; what is not told is nothing. */
		public MethodStatus {
			Objects.requireNonNull(name, "name");
			counted = Objects.requireNonNullElse(counted, Counted.NONE);
		}

	}

	/**
	 * Who calls a service of the node.
	 *
	 * @param nodeId the calling node, or {@code (others)} for callers beyond a bound
	 * @param service what it calls
	 * @param counted its calls
	 */
	public record CallerStatus(String nodeId, String service, Counted counted) implements Keyed {

		/** Refuses a caller without an id; what is not counted is nothing. */
		public CallerStatus {
			Objects.requireNonNull(nodeId, "nodeId");
			Objects.requireNonNull(service, "service");
			counted = Objects.requireNonNullElse(counted, Counted.NONE);
		}

		@Override
		public String key() {
			return this.nodeId + ' ' + this.service;
		}

	}

	/**
	 * A client service of the node.
	 *
	 * @param name its name
	 * @param service name of the service that is called
	 * @param version digest of the version that is called, or {@code null} for dynamic
	 * calls
	 * @param selection name of the selection strategy
	 * @param ejections how often an instance was ejected
	 * @param waiting calls that wait for an instance, a connection or a back-off
	 */
	public record ClientStatus(String name, String service, @Nullable String version, String selection, long ejections,
			long waiting) implements Keyed {

		@Override
		public String key() {
			return this.name;
		}

	}

	/**
	 * An instance as a client service of the node sees it.
	 *
	 * @param client name of the client service
	 * @param service name of the service
	 * @param nodeId the instance
	 * @param endpoint where it listens
	 * @param zone its place, or {@code null}
	 * @param weight its share for weighted strategies
	 * @param state idle, connecting, ready, suspected, draining, failed or ejected
	 * @param attempts attempts sent
	 * @param inFlight attempts not answered yet
	 * @param failures failed attempts, by code
	 * @param p50 recent median latency
	 * @param p99 recent 99th percentile
	 * @param version digest of the version that it serves, or {@code null}
	 * @param detail why it is failed or ejected, or {@code null}
	 */
	public record InstanceStatus(String client, String service, String nodeId, String endpoint, @Nullable String zone,
			int weight, String state, long attempts, int inFlight, Map<String, Long> failures, Duration p50,
			Duration p99, @Nullable String version, @Nullable String detail) implements Keyed {

		/** What is not told is nothing. */
		public InstanceStatus {
			failures = counts(failures);
			p50 = time(p50);
			p99 = time(p99);
		}

		@Override
		public String key() {
			return this.client + ' ' + this.nodeId;
		}

	}

	/**
	 * A connection that the node dialled.
	 *
	 * @param endpoint dialled endpoint
	 * @param nodeId who answered
	 * @param number tells connections to one endpoint apart
	 * @param state state of the connection
	 * @param roundTrip smoothed round-trip time
	 * @param inFlight calls not answered yet
	 * @param calls calls sent
	 * @param bytesSent bytes sent
	 * @param bytesReceived bytes received
	 * @param packetsLost packets lost
	 */
	public record ConnectionStatus(String endpoint, String nodeId, int number, String state, Duration roundTrip,
			int inFlight, long calls, long bytesSent, long bytesReceived, long packetsLost) implements Keyed {

		/** What is not told is nothing. */
		public ConnectionStatus {
			roundTrip = time(roundTrip);
		}

		@Override
		public String key() {
			return this.endpoint + ' ' + this.nodeId + ' ' + this.number;
		}

	}

	/**
	 * Live instances of one service serve different versions of its contract.
	 *
	 * @param service name of the service
	 * @param versions node ids by digest of the version
	 */
	public record Skew(String service, Map<String, List<String>> versions) implements Keyed {

		@Override
		public String key() {
			return this.service;
		}

	}

}
