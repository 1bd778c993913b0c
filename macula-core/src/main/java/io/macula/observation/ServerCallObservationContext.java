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

import java.util.Locale;
import java.util.Objects;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Realm;
import io.macula.ServiceName;
import io.micrometer.observation.transport.RequestReplyReceiverContext;

/**
 * What is observed of a call that this node serves. The caller's trace context is read
 * from its metadata; the response is the outcome. Not safe for use by several threads at
 * once.
 */
public final class ServerCallObservationContext extends RequestReplyReceiverContext<Metadata, Code> {

	private final Realm realm;

	private final ServiceName service;

	private final String method;

	private final String caller;

	/**
	 * A call that arrived.
	 * @param realm the realm
	 * @param service the service
	 * @param method name of the method on the wire
	 * @param caller id of the calling node
	 * @param metadata what came with the call
	 */
	public ServerCallObservationContext(Realm realm, ServiceName service, String method, String caller,
			Metadata metadata) {
		super((carrier, key) -> Objects.requireNonNull(carrier).get(key.toLowerCase(Locale.ROOT)));
		this.realm = realm;
		this.service = service;
		this.method = method;
		this.caller = caller;
		setCarrier(metadata);
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
	 * Who calls.
	 * @return id of the calling node
	 */
	public String caller() {
		return this.caller;
	}

}
