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

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.macula.NodeIds;
import io.macula.ServiceName;
import io.macula.log.LogLimit;
import io.macula.log.Printable;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Records of a remote system that cannot be read: skipped, counted while they are there,
 * and logged once. Owned by the loop.
 */
final class CorruptRecords {

	private static final Logger logger = PrintableLogger.of(CorruptRecords.class);

	/** More are counted no further. */
	private static final int MOST = 1000;

	private final String type;

	private final LogLimit limit;

	/** What is wrong, by service and node id. */
	private final Map<String, String> faults = new LinkedHashMap<>();

	CorruptRecords(String type, LogLimit limit) {
		this.type = type;
		this.limit = limit;
	}

	/**
	 * Read a record.
	 * @return the record, or {@code null} if it is skipped
	 */
	@Nullable AdvertisementRecord read(ServiceName service, String nodeId, byte[] record) {
		try {
			AdvertisementRecord read = AdvertisementRecord.parse(record, service, NodeIds.require(nodeId));
			forget(service, nodeId);
			return read;
		}
		catch (IllegalArgumentException ex) {
			skip(service, nodeId, String.valueOf(ex.getMessage()));
			return null;
		}
	}

	private void skip(ServiceName service, String nodeId, String fault) {
		String key = key(service, nodeId);
		if (this.faults.size() >= MOST && !this.faults.containsKey(key)) {
			return;
		}
		if (!fault.equals(this.faults.put(key, fault))) {
			this.limit.log(key,
					(suppressed) -> logger.warn(
							"Record '{}' of service {} in {} is skipped: {}; whoever may write there can delete it{}",
							Printable.text(nodeId, NodeIds.MAX_LENGTH), service, this.type, fault, suppressed));
		}
	}

	void forget(ServiceName service, String nodeId) {
		this.faults.remove(key(service, nodeId));
	}

	/**
	 * None of a service are there but those of some keys.
	 */
	void retain(ServiceName service, Set<String> nodeIds) {
		String prefix = service + "/";
		this.faults.keySet()
			.removeIf((key) -> key.startsWith(prefix) && !nodeIds.contains(key.substring(prefix.length())));
	}

	private static String key(ServiceName service, String nodeId) {
		return service + "/" + nodeId;
	}

	int size() {
		return this.faults.size();
	}

	/**
	 * One of them, for people.
	 */
	@Nullable String example() {
		return this.faults.isEmpty() ? null : Printable.text(this.faults.keySet().iterator().next());
	}

}
