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

import io.macula.directory.Advertisement;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Tells the directory what a node serves, once it is told to. Safe for all threads.
 * <p>
 * States: silent to advertising by {@link #advertise}, and back by {@link #withdraw}, any
 * number of times.
 */
public final class Advertiser {

	private final Registry registry;

	private final Advertisement advertisement;

	private final Object lock = new Object();

	private @Nullable Lease lease;

	/**
	 * An advertiser that is silent yet.
	 * @param registry where to advertise
	 * @param advertisement the node and what it serves
	 */
	public Advertiser(Registry registry, Advertisement advertisement) {
		this.registry = registry;
		this.advertisement = advertisement;
	}

	/**
	 * Advertise from now on; does nothing if that is so already.
	 */
	public void advertise() {
		synchronized (this.lock) {
			if (this.lease == null || this.lease.state() == Lease.State.RELEASED) {
				this.lease = this.registry.advertise(this.advertisement);
			}
		}
	}

	/**
	 * Withdraw, at once and not at subscription.
	 * @return completes when the directory knows, or after 1 second; at once if nothing
	 * is advertised
	 */
	public Mono<Void> withdraw() {
		Lease present;
		synchronized (this.lock) {
			present = this.lease;
		}
		if (present == null) {
			return Mono.empty();
		}
		Mono<Void> told = present.withdraw().cache();
		told.subscribe();
		return told;
	}

	/**
	 * What is advertised.
	 * @return the advertisement
	 */
	public Advertisement advertisement() {
		return this.advertisement;
	}

	/**
	 * State of the lease.
	 * @return the state, or {@code null} if nothing was advertised yet
	 */
	public Lease.@Nullable State state() {
		synchronized (this.lock) {
			return (this.lease != null) ? this.lease.state() : null;
		}
	}

}
