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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The addresses at which one instance is reached, nearest first: a client takes the one
 * that answers as that instance. Immutable; two routes are equal if all addresses are,
 * since instances of two networks may well have the same nearest one.
 *
 * @param first the endpoint of the instance
 * @param further other ones, from the nearest to the farthest; at most
 * {@value #MAX_FURTHER}, each once
 */
public record Route(Endpoint first, List<Endpoint> further) {

	/** Most further addresses. */
	public static final int MAX_FURTHER = 4;

	/**
	 * Key of the metadata in which the further addresses of a node travel where a record
	 * has no place of its own for them, so that nodes of earlier versions pass them on.
	 */
	public static final String METADATA_KEY = "macula-further";

	public Route {
		further = requireFurther(first, further);
	}

	/**
	 * The route to one endpoint.
	 * @param endpoint the endpoint
	 * @return a route without further addresses
	 */
	public static Route of(Endpoint endpoint) {
		return new Route(endpoint, List.of());
	}

	/**
	 * Demand further addresses that others can take.
	 * @param first the endpoint of the instance
	 * @param further the others
	 * @return an unmodifiable copy
	 * @throws IllegalArgumentException if there are more than {@value #MAX_FURTHER}, or
	 * one of them is there twice
	 */
	public static List<Endpoint> requireFurther(Endpoint first, List<Endpoint> further) {
		Objects.requireNonNull(first, "first");
		if (further.isEmpty()) {
			return List.of();
		}
		if (further.size() > MAX_FURTHER) {
			throw new IllegalArgumentException(further.size() + " further addresses of " + first
					+ " are not valid: expected at most " + MAX_FURTHER);
		}
		Set<Endpoint> known = new HashSet<>(Set.of(first));
		for (Endpoint each : further) {
			if (!known.add(each)) {
				throw new IllegalArgumentException(
						"further address " + each + " of " + first + " is not valid: expected each address once");
			}
		}
		return List.copyOf(further);
	}

	/**
	 * Read further addresses from one text.
	 * @param text as {@link #text} writes it
	 * @return the addresses
	 * @throws IllegalArgumentException if one of them is none
	 */
	public static List<Endpoint> parseFurther(String text) {
		List<Endpoint> further = new ArrayList<>();
		Arrays.stream(text.split(",", MAX_FURTHER + 2)).filter((each) -> !each.isBlank()).forEach((each) -> {
			further.add(Endpoint.parse(each));
		});
		return further;
	}

	/**
	 * Further addresses as one text.
	 * @param further the addresses
	 * @return each as {@code host:port}, separated by commas
	 */
	public static String text(List<Endpoint> further) {
		return further.stream().map(Endpoint::toString).collect(Collectors.joining(","));
	}

	/**
	 * All addresses.
	 * @return at least one, nearest first; not to be modified
	 */
	public List<Endpoint> endpoints() {
		if (this.further.isEmpty()) {
			return List.of(this.first);
		}
		List<Endpoint> all = new ArrayList<>();
		all.add(this.first);
		all.addAll(this.further);
		return all;
	}

	/**
	 * All addresses, one of them before the others.
	 * @param start one of the addresses
	 * @return that one, then the others, nearest first; not to be modified
	 */
	public List<Endpoint> endpoints(Endpoint start) {
		List<Endpoint> all = endpoints();
		if (start.equals(this.first) || !this.further.contains(start)) {
			return all;
		}
		List<Endpoint> sorted = new ArrayList<>(all);
		sorted.remove(start);
		sorted.add(0, start);
		return sorted;
	}

	@Override
	public String toString() {
		return this.further.isEmpty() ? this.first.toString() : this.first + " (or " + text(this.further) + ")";
	}

}
