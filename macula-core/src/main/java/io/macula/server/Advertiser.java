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
 * number of times, until {@link #end}: silent for good. The registry may be the user's:
 * no lock is held while it is called.
 */
public final class Advertiser {

	private final Registry registry;

	private final Object lock = new Object();

	/** Guarded by the lock, as all below. */
	private Advertisement advertisement;

	/** Whether anything is to be advertised. */
	private boolean wanted;

	private @Nullable Lease lease;

	/** The registry is being asked for a lease. */
	private boolean asking;

	private boolean ended;

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
		Lease before;
		synchronized (this.lock) {
			before = this.lease;
		}
		boolean released = before == null || before.state() == Lease.State.RELEASED;
		synchronized (this.lock) {
			if (this.ended || this.lease != before) {
				return;
			}
			this.wanted = true;
			if (!released || this.asking) {
				return;
			}
			this.asking = true;
		}
		ask();
	}

	/**
	 * Advertise something else from now on, in the place of what is advertised, if
	 * anything is; else when it is told to.
	 * @param next of the same node
	 */
	public void replace(Advertisement next) {
		synchronized (this.lock) {
			this.advertisement = next;
			if (!this.wanted || this.ended || this.lease == null || this.asking) {
				return;
			}
			this.asking = true;
		}
		ask();
	}

	/** Again, if something else is to be advertised by the time of the answer. */
	private void ask() {
		boolean again = true;
		while (again) {
			Advertisement asked;
			synchronized (this.lock) {
				asked = this.advertisement;
			}
			Lease given = null;
			try {
				given = this.registry.advertise(asked);
			}
			finally {
				boolean withdrawn = answered(given);
				if (withdrawn) {
					told(given);
				}
				again = given != null && !withdrawn && asksAgain(asked);
			}
		}
	}

	private boolean asksAgain(Advertisement asked) {
		synchronized (this.lock) {
			boolean again = this.advertisement != asked && this.wanted && !this.ended && !this.asking;
			this.asking |= again;
			return again;
		}
	}

	/**
	 * The registry gave a lease, or failed to.
	 * @return whether it is to be withdrawn at once
	 */
	private boolean answered(@Nullable Lease given) {
		synchronized (this.lock) {
			this.asking = false;
			if (given == null) {
				return false;
			}
			this.lease = given;
			return !this.wanted || this.ended;
		}
	}

	/**
	 * Advertise nothing any more, whoever asks for it; what is advertised still has to be
	 * withdrawn.
	 */
	public void end() {
		synchronized (this.lock) {
			this.ended = true;
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
			this.wanted = false;
			present = this.lease;
		}
		return (present != null) ? told(present) : Mono.empty();
	}

	private static Mono<Void> told(@Nullable Lease lease) {
		Mono<Void> given = (lease != null) ? lease.withdraw() : null;
		if (given == null) {
			return Mono.empty();
		}
		Mono<Void> told = given.cache();
		told.subscribe(null, (ex) -> {
			// Told to whoever waits for it.
		});
		return told;
	}

	/**
	 * What is advertised.
	 * @return the advertisement
	 */
	public Advertisement advertisement() {
		synchronized (this.lock) {
			return this.advertisement;
		}
	}

	/**
	 * State of the lease.
	 * @return the state, or {@code null} if nothing was advertised yet
	 */
	public Lease.@Nullable State state() {
		Lease present;
		synchronized (this.lock) {
			present = this.lease;
		}
		return (present != null) ? present.state() : null;
	}

}
