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
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import io.macula.Instance;
import io.macula.NodeIds;
import io.macula.ServiceName;
import io.macula.directory.AdvertisementRecord;
import org.jspecify.annotations.Nullable;

/**
 * What EndpointSlices say of instances. Immutable.
 */
final class SliceReader {

	/** Of one EndpointSlice, for people. */
	private static final int MOST_FAULTS = 3;

	private static final int NO_HOST_PORT = 0;

	private final String portName;

	private final AddressFamily family;

	private final @Nullable String zone;

	/**
	 * A reader.
	 * @param portName name of the port at which providers listen
	 * @param family which of several addresses is taken
	 * @param zone place of this node, or {@code null}
	 */
	SliceReader(String portName, AddressFamily family, @Nullable String zone) {
		this.portName = portName;
		this.family = family;
		this.zone = zone;
	}

	/**
	 * Read one EndpointSlice.
	 * @param slice of anybody
	 * @return its pods
	 */
	ReadSlice read(EndpointSlice slice) {
		Map<String, String> labels = Objects.requireNonNullElse(slice.getMetadata().getLabels(), Map.of());
		String name = slice.getMetadata().getName();
		List<Endpoint> endpoints = Objects.requireNonNullElse(slice.getEndpoints(), List.of());
		List<Pod> pods = new ArrayList<>(endpoints.size());
		List<String> faults = new ArrayList<>();
		if (!endpoints.isEmpty()) {
			try {
				Shared shared = shared(slice, labels, faults);
				for (Endpoint endpoint : endpoints) {
					add(pods, endpoint, shared, faults);
				}
			}
			catch (IllegalArgumentException ex) {
				faults.add(ex.getMessage() + "; it is skipped");
			}
		}
		String fault = faults.isEmpty() ? null : "EndpointSlice '" + name + "' of Service '"
				+ labels.get(ServiceLabels.OWNER) + "': " + String.join("; ", faults);
		return new ReadSlice(name, slice.getMetadata().getResourceVersion(), labels, pods, fault);
	}

	/* A slip in a label must not take the pods of a Service away. */
	private Shared shared(EndpointSlice slice, Map<String, String> labels, List<String> faults) {
		int port = port(slice);
		int weight = ServiceLabels.number(labels, ServiceLabels.WEIGHT, Instance.DEFAULT_WEIGHT, 1, Instance.MAX_WEIGHT,
				faults);
		int priority = ServiceLabels.number(labels, ServiceLabels.PRIORITY, 0, -Instance.MAX_PRIORITY,
				Instance.MAX_PRIORITY, faults);
		int hostPort = ServiceLabels.number(labels, ServiceLabels.HOST_PORT, NO_HOST_PORT, 1, 65535, faults);
		return new Shared(slice.getAddressType(), port, weight, priority, hostPort);
	}

	/* Nor must one endpoint take the others away. */
	private void add(List<Pod> pods, Endpoint endpoint, Shared shared, List<String> faults) {
		try {
			pods.add(pod(endpoint, shared));
		}
		catch (IllegalArgumentException ex) {
			if (faults.size() < MOST_FAULTS) {
				faults.add("endpoint " + endpoint.getAddresses() + " is skipped: " + ex.getMessage());
			}
		}
	}

	/**
	 * Whether an EndpointSlice has a port of the name that providers use.
	 * @param slice of anybody
	 */
	boolean namesPort(EndpointSlice slice) {
		return slice.getPorts() != null
				&& slice.getPorts().stream().anyMatch((port) -> this.portName.equals(port.getName()));
	}

	private int port(EndpointSlice slice) {
		List<EndpointPort> ports = Objects.requireNonNullElse(slice.getPorts(), List.of());
		EndpointPort found = null;
		int udp = 0;
		for (EndpointPort port : ports) {
			if (port.getPort() != null && this.portName.equals(port.getName())) {
				return port.getPort();
			}
			if (port.getPort() != null && "UDP".equals(port.getProtocol())) {
				udp++;
				found = port;
			}
		}
		if (found == null || udp > 1) {
			throw new IllegalArgumentException("it has no port '" + this.portName + "' and " + udp
					+ " other ports of UDP: expected a port of that name (macula.directory.kubernetes.port-name), or one of UDP");
		}
		return found.getPort();
	}

