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

package io.macula.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.macula.Endpoint;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Seeds that say what the test makes them say.
 */
final class FakeSeeds implements SeedDialer {

	final List<Call> calls = new ArrayList<>();

	@Override
	public Flux<DirectoryUpdate> link(Endpoint seed, Flux<DirectoryUpdate> mine, Consumer<ProvenPeer> met) {
		return Flux.defer(() -> new Call(seed).open(mine));
	}

	@Override
	public Flux<ProvenPeer> peersAt(List<Endpoint> addresses, Predicate<ProvenPeer> enough) {
		return Flux.error(new IllegalStateException("nobody is there"));
	}

	@Override
	public Flux<DirectoryUpdate> watch(Endpoint seed, Flux<DirectoryInterest> interests) {
		return Flux.defer(() -> new Call(seed).open(interests));
	}

	/** The latest call. */
	Call last() {
		return this.calls.get(this.calls.size() - 1);
	}

	/** One call on a seed. */
	final class Call {

		final Endpoint seed;

		/** What the seed was told. */
		final List<Object> told = new ArrayList<>();

		boolean cancelled;

		private final Sinks.Many<DirectoryUpdate> answers = Sinks.many().unicast().onBackpressureBuffer();

		Call(Endpoint seed) {
			this.seed = seed;
			FakeSeeds.this.calls.add(this);
		}

		private Flux<DirectoryUpdate> open(Flux<?> told) {
			told.subscribe(this.told::add);
			return this.answers.asFlux().doOnCancel(() -> this.cancelled = true);
		}

		/** The seed says that it lives. */
		void speak() {
			speak(this.seed.host(), 1);
		}

		void speak(String nodeId, long incarnation) {
			this.answers.tryEmitNext(new UpdateDraft().build(TestLoop.self(nodeId, incarnation), 0));
		}

		/** The seed withdraws itself. */
		void withdraw() {
			this.answers.tryEmitNext(new UpdateDraft().gone(new DirectoryUpdate.Gone(this.seed.host(), 1, 2, 0, true))
				.build(TestLoop.self(this.seed.host(), 1), 0));
		}

		void fail(String message) {
			this.answers.tryEmitError(new IllegalStateException(message));
		}

		void leave() {
			this.answers.tryEmitComplete();
		}

	}

}
