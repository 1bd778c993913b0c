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

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.RpcException;
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Dials seeds and remembers which of them speak with this node and which do not for want
 * of trust, on either side, so that a call that finds no provider can say why. Safe for
 * all threads.
 */
final class SeedRefusals implements SeedDialer {

	private final SeedDialer dialer;

	private final Set<Endpoint> speaking = ConcurrentHashMap.newKeySet();

	/** The last refusals; a seed that was refused stays here while it is dialled anew. */
	private final Map<Endpoint, Status> refused = new ConcurrentHashMap<>();

	SeedRefusals(SeedDialer dialer) {
		this.dialer = dialer;
	}

	/**
	 * Why no seed speaks with this node.
	 * @return a refusal, or {@code null} if one does, or trust is not the reason
	 */
	@Nullable Status obstacle() {
		return (this.speaking.isEmpty()) ? this.refused.values().stream().findAny().orElse(null) : null;
	}

	@Override
	public Flux<DirectoryUpdate> link(Endpoint seed, Flux<DirectoryUpdate> mine, Consumer<ProvenPeer> met) {
		return watched(seed, this.dialer.link(seed, mine, met));
	}

	@Override
	public Flux<ProvenPeer> peersAt(List<Endpoint> addresses, Predicate<ProvenPeer> enough) {
		return this.dialer.peersAt(addresses, enough);
	}

	@Override
	public Flux<DirectoryUpdate> watch(Endpoint seed, Flux<DirectoryInterest> interests) {
		return watched(seed, this.dialer.watch(seed, interests));
	}

	@Override
	public void onStranger(Runnable action) {
		this.dialer.onStranger(action);
	}

	@Override
	public Mono<List<Endpoint>> resolve(Endpoint seed) {
		return this.dialer.resolve(seed);
	}

	private Flux<DirectoryUpdate> watched(Endpoint seed, Flux<DirectoryUpdate> updates) {
		return updates.doOnNext((update) -> speaks(seed))
			.doOnError((error) -> failed(seed, error))
			.doFinally((signal) -> this.speaking.remove(seed));
	}

	private void speaks(Endpoint seed) {
		if (this.speaking.add(seed)) {
			this.refused.remove(seed);
		}
	}

	private void failed(Endpoint seed, Throwable error) {
		if (error instanceof RpcException failure && failure.status().code() == Code.UNAUTHENTICATED) {
			this.refused.put(seed, failure.status());
		}
		else {
			this.refused.remove(seed);
		}
	}

}
