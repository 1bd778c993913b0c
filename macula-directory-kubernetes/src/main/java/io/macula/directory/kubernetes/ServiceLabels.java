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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.kubernetes.SliceReader.ReadSlice;
import org.jspecify.annotations.Nullable;

/**
 * What the labels of a Kubernetes Service say of the services of a realm. Kubernetes
 * copies the labels of a Service to its EndpointSlices, but not its annotations: so who
 * may read EndpointSlices needs to read nothing else. Immutable.
 */
final class ServiceLabels {

	/*
	 * service.macula.io/test.calculator: "" carries test.calculator; any number of these.
	 *
	 * macula.io/realm: shop, for this realm alone; without it for each.
	 *
	 * macula.io/weight: "10", macula.io/priority: "1" of each of its endpoints.
	 *
	 * macula.io/host-port: "30443", where each is reached at its machine, too.
	 *
	 * A key for each service, not one value for all: a value has 63 characters, and only
	 * a key can be selected by the API server. Without such a key a Service carries what
	 * has its own name.
	 */

	static final String SERVICE = "service.macula.io/";

	static final String REALM = "macula.io/realm";

	static final String WEIGHT = "macula.io/weight";

	static final String PRIORITY = "macula.io/priority";

	static final String HOST_PORT = "macula.io/host-port";

	static final String OWNER = "kubernetes.io/service-name";

	private static final Pattern KEY = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

	private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

	private final Realm realm;

	private final Map<String, String> mapped;

	/**
	 * The labels of a realm.
	 * @param realm the realm
	 * @param mapped Kubernetes Services by the services that they carry, whatever their
	 * labels say
	 */
	ServiceLabels(Realm realm, Map<String, String> mapped) {
		this.realm = realm;
		this.mapped = Map.copyOf(mapped);
	}

	/**
	 * Which EndpointSlices may carry a service.
	 * @param service the service
	 * @return label selectors, each for a watch of its own; empty if no Service can say
	 * so
	 */
	List<String> selectors(ServiceName service) {
		String name = this.mapped.get(service.value());
		if (name != null) {
			return List.of(OWNER + "=" + name);
		}
		List<String> selectors = new ArrayList<>();
		if (KEY.matcher(service.value()).matches()) {
			selectors.add(SERVICE + service);
		}
		if (NAME.matcher(service.value()).matches()) {
			selectors.add(OWNER + "=" + service);
		}
		return selectors;
	}

	/**
	 * Whether an EndpointSlice carries a service, of those that were selected for it.
	 * @param service the service
	 * @param labels of the EndpointSlice
	 */
	boolean carries(ServiceName service, Map<String, String> labels) {
		String told = labels.get(REALM);
		if (told != null && !told.equals(this.realm.name())) {
			return false;
		}
		return this.mapped.containsKey(service.value()) || services(labels).contains(service.value());
	}

	/**
	 * The services that a Service says it carries.
	 * @param labels of it, or of one of its EndpointSlices
	 */
	static Set<String> services(Map<String, String> labels) {
		Set<String> services = new TreeSet<>();
		for (String key : labels.keySet()) {
			if (key.startsWith(SERVICE)) {
				services.add(key.substring(SERVICE.length()));
			}
		}
		String owner = labels.get(OWNER);
		if (services.isEmpty() && owner != null) {
			services.add(owner);
		}
		return services;
	}

	/**
	 * Whether somebody has said that an EndpointSlice carries services, and it does not
	 * only have the name of one.
	 * @param labels of the EndpointSlice
	 */
	boolean named(Map<String, String> labels) {
		String owner = labels.get(OWNER);
		return labels.keySet().stream().anyMatch((key) -> key.startsWith(SERVICE))
				|| (owner != null && this.mapped.containsValue(owner));
	}

	/**
	 * EndpointSlices by the services that they carry.
	 * @param slices EndpointSlices of this realm or others
	 * @return in the order of the names
	 */
	Map<ServiceName, List<ReadSlice>> byService(Collection<ReadSlice> slices) {
		Map<ServiceName, List<ReadSlice>> found = new TreeMap<>();
		for (ReadSlice slice : slices) {
			Set<String> services = services(slice.labels());
			this.mapped.forEach((service, name) -> {
				if (name.equals(slice.labels().get(OWNER))) {
					services.add(service);
				}
			});
			for (String name : services) {
				ServiceName service = new ServiceName(name);
				if (carries(service, slice.labels())) {
					found.computeIfAbsent(service, (any) -> new ArrayList<>()).add(slice);
				}
			}
		}
		return found;
	}

	/**
	 * What a Service must say to carry a service.
	 * @param service the service
	 * @return a clause
	 */
	String remedy(ServiceName service) {
		String name = this.mapped.get(service.value());
		if (name != null) {
			return "Service '" + name + "' (macula.directory.kubernetes.services)";
		}
		return KEY.matcher(service.value()).matches() ? "a Service with the label " + SERVICE + service
				: "a Service that macula.directory.kubernetes.services names for it, since it is no key of a label";
	}

	/**
	 * A whole number in a label.
	 * @param labels of an EndpointSlice
	 * @param key of the label
	 * @param absent what counts without it, and instead of what is not valid
	 * @param least it may be
	 * @param most it may be
	 * @param faults is told what is not valid
	 */
	static int number(Map<String, String> labels, String key, int absent, int least, int most, List<String> faults) {
		@Nullable String text = labels.get(key);
		if (text == null) {
			return absent;
		}
		try {
			int number = Integer.parseInt(text);
			if (number >= least && number <= most) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// Told below.
		}
		faults.add("its label " + key + " is '" + text + "': expected a whole number from " + least + " to " + most
				+ ", " + ((absent >= least) ? absent : "none") + " is taken");
		return absent;
	}

}
