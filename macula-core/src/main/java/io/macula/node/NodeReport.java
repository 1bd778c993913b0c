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

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.macula.client.ContractSkew;
import io.macula.client.RetryFigures;
import io.macula.client.ServiceSettings;
import io.macula.client.WaitingFigures;
import io.macula.directory.DirectoryState;
import io.macula.pool.PoolFigures;
import io.macula.selection.EjectionSettings;
import io.macula.selection.ZoneSpread;
import io.macula.tls.PeerList;
import io.macula.tls.PeerRefusals;
import org.jspecify.annotations.Nullable;

/**
 * What a node is, serves, calls and is connected to, at one moment. Immutable; holds no
 * secrets.
 *
 * @param realm name of the realm
 * @param nodeId this node
 * @param state where it is in its life: new, starting, started, stopping, stopped or
 * closed, see {@link NodeState}
 * @param incarnation grows with each start; 0 before the first
 * @param zone place of the node, or {@code null}
 * @param endpoint advertised endpoint, or {@code null} if the node does not serve
 * @param security where trust comes from
 * @param provider what is served, or {@code null} if the node does not serve
 * @param directory state of the directory
 * @param clients client services
 * @param connections outgoing connections
 * @param allowLists which allow-list holds for each service that is provided or called;
 * empty without such lists
 * @param refusedPeers what peers were not allowed, since the node was made
 * @param pool what the connection pool did, since the node was started
 * @param certificateEnd when the first certificate of this node ends that is not renewed
 * by itself, or {@code null}
 * @param events what its listeners were told
 */
