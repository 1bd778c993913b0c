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

import java.util.List;

import io.macula.Attempt;
import io.macula.Code;
import io.macula.Realm;
import io.macula.ServiceName;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What is observed of a client's call. Written by the client, read by handlers and
 * conventions; not safe for use by several threads at once.
 */
public final class CallObservationContext extends Observation.Context {

	private final Realm realm;

	private final ServiceName service;

	private final String method;

	private int attempts;

	private List<Attempt> failedAttempts = List.of();

	private @Nullable Code code;

	/**
	 * A call about to start.
	 * @param realm the realm
	 * @param service the service
	 * @param method name of the method on the wire
	 */
	public CallObservationContext(Realm realm, ServiceName service, String method) {
		this.realm = realm;
		this.service = service;
		this.method = method;
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
	 * Attempts that were started.
	 * @return 0 or more
	 */
	public int attempts() {
		return this.attempts;
	}

	/**
	 * Tell the number of attempts that were started.
	 * @param attempts 0 or more
	 */
	public void setAttempts(int attempts) {
		this.attempts = attempts;
	}

	/**
	 * Attempts that failed before the latest one was sent. Those that found no connection
	 * are among them: nothing was sent, and no Observation of their own tells of them.
	 * @return in the order in which they failed; not modifiable
	 */
	public List<Attempt> failedAttempts() {
		return this.failedAttempts;
	}

	/**
	 * Tell the attempts that failed so far.
	 * @param failed in the order in which they failed
	 */
	public void setFailedAttempts(List<Attempt> failed) {
		this.failedAttempts = List.copyOf(failed);
	}

	/**
	 * The outcome.
	 * @return {@code null} while the call is open
	 */
	public @Nullable Code code() {
		return this.code;
	}

	/**
	 * Tell the outcome.
	 * @param code the outcome
	 */
	public void setCode(Code code) {
		this.code = code;
	}

}
