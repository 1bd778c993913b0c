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

package io.macula.server;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Route;
import org.jspecify.annotations.Nullable;

/**
 * How a node serves. Immutable.
 *
 * @param address local address to bind, or {@code null} for all, of IPv6 and IPv4
 * @param port UDP port to bind, 0 for any free one; default 9443
 * @param advertisedHost host that others dial, or {@code null} to choose one
 * @param priority lower values come first for the strategy {@code first}; -10000 to
 * 10000, default 0
 * @param weight relative share, 1 to 10000; default 100
 * @param metadata free text for the users' own strategies
 * @param maxThreads handlers that may block at once; default 200
 * @param queueCapacity calls that may wait for a thread; beyond it they are refused as
 * not processed; default 10000
 * @param maxInFlight calls that may be open at once on this node; default 100000
 * @param grace time that calls in flight have to finish when the node drains; default 30
 * seconds
 * @param exposeMessages whether callers are told types and messages of exceptions that
 * the contract does not declare, and why a result cannot be encoded; by default these
 * stay in the log of the provider
 * @param further addresses under which this node is reached by those whom its endpoint
 * does not lead to it, from the nearest to the farthest; at most
 * {@value Route#MAX_FURTHER}, default none
 */
public record ProviderSettings(@Nullable String address, int port, @Nullable String advertisedHost, int priority,
		int weight, Map<String, String> metadata, int maxThreads, int queueCapacity, int maxInFlight, Duration grace,
		boolean exposeMessages, List<Endpoint> further) {

	/** Default UDP port of a provider. */
	public static final int DEFAULT_PORT = 9443;

	public ProviderSettings {
		metadata = Map.copyOf(metadata);
		require(port >= 0 && port <= 65535, "port", port, "0 to 65535");
		require(weight >= 1 && weight <= Instance.MAX_WEIGHT, "weight", weight, "1 to " + Instance.MAX_WEIGHT);
		require(Math.abs((long) priority) <= Instance.MAX_PRIORITY, "priority", priority,
				-Instance.MAX_PRIORITY + " to " + Instance.MAX_PRIORITY);
		Instance.requireMetadata(metadata);
		new ProviderLimits(maxThreads, queueCapacity, maxInFlight, grace);
		further = List.copyOf(further);
		require(further.size() <= Route.MAX_FURTHER, "further", "of " + further.size() + " addresses",
				"at most " + Route.MAX_FURTHER);
		require(new HashSet<>(further).size() == further.size(), "further", further, "each address once");
		require(further.isEmpty() || metadata.size() < Instance.MAX_METADATA, "metadata",
				"of " + metadata.size() + " entries",
				"at most " + (Instance.MAX_METADATA - 1) + " entries beside further addresses");
		require(!metadata.containsKey(Route.METADATA_KEY), "metadata", "entry '" + Route.METADATA_KEY + "'",
				"another key: this one is for the further addresses (macula.provider.further-addresses)");
	}

	/**
	 * Settings of a node with one address.
	 * @param address local address to bind, or {@code null} for all, of IPv6 and IPv4
	 * @param port UDP port to bind, 0 for any free one
	 * @param advertisedHost host that others dial, or {@code null} to choose one
	 * @param priority lower values come first for the strategy {@code first}
	 * @param weight relative share, at least 1
	 * @param metadata free text for the users' own strategies
	 * @param maxThreads handlers that may block at once
	 * @param queueCapacity calls that may wait for a thread
	 * @param maxInFlight calls that may be open at once on this node
	 * @param grace time that calls in flight have to finish when the node drains
	 * @param exposeMessages whether callers are told messages that are not declared
	 */
	public ProviderSettings(@Nullable String address, int port, @Nullable String advertisedHost, int priority,
			int weight, Map<String, String> metadata, int maxThreads, int queueCapacity, int maxInFlight,
			Duration grace, boolean exposeMessages) {
		this(address, port, advertisedHost, priority, weight, metadata, maxThreads, queueCapacity, maxInFlight, grace,
				exposeMessages, List.of());
	}

	/**
	 * Settings that expose no messages.
	 * @param address local address to bind, or {@code null} for all, of IPv6 and IPv4
	 * @param port UDP port to bind, 0 for any free one
	 * @param advertisedHost host that others dial, or {@code null} to choose one
	 * @param priority lower values come first for the strategy {@code first}
	 * @param weight relative share, at least 1
	 * @param metadata free text for the users' own strategies
	 * @param maxThreads handlers that may block at once
	 * @param queueCapacity calls that may wait for a thread
	 * @param maxInFlight calls that may be open at once on this node
	 * @param grace time that calls in flight have to finish when the node drains
	 */
	public ProviderSettings(@Nullable String address, int port, @Nullable String advertisedHost, int priority,
			int weight, Map<String, String> metadata, int maxThreads, int queueCapacity, int maxInFlight,
			Duration grace) {
		this(address, port, advertisedHost, priority, weight, metadata, maxThreads, queueCapacity, maxInFlight, grace,
				false);
	}

	/**
	 * The defaults.
	 * @return settings
	 */
	public static ProviderSettings defaults() {
		return new ProviderSettings(null, DEFAULT_PORT, null, 0, 100, Map.of(), 200, 10_000, 100_000,
				Duration.ofSeconds(30));
	}

	/**
	 * These settings with another port.
	 * @param port UDP port to bind, 0 for any
	 * @return settings
	 */
	public ProviderSettings withPort(int port) {
		return new ProviderSettings(this.address, port, this.advertisedHost, this.priority, this.weight, this.metadata,
				this.maxThreads, this.queueCapacity, this.maxInFlight, this.grace, this.exposeMessages, this.further);
	}

	/**
	 * These settings with other further addresses.
	 * @param further from the nearest to the farthest, at most {@value Route#MAX_FURTHER}
	 * @return settings
	 */
	public ProviderSettings withFurther(List<Endpoint> further) {
		return new ProviderSettings(this.address, this.port, this.advertisedHost, this.priority, this.weight,
				this.metadata, this.maxThreads, this.queueCapacity, this.maxInFlight, this.grace, this.exposeMessages,
				further);
	}

	/**
	 * These settings with another weight.
	 * @param weight relative share, 1 to 10000
	 * @return settings
	 */
	public ProviderSettings withWeight(int weight) {
		return new ProviderSettings(this.address, this.port, this.advertisedHost, this.priority, weight, this.metadata,
				this.maxThreads, this.queueCapacity, this.maxInFlight, this.grace, this.exposeMessages, this.further);
	}

	/**
	 * These settings with another word on the messages of exceptions.
	 * @param exposeMessages whether callers are told those that are not declared
	 * @return settings
	 */
	public ProviderSettings withExposeMessages(boolean exposeMessages) {
		return new ProviderSettings(this.address, this.port, this.advertisedHost, this.priority, this.weight,
				this.metadata, this.maxThreads, this.queueCapacity, this.maxInFlight, this.grace, exposeMessages,
				this.further);
	}

	/**
	 * How much is served at once: what can change while the node serves.
	 * @return the limits
	 */
	public ProviderLimits limits() {
		return new ProviderLimits(this.maxThreads, this.queueCapacity, this.maxInFlight, this.grace);
	}

	/**
	 * These settings with other limits.
	 * @param limits how much is served at once
	 * @return settings
	 */
	public ProviderSettings withLimits(ProviderLimits limits) {
		return new ProviderSettings(this.address, this.port, this.advertisedHost, this.priority, this.weight,
				this.metadata, limits.maxThreads(), limits.queueCapacity(), limits.maxInFlight(), limits.grace(),
				this.exposeMessages, this.further);
	}

	private static void require(boolean valid, String name, Object value, String expected) {
		ProviderLimits.require(valid, name, value, expected);
	}

}
