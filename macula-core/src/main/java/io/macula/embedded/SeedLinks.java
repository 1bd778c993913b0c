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

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.directory.DirectoryLoop;
import org.jspecify.annotations.Nullable;

/**
 * The links of a replica to all addresses of all configured seeds. Owned by the loop.
 */
final class SeedLinks {

	/** Names are looked up again this often: pods come and go behind one name. */
	private static final Duration RESOLVE_PERIOD = Duration.ofSeconds(5);

	private final List<Endpoint> seeds;

	private final DirectoryLoop loop;

	private final Replication replication;

	private final SeedDialer dialer;

	/** By configured seed, then by address. */
	private final Map<Endpoint, Map<Endpoint, SeedLink>> links = new LinkedHashMap<>();

	private final Map<Endpoint, String> unresolved = new LinkedHashMap<>();

	private @Nullable Endpoint own;

	/** Where others reach this node besides, which may not be able to itself. */
	private Set<Endpoint> ownFurther = Set.of();

	private boolean stopped;

	SeedLinks(List<Endpoint> seeds, DirectoryLoop loop, Replication replication, SeedDialer dialer) {
		this.seeds = List.copyOf(new LinkedHashSet<>(seeds));
		this.loop = loop;
		this.replication = replication;
		this.dialer = dialer;
		this.seeds.forEach((seed) -> this.links.put(seed, new LinkedHashMap<>()));
	}

	/**
	 * Dial all seeds but this node itself.
	 * @param own the endpoint of this node, if it is known
	 */
	void start(@Nullable Endpoint own) {
		assert this.loop.inLoop();
		this.own = own;
		this.seeds.forEach(this::resolve);
	}

	/**
	 * This node advertises itself at these further addresses.
	 */
	void ownFurther(List<Endpoint> addresses) {
		assert this.loop.inLoop();
		this.ownFurther = Set.copyOf(addresses);
		this.seeds.stream().filter(this.ownFurther::contains).forEach((seed) -> {
			this.links.put(seed, new LinkedHashMap<>()).values().forEach(SeedLink::stop);
			this.unresolved.remove(seed);
		});
	}

	private boolean own(Endpoint endpoint) {
		return endpoint.equals(this.own) || this.ownFurther.contains(endpoint);
	}

	private void resolve(Endpoint seed) {
		if (this.stopped || own(seed)) {
			return;
		}
		this.dialer.resolve(seed)
			.subscribe((addresses) -> this.loop.execute(() -> resolved(seed, addresses)),
					(error) -> this.loop.execute(() -> resolveFailed(seed, error)));
	}

	private void resolved(Endpoint seed, List<Endpoint> addresses) {
		if (this.stopped || own(seed)) {
			return;
		}
		this.unresolved.remove(seed);
		Map<Endpoint, SeedLink> present = this.links.computeIfAbsent(seed, (endpoint) -> new LinkedHashMap<>());
		for (SeedLink link : List.copyOf(present.values())) {
			if (!addresses.contains(link.address()) && !link.linked()) {
				link.stop();
				present.remove(link.address());
			}
		}
		for (Endpoint address : addresses) {
			if (!own(address) && !present.containsKey(address)) {
				SeedLink link = new SeedLink(address, this.loop, this.replication, this.dialer);
				present.put(address, link);
				link.dial();
			}
		}
		this.loop.schedule(() -> resolve(seed), this.loop.jittered(RESOLVE_PERIOD));
	}

	private void resolveFailed(Endpoint seed, Throwable error) {
		if (own(seed)) {
			return;
		}
		this.unresolved.put(seed, String.valueOf(error.getMessage()));
		this.loop.schedule(() -> resolve(seed), SeedLink.pause(this.loop, 6));
	}

	/**
	 * Look after the time limits.
	 */
	void tick() {
		assert this.loop.inLoop();
		all().forEach(SeedLink::tick);
	}

	/**
	 * This node stood still itself: silence means nothing.
	 */
	void forgiveSilence() {
		assert this.loop.inLoop();
		all().forEach(SeedLink::forgiveSilence);
	}

	/**
	 * End all links for good.
	 */
	void stop() {
		assert this.loop.inLoop();
		this.stopped = true;
		all().forEach(SeedLink::stop);
	}

	/**
	 * Whether this node is one of the configured seeds.
	 */
	boolean includeSelf() {
		return this.seeds.stream().anyMatch(this::own) || all().stream().anyMatch(SeedLink::self);
	}

	/**
	 * Whether there is a seed that is another node, as far as is known.
	 */
	boolean includeOthers() {
		for (Endpoint seed : this.seeds) {
			Map<Endpoint, SeedLink> present = this.links.getOrDefault(seed, Map.of());
			boolean self = own(seed) || (!present.isEmpty() && present.values().stream().allMatch(SeedLink::self));
			if (!self) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The endpoints that this node dials by itself, so that their silence is first-hand
	 * knowledge.
	 */
	Set<Endpoint> dialled() {
		Set<Endpoint> dialled = new HashSet<>(this.seeds);
		this.links.values().forEach((present) -> dialled.addAll(present.keySet()));
		return dialled;
	}

	/**
	 * The state of each seed, for people.
	 */
	Map<String, String> describe() {
		Map<String, String> states = new LinkedHashMap<>();
		for (Endpoint seed : this.seeds) {
			Set<String> texts = new LinkedHashSet<>();
			this.links.getOrDefault(seed, Map.of()).values().forEach((link) -> texts.add(link.describe()));
			String unknown = this.unresolved.get(seed);
			if (unknown != null) {
				texts.add(unknown);
			}
			if (own(seed)) {
				texts.add("this node");
			}
			states.put(seed.toString(), String.join(", ", texts));
		}
		return states;
	}

	private List<SeedLink> all() {
		List<SeedLink> all = new ArrayList<>();
		this.links.values().forEach((present) -> all.addAll(present.values()));
		return all;
	}

}
