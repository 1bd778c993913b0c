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

package io.macula.transport;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.tls.TlsFailures;
import io.macula.udp.Addresses;
import io.macula.wire.ErrorCode;

/**
 * What is said when a dial fails: where to, after how long, why, and what to check.
 * Nothing was processed in any of these cases. Immutable.
 *
 * @param endpoint what was dialled
 * @param remote the address of it that was dialled
 * @param trust where this side's trust comes from
 * @param clock the present, in nanoseconds
 * @param startedNanos when the dial began, on the scale of the clock
 */
record DialFailures(Endpoint endpoint, InetSocketAddress remote, String trust, LongSupplier clock, long startedNanos) {

	private static final String ADVICE = ": check that both sides belong to one realm, share its secret or "
			+ "certificate authority, and that certificates are valid and clocks are right; the peer's log tells its "
			+ "side of it";

	/** The peer refused the connection, or closed it, with this code. */
	Status refusal(ErrorCode code, String message) {
		return switch (code) {
			case WRONG_REALM, WRONG_IDENTITY ->
				unauthenticated(new TlsFailures.Reason("it refused the connection: " + message, false));
			case UNSUPPORTED_VERSION ->
				unavailable("it refused the connection: " + message, "the versions of both sides");
			case OVERLOADED, LIMIT -> unavailable("it refused the connection: " + message, "its maxConnections");
			default -> unavailable("it refused the connection: " + message, "its log");
		};
	}

	Status unavailable(String what, String check) {
		Duration elapsed = Duration.ofNanos(this.clock.getAsLong() - this.startedNanos);
		return Status.notProcessed(Code.UNAVAILABLE, "no connection to " + this.endpoint + place() + " after "
				+ elapsed.toMillis() + " ms: " + what + "; check " + check);
	}

	Status unauthenticated(TlsFailures.Reason reason) {
		String advice = reason.remedied() ? "" : ADVICE;
		return Status.notProcessed(Code.UNAUTHENTICATED, "no connection to " + this.endpoint + place() + ": "
				+ reason.clause() + "; trust comes from " + this.trust + advice);
	}

	/** The address, where it says more than the endpoint. */
	private String place() {
		String address = Addresses.text(this.remote.getAddress());
		String host = this.endpoint.host();
		return (host.equals(address) || host.startsWith(address + "%")) ? "" : " (" + address + ")";
	}

}
