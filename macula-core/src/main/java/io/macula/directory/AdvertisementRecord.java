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

package io.macula.directory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.log.DurationText;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a system that keeps texts is told of one node for one of its services, so that who
 * uses the service reads nothing else. Immutable.
 *
 * @param service the service
 * @param instance the node
 * @param fingerprint version of the service's contract, or {@code null} if not told
 * @param lease how long the record stays after the last sign of life of its node: 1
 * second to 1 day
 * @param departing whether the node says that it leaves, or that it serves this service
 * no more: the record is about to be deleted
 */
public record AdvertisementRecord(ServiceName service, Instance instance, @Nullable Fingerprint fingerprint,
		Duration lease, boolean departing) {

	/*
	 * {"v":1,"service":"test.calculator","id":"a","incarnation":1,"host":"10.0.0.1",
	 * "port":9443,"further":["198.51.100.1:9443"],"zone":"z","priority":0,"weight":100,
	 * "metadata":{},"identity":"...","fingerprint":"...","leaseMillis":15000,
	 * "departing":true}
	 *
	 * Fields that have their default are left out. Fields of later versions are skipped
	 * by earlier ones; "v" changes only where that would be wrong.
	 */

	/** Most bytes of a record. */
	public static final int MAX_BYTES = 64 * 1024;

	private static final int VERSION = 1;

	/** Of the field that only departing records have. */
	private static final int DEPARTING_BYTES = ",\"departing\":true".length();

	private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);

	private static final Duration LONGEST_LEASE = Duration.ofDays(1);

	private static final Pattern IDENTITY = Pattern.compile("[0-9a-f]{64}");

	private static final JsonMapper JSON = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder()
				.maxNestingDepth(20)
				.maxNumberLength(20)
				.maxDocumentLength(MAX_BYTES)
				.build())
			.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
			.build())
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	public AdvertisementRecord {
		Objects.requireNonNull(service, "service");
		Objects.requireNonNull(instance, "instance");
		if (lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
			throw new IllegalArgumentException(
					"lease of " + DurationText.setting(lease) + " is not valid: expected 1 second to 1 day");
		}
		String identity = instance.identity();
		if (identity != null && !IDENTITY.matcher(identity).matches()) {
			throw new IllegalArgumentException("identity '" + Printable.text(identity, 100)
					+ "' is not valid: expected SHA-256 as 64 digits of lower-case hex");
		}
	}

	/**
	 * A record of what a node advertises.
	 * @param advertisement of the node
	 * @param service one of its services
	 * @return the record
	 */
	public static AdvertisementRecord of(Advertisement advertisement, ServiceName service) {
		Duration lease = advertisement.ttl();
		return new AdvertisementRecord(service, advertisement.instance(), advertisement.fingerprints().get(service),
				(lease.compareTo(LONGEST_LEASE) < 0) ? lease : LONGEST_LEASE, false);
	}

	/**
	 * A record of an instance that a system knows in its own way.
	 * @param service the service
	 * @param instance who serves it
	 * @return the record, with the default lease
	 */
	public static AdvertisementRecord of(ServiceName service, Instance instance) {
		return new AdvertisementRecord(service, instance, null, Advertisement.DEFAULT_TTL, false);
	}

	/**
	 * The same, of a node that leaves.
	 * @return a departing record
	 */
	public AdvertisementRecord departed() {
		return new AdvertisementRecord(this.service, this.instance, this.fingerprint, this.lease, true);
	}

	/**
	 * Read a record.
	 * @param record its text, of anybody
	 * @param service for which it was found
	 * @param nodeId for which it was found
	 * @return the record
	 * @throws IllegalArgumentException if it is no record of that node for that service;
	 * the message is a clause about it
	 */
	public static AdvertisementRecord parse(byte[] record, ServiceName service, String nodeId) {
		if (record.length > MAX_BYTES) {
			throw new IllegalArgumentException(
					"it has " + record.length + " bytes: expected at most " + MAX_BYTES + " (64 KiB)");
		}
		AdvertisementRecord read = read(tree(record));
		if (!read.service.equals(service) || !read.instance.nodeId().equals(nodeId)) {
			throw new IllegalArgumentException("it is of node '" + read.instance.nodeId() + "' for service '"
					+ read.service + "': expected node '" + Printable.text(nodeId) + "' for service '" + service + "'");
		}
		return read;
	}

	/**
	 * Read a record for somebody who only wants to know of nodes that are there.
	 * @param record its text, of anybody
	 * @param service name for which it was found, of anybody
	 * @param nodeId for which it was found
	 * @return the record, or {@code null} if it is no record, or of a node that departs
	 */
	public static @Nullable AdvertisementRecord present(byte[] record, String service, String nodeId) {
		try {
			AdvertisementRecord read = parse(record, new ServiceName(service), nodeId);
			return read.departing ? null : read;
		}
		catch (IllegalArgumentException ex) {
			// Whoever watches the service is told what is wrong with it.
			return null;
		}
	}

	private static JsonNode tree(byte[] record) {
		try {
			JsonNode tree = JSON.readTree(record);
			if (!tree.isObject()) {
				throw new IllegalArgumentException("it is no JSON object");
			}
			return tree;
		}
		catch (JacksonException ex) {
			String message = ex.getOriginalMessage().replaceFirst(" ?\\(start marker at .*", "");
			throw new IllegalArgumentException("it is no valid JSON: " + Printable.text(message), ex);
		}
	}

	private static AdvertisementRecord read(JsonNode tree) {
		long version = number(tree, "v", 0);
		if (version != VERSION) {
			throw new IllegalArgumentException("its version 'v' is " + version + ": expected " + VERSION);
		}
		ServiceName service = new ServiceName(required(tree, "service"));
		Endpoint endpoint = new Endpoint(required(tree, "host"), small(tree, "port", 0));
		Instance instance = new Instance(required(tree, "id"), number(tree, "incarnation", 0), endpoint,
				text(tree, "zone"), small(tree, "priority", 0), small(tree, "weight", Instance.DEFAULT_WEIGHT),
				texts(tree, "metadata"), text(tree, "identity"), endpoints(tree, "further"));
		String fingerprint = text(tree, "fingerprint");
		Duration lease = Duration.ofMillis(number(tree, "leaseMillis", Advertisement.DEFAULT_TTL.toMillis()));
		return new AdvertisementRecord(service, instance, (fingerprint != null) ? new Fingerprint(fingerprint) : null,
				lease, flag(tree, "departing"));
	}

	private static String required(JsonNode tree, String name) {
		String text = text(tree, name);
		if (text == null) {
			throw new IllegalArgumentException("its field '" + name + "' is missing");
		}
		return text;
	}

	private static @Nullable String text(JsonNode tree, String name) {
		JsonNode node = tree.get(name);
		if (node == null || node.isNull()) {
			return null;
		}
		if (!node.isString()) {
			throw unexpected(name, node, "a text");
		}
		return node.stringValue();
	}

	private static long number(JsonNode tree, String name, long absent) {
		JsonNode node = tree.get(name);
		if (node == null || node.isNull()) {
			return absent;
		}
		if (!node.isIntegralNumber() || !node.canConvertToLong()) {
			throw unexpected(name, node, "a whole number");
		}
		return node.longValue();
	}

	private static int small(JsonNode tree, String name, int absent) {
		long number = number(tree, name, absent);
		if (number != (int) number) {
			throw new IllegalArgumentException("its field '" + name + "' is " + number + ": out of range");
		}
		return (int) number;
	}

	private static boolean flag(JsonNode tree, String name) {
		JsonNode node = tree.get(name);
		if (node == null || node.isNull()) {
			return false;
		}
		if (!node.isBoolean()) {
			throw unexpected(name, node, "true or false");
		}
		return node.booleanValue();
	}

	private static Map<String, String> texts(JsonNode tree, String name) {
		JsonNode node = tree.get(name);
		if (node == null || node.isNull()) {
			return Map.of();
		}
		if (!node.isObject()) {
			throw unexpected(name, node, "an object of texts");
		}
		Map<String, String> texts = new TreeMap<>();
		for (Map.Entry<String, JsonNode> entry : node.properties()) {
			if (!entry.getValue().isString()) {
				throw unexpected(name + "." + Printable.text(entry.getKey(), 100), entry.getValue(), "a text");
			}
			texts.put(entry.getKey(), entry.getValue().stringValue());
		}
		return texts;
	}

	private static List<Endpoint> endpoints(JsonNode tree, String name) {
		JsonNode node = tree.get(name);
		if (node == null || node.isNull()) {
			return List.of();
		}
		if (!node.isArray()) {
			throw unexpected(name, node, "a list of texts");
		}
		List<Endpoint> endpoints = new ArrayList<>();
		for (JsonNode each : node) {
			if (!each.isString()) {
				throw unexpected(name, each, "a text such as \"198.51.100.1:9443\"");
			}
			endpoints.add(Endpoint.parse(each.stringValue()));
		}
		return endpoints;
	}

	private static IllegalArgumentException unexpected(String name, JsonNode node, String expected) {
		return new IllegalArgumentException(
				"its field '" + name + "' is " + Printable.text(node.toString(), 100) + ": expected " + expected);
	}

	/**
	 * The text of this record; equal for equal records.
	 * @return JSON in UTF-8, at most {@value #MAX_BYTES} bytes, also once it is
	 * {@linkplain #departed() departed}
	 * @throws IllegalArgumentException if it has more
	 */
	public byte[] encode() {
		ObjectNode tree = JSON.createObjectNode();
		Instance node = this.instance;
		tree.put("v", VERSION).put("service", this.service.value()).put("id", node.nodeId());
		tree.put("incarnation", node.incarnation());
		tree.put("host", node.endpoint().host()).put("port", node.endpoint().port());
		if (!node.further().isEmpty()) {
			ArrayNode further = tree.putArray("further");
			node.further().forEach((each) -> further.add(each.toString()));
		}
		if (node.zone() != null) {
			tree.put("zone", node.zone());
		}
		if (node.priority() != 0) {
			tree.put("priority", node.priority());
		}
		tree.put("weight", node.weight());
		if (!node.metadata().isEmpty()) {
			ObjectNode metadata = tree.putObject("metadata");
			new TreeMap<>(node.metadata()).forEach(metadata::put);
		}
		if (node.identity() != null) {
			tree.put("identity", node.identity());
		}
		if (this.fingerprint != null) {
			tree.put("fingerprint", this.fingerprint.text());
		}
		tree.put("leaseMillis", this.lease.toMillis());
		if (this.departing) {
			tree.put("departing", true);
		}
		byte[] text = JSON.writeValueAsBytes(tree);
		// Whoever advertises has to be able to say that he leaves.
		int most = this.departing ? MAX_BYTES : MAX_BYTES - DEPARTING_BYTES;
		if (text.length > most) {
			throw new IllegalArgumentException(
					"The record of node '" + node.nodeId() + "' for service '" + this.service + "' has " + text.length
							+ " bytes: expected at most " + most + "; shorten the metadata (macula.provider.metadata)");
		}
		return text;
	}

}
