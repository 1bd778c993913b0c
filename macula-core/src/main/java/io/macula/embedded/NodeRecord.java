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

package io.macula.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.Route;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.tls.NodeIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What the embedded directory knows of one node; element of the directory's protocol.
 * Immutable, and not yet checked: the table checks.
 *
 * @param nodeId unique in the realm
 * @param term orders the lives of a node id: the incarnation, or one more than what the
 * realm knew already (a clock that was set back must not hide a restarted node)
 * @param version orders the contents of one term
 * @param incarnation of the process
 * @param host host of the endpoint
 * @param port port of the endpoint
 * @param zone place, or {@code null}
 * @param priority lower values come first
 * @param weight relative share
 * @param metadata free text; of a node with further addresses also these, as
 * {@link Route#METADATA_KEY}: signed, and passed on by nodes of earlier versions
 * @param services names of the services, sorted
 * @param fingerprints versions of the contracts, one for each service in the same order,
 * empty text for one that is not known; empty in a record of an earlier version
 * @param leaseMillis time after which the record expires unless renewed
 * @param seal of its owner; {@code null} in a record that is not signed yet
 */
record NodeRecord(String nodeId, long term, long version, long incarnation, String host, int port,
		@Nullable String zone, int priority, int weight, Map<String, String> metadata, List<String> services,
		List<String> fingerprints, long leaseMillis, @Nullable NodeSeal seal) {

	NodeRecord {
		Objects.requireNonNull(nodeId, "nodeId");
		metadata = (metadata != null) ? Map.copyOf(metadata) : Map.of();
		services = (services != null) ? List.copyOf(services) : List.of();
		// What does not fit the services says nothing of them.
		fingerprints = (fingerprints != null && fingerprints.size() == services.size()) ? List.copyOf(fingerprints)
				: List.of();
	}

	/** A record that is not signed yet. */
	NodeRecord(String nodeId, long term, long version, long incarnation, String host, int port, @Nullable String zone,
			int priority, int weight, Map<String, String> metadata, List<String> services, List<String> fingerprints,
			long leaseMillis) {
		this(nodeId, term, version, incarnation, host, port, zone, priority, weight, metadata, services, fingerprints,
				leaseMillis, null);
	}

	/** The same without the versions of the contracts. */
	NodeRecord(String nodeId, long term, long version, long incarnation, String host, int port, @Nullable String zone,
			int priority, int weight, Map<String, String> metadata, List<String> services, long leaseMillis) {
		this(nodeId, term, version, incarnation, host, port, zone, priority, weight, metadata, services, List.of(),
				leaseMillis);
	}

	static NodeRecord of(Advertisement advertisement, long term, long version) {
		Instance instance = advertisement.instance();
		List<String> services = advertisement.services().stream().map(ServiceName::value).sorted().toList();
		return new NodeRecord(instance.nodeId(), term, version, instance.incarnation(), instance.endpoint().host(),
				instance.endpoint().port(), instance.zone(), instance.priority(), instance.weight(), metadata(instance),
				services, texts(advertisement.fingerprints(), services), advertisement.ttl().toMillis());
	}

	private static Map<String, String> metadata(Instance instance) {
		if (instance.further().isEmpty()) {
			return instance.metadata();
		}
		Map<String, String> all = new HashMap<>(instance.metadata());
		all.put(Route.METADATA_KEY, Route.text(instance.further()));
		return all;
	}

	private static List<String> texts(Map<ServiceName, Fingerprint> fingerprints, List<String> services) {
		if (fingerprints.isEmpty()) {
			return List.of();
		}
		Map<String, String> texts = new HashMap<>();
		fingerprints.forEach((service, fingerprint) -> texts.put(service.value(), fingerprint.text()));
		return services.stream().map((service) -> texts.getOrDefault(service, "")).toList();
	}

	/**
	 * Where the node is reached.
	 * @return at least one address, nearest first
	 */
	List<Endpoint> addresses() {
		Endpoint first = new Endpoint(this.host, this.port);
		String further = this.metadata.get(Route.METADATA_KEY);
		return (further == null) ? List.of(first) : new Route(first, Route.parseFurther(further)).endpoints();
	}

	/**
	 * The instance that this record describes.
	 * @return the instance
	 * @throws RuntimeException if a value is not valid
	 */
	Instance instance() {
		Endpoint endpoint = new Endpoint(this.host, this.port);
		String further = this.metadata.get(Route.METADATA_KEY);
		if (further == null) {
			return new Instance(this.nodeId, this.incarnation, endpoint, this.zone, this.priority, this.weight,
					this.metadata, identityText());
		}
		Map<String, String> own = new HashMap<>(this.metadata);
		own.remove(Route.METADATA_KEY);
		return new Instance(this.nodeId, this.incarnation, endpoint, this.zone, this.priority, this.weight, own,
				identityText(), Route.parseFurther(further));
	}

	/**
	 * What the node advertises.
	 * @return nothing if a value is not valid
	 */
	Optional<Advertisement> advertisement() {
		try {
			Map<ServiceName, Fingerprint> told = new HashMap<>();
			Set<ServiceName> served = new HashSet<>();
			for (String service : this.services) {
				String fingerprint = fingerprint(service);
				ServiceName name = new ServiceName(service);
				served.add(name);
				if (fingerprint != null && !fingerprint.isEmpty()) {
					told.put(name, new Fingerprint(fingerprint));
				}
			}
			return Optional.of(new Advertisement(instance(), served, told, Advertisement.DEFAULT_TTL));
		}
		catch (RuntimeException ex) {
			return Optional.empty();
		}
	}

	/**
	 * This record with only those services that someone asked for.
	 * @param interests names of services
	 * @return this record or a narrower one
	 */
	NodeRecord only(Set<String> interests) {
		List<String> kept = new ArrayList<>();
		List<String> told = new ArrayList<>();
		for (int i = 0; i < this.services.size(); i++) {
			if (interests.contains(this.services.get(i))) {
				kept.add(this.services.get(i));
				if (!this.fingerprints.isEmpty()) {
					told.add(this.fingerprints.get(i));
				}
			}
		}
		return (kept.size() == this.services.size()) ? this
				: new NodeRecord(this.nodeId, this.term, this.version, this.incarnation, this.host, this.port,
						this.zone, this.priority, this.weight, this.metadata, kept, told, this.leaseMillis, this.seal);
	}

	/**
	 * The version of a service's contract.
	 * @return its text, or {@code null} if the record does not tell it
	 */
	@Nullable String fingerprint(String service) {
		int index = this.fingerprints.isEmpty() ? -1 : this.services.indexOf(service);
		String text = (index >= 0) ? this.fingerprints.get(index) : "";
		return text.isEmpty() ? null : text;
	}

	/**
	 * Whether another record of the same term and version has nothing to add: it came the
	 * same way, or through a node of an earlier version, which passes no fingerprints on.
	 */
	boolean saysAllOf(NodeRecord other) {
		return this.services.equals(other.services) && (other.fingerprints.isEmpty() || !this.fingerprints.isEmpty());
	}

	/** This record with lists that are equal to its own. */
	NodeRecord with(List<String> sameServices, List<String> sameFingerprints) {
		return new NodeRecord(this.nodeId, this.term, this.version, this.incarnation, this.host, this.port, this.zone,
				this.priority, this.weight, this.metadata, sameServices, sameFingerprints, this.leaseMillis, this.seal);
	}

	NodeRecord sealed(NodeSeal by) {
		return new NodeRecord(this.nodeId, this.term, this.version, this.incarnation, this.host, this.port, this.zone,
				this.priority, this.weight, this.metadata, this.services, this.fingerprints, this.leaseMillis, by);
	}

	/**
	 * Whether both name the same key as their owner's.
	 */
	boolean sameOwner(NodeRecord other) {
		return (this.seal == null || other.seal == null) ? this.seal == other.seal : this.seal.sameKey(other.seal);
	}

	/**
	 * The identity of its owner, as {@link io.macula.tls.NodeIdentity#text} has it.
	 * @return the identity, or {@code null} if the record is not signed
	 */
	@Nullable String identityText() {
		return (this.seal != null) ? HexFormat.of().formatHex(NodeIdentity.hash(this.seal.key())) : null;
	}

	/**
	 * Duration of the lease, whatever the other side claims: 1 second to 1 day.
	 */
	long leaseNanos() {
		return TimeUnit.MILLISECONDS.toNanos(Math.max(1000, Math.min(this.leaseMillis, 86_400_000)));
	}

	/**
	 * Where and who the owner is, for people.
	 */
	String owner() {
		String identity = identityText();
		return address() + ((identity != null) ? " (identity " + identity.substring(0, 16) + ")" : "");
	}

	String address() {
		return (this.host.indexOf(':') >= 0) ? "[" + this.host + "]:" + this.port : this.host + ":" + this.port;
	}

	/**
	 * Order of what is known of one node id: by term, then by version.
	 */
	static int compare(long term, long version, long otherTerm, long otherVersion) {
		int byTerm = Long.compare(term, otherTerm);
		return (byTerm != 0) ? byTerm : Long.compare(version, otherVersion);
	}

}
