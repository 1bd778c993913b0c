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

package io.macula.server;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import io.macula.Code;
import io.macula.Fingerprint;
import io.macula.ServiceName;
import io.macula.codec.PayloadCodec;
import io.macula.contract.MethodContract;
import io.macula.tls.PeerAccess;
import io.macula.tls.PeerDecisions;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A registered service with its figures. Safe for all threads.
 */
final class ServedService {

	private final ServiceDefinition definition;

	private final boolean reserved;

	private final PayloadCodec describing;

	/** Looking through all types of a contract takes a while, so that it is done once. */
	private volatile @Nullable Fingerprint fingerprint;

	/** Counted only where somebody may wait for the last one to end. */
	private final @Nullable OpenCalls open;

	/** Who may call it; {@code null} for everybody. */
	private final @Nullable PeerDecisions callers;

	private final LongAdder calls = new LongAdder();

	private final Map<Code, LongAdder> failures = new EnumMap<>(Code.class);

	/** Withdrawn for good, which only a removable one can be. */
	private volatile boolean withdrawn;

	/**
	 * A service without calls as yet.
	 * @param definition the service
	 * @param describing describes types to other nodes
	 * @param removable whether it may be withdrawn
	 * @param access what peers may do, or {@code null} for everything
	 */
	ServedService(ServiceDefinition definition, PayloadCodec describing, boolean removable,
			@Nullable PeerAccess access) {
		this.definition = definition;
		this.describing = describing;
		this.open = removable ? new OpenCalls() : null;
		this.reserved = definition.name().reserved();
		this.callers = (access != null && !this.reserved) ? access.callers(definition.name()) : null;
		for (Code code : Code.values()) {
			this.failures.put(code, new LongAdder());
		}
	}

	ServiceDefinition definition() {
		return this.definition;
	}

	ServiceName name() {
		return this.definition.name();
	}

	/** A service of the product itself. */
	boolean reserved() {
		return this.reserved;
	}

	/** Who may call it; {@code null} for everybody. */
	@Nullable PeerDecisions callers() {
		return this.callers;
	}

	/** Which version of its contract is served. */
	Fingerprint fingerprint() {
		Fingerprint known = this.fingerprint;
		if (known == null) {
			known = this.definition.contract().fingerprint(this.describing::describe);
			this.fingerprint = known;
		}
		return known;
	}

	/** Names on the wire, in stable order. */
	List<String> methods() {
		return this.definition.contract().methods().stream().map(MethodContract::wireName).sorted().toList();
	}

	/**
	 * A call is in flight from now on, until {@link #left}.
	 * @return false if the service was withdrawn, and the call is not taken
	 */
	boolean enter() {
		OpenCalls counted = this.open;
		if (counted == null) {
			return true;
		}
		counted.enter();
		if (this.withdrawn) {
			counted.left(true);
			return false;
		}
		return true;
	}

	/** By each call that entered, once. */
	void left() {
		OpenCalls counted = this.open;
		if (counted != null) {
			counted.left(this.withdrawn);
		}
	}

	boolean withdrawn() {
		return this.withdrawn;
	}

	/**
	 * Take no further calls.
	 * @return completes when none is in flight
	 */
	Mono<Void> withdraw() {
		OpenCalls counted = this.open;
		if (counted == null) {
			throw new IllegalStateException("Service '" + name() + "' is served as long as its node");
		}
		this.withdrawn = true;
		counted.enter();
		counted.left(true);
		return counted.idle.asMono();
	}

	/** Calls of this service in flight, or -1 where they are not counted. */
	int inFlight() {
		OpenCalls counted = this.open;
		return (counted != null) ? counted.count.get() : -1;
	}

	/** A call of this service ended. */
	void ended(Code code) {
		this.calls.increment();
		if (code != Code.OK) {
			adder(code).increment();
		}
	}

	ServiceReport report() {
		Map<Code, Long> counts = new EnumMap<>(Code.class);
		this.failures.forEach((code, count) -> {
			if (count.sum() > 0) {
				counts.put(code, count.sum());
			}
		});
		return new ServiceReport(name(), this.definition.contract().type(), this.definition.handler().getClass(),
				methods(), this.calls.sum(), counts);
	}

	private LongAdder adder(Code code) {
		LongAdder adder = this.failures.get(code);
		if (adder == null) {
			throw new IllegalStateException("No counter for " + code);
		}
		return adder;
	}

	/** How many calls are in flight, and that none is any more. */
	private static final class OpenCalls {

		private final AtomicInteger count = new AtomicInteger();

		private final Sinks.Empty<Void> idle = Sinks.empty();

		void enter() {
			this.count.incrementAndGet();
		}

		void left(boolean last) {
			if (this.count.decrementAndGet() == 0 && last) {
				this.idle.tryEmitEmpty();
			}
		}

	}

}
