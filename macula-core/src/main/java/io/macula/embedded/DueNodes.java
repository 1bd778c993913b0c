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

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The nodes of which a peer is to hear: each once, however often it changes. Records,
 * ends and renewals go at once or with a batch. Owned by the loop.
 */
final class DueNodes {

	private final Set<String> records = new LinkedHashSet<>();

	private final Set<String> later = new LinkedHashSet<>();

	private final Set<String> asked = new LinkedHashSet<>();

	private final Set<String> renewals = new LinkedHashSet<>();

	private final Set<String> laterRenewals = new LinkedHashSet<>();

	/**
	 * The peer is told the record or the end.
	 */
	void add(String nodeId) {
		this.records.add(nodeId);
	}

	/**
	 * The peer is told the record with the next batch.
	 */
	void addLater(String nodeId) {
		this.later.add(nodeId);
	}

	/**
	 * The peer asked for the record, or showed that it lacks it.
	 */
	void addAsked(String nodeId) {
		this.asked.add(nodeId);
	}

	/**
	 * The peer is told the renewal.
	 * @param atOnce whether it does not wait for a batch
	 */
	void addRenewal(String nodeId, boolean atOnce) {
		if (!atOnce) {
			this.laterRenewals.add(nodeId);
		}
		else if (this.renewals.add(nodeId)) {
			this.laterRenewals.remove(nodeId);
		}
	}

	/**
	 * The peer needs not be told.
	 */
	void remove(String nodeId) {
		this.records.remove(nodeId);
		this.later.remove(nodeId);
		this.asked.remove(nodeId);
		this.renewals.remove(nodeId);
		this.laterRenewals.remove(nodeId);
	}

	/**
	 * The moment of a batch: what was to wait for it is due.
	 * @param renewals those that are to wait no longer
	 */
	void batch(Predicate<String> renewals) {
		this.records.addAll(this.later);
		this.later.clear();
		this.laterRenewals.removeIf((nodeId) -> renewals.test(nodeId) && this.renewals.add(nodeId));
	}

	boolean hasRecords() {
		return !this.records.isEmpty();
	}

	boolean hasAsked() {
		return !this.asked.isEmpty();
	}

	boolean hasRenewals() {
		return !this.renewals.isEmpty();
	}

	/**
	 * Take nodes whose records are due; with the record, the renewal is told.
	 * @param full whether there is no room for another
	 * @param teller tells of each
	 */
	void takeRecords(BooleanSupplier full, Consumer<String> teller) {
		takeRecords(this.records, full, teller);
	}

	/**
	 * Take nodes whose records the peer asked for.
	 * @param full whether there is no room for another
	 * @param teller tells of each
	 */
	void takeAsked(BooleanSupplier full, Consumer<String> teller) {
		takeRecords(this.asked, full, teller);
	}

	private void takeRecords(Set<String> from, BooleanSupplier full, Consumer<String> teller) {
		take(from, DirectoryUpdate.MAX_RECORDS, full, (nodeId) -> {
			remove(nodeId);
			teller.accept(nodeId);
		});
	}

	/**
	 * Take nodes whose renewals are due.
	 * @param teller tells of each
	 */
	void takeRenewals(Consumer<String> teller) {
		take(this.renewals, DirectoryUpdate.MAX_ENTRIES, teller);
	}

	/**
	 * Take from a set.
	 * @param limit most to take
	 * @param teller told of each after it was taken
	 */
	static void take(Set<String> from, int limit, Consumer<String> teller) {
		take(from, limit, () -> false, teller);
	}

	private static void take(Set<String> from, int limit, BooleanSupplier full, Consumer<String> teller) {
		Iterator<String> iterator = from.iterator();
		for (int i = 0; i < limit && iterator.hasNext() && !full.getAsBoolean(); i++) {
			String nodeId = iterator.next();
			iterator.remove();
			teller.accept(nodeId);
		}
	}

}
