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

package io.macula.client;

import java.util.List;
import java.util.function.LongSupplier;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Realm;
import io.macula.codec.Codecs;
import io.macula.interceptor.ClientInterceptor;
import io.macula.tls.PeerAccess;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link RealmClient} is given for good, whether its node is started or not.
 * Immutable; the client closes none of it.
 *
 * @param realm the realm
 * @param zone place of the node, or {@code null}
 * @param clock monotonic nanoseconds
 * @param codecs payload codecs by name
 * @param retries holds one Retry per client service
 * @param observationRegistry watches calls
 * @param defaults settings of client services that have none of their own
 * @param access who may provide what, or {@code null} for everybody
 * @param interceptors stand around calls, the first one outermost
 * @param errorMappers make exceptions of the application out of failed calls, in order
 */
public record ClientContext(Realm realm, @Nullable String zone, LongSupplier clock, Codecs codecs,
		RetryRegistry retries, ObservationRegistry observationRegistry, ServiceSettings defaults,
		@Nullable PeerAccess access, List<ClientInterceptor> interceptors, List<ErrorMapper> errorMappers) {

	public ClientContext {
		interceptors = List.copyOf(interceptors);
		errorMappers = List.copyOf(errorMappers);
	}

	/**
	 * A context in which nobody intercepts calls.
	 * @param realm the realm
	 * @param zone place of the node, or {@code null}
	 * @param clock monotonic nanoseconds
	 * @param codecs payload codecs by name
	 * @param retries holds one Retry per client service
	 * @param observationRegistry watches calls
	 * @param defaults settings of client services that have none of their own
	 * @param access who may provide what, or {@code null} for everybody
	 */
	public ClientContext(Realm realm, @Nullable String zone, LongSupplier clock, Codecs codecs, RetryRegistry retries,
			ObservationRegistry observationRegistry, ServiceSettings defaults, @Nullable PeerAccess access) {
		this(realm, zone, clock, codecs, retries, observationRegistry, defaults, access, List.of(), List.of());
	}

	/**
	 * A context in which every member may provide.
	 * @param realm the realm
	 * @param zone place of the node, or {@code null}
	 * @param clock monotonic nanoseconds
	 * @param codecs payload codecs by name
	 * @param retries holds one Retry per client service
	 * @param observationRegistry watches calls
	 * @param defaults settings of client services that have none of their own
	 */
	public ClientContext(Realm realm, @Nullable String zone, LongSupplier clock, Codecs codecs, RetryRegistry retries,
			ObservationRegistry observationRegistry, ServiceSettings defaults) {
		this(realm, zone, clock, codecs, retries, observationRegistry, defaults, null);
	}

}
