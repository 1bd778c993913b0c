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

package io.macula.directory.kubernetes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditionsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import org.jspecify.annotations.Nullable;

/**
 * EndpointSlices, as the controller makes them.
 */
final class Slices {

	private final String name;

	private final Map<String, String> labels = new HashMap<>();

	private final List<Endpoint> endpoints = new ArrayList<>();

	private List<EndpointPort> ports = List.of(port("macula", "UDP", 9443));

	private String addressType = "IPv4";

	private Slices(String name, String service) {
		this.name = name;
		this.labels.put("kubernetes.io/service-name", service);
	}

	static Slices of(String name, String service) {
		return new Slices(name, service);
	}

	static EndpointPort port(@Nullable String name, String protocol, int number) {
		return new EndpointPortBuilder().withName(name).withProtocol(protocol).withPort(number).build();
	}

	Slices carrying(String... services) {
		for (String service : services) {
			this.labels.put(ServiceLabels.SERVICE + service, "");
		}
		return this;
	}

	Slices label(String key, String value) {
		this.labels.put(key, value);
		return this;
	}

	Slices ports(EndpointPort... other) {
		this.ports = List.of(other);
		return this;
	}

	Slices type(String other) {
		this.addressType = other;
		return this;
	}

	Slices pod(String pod, String address) {
		return pod(pod, pod + "-uid", address, true, true, false);
	}

	Slices pod(String pod, String uid, String address, @Nullable Boolean ready, @Nullable Boolean serving,
			@Nullable Boolean terminating) {
		return endpoint(endpoint(pod, uid, address, ready, serving, terminating).build());
	}

	Slices endpoint(Endpoint endpoint) {
		this.endpoints.add(endpoint);
		return this;
	}

	static EndpointBuilder endpoint(String pod, String uid, String address, @Nullable Boolean ready,
			@Nullable Boolean serving, @Nullable Boolean terminating) {
		return new EndpointBuilder().withAddresses(address)
			.withConditions(new EndpointConditionsBuilder().withReady(ready)
				.withServing(serving)
				.withTerminating(terminating)
				.build())
			.withNewTargetRef()
			.withKind("Pod")
			.withName(pod)
			.withUid(uid)
			.endTargetRef();
	}

	EndpointSlice build() {
		return new EndpointSliceBuilder().withNewMetadata()
			.withName(this.name)
			.withLabels(this.labels)
			.endMetadata()
			.withAddressType(this.addressType)
			.withEndpoints(this.endpoints)
			.withPorts(this.ports)
			.build();
	}

}
