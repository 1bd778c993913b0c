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
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.macula.Instance;
import io.macula.Priority;
import io.macula.operations.OperationsAccess;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.ConstructorBinding;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/**
 * Settings of a node. Immutable; unknown keys under the prefix are refused at start.
 *
 * @param realm The realm that the application joins
 * @param node This node
 * @param provider How services are provided
 * @param client How services are called
 * @param directory The embedded directory
 * @param ssl Trust between nodes, other than from the realm's secret
 * @param security What peers may do that belong to the realm
 * @param operations Who of the realm may look at this node, and who may steer it
 * @param propagation What goes on from the present request or call to the calls that are
 * made in it
 * @param transport QUIC and the protocol over it
 */
@ConfigurationProperties("macula")
public record MaculaProperties(@DefaultValue Realm realm, @DefaultValue Node node, @DefaultValue Provider provider,
		@DefaultValue Client client, @DefaultValue Directory directory, @DefaultValue Ssl ssl,
		@DefaultValue Security security, @DefaultValue Operations operations, @DefaultValue Propagation propagation,
		@DefaultValue Transport transport) {

	@ConstructorBinding
	public MaculaProperties {
	}

	/**
	 * The defaults, which Spring Cloud asks for, and complains loudly of their absence,
	 * whenever something changed in the environment.
	 */
	MaculaProperties() {
		this(new Binder().bindOrCreate("macula", MaculaProperties.class));
	}

	private MaculaProperties(MaculaProperties other) {
		this(other.realm, other.node, other.provider, other.client, other.directory, other.ssl, other.security,
				other.operations, other.propagation, other.transport);
	}

	/**
	 * Realm that the application joins.
	 *
	 * @param name Name of the realm; only nodes of the same realm see each other
	 * @param seeds Addresses (host:port, also with https:// or quic:// before it) of
	 * nodes to contact first; a provider without seeds is a seed itself
	 * @param secret Secret that all nodes of the realm share, or the path of a file that
	 * holds it after file:, which is read again when it changes; without it and without
	 * an SSL bundle, a secret that is created once per user on this machine
	 * @param acceptedSecrets Further secrets whose holders are trusted while the realm
	 * changes its secret, at most 3, each of them also as file: and a path
	 */
	public record Realm(@DefaultValue("default") String name, @DefaultValue List<String> seeds, @Nullable String secret,
			@DefaultValue List<String> acceptedSecrets) {

		@Override
		public String toString() {
			return "Realm[name=" + this.name + ", seeds=" + this.seeds + "]";
		}

	}

	/**
	 * This node.
	 *
	 * @param id Id of this node, unique in the realm, of at most 128 letters, digits,
	 * '.', '_', ':' and '-'; by default the application's name and a random part
	 * @param zone Place of this node, for strategies that prefer near instances; at most
	 * 128 characters
	 */
	public record Node(@Nullable String id, @Nullable String zone) {

	}

	/**
	 * How services are provided.
	 *
	 * @param enabled Whether this node listens and provides; by default it does if there
	 * is a bean with @MaculaService. Without such a bean, true makes a mere seed
	 * @param port UDP port to bind, 0 for any free one
	 * @param address Local address to bind; by default all, of IPv6 and IPv4
	 * @param advertisedHost Host that clients dial; chosen among this machine's addresses
	 * by default
	 * @param furtherAddresses Addresses (host:port) at which clients reach this node
	 * where they cannot reach the advertised host, such as that of a NAT; from the
	 * nearest to the farthest, at most 4
	 * @param priority Order of this instance for the strategy 'first', from -10000 to
	 * 10000; lower values come first
	 * @param weight Share of this instance for weighted strategies, from 1 to 10000
	 * @param metadata Entries that custom strategies can read, such as
	 * macula.provider.metadata.tier=gold; at most 64, with values of at most 4096
	 * characters
	 * @param maxThreads Maximum number of handlers that may block at once
	 * @param queueCapacity Maximum number of calls that wait for a thread; further calls
	 * are refused as not processed
	 * @param maxInFlight Maximum number of calls open at once on this node
	 * @param grace Time that calls in flight have to finish on shutdown
	 * @param terminationGracePeriod Time that the process is given to end before it is
	 * killed, such as terminationGracePeriodSeconds of Kubernetes; checked at start
	 * against what a shutdown takes. If no duration suffix is specified, seconds are used
	 * @param exposeMessages Whether callers are told types and messages of exceptions
	 * that the contract does not declare; by default these stay in the log of the
	 * provider
	 * @param accessLog A line for each call
	 * @param validation Whether arguments and results are validated by the constraints of
	 * jakarta.validation that contracts declare, where there is a validator
	 */
	public record Provider(@Nullable Boolean enabled, @DefaultValue("9443") int port, @Nullable String address,
			@Nullable String advertisedHost, @DefaultValue List<String> furtherAddresses,
			@DefaultValue("0") int priority, @DefaultValue("100") int weight,
			@DefaultValue Map<String, String> metadata, @DefaultValue("200") int maxThreads,
			@DefaultValue("10000") int queueCapacity, @DefaultValue("100000") int maxInFlight,
			@DefaultValue("30s") Duration grace,
			@DurationUnit(ChronoUnit.SECONDS) @Nullable Duration terminationGracePeriod,
			@DefaultValue("false") boolean exposeMessages, @DefaultValue AccessLog accessLog,
			@DefaultValue("true") boolean validation) {

	}

	/**
	 * A line for each call.
	 *
	 * @param enabled Whether each served call is logged when it is over, at level INFO on
	 * the logger io.macula.access: method, caller, code and time
	 */
	public record AccessLog(@DefaultValue("false") boolean enabled) {

	}

	/**
	 * How services are called.
	 *
	 * @param selection Strategy that chooses the instance, by the name of a built-in
	 * strategy or of a SelectionStrategy bean
	 * @param zoneAware Whether instances of this node's zone (macula.node.zone) come
	 * first, whatever the strategy; with the strategy zone_aware they always do
	 * @param deadline Bound of a whole call, all its attempts included
	 * @param attemptTimeout Bound of one attempt, at most the deadline; 'auto' learns it
	 * from the instance's recent latency
	 * @param patience Time that a call waits while no instance of its service is known,
	 * at most until its deadline; 0 for not at all
	 * @param codec Name of the payload codec
	 * @param priority How important calls are of which the contract does not say it: a
	 * provider with too many serves those of low priority last and refuses them first
	 * @param warmUp Whether the call path is loaded and compiled in the background while
	 * the application starts, so that its first call is not slow
	 * @param startupCheck Whether the application is ready before its services are found
	 * and connected: 'none', 'warn' after the time below, or 'fail' then. Services that
	 * it provides itself are not waited for
	 * @param startupTimeout Time that this takes at most, over all services
	 * @param allowUnusedSettings Whether settings of a client service are accepted that
	 * no client of the application context uses, for example because a child context does
	 * @param problemDetails Answers to HTTP requests whose calls failed
	 * @param oauth2 Bearer tokens that calls take along
	 * @param failover Further attempts after a failed one
	 * @param ejection Leaving out of instances that fail more than their peers
	 * @param pool Connections
	 * @param services Settings of one client service each, overriding those above; the
	 * key is the name of the client service, which is that of its service by default
	 */
	public record Client(@DefaultValue("round_robin") String selection, @DefaultValue("false") boolean zoneAware,
			@DefaultValue("30s") Duration deadline, @DefaultValue("auto") String attemptTimeout,
			@DefaultValue("10s") Duration patience, @DefaultValue("cbor") String codec,
			@DefaultValue("normal") Priority priority, @DefaultValue("true") boolean warmUp,
			@DefaultValue("none") StartupCheck startupCheck, @DefaultValue("10s") Duration startupTimeout,
			@DefaultValue("false") boolean allowUnusedSettings, @DefaultValue ProblemDetails problemDetails,
			@DefaultValue Oauth2 oauth2, @DefaultValue Failover failover, @DefaultValue Ejection ejection,
			@DefaultValue Pool pool, @DefaultValue Map<String, Service> services) {

	}

	/**
	 * Answers to HTTP requests whose calls failed.
	 *
	 * @param enabled Whether an RpcException that a controller throws is answered with a
	 * problem detail of a fitting status, without the message, instead of with status 500
	 */
	public record ProblemDetails(@DefaultValue("false") boolean enabled) {

	}

	/**
	 * Bearer tokens that calls take along.
	 *
	 * @param registrationId Client registration of Spring Security, as in
	 * spring.security.oauth2.client.registration, whose access token calls take along as
	 * 'authorization'. By default none
	 */
	public record Oauth2(@Nullable String registrationId) {

	}

	/**
	 * Bearer tokens that calls of one client service take along.
	 *
	 * @param registrationId Client registration of Spring Security, as in
	 * spring.security.oauth2.client.registration, whose access token calls take along as
	 * 'authorization'; empty for none
	 */
	public record ServiceOauth2(@Nullable String registrationId) {

	}

	/**
	 * What an application makes of a service that cannot be called when it starts.
	 */
	public enum StartupCheck {

		/** Nothing: it starts without it. */
		NONE,

		/** It waits for it, then starts without it and logs why. */
		WARN,

		/** It waits for it, then does not start. */
		FAIL

	}

	/**
	 * Further attempts.
	 *
	 * @param maxAttempts Maximum number of attempts of one call, the first included
	 * (unlike Spring's maxRetries); 1 switches failover and hedging off
	 * @param backoff Wait before a further attempt on an instance that was tried already;
	 * another instance is tried at once
	 * @param maxBackoff Bound of the wait, which doubles each time
	 * @param budgetRatio Number of retries and hedges that each call earns
	 * @param budgetFloor Number of retries and hedges per second that are allowed
	 * whatever the number of calls
	 */
	public record Failover(@DefaultValue("3") int maxAttempts, @DefaultValue("50ms") Duration backoff,
			@DefaultValue("2s") Duration maxBackoff, @DefaultValue("0.2") double budgetRatio,
			@DefaultValue("10") double budgetFloor) {

	}

	/**
	 * Outlier ejection.
	 *
	 * @param enabled Whether instances are ejected
	 * @param consecutiveFailures Number of failures in a row that eject an instance
	 * @param failureRate Share of failures within the interval that ejects an instance
	 * whose peers fail less than half as often, from 0 to 1
	 * @param minimumCalls Number of calls within the interval below which the failure
	 * rate says nothing
	 * @param interval Window of the failure rate
	 * @param baseTime Time of the first ejection, which doubles with each further one
	 * @param maxTime Longest time of an ejection
	 * @param maxShare Largest share of the instances that is ejected at once, from 0 to
	 * 1; the last instance is never ejected
	 * @param latencyFactor Factor by which an instance must be slower than its peers to
	 * be ejected; 0 for never
	 * @param slowStart Time over which a new or returning instance comes back to its full
	 * share
	 */
	public record Ejection(@DefaultValue("true") boolean enabled, @DefaultValue("5") int consecutiveFailures,
			@DefaultValue("0.5") double failureRate, @DefaultValue("20") int minimumCalls,
			@DefaultValue("10s") Duration interval, @DefaultValue("5s") Duration baseTime,
			@DefaultValue("5m") Duration maxTime, @DefaultValue("0.5") double maxShare,
			@DefaultValue("0") double latencyFactor, @DefaultValue("5s") Duration slowStart) {

	}

	/**
	 * Connections, which all client services share.
	 *
	 * @param connectionsPerEndpoint Number of connections to each endpoint, from 1 to 64;
	 * one carries any number of calls at once
	 * @param idleEviction Time without calls after which a connection is evicted
	 * @param maxConnections Maximum number of connections; beyond it the least recently
	 * used idle one is evicted
	 * @param maxPending Maximum number of attempts that wait for a connection of one
	 * endpoint
	 * @param connectTimeout Time that a peer has to say a word in a handshake; one that
	 * answers has it three times
	 */
	public record Pool(@DefaultValue("1") int connectionsPerEndpoint, @DefaultValue("5m") Duration idleEviction,
			@DefaultValue("1024") int maxConnections, @DefaultValue("10000") int maxPending,
			@DefaultValue("1s") Duration connectTimeout) {

	}

	/**
	 * Settings of one client service; what is not set is taken from those of all.
	 *
	 * @param selection Strategy that chooses the instance, by the name of a built-in
	 * strategy or of a SelectionStrategy bean
	 * @param zoneAware Whether instances of this node's zone (macula.node.zone) come
	 * first, whatever the strategy; with the strategy zone_aware they always do
	 * @param deadline Bound of a whole call, all its attempts included
	 * @param attemptTimeout Bound of one attempt, at most the deadline; 'auto' learns it
	 * from the instance's recent latency
	 * @param patience Time that a call waits while no instance of its service is known,
	 * at most until its deadline; 0 for not at all
	 * @param codec Name of the payload codec
	 * @param priority How important calls are of which the contract does not say it
	 * @param startupCheck Whether the application is ready before the service is found
	 * and connected: 'none', 'warn' or 'fail'
	 * @param oauth2 Bearer tokens that calls take along
	 * @param failover Further attempts after a failed one
	 * @param ejection Leaving out of instances that fail more than their peers
	 * @param methods Settings of one method each, by its name, overriding those above and
	 * what the contract declares
	 */
	public record Service(@Nullable String selection, @Nullable Boolean zoneAware, @Nullable Duration deadline,
			@Nullable String attemptTimeout, @Nullable Duration patience, @Nullable String codec,
			@Nullable Priority priority, @Nullable StartupCheck startupCheck, @Nullable ServiceOauth2 oauth2,
			@Nullable ServiceFailover failover, @Nullable ServiceEjection ejection,
			@Nullable Map<String, ServiceMethod> methods) {

	}

	/**
	 * Settings of one method; what is not set is taken from the contract, or else from
	 * its client service.
	 *
	 * @param deadline Bound of a whole call, all its attempts included
	 * @param attemptTimeout Bound of one attempt, at most the deadline; 'auto' learns it
	 * from the instance's recent latency
	 * @param hedge When a second attempt is started while the first is open: a duration,
	 * a percentile of recent latencies such as p95, or 'never'; for idempotent methods
	 * @param priority How important calls are
	 * @param failover Further attempts after a failed one
	 */
	public record ServiceMethod(@Nullable Duration deadline, @Nullable String attemptTimeout, @Nullable String hedge,
			@Nullable Priority priority, @Nullable MethodFailover failover) {

	}

	/**
	 * Further attempts of one method; their budget is that of its client service.
	 *
	 * @param maxAttempts Maximum number of attempts of one call, the first included
	 * (unlike Spring's maxRetries); 1 switches failover and hedging off
	 */
	public record MethodFailover(@Nullable Integer maxAttempts) {

	}

	/**
	 * Further attempts of one client service.
	 *
	 * @param maxAttempts Maximum number of attempts of one call, the first included
	 * (unlike Spring's maxRetries); 1 switches failover and hedging off
	 * @param backoff Wait before a further attempt on an instance that was tried already
	 * @param maxBackoff Bound of the wait, which doubles each time
	 * @param budgetRatio Number of retries and hedges that each call earns
	 * @param budgetFloor Number of retries and hedges per second that are allowed
	 * whatever the number of calls
	 */
	public record ServiceFailover(@Nullable Integer maxAttempts, @Nullable Duration backoff,
			@Nullable Duration maxBackoff, @Nullable Double budgetRatio, @Nullable Double budgetFloor) {

	}

	/**
	 * Outlier ejection of one client service.
	 *
	 * @param enabled Whether instances are ejected
	 * @param consecutiveFailures Number of failures in a row that eject an instance
	 * @param failureRate Share of failures within the interval that ejects an instance
	 * @param minimumCalls Number of calls within the interval below which the failure
	 * rate says nothing
	 * @param interval Window of the failure rate
	 * @param baseTime Time of the first ejection, which doubles with each further one
	 * @param maxTime Longest time of an ejection
	 * @param maxShare Largest share of the instances that is ejected at once
	 * @param latencyFactor Factor by which an instance must be slower than its peers to
	 * be ejected; 0 for never
	 * @param slowStart Time over which a new or returning instance comes back to its full
	 * share
	 */
	public record ServiceEjection(@Nullable Boolean enabled, @Nullable Integer consecutiveFailures,
			@Nullable Double failureRate, @Nullable Integer minimumCalls, @Nullable Duration interval,
			@Nullable Duration baseTime, @Nullable Duration maxTime, @Nullable Double maxShare,
			@Nullable Double latencyFactor, @Nullable Duration slowStart) {

	}

	/**
	 * Where providers are advertised and found.
	 *
	 * @param type Engines of the directory, the preferred one first: embedded, static, or
	 * what a further dependency brings, such as kubernetes, dns, zookeeper, etcd or
	 * discovery-client. A call goes to the instances of the first that has any
	 * @param lease Time after which a silent node's advertisement expires; renewed at a
	 * third of it
	 * @param maxNodes Maximum number of nodes that a provider keeps in its embedded
	 * directory; further ones are refused and logged
	 * @param fixed The directory of fixed instances
	 */
	public record Directory(@DefaultValue("embedded") List<String> type, @DefaultValue("15s") Duration lease,
			@DefaultValue("10000") int maxNodes, @Name("static") @DefaultValue Fixed fixed) {

	}

	/**
	 * The directory of fixed instances, for type static.
	 *
	 * @param services Instances of each service by its name, such as
	 * macula.directory.static.services.shop.orders=10.0.0.1:9443,10.0.0.2:9443, or a list
	 * whose entries have an endpoint, zone, weight, priority, node-id, identity and
	 * further (addresses)
	 */
	public record Fixed(@DefaultValue Map<String, List<FixedInstance>> services) {

	}

	/**
	 * A fixed instance, which a text names by its endpoint alone.
	 *
	 * @param endpoint Host and port at which it listens
	 * @param zone Place of the instance
	 * @param weight Share of the instance for weighted strategies, from 1 to 10000
	 * @param priority Rank of the instance for the strategy 'first', from -10000 to
	 * 10000; lower values come first
	 * @param nodeId Id of the node; by default its endpoint
	 * @param identity SHA-256 of the public key that it shows, in lower-case hexadecimal:
	 * nobody else at its endpoint gets a call. Needs the node's id
	 * @param further Addresses (host:port) at which it is reached by those who cannot
	 * reach its endpoint; from the nearest to the farthest, at most 4
	 */
	public record FixedInstance(@Nullable String endpoint, @Nullable String zone, @DefaultValue("100") int weight,
			@DefaultValue("0") int priority, @Nullable String nodeId, @Nullable String identity,
			@DefaultValue List<String> further) {

		/**
		 * An instance of which no more is said than where it listens.
		 * @param endpoint host and port
		 * @return the instance
		 */
		public static FixedInstance valueOf(String endpoint) {
			return new FixedInstance(endpoint, null, Instance.DEFAULT_WEIGHT, 0, null, null, List.of());
		}

	}

	/**
	 * Trust from certificates.
	 *
	 * @param bundle Name of the SSL bundle with this node's certificate and the trusted
	 * authorities; replaces the realm's secret. Reloaded without a restart
	 * @param peerName Name that the certificates of all providers carry, whatever host is
	 * dialled; by default they carry the host. With a bundle only
	 * @param verify Whether peers are verified at all; false trusts everybody and is for
	 * debugging only
	 * @param unverifiedBeyondLocalhost Whether verify=false is accepted although the node
	 * listens, or has seeds, beyond this machine
	 * @param verifyHost Whether the name in a provider's certificate is verified. With a
	 * bundle only
	 */
	public record Ssl(@Nullable String bundle, @Nullable String peerName, @DefaultValue("true") boolean verify,
			@DefaultValue("false") boolean unverifiedBeyondLocalhost, @DefaultValue("true") boolean verifyHost) {

		// The metadata processor takes the first @param that begins with the name, so
		// that 'verify' has to stand before 'verifyHost'.

	}

	/**
	 * What peers may do that belong to the realm.
	 *
	 * @param allowCall Who may call the services of this node, by names in certificates:
	 * entries such as macula.security.allow-call.shop.orders=spiffe://shop/web; once
	 * there is one, services without an entry are refused
	 * @param allowProvide Who may provide the services that this node calls, in the same
	 * form
	 * @param authentication Who Spring Security sees as the principal of a served call:
	 * the calling node (peer), the holder of the bearer token that each call has to bring
	 * (bearer), the holder of the token if there is one and else the node
	 * (bearer-or-peer), the holder of the token with the authorities of the node added
	 * (bearer-and-peer), or nobody (none)
	 */
	public record Security(@DefaultValue Map<String, String> allowCall, @DefaultValue Map<String, String> allowProvide,
			@DefaultValue("none") CallerAuthentication authentication) {
	}

	/**
	 * Who of the realm may look at this node, and who may steer it.
	 *
	 * @param access What others may do at most: nothing (none), look at this node (read),
	 * or also drain, resume and weigh it, and eject and restore instances of what it
	 * calls (write)
	 * @param allowRead Who may look, by names in certificates as in
	 * macula.security.allow-call; everybody in the realm by default
	 * @param allowWrite Who may steer, in the same form; everybody who may look by
	 * default
	 */
	public record Operations(@DefaultValue("read") OperationsAccess.Level access, @DefaultValue List<String> allowRead,
			@DefaultValue List<String> allowWrite) {
	}

	/**
	 * Who Spring Security sees as the principal of a served call.
	 */
	public enum CallerAuthentication {

		/** Nobody: contexts are left as they are. */
		NONE,

		/** The calling node, by its certificate. */
		PEER,

		/** The holder of the bearer token, which each call has to bring. */
		BEARER,

		/** The holder of the bearer token if there is one, else the calling node. */
		BEARER_OR_PEER,

		/**
		 * The holder of the bearer token, which each call has to bring, with the
		 * authorities of the calling node beside its own.
		 */
		BEARER_AND_PEER;

		/**
		 * Whether certificates decide.
		 * @return true if a principal, or authorities, come of them
		 */
		public boolean usesPeer() {
			return this == PEER || this == BEARER_OR_PEER || this == BEARER_AND_PEER;
		}

		/**
		 * Whether bearer tokens are looked at.
		 * @return true if a principal may come of one
		 */
		public boolean usesBearer() {
			return this != NONE && this != PEER;
		}

		/**
		 * Whether a call without a token is refused.
		 * @return true if so
		 */
		public boolean needsBearer() {
			return this == BEARER || this == BEARER_AND_PEER;
		}

		/**
		 * As it is written in settings.
		 * @return in lower case, with hyphens
		 */
		public String text() {
			return name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

	/**
	 * What goes on from the present request or call to the calls that are made in it.
	 *
	 * @param keys Names of entries that calls take along: from the MDC, the Reactor
	 * context, the served call or the headers of the HTTP request in which they are made.
	 * On the provider they are in the MDC of the handler, and in the Reactor context of
	 * what it returns
	 * @param locale Whether calls take the locale along, which is that of the handler
	 * then
	 * @param requestId Whether each call has a request id, as 'x-request-id': that of the
	 * call or HTTP request in which it is made, or a new one
	 * @param bearerToken Whether calls take the bearer token of Spring Security's present
	 * Authentication along, or that of the call in which they are made, as
	 * 'authorization', to each service that is called
	 */
	public record Propagation(@DefaultValue List<String> keys, @DefaultValue("false") boolean locale,
			@DefaultValue("false") boolean requestId, @DefaultValue("false") boolean bearerToken) {

	}

	/**
	 * QUIC and the protocol over it.
	 *
	 * @param idleTimeout Time without a packet after which a connection is over
	 * @param keepAlive Distance of liveness frames on a quiet connection
	 * @param suspicion Time that a peer may stay silent while an answer is due before it
	 * is suspected
	 * @param maxPayload Largest payload in either direction
	 * @param laneThreshold Size beyond which a payload travels on a stream of its own
	 * @param lanes Number of long-lived streams for unary calls per connection, from 1 to
	 * 16
	 * @param maxConnections Maximum number of connections that a provider accepts at once
	 * @param maxInFlightPerConnection Maximum number of calls that one connection may
	 * have open
	 * @param maxStreamsPerConnection Maximum number of streaming calls that one
	 * connection may have open
	 * @param eventLoops Number of transport threads; 0 for half of the processors
	 * @param spin Time that a transport thread looks for packets before it sleeps, where
	 * they come that soon; up to 1ms, 0 for not at all
	 * @param bufferMemory Memory for what waits on all connections (frames in part, calls
	 * without an answer, answers that are not read), of which one may hold as much as is
	 * left for the others; 0 for a third of the smaller of heap and direct memory
	 * @param maxPendingHandshakes Maximum number of handshakes under way at once; one
	 * address may have an eighth of it
	 */
	public record Transport(@DefaultValue("30s") Duration idleTimeout, @DefaultValue("10s") Duration keepAlive,
			@DefaultValue("750ms") Duration suspicion, @DefaultValue("16MB") DataSize maxPayload,
			@DefaultValue("16KB") DataSize laneThreshold, @DefaultValue("1") int lanes,
			@DefaultValue("10000") int maxConnections, @DefaultValue("20000") int maxInFlightPerConnection,
			@DefaultValue("1000") int maxStreamsPerConnection, @DefaultValue("0") int eventLoops,
			@DefaultValue("50us") Duration spin, @DefaultValue("0B") DataSize bufferMemory,
			@DefaultValue("1024") int maxPendingHandshakes) {

	}

}
