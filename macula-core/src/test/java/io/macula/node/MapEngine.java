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

package io.macula.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.macula.Endpoint;
import io.macula.directory.Advertisement;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryState;
import io.macula.directory.InMemoryDirectory;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An engine over a map of its own that can be started once, and does what the test says
 * at each turn of its life.
 */
final class MapEngine implements DirectoryEngine, Registry {

	/** How often it was closed. */
	final AtomicInteger closed = new AtomicInteger();

	volatile Runnable onStart = () -> {
	};

	volatile Runnable onStopServing = () -> {
	};

	volatile Supplier<@Nullable Mono<Void>> onClose = Mono::empty;

	/** In place of the withdrawal of a lease. */
	volatile @Nullable Supplier<@Nullable Mono<Void>> onWithdraw;

	private final InMemoryDirectory map = new InMemoryDirectory();

	@Override
	public Directory directory() {
		return this.map;
	}

	@Override
	public Registry registry() {
		return this;
	}

	@Override
	public void start(@Nullable Endpoint self) {
		this.onStart.run();
	}

	@Override
	public void stopServing() {
		this.onStopServing.run();
	}

	@Override
	@SuppressWarnings("NullAway") // what a user without NullAway may do
	public Mono<Void> close() {
		this.closed.incrementAndGet();
		return this.onClose.get();
	}

	@Override
	public DirectoryState state() {
		return DirectoryState.EMPTY;
	}

	@Override
	public String hint() {
		return "a map";
	}

	@Override
	public Lease advertise(Advertisement advertisement) {
		Lease lease = this.map.advertise(advertisement);
		return new Lease() {

			@Override
			public Advertisement advertisement() {
				return advertisement;
			}

			@Override
			public State state() {
				return lease.state();
			}

			@Override
			public Flux<State> states() {
				return lease.states();
			}

			@Override
			@SuppressWarnings("NullAway") // what a user without NullAway may do
			public Mono<Void> withdraw() {
				Supplier<@Nullable Mono<Void>> odd = MapEngine.this.onWithdraw;
				return (odd != null) ? odd.get() : lease.withdraw();
			}

		};
	}

}