public record NodeReport(String realm, String nodeId, String state, long incarnation, @Nullable String zone,
		@Nullable String endpoint, String security, @Nullable Provider provider, DirectoryState directory,
		List<ClientService> clients, List<ConnectionState> connections, List<PeerList> allowLists,
		List<PeerRefusals> refusedPeers, PoolFigures pool, @Nullable Instant certificateEnd, EventFigures events) {

	/**
	 * The serving part.
	 *
	 * @param lease state of the lease: pending, granted, released, or none
	 * @param weight share of this node for weighted strategies, as it is advertised
	 * @param services what is served
	 * @param inFlight calls being served
	 * @param connections connections accepted and open
	 * @param draining whether new calls are refused
	 * @param suspended whether that is what an operator wants, until the node is resumed
	 * @param leaseAge since the directory last confirmed the lease, or {@code null} if it
	 * never did or cannot say
	 * @param refused calls refused for overload or because of a drain, since start
	 * @param refusedHandshakes handshakes refused, since start
	 * @param handlers the threads that run blocking handlers, or {@code null} while the
	 * node is not started
	 */
	public record Provider(String lease, int weight, List<ServedService> services, int inFlight, int connections,
			boolean draining, boolean suspended, @Nullable Duration leaseAge, long refused, long refusedHandshakes,
			@Nullable Handlers handlers) {

	}

	/**
	 * The threads that run blocking handlers.
	 *
	 * @param threads threads that exist; 0 where the executor is the user's
	 * @param maxThreads bound of them
	 * @param active handlers that run
	 * @param queued calls that wait for a thread
	 * @param queueCapacity bound of these
	 * @param refused calls that found no place in the queue, since start
	 */
	public record Handlers(int threads, int maxThreads, int active, int queued, int queueCapacity, long refused) {

	}

	/**
	 * A service that this node serves.
	 *
	 * @param name name of the service
	 * @param contract the interface
	 * @param handler class of the handler
	 * @param methods names on the wire
	 * @param calls calls since start
	 * @param failures calls that failed, by code
	 */
	public record ServedService(String name, String contract, String handler, List<String> methods, long calls,
			Map<String, Long> failures) {

	}

	/**
	 * A client service.
	 *
	 * @param name name of the client service
	 * @param service name of the service that is called
	 * @param contract the interface, or {@code null} for dynamic calls
	 * @param contractVersion digest of its version here, or {@code null} for dynamic
	 * calls
	 * @param settings how it is called
	 * @param snapshotAge since the directory last confirmed the instances, or
	 * {@code null} before the first snapshot
	 * @param instances the instances
	 * @param zones how its calls are spread over the zones, or {@code null} if it is not
	 * zone-aware
	 * @param retries attempts beyond the first
	 * @param waiting calls that wait for something else than an answer
	 * @param ejections how often an instance was ejected, since the node was started
	 */
	public record ClientService(String name, String service, @Nullable String contract,
			@Nullable String contractVersion, ClientSettings settings, @Nullable Duration snapshotAge,
			List<InstanceState> instances, @Nullable ZoneSpread zones, RetryFigures retries, WaitingFigures waiting,
			long ejections) {

	}

	/**
	 * The settings of a client service that hold, wherever each was set; named as the
	 * properties are.
	 *
	 * @param selection name of the selection strategy
	 * @param deadline bound of a call
	 * @param attemptTimeout bound of an attempt, in ISO-8601 form, or {@code auto} if it
	 * is learned
	 * @param patience how long a call waits while no instance is known
	 * @param codec name of the payload codec
	 * @param failover further attempts
	 * @param ejection outlier ejection
	 * @param zoneAware whether instances of this node's zone come first
	 * @param priority how important calls are: {@code low}, {@code normal} or
	 * {@code high}
	 * @param methods settings of single methods, by the names under which they are set
	 */
	public record ClientSettings(String selection, Duration deadline, String attemptTimeout, Duration patience,
			String codec, ServiceSettings.Failover failover, EjectionSettings ejection, boolean zoneAware,
			String priority, Map<String, ClientMethod> methods) {

	}

	/**
	 * The settings of a method that hold where it has some of its own.
	 *
	 * @param deadline bound of a call, or {@code null} for that of contract or service
	 * @param attemptTimeout bound of an attempt, in ISO-8601 form, or {@code auto} if it
	 * is learned
	 * @param maxAttempts attempts of a call, the first included
	 * @param hedge when a second attempt starts beside the first: a duration in ISO-8601
	 * form, a percentile such as {@code p95}, or {@code never}; {@code null} for what the
	 * contract declares
	 * @param priority how important calls are, or {@code null} for what contract or
	 * service say
	 */
	public record ClientMethod(@Nullable Duration deadline, String attemptTimeout, int maxAttempts,
			@Nullable String hedge, @Nullable String priority) {

	}

	/**
	 * An instance as this client sees it.
	 *
	 * @param nodeId the instance
	 * @param endpoint where it listens
	 * @param zone its place, or {@code null}
	 * @param weight its share for weighted strategies
	 * @param state idle, connecting, ready, suspected, draining, failed or ejected
	 * @param calls attempts sent
	 * @param inFlight attempts not answered yet
	 * @param failures failed attempts by code
	 * @param p50 median latency
	 * @param p99 99th percentile of the latency
	 * @param contract the version of the contract that it serves, and what this client
	 * misses in it; {@code null} where either is not known
	 * @param detail why it is failed or ejected, or {@code null}
	 */
	public record InstanceState(String nodeId, String endpoint, @Nullable String zone, int weight, String state,
			long calls, int inFlight, Map<String, Long> failures, Duration p50, Duration p99,
			@Nullable ContractSkew contract, @Nullable String detail) {

	}

	/**
	 * An outgoing connection.
	 *
	 * @param endpoint dialled endpoint
	 * @param nodeId who answered
	 * @param state state of the connection
	 * @param age since the handshake
	 * @param handshake how long connecting took
	 * @param roundTrip smoothed round-trip time
	 * @param inFlight calls not answered yet
	 * @param calls calls sent
	 * @param bytesSent bytes sent
	 * @param bytesReceived bytes received
	 * @param packetsLost packets lost
	 */
	public record ConnectionState(String endpoint, String nodeId, String state, Duration age, Duration handshake,
			Duration roundTrip, int inFlight, long calls, long bytesSent, long bytesReceived, long packetsLost) {

	}

}