	private Pod pod(Endpoint endpoint, Shared shared) {
		List<String> addresses = Objects.requireNonNullElse(endpoint.getAddresses(), List.of());
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("it has no address");
		}
		io.macula.Endpoint at = new io.macula.Endpoint(addresses.get(0), shared.port());
		ObjectReference target = endpoint.getTargetRef();
		String name = (target != null) ? target.getName() : endpoint.getHostname();
		String uid = (target != null) ? target.getUid() : null;
		String id = id((name != null && !name.isEmpty()) ? name : at.toString(), uid);
		Instance instance = new Instance(id, 0, at, zone(endpoint), shared.priority(), shared.weight(), Map.of(), null,
				further(endpoint, shared));
		return new Pod(instance, (uid != null) ? uid : id, shared.addressType(), State.of(endpoint.getConditions()));
	}

	/* Only the name of a pod tells it from whoever else may be at one of them. */
	private static List<io.macula.Endpoint> further(Endpoint endpoint, Shared shared) {
		String machine = endpoint.getNodeName();
		boolean named = machine != null && endpoint.getTargetRef() != null;
		return (named && shared.hostPort() != NO_HOST_PORT)
				? List.of(new io.macula.Endpoint(machine, shared.hostPort())) : List.of();
	}

	/* A hint says whose calls it shall take, which counts more than where it is. */
	private @Nullable String zone(Endpoint endpoint) {
		List<ForZone> hinted = (endpoint.getHints() != null)
				? Objects.requireNonNullElse(endpoint.getHints().getForZones(), List.of()) : List.of();
		if (hinted.isEmpty()) {
			return endpoint.getZone();
		}
		return hinted.stream().anyMatch((hint) -> hint.getName().equals(this.zone)) ? this.zone
				: hinted.get(0).getName();
	}

	/** A pod's name may be longer than the id of a node. */
	private static String id(String name, @Nullable String uid) {
		String text = (name.length() <= NodeIds.MAX_LENGTH) ? name
				: (uid != null) ? uid : name.substring(name.length() - NodeIds.MAX_LENGTH);
		return NodeIds.of(text);
	}

	/**
	 * What several EndpointSlices say together.
	 * @param service what they carry
	 * @param slices all of them
	 * @return one record for each pod; departing for one that takes no calls
	 */
	List<AdvertisementRecord> records(ServiceName service, Collection<ReadSlice> slices) {
		// A pod that ends never comes back, whatever an older slice still says of it.
		Set<String> ending = new HashSet<>();
		for (ReadSlice slice : slices) {
			for (Pod pod : slice.pods()) {
				if (pod.state() == State.ENDING) {
					ending.add(pod.uid());
				}
			}
		}
		Map<String, Pod> byId = new LinkedHashMap<>();
		for (ReadSlice slice : slices) {
			for (Pod pod : slice.pods()) {
				Pod now = ending.contains(pod.uid()) ? pod.ending() : pod;
				byId.merge(now.instance().nodeId(), now, this::better);
			}
		}
		List<AdvertisementRecord> records = new ArrayList<>(byId.size());
		for (Pod pod : byId.values()) {
			AdvertisementRecord record = AdvertisementRecord.of(service, pod.instance());
			records.add((pod.state() == State.READY) ? record : record.departed());
		}
		return records;
	}

	/*
	 * Of two with one name, as in a StatefulSet, the one that takes calls; then by
	 * family.
	 */
	private Pod better(Pod one, Pod other) {
		if (one.state() != other.state()) {
			return (one.state().compareTo(other.state()) < 0) ? one : other;
		}
		boolean preferred = other.addressType().equals(this.family.addressType())
				&& !one.addressType().equals(this.family.addressType());
		return preferred ? other : one;
	}

	/**
	 * What the pods of one EndpointSlice have in common.
	 *
	 * @param addressType of their addresses
	 * @param port at which they listen
	 * @param weight of each
	 * @param priority of each
	 * @param hostPort where each is reached at its machine, or {@link #NO_HOST_PORT}
	 */
	private record Shared(String addressType, int port, int weight, int priority, int hostPort) {

	}

	/**
	 * One EndpointSlice. Immutable.
	 *
	 * @param name of it
	 * @param version of it, or {@code null}
	 * @param labels of it
	 * @param pods what it lists
	 * @param fault what of it cannot be used, and why, or {@code null}
	 */
	record ReadSlice(String name, @Nullable String version, Map<String, String> labels, List<Pod> pods,
			@Nullable String fault) {

		/** The newer of two that were told of one EndpointSlice. */
		static ReadSlice newer(ReadSlice one, ReadSlice other) {
			return ResourceVersions.isOlder(other.version(), one.version()) ? one : other;
		}

	}

	/**
	 * One pod, at one of its addresses. Immutable.
	 *
	 * @param instance what clients know of it: of incarnation 0, since Kubernetes does
	 * not know that of the process
	 * @param uid tells it from another of its name
	 * @param addressType of its address
	 * @param state whether it takes calls
	 */
	record Pod(Instance instance, String uid, String addressType, State state) {

		Pod ending() {
			return new Pod(this.instance, this.uid, this.addressType, State.ENDING);
		}

	}

	/** Whether a pod takes calls; the better first. */
	enum State {

		READY, UNREADY, ENDING;

		/*
		 * A Service that publishes pods that are not ready says that all are; "serving"
		 * is then what counts.
		 */
		static State of(@Nullable EndpointConditions conditions) {
			if (conditions == null) {
				return READY;
			}
			if (Boolean.TRUE.equals(conditions.getTerminating())) {
				return ENDING;
			}
			boolean refused = Boolean.FALSE.equals(conditions.getReady())
					|| Boolean.FALSE.equals(conditions.getServing());
			return refused ? UNREADY : READY;
		}

	}

}
