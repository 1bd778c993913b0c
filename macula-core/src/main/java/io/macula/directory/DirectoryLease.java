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
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Lease on the record of this node. Safe for all threads; its state changes in the loop,
 * or by the thread that made it before anybody else has it.
 */
public final class DirectoryLease implements Lease {

	private final Advertisement advertisement;

	private final Sinks.Many<State> states = Sinks.many().replay().latest();

	private final Sinks.Empty<Void> withdrawn = Sinks.empty();

	private final Mono<Void> withdrawal;

	private volatile State state = State.PENDING;

	/** {@code null} until the directory has accepted it. */
	private volatile @Nullable Long confirmedNanos;

	/**
	 * A lease.
	 * @param advertisement what is advertised
	 * @param withdraw withdraws a lease, and ends the withdrawal; called at most once, by
	 * any thread
	 */
	public DirectoryLease(Advertisement advertisement, Consumer<DirectoryLease> withdraw) {
		this.advertisement = advertisement;
		this.withdrawal = Mono.<Void>defer(() -> {
			withdraw.accept(this);
			return withdrawn();
		}).cache();
		this.states.tryEmitNext(State.PENDING);
	}

	@Override
	public Advertisement advertisement() {
		return this.advertisement;
	}

	@Override
	public State state() {
		return this.state;
	}

	@Override
	public @Nullable Duration sinceConfirmed() {
		Long confirmed = this.confirmedNanos;
		return (confirmed != null) ? Duration.ofNanos(System.nanoTime() - confirmed) : null;
	}

	@Override
	public Flux<State> states() {
		return this.states.asFlux();
	}

	@Override
	public Mono<Void> withdraw() {
		return this.withdrawal;
	}

	/**
	 * The end of the withdrawal, whoever asked for it.
	 * @return completes with {@link #endWithdrawal()}
	 */
	public Mono<Void> withdrawn() {
		return this.withdrawn.asMono();
	}

	/**
	 * The withdrawal has ended, or there is none to wait for.
	 */
	public void endWithdrawal() {
		this.withdrawn.tryEmitEmpty();
	}

	/**
	 * The directory renewed it, or told that it is still there.
	 */
	public void confirmed() {
		this.confirmedNanos = System.nanoTime();
	}

	/**
	 * Enter a state; nothing leads away from {@link Lease.State#RELEASED}. To be called
	 * by one thread at a time.
	 * @param next the state
	 */
	public void become(State next) {
		if (next == State.GRANTED) {
			confirmed();
		}
		if (this.state == next || this.state == State.RELEASED) {
			return;
		}
		this.state = next;
		this.states.tryEmitNext(next);
		if (next == State.RELEASED) {
			this.states.tryEmitComplete();
		}
	}

}
