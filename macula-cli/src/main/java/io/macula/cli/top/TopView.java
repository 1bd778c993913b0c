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

package io.macula.cli.top;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What somebody wants to see. Immutable.
 *
 * @param order by which column is sorted
 * @param reversed whether the least comes first
 * @param filter a part of a name, an application, a zone or a state; an empty text for
 * all
 * @param instances whether instances are shown below their services
 */
public record TopView(Order order, boolean reversed, String filter, boolean instances) {

	/**
	 * Most calls first, all of them.
	 * @return a view
	 */
	public static TopView initial() {
		return new TopView(Order.CALLS, false, "", true);
	}

	/**
	 * Sorted by another column; by the same one the other way round.
	 * @param other the column
	 * @return a further view
	 */
	public TopView by(Order other) {
		return new TopView(other, other == this.order && !this.reversed, this.filter, this.instances);
	}

	/**
	 * With another filter.
	 * @param text the filter
	 * @return a further view
	 */
	public TopView filtered(String text) {
		return new TopView(this.order, this.reversed, text, this.instances);
	}

	/**
	 * With or without instances.
	 * @return a further view
	 */
	public TopView toggled() {
		return new TopView(this.order, this.reversed, this.filter, !this.instances);
	}

	/**
	 * What is seen of all services.
	 * @param services all of them, with their instances
	 * @return those that match, sorted
	 */
	public List<TopRow> of(List<TopRow> services) {
		Comparator<TopRow> comparator = this.reversed ? this.order.comparator().reversed() : this.order.comparator();
		return services.stream()
			.map((service) -> (this.filter.isEmpty() || service.matches(this.filter)) ? service
					: service.with(service.instances().stream().filter((each) -> each.matches(this.filter)).toList()))
			.filter((service) -> this.filter.isEmpty() || service.matches(this.filter)
					|| !service.instances().isEmpty())
			.sorted(comparator)
			.map((service) -> service
				.with(this.instances ? service.instances().stream().sorted(comparator).toList() : List.of()))
			.toList();
	}

	/** A column by which is sorted: the most first, by name where that is equal. */
	public enum Order {

		/** Calls in a second. */
		CALLS('c', Comparator.comparingDouble((row) -> -row.rate().calls())),
		/** Failures in a second. */
		FAILURES('f', Comparator.comparingDouble((row) -> -row.rate().failures())),
		/** Median latency. */
		P50('5', Comparator.comparingDouble((row) -> -row.p50())),
		/** 99th percentile of the latency. */
		P99('9', Comparator.comparingDouble((row) -> -row.p99())),
		/** Calls being served. */
		INFLIGHT('i', Comparator.comparingInt((row) -> -row.inFlight())),
		/** Connections. */
		CONNECTIONS('o', Comparator.comparingInt((row) -> -row.connections())),
		/** Name, from a to z. */
		NAME('n', Comparator.comparing(TopRow::name));

		private final char key;

		private final Comparator<TopRow> comparator;

		Order(char key, Comparator<TopRow> comparator) {
			this.key = key;
			this.comparator = comparator;
		}

		/**
		 * The key on the keyboard.
		 * @return a letter or digit
		 */
		public char key() {
			return this.key;
		}

		/**
		 * For options.
		 * @return the name in small letters
		 */
		public String text() {
			return name().toLowerCase(Locale.ROOT);
		}

		Comparator<TopRow> comparator() {
			return this.comparator.thenComparing(TopRow::name);
		}

	}

}
