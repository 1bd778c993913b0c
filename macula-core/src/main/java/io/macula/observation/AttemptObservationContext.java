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

package io.macula.observation;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Metadata;
import io.macula.Realm;
import io.macula.ServiceName;
import io.micrometer.observation.transport.RequestReplySenderContext;
import org.jspecify.annotations.Nullable;

/**
 * What is observed of one attempt. The trace context is written into the carrier when the
 * observation starts; {@link #metadata()} afterwards is what travels. The response is the
 * outcome. Not safe for use by several threads at once.
 */
public final class AttemptObservationContext extends RequestReplySenderContext<Map<String, String>, Code> {

	private final Realm realm;

	private final ServiceName service;

	private final String method;

	private final Instance instance;

	private final int attempt;

	/**
	 * An attempt about to start.
	 * @param realm the realm
	 * @param service the service
	 * @param method name of the method on the wire
	 * @param instance where the attempt goes
	 * @param attempt its number within the call; the first is 1
	 * @param metadata what travels with the call already
	 */
	public AttemptObservationContext(Realm realm, ServiceName service, String method, Instance instance, int attempt,
			Metadata metadata) {
		// Keys of metadata are in lower case, those of some propagators are not.
		super((carrier, key, value) -> Objects.requireNonNull(carrier).put(key.toLowerCase(Locale.ROOT), value));
		this.realm = realm;
		this.service = service;
		this.method = method;
		this.instance = instance;
		this.attempt = attempt;
		setCarrier(new LinkedHashMap<>(metadata.asMap()));
		setRemoteServiceName(service.value());
		setRemoteServiceAddress(uri(instance.endpoint()));
	}

	/**
	 * A URI, from which tracers take host and port; {@code null} where the host is no
	 * valid one in a URI, such as a name with an underscore: they would find none.
	 */
	private static @Nullable String uri(Endpoint endpoint) {
		try {
			URI uri = new URI("quic://" + endpoint);
			return (uri.getHost() != null) ? uri.toString() : null;
		}
		catch (URISyntaxException ex) {
			return null;
		}
	}

	/**
	 * The metadata to send, trace context included.
	 * @return the metadata, complete once the observation was started
	 */
	public Metadata metadata() {
		return Metadata.of(Objects.requireNonNull(getCarrier()));
	}

	/**
	 * The realm.
	 * @return the realm
	 */
	public Realm realm() {
		return this.realm;
	}

	/**
	 * The called service.
	 * @return its name
	 */
	public ServiceName service() {
		return this.service;
	}

	/**
	 * The called method.
	 * @return its name on the wire
	 */
	public String method() {
		return this.method;
	}

	/**
	 * Where the attempt goes.
	 * @return the instance
	 */
	public Instance instance() {
		return this.instance;
	}

	/**
	 * Number of this attempt within its call.
	 * @return 1 or more
	 */
	public int attempt() {
		return this.attempt;
	}

}
