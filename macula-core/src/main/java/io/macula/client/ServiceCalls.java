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

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.pool.Timer;
import io.macula.selection.LoadBalancer;
import io.macula.tls.PeerDecisions;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of one client service share in one life and under one set of settings,
 * as one reference, so that a call stays small. Holds parts and does nothing; each part
 * is safe for all threads.
 *
 * @param life which one
 * @param rules the settings
 * @param service the service
 * @param zone place of the calling node, or {@code null}
 * @param balancer chooses instances
 * @param times how long attempts may take
 * @param waiting calls without an instance
 * @param observations watches calls
 * @param clock monotonic nanoseconds
 * @param timer runs actions later
 * @param ticks number of the next call
 * @param providers who may provide the service, or {@code null} for everybody
 */
record ServiceCalls(ServiceLife life, ServiceRules rules, ServiceName service, @Nullable String zone,
		LoadBalancer balancer, AttemptTimes times, WaitingCalls waiting, CallObserver.Factory observations,
		LongSupplier clock, Timer timer, AtomicLong ticks, @Nullable PeerDecisions providers) {

	/**
	 * Why an instance gets no call, whatever the directory says. It counts like one with
	 * a bad certificate.
	 * @param connection to the instance
	 * @return not processed, or {@code null} if it may be called
	 */
	@Nullable Status refusal(Connection connection) {
		PeerDecisions present = this.providers;
		String refusal = (present != null) ? present.refusal(connection.peer().proof()) : null;
		return (refusal != null) ? Status.notProcessed(Code.UNAUTHENTICATED,
				"nothing was sent to " + connection.endpoint() + ": " + refusal) : null;
	}

	/**
	 * The same for a call that began under other settings, before it came here.
	 */
	ServiceCalls under(ServiceRules others) {
		return (others == this.rules) ? this : this.life.calls(others);
	}

	/** How much may be repeated. */
	RetryPolicy retries() {
		return this.rules.retries();
	}

	/** How long a call waits for an instance. */
	long patienceNanos() {
		return this.rules.settings().patience().toNanos();
	}

	long now() {
		return this.clock.getAsLong();
	}

}
