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
package io.macula.directory;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The leases of one advertisement in several directories, as one. Immutable.
 * <p>
 * It is GRANTED once any of them is: those who read that directory find the node, and no
 * outage of another one keeps it from being ready; which is granted where, the report of
 * each engine tells. It is RELEASED once all are.
 */
final class CompositeLease implements Lease {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(CompositeLease.class));

	private static final Duration WITHDRAWAL = Duration.ofSeconds(1);

	private final Advertisement advertisement;

	private final List<Part> parts;

	CompositeLease(Advertisement advertisement, List<Part> parts) {
		this.advertisement = advertisement;
		this.parts = List.copyOf(parts);
	}

	@Override
	public Advertisement advertisement() {
		return this.advertisement;
	}

	@Override
	public State state() {
		return combined(this.parts.stream().map((part) -> part.lease.state()).toList());
	}

	/** The latest: it is granted where any of them is. */
	@Override
	public @Nullable Duration sinceConfirmed() {
		return this.parts.stream()
			.map((part) -> part.lease.sinceConfirmed())
			.filter(Objects::nonNull)
			.min(Comparator.naturalOrder())
			.orElse(null);
	}

	@Override
	public Flux<State> states() {
		return Flux
			.combineLatest(this.parts.stream().map(CompositeLease::states).toList(),
					(states) -> combined(Arrays.stream(states).map(State.class::cast).toList()))
			.distinctUntilChanged()
			.takeUntil(State.RELEASED::equals);
	}

	/** One that fails stays in its last state. */
	private static Flux<State> states(Part part) {
		return Flux.defer(() -> part.lease.states().startWith(part.lease.state())).onErrorComplete();
	}

	private static State combined(List<State> states) {
		return states.contains(State.GRANTED) ? State.GRANTED
				: states.contains(State.PENDING) ? State.PENDING : State.RELEASED;
	}

	/** All at once; one that fails, or does not answer, keeps none of the others. */
	@Override
	public Mono<Void> withdraw() {
		return Mono.when(this.parts.stream().map(CompositeLease::withdraw).toList());
	}

	private static Mono<Void> withdraw(Part part) {
		return OwnThread.run("macula-withdraw-" + part.type, part.lease::withdraw)
			.timeout(WITHDRAWAL)
			.onErrorResume((ex) -> {
				faults.warn(
						"Directory '" + part.type
								+ "' could not be told of a withdrawal; the advertisement there ends with its lease",
						ex);
				return Mono.empty();
			});
	}

	/**
	 * The lease of one directory. Immutable.
	 *
	 * @param type for messages
	 * @param lease the lease
	 */
	record Part(String type, Lease lease) {

	}

}
