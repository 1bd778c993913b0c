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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
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
 * @param metadata free text
 * @param services names of the services, sorted
 * @param leaseMillis time after which the record expires unless renewed
 */
record NodeRecord(String nodeId, long term, long version, long incarnation, String host, int port,
		@Nullable String zone, int priority, int weight, Map<String, String> metadata, List<String> services,
		long leaseMillis) {

	NodeRecord {
		Objects.requireNonNull(nodeId, "nodeId");
		metadata = (metadata != null) ? Map.copyOf(metadata) : Map.of();
		services = (services != null) ? List.copyOf(services) : List.of();
	}

	static NodeRecord of(Advertisement advertisement, long term, long version) {
		Instance instance = advertisement.instance();
		List<String> services = advertisement.services().stream().map(ServiceName::value).sorted().toList();
		return new NodeRecord(instance.nodeId(), term, version, instance.incarnation(), instance.endpoint().host(),
				instance.endpoint().port(), instance.zone(), instance.priority(), instance.weight(),
				instance.metadata(), services, advertisement.ttl().toMillis());
	}

	/**
	 * The instance that this record describes.
	 * @return the instance
	 * @throws RuntimeException if a value is not valid
	 */
	Instance instance() {
		return new Instance(this.nodeId, this.incarnation, new Endpoint(this.host, this.port), this.zone, this.priority,
				this.weight, this.metadata);
	}

	/**
	 * This record with only those services that someone asked for.
	 * @param interests names of services
	 * @return this record or a narrower one
	 */
	NodeRecord only(Set<String> interests) {
		List<String> kept = new ArrayList<>();
		for (String service : this.services) {
			if (interests.contains(service)) {
				kept.add(service);
			}
		}
		return (kept.size() == this.services.size()) ? this
				: new NodeRecord(this.nodeId, this.term, this.version, this.incarnation, this.host, this.port,
						this.zone, this.priority, this.weight, this.metadata, kept, this.leaseMillis);
	}

	NodeRecord withTerm(long term, long version) {
		return new NodeRecord(this.nodeId, term, version, this.incarnation, this.host, this.port, this.zone,
				this.priority, this.weight, this.metadata, this.services, this.leaseMillis);
	}

	/**
	 * Duration of the lease, whatever the other side claims: 1 second to 1 day.
	 */
	long leaseNanos() {
		return TimeUnit.MILLISECONDS.toNanos(Math.max(1000, Math.min(this.leaseMillis, 86_400_000)));
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
