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

package io.macula.directory.springcloud;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.NodeIds;
import io.macula.Realm;
import io.macula.Route;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.AdvertisementRecord;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;

/**
 * What the metadata of an instance say of the node in it.
 */
final class DiscoveryMetadata {

	/*
	 * Keys with dashes, because Consul takes no dots. All are always written, with an
	 * empty value where there is nothing to say, because some registries add to what they
	 * have and take nothing away. The application's own metadata are one value, because
	 * their keys may have characters that a registry does not take.
	 */

	static final String SERVICES = "macula-services";

	static final String REALM = "macula-realm";

	static final String HOST = "macula-host";

	static final String PORT = "macula-port";

	static final String NODE_ID = "macula-node-id";

	static final String INCARNATION = "macula-incarnation";

	static final String IDENTITY = "macula-identity";

	static final String ZONE = "macula-zone";

	static final String WEIGHT = "macula-weight";

	static final String PRIORITY = "macula-priority";

	static final String METADATA = "macula-metadata";

	/** Where Eureka's clients look for it, too. */
	private static final String COMMON_ZONE = "zone";

	private DiscoveryMetadata() {
	}

	/**
	 * What a node says.
	 * @param advertisement of the node
	 * @param realm of the node
	 * @return text by key
	 */
	static Map<String, String> write(Advertisement advertisement, Realm realm) {
		Instance node = advertisement.instance();
		Map<String, String> metadata = new LinkedHashMap<>();
		metadata.put(SERVICES,
				new TreeSet<>(advertisement.services().stream().map(ServiceName::value).toList()).stream()
					.map((name) -> versioned(name, advertisement.fingerprints().get(new ServiceName(name))))
					.collect(Collectors.joining(",")));
		metadata.put(REALM, realm.name());
		metadata.put(HOST, node.endpoint().host());
		metadata.put(PORT, String.valueOf(node.endpoint().port()));
		metadata.put(Route.METADATA_KEY, Route.text(node.further()));
		metadata.put(NODE_ID, node.nodeId());
		metadata.put(INCARNATION, String.valueOf(node.incarnation()));
		metadata.put(IDENTITY, (node.identity() != null) ? node.identity() : "");
		metadata.put(ZONE, (node.zone() != null) ? node.zone() : "");
		metadata.put(WEIGHT, String.valueOf(node.weight()));
		metadata.put(PRIORITY, String.valueOf(node.priority()));
		metadata.put(METADATA,
				new TreeMap<>(node.metadata()).entrySet()
					.stream()
					.map((entry) -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
					.collect(Collectors.joining("&")));
		return metadata;
	}

	private static String versioned(String name, @Nullable Fingerprint fingerprint) {
		return (fingerprint != null) ? name + "=" + fingerprint.text() : name;
	}

	/**
	 * The same node once it serves nothing any more.
	 * @param written what it said before
	 * @return text by key
	 */
	static Map<String, String> withdrawn(Map<String, String> written) {
		Map<String, String> metadata = new LinkedHashMap<>(written);
		metadata.put(SERVICES, "");
		return metadata;
	}

	/**
	 * The node in an instance.
	 * @param found the instance
	 * @param realm whose nodes are asked for
	 * @param mapped services of an instance that does not tell any
	 * @param port of an instance that does not tell it, or 0
	 * @return the node, or {@code null} if there is none of the realm
	 * @throws IllegalArgumentException if its metadata are not valid; the message is a
	 * clause about them
	 */
	static @Nullable Node read(ServiceInstance found, Realm realm, Collection<ServiceName> mapped, int port) {
		Map<String, String> metadata = (found.getMetadata() != null) ? found.getMetadata() : Map.of();
		String told = metadata.get(SERVICES);
		if ((told == null && mapped.isEmpty()) || !realm.name().equals(metadata.getOrDefault(REALM, realm.name()))) {
			return null;
		}
		Map<ServiceName, Optional<Fingerprint>> services = (told != null) ? services(told) : new HashMap<>();
		if (told == null) {
			mapped.forEach((service) -> services.put(service, Optional.empty()));
		}
		Integer own = small(metadata, PORT);
		int effective = (own != null) ? own : (port != 0 || told != null) ? port : found.getPort();
		if (effective == 0) {
			throw new IllegalArgumentException("'" + PORT
					+ "' is missing: expected the UDP port of the node, here or as macula.directory.discovery-client.port");
		}
		String host = text(metadata, HOST);
		Endpoint endpoint = new Endpoint((host != null) ? host : found.getHost(), effective);
		String zone = text(metadata, ZONE);
		Integer weight = small(metadata, WEIGHT);
		Integer priority = small(metadata, PRIORITY);
		Instance instance = new Instance(nodeId(found, metadata, endpoint), incarnation(metadata), endpoint,
				(zone != null) ? zone : text(metadata, COMMON_ZONE), (priority != null) ? priority : 0,
				(weight != null) ? weight : Instance.DEFAULT_WEIGHT, own(metadata), text(metadata, IDENTITY),
				further(metadata));
		services.keySet().stream().findFirst().ifPresent((service) -> AdvertisementRecord.of(service, instance));
		return new Node(instance, services);
	}

	private static Map<ServiceName, Optional<Fingerprint>> services(String told) {
		Map<ServiceName, Optional<Fingerprint>> services = new HashMap<>();
		for (String entry : told.split("[,\\s]+")) {
			int equals = entry.indexOf('=');
			if (!entry.isEmpty()) {
				ServiceName name = new ServiceName((equals < 0) ? entry : entry.substring(0, equals));
				services.put(name,
						(equals < 0) ? Optional.empty() : Optional.of(new Fingerprint(entry.substring(equals + 1))));
			}
		}
		return services;
	}

	private static String nodeId(ServiceInstance found, Map<String, String> metadata, Endpoint endpoint) {
		String told = text(metadata, NODE_ID);
		if (told != null) {
			return NodeIds.require(told);
		}
		String instance = found.getInstanceId();
		return NodeIds.of((instance != null && !instance.isBlank()) ? instance : endpoint.toString());
	}

	private static long incarnation(Map<String, String> metadata) {
		String told = text(metadata, INCARNATION);
		try {
			return (told != null) ? Long.parseLong(told) : 0;
		}
		catch (NumberFormatException ex) {
			throw unexpected(INCARNATION, told, ex);
		}
	}

	private static Map<String, String> own(Map<String, String> metadata) {
		String told = text(metadata, METADATA);
		Map<String, String> own = new HashMap<>();
		if (told != null) {
			for (String entry : told.split("&")) {
				int equals = entry.indexOf('=');
				if (equals < 0) {
					throw new IllegalArgumentException("'" + METADATA + "' has the entry '" + Printable.text(entry, 100)
							+ "': expected key=value, in the form of a query");
				}
				own.put(decode(entry.substring(0, equals)), decode(entry.substring(equals + 1)));
			}
		}
		return own;
	}

	private static List<Endpoint> further(Map<String, String> metadata) {
		String told = text(metadata, Route.METADATA_KEY);
		if (told != null && text(metadata, NODE_ID) == null) {
			throw new IllegalArgumentException("'" + Route.METADATA_KEY + "' is '" + Printable.text(told, 100)
					+ "' and '" + NODE_ID + "' is missing: expected the id of the node, since at one of the addresses"
					+ " another node may be found");
		}
		return (told != null) ? Route.parseFurther(told) : List.of();
	}

	private static @Nullable Integer small(Map<String, String> metadata, String key) {
		String told = text(metadata, key);
		try {
			return (told != null) ? Integer.valueOf(told) : null;
		}
		catch (NumberFormatException ex) {
			throw unexpected(key, told, ex);
		}
	}

	private static IllegalArgumentException unexpected(String key, @Nullable String told, Exception cause) {
		return new IllegalArgumentException(
				"'" + key + "' is '" + Printable.text(told, 100) + "': expected a whole number", cause);
	}

	private static @Nullable String text(Map<String, String> metadata, String key) {
		String told = metadata.get(key);
		return (told != null && !told.isBlank()) ? told.strip() : null;
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static String decode(String text) {
		try {
			return URLDecoder.decode(text, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"'" + METADATA + "' has '" + Printable.text(text, 100) + "': expected the form of a query", ex);
		}
	}

	/**
	 * A node of the realm.
	 *
	 * @param instance the node
	 * @param services what it serves, with the version of the contract where it is told
	 */
	record Node(Instance instance, Map<ServiceName, Optional<Fingerprint>> services) {

	}

}
