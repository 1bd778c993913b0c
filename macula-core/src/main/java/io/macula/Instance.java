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

package io.macula;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * One running process of a provider. Immutable.
 *
 * @param nodeId unique in the realm, see {@link NodeIds}
 * @param incarnation number that grows with each start of the process; a pooled
 * connection to an older incarnation is a black hole and is evicted
 * @param endpoint address at which the instance listens
 * @param zone place of the instance, at most {@value #MAX_ZONE} printable characters, or
 * {@code null} where none is set
 * @param priority lower values come first for the strategy {@code first}; at most
 * {@value #MAX_PRIORITY} above or below 0, which is the default
 * @param weight relative share, 1 to {@value #MAX_WEIGHT}; default 100
 * @param metadata free text for the user's own strategies, see {@link #requireMetadata}
 * @param identity SHA-256 of the public key that it shows in handshakes, in lower-case
 * hexadecimal: no other process at its endpoint gets a call; {@code null} if the
 * directory does not know it
 * @param further other addresses at which the instance is reached, for clients that the
 * first one does not lead to it; from the nearest to the farthest, at most
 * {@value Route#MAX_FURTHER}, by default none
 */
public record Instance(String nodeId, long incarnation, Endpoint endpoint, @Nullable String zone, int priority,
		int weight, Map<String, String> metadata, @Nullable String identity, List<Endpoint> further) {

	/** Weight of an instance for which none is set. */
	public static final int DEFAULT_WEIGHT = 100;

	/** Most weight: what one instance takes from the others has a bound. */
	public static final int MAX_WEIGHT = 10_000;

	/** Largest priority; the least is as far below 0. */
	public static final int MAX_PRIORITY = 10_000;

	/** Most characters of a zone. */
	public static final int MAX_ZONE = 128;

	/** Most entries of metadata. */
	public static final int MAX_METADATA = 64;

	/** Most characters of a key of metadata. */
	public static final int MAX_METADATA_KEY = 128;

	/** Most characters of a value of metadata. */
	public static final int MAX_METADATA_VALUE = 4096;

	public Instance {
		Objects.requireNonNull(nodeId, "nodeId");
		Objects.requireNonNull(endpoint, "endpoint");
		metadata = Map.copyOf(metadata);
		NodeIds.require(nodeId);
		requireZone(zone);
		require(weight >= 1 && weight <= MAX_WEIGHT, "weight", weight, "1 to " + MAX_WEIGHT);
		require(Math.abs((long) priority) <= MAX_PRIORITY, "priority", priority, -MAX_PRIORITY + " to " + MAX_PRIORITY);
		requireMetadata(metadata);
		further = Route.requireFurther(endpoint, further);
		require(further.isEmpty() || metadata.size() < MAX_METADATA, "metadata", "of " + metadata.size() + " entries",
				"at most " + (MAX_METADATA - 1) + " entries beside further addresses, which travel in one");
	}

	/**
	 * Demand a zone that others can take.
	 * @param zone the zone, or {@code null} for none
	 * @return the zone
	 * @throws IllegalArgumentException if it is too long or not printable
	 */
	public static @Nullable String requireZone(@Nullable String zone) {
		require(zone == null || (zone.length() <= MAX_ZONE && Printable.printable(zone)), "zone",
				"'" + Printable.text(zone, MAX_ZONE) + "'", "at most " + MAX_ZONE + " printable characters");
		return zone;
	}

	/**
	 * Demand metadata that others can take.
	 * @param metadata the entries
	 * @return the entries
	 * @throws IllegalArgumentException if there are more than {@value #MAX_METADATA}, a
	 * key is longer than {@value #MAX_METADATA_KEY} characters or not printable, or a
	 * value is longer than {@value #MAX_METADATA_VALUE} or has half of a surrogate pair
	 */
	public static Map<String, String> requireMetadata(Map<String, String> metadata) {
		require(metadata.size() <= MAX_METADATA, "metadata", "of " + metadata.size() + " entries",
				"at most " + MAX_METADATA + " entries");
		metadata.forEach((key, value) -> {
			String told = "entry '" + Printable.text(key, MAX_METADATA_KEY) + "'";
			require(!key.isEmpty() && key.length() <= MAX_METADATA_KEY && Printable.printable(key), "metadata", told,
					"keys of 1 to " + MAX_METADATA_KEY + " printable characters");
			require(value.length() <= MAX_METADATA_VALUE, "metadata",
					told + " with a value of " + value.length() + " characters",
					"values of at most " + MAX_METADATA_VALUE + " characters");
			require(Utf8.travels(value), "metadata", told + " with half of a surrogate pair in its value",
					"values of whole characters");
		});
		return metadata;
	}

	private static void require(boolean valid, String name, Object value, String expected) {
		if (!valid) {
			throw new IllegalArgumentException(name + " " + value + " is not valid: expected " + expected);
		}
	}

	/**
	 * An instance with one address.
	 * @param nodeId unique in the realm
	 * @param incarnation number that grows with each start of the process
	 * @param endpoint address at which the instance listens
	 * @param zone place, or {@code null}
	 * @param priority lower values come first
	 * @param weight relative share
	 * @param metadata free text
	 * @param identity SHA-256 of its public key, or {@code null}
	 */
	public Instance(String nodeId, long incarnation, Endpoint endpoint, @Nullable String zone, int priority, int weight,
			Map<String, String> metadata, @Nullable String identity) {
		this(nodeId, incarnation, endpoint, zone, priority, weight, metadata, identity, List.of());
	}

	/**
	 * An instance of which the directory does not know the identity.
	 * @param nodeId unique in the realm
	 * @param incarnation number that grows with each start of the process
	 * @param endpoint address at which the instance listens
	 * @param zone place, or {@code null}
	 * @param priority lower values come first
	 * @param weight relative share
	 * @param metadata free text
	 */
	public Instance(String nodeId, long incarnation, Endpoint endpoint, @Nullable String zone, int priority, int weight,
			Map<String, String> metadata) {
		this(nodeId, incarnation, endpoint, zone, priority, weight, metadata, null);
	}

	/**
	 * An instance with default priority and weight and without zone and metadata.
	 * @param nodeId unique in the realm
	 * @param endpoint address at which the instance listens
	 * @return the instance, of incarnation 0
	 */
	public static Instance of(String nodeId, Endpoint endpoint) {
		return new Instance(nodeId, 0, endpoint, null, 0, DEFAULT_WEIGHT, Map.of());
	}

	/**
	 * This instance with another weight.
	 * @param other relative share
	 * @return an instance
	 * @throws IllegalArgumentException if the weight is not valid
	 */
	public Instance withWeight(int other) {
		return new Instance(this.nodeId, this.incarnation, this.endpoint, this.zone, this.priority, other,
				this.metadata, this.identity, this.further);
	}

	/**
	 * This instance with other further addresses.
	 * @param addresses from the nearest to the farthest
	 * @return an instance
	 * @throws IllegalArgumentException if they are not valid
	 */
	public Instance withFurther(List<Endpoint> addresses) {
		return new Instance(this.nodeId, this.incarnation, this.endpoint, this.zone, this.priority, this.weight,
				this.metadata, this.identity, addresses);
	}

	/**
	 * All addresses at which this instance is reached.
	 * @return the route
	 */
	public Route route() {
		return new Route(this.endpoint, this.further);
	}

	@Override
	public String toString() {
		return this.nodeId + "@" + this.endpoint;
	}

}
