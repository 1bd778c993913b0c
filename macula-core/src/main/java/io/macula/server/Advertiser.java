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

import java.time.Duration;

import io.macula.Instance;
import io.macula.directory.Advertisement;
import io.macula.directory.Lease;
import io.macula.directory.LeaseListener;
import io.macula.directory.Registry;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;

/**
 * Tells the directory what a node serves, once it is told to. Safe for all threads.
 * <p>
 * States: silent to advertising by {@link #advertise}, from there to present by
 * {@link #retreat}, which tells of the node but of none of its services, and back to
 * silent by {@link #withdraw}, any number of times, until {@link #end}: silent for good.
 * The registry may be the user's: no lock is held while it is called.
 */
public final class Advertiser {

	private static final Logger logger = PrintableLogger.of(Advertiser.class);

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime);

	private final Registry registry;

	private final LeaseWatch watch;

	private final Object lock = new Object();

	/** Guarded by the lock, as all below. */
	private Advertisement advertisement;

	/** What is to be advertised. */
	private Extent wanted = Extent.NOTHING;

	private @Nullable Lease lease;

	/** The lease is of the node alone. */
	private boolean present;

	/** The latest lease that was withdrawn. */
	private @Nullable Lease withdrawn;

	/** The withdrawal of the latest retreat. */
	private Mono<Void> retreat = Mono.empty();

	/** The registry is being asked for a lease. */
	private boolean asking;

	private boolean ended;

	/** There is a lease that was not withdrawn yet. */
	private boolean advertised;

	/** It was said that the services are withdrawn, and not yet that they are back. */
	private boolean saidWithdrawn;

	/** Something has been advertised. */
	private boolean saidReady;

	/**
	 * An advertiser that is silent yet.
	 * @param registry where to advertise
	 * @param advertisement the node and what it serves
	 */
	public Advertiser(Registry registry, Advertisement advertisement) {
		this(registry, advertisement, LeaseListener.SILENT);
	}

	/**
	 * An advertiser that is silent yet, of a lease that somebody wants to know of.
	 * @param registry where to advertise
	 * @param advertisement the node and what it serves
	 * @param listener told of the lease
	 */
	public Advertiser(Registry registry, Advertisement advertisement, LeaseListener listener) {
		this.watch = new LeaseWatch(listener);
		this.registry = registry;
		this.advertisement = advertisement;
	}

	/**
	 * Advertise the services from now on; does nothing if that is so already.
	 */
	public void advertise() {
		want(Extent.SERVICES);
	}

	/**
	 * Withdraw the services, and tell of the node alone from now on, for operators: it is
	 * there, and can be asked.
	 * @return completes when the directory knows of the withdrawal, or after 1 second
	 */
	public Mono<Void> retreat() {
		synchronized (this.lock) {
			if (this.wanted == Extent.NODE) {
				return this.retreat;
			}
		}
		Mono<Void> told = withdraw();
		synchronized (this.lock) {
			this.retreat = told;
		}
		try {
			want(Extent.NODE);
		}
		catch (RuntimeException ex) {
			this.limit.log("retreat",
					(suppressed) -> logger.warn(
							"The directory does not take that node {} is there: until its services"
									+ " are back, operators find it by its address only{}",
							advertisement().instance().nodeId(), suppressed, ex));
		}
		return told;
	}

	private void want(Extent extent) {
		Lease before;
		boolean over;
		boolean other;
		do {
			synchronized (this.lock) {
				before = this.lease;
				// Its registry may not have got to releasing it yet.
				over = before == this.withdrawn;
				other = this.present != (extent == Extent.NODE);
			}
		}
		while (!wants(extent, before, other || over || before == null || before.state() == Lease.State.RELEASED));
	}

	/**
	 * Ask the registry if it has to be.
	 * @return {@code false} if somebody else was given a lease meanwhile
	 */
	private boolean wants(Extent extent, @Nullable Lease before, boolean due) {
		synchronized (this.lock) {
			if (this.ended) {
				return true;
			}
			if (this.lease != before) {
				return false;
			}
			this.wanted = extent;
			if (!due || this.asking) {
				return true;
			}
			this.asking = true;
		}
		ask();
		return true;
	}

	/**
	 * Advertise something else from now on, in the place of what is advertised, if
	 * anything is; else when it is told to.
	 * @param next of the same node
	 */
	public void replace(Advertisement next) {
		synchronized (this.lock) {
			this.advertisement = next;
			if (this.wanted == Extent.NOTHING || this.ended || this.lease == null || this.asking) {
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
			boolean node;
			synchronized (this.lock) {
				node = this.wanted == Extent.NODE;
				asked = this.advertisement;
			}
			Lease given = null;
			this.watch.pause();
			try {
				given = this.registry.advertise(node ? asked.ofNodeAlone() : asked);
			}
			finally {
				Answer answer = answered(given, node);
				follow(given, answer);
				if (answer == Answer.UNWANTED) {
					told(given);
				}
				else if (answer == Answer.FIRST) {
					ready(asked);
				}
				else if (answer == Answer.BACK) {
					log("again", "Node {} advertises its services {} again{}");
				}
				again = answer.advertised && asksAgain(asked, node);
			}
		}
	}

	/** Of a registry that failed, the former lease is there still. */
	private void follow(@Nullable Lease given, Answer answer) {
		Lease present = given;
		if (answer == Answer.NONE) {
			synchronized (this.lock) {
				present = this.present ? null : this.lease;
			}
		}
		if (present != null && answer != Answer.UNWANTED && answer != Answer.NODE) {
			this.watch.follow(present);
		}
	}

	private boolean asksAgain(Advertisement asked, boolean node) {
		synchronized (this.lock) {
			boolean other = this.advertisement != asked || node != (this.wanted == Extent.NODE);
			boolean again = other && this.wanted != Extent.NOTHING && !this.ended && !this.asking;
			this.asking |= again;
			return again;
		}
	}

	/** The registry gave a lease, or failed to. */
	private Answer answered(@Nullable Lease given, boolean node) {
		synchronized (this.lock) {
			this.asking = false;
			if (given == null) {
				return Answer.NONE;
			}
			this.lease = given;
			this.present = node;
			this.advertised = this.wanted == Extent.SERVICES && !this.ended;
			if (this.ended || this.wanted == Extent.NOTHING) {
				return Answer.UNWANTED;
			}
			if (node || !this.advertised) {
				// If services were told that are not wanted any more, the node alone
				// takes
				// their place.
				return Answer.NODE;
			}
			boolean back = this.saidWithdrawn;
			boolean first = !this.saidReady;
			this.saidWithdrawn = false;
			this.saidReady = true;
			return first ? Answer.FIRST : (back ? Answer.BACK : Answer.ADVERTISED);
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
		boolean first;
		this.watch.leave();
		synchronized (this.lock) {
			this.wanted = Extent.NOTHING;
			present = this.lease;
			this.withdrawn = present;
			first = this.advertised && !this.ended;
			this.advertised = false;
			this.saidWithdrawn |= first;
		}
		if (first) {
			log("withdrawn",
					"Node {} withdrew its services {}: clients send new calls elsewhere, those that come are served{}");
		}
		return (present != null) ? told(present) : Mono.empty();
	}

	/** Once in the life of a node. */
	private void ready(Advertisement advertised) {
		if (advertised.services().isEmpty()) {
			return;
		}
		Instance self = advertised.instance();
		this.limit.log("ready", (suppressed) -> logger.info("Node {} is ready at endpoint {}: advertises {}{}",
				self.nodeId(), self.endpoint(), advertised.services(), suppressed));
	}

	/**
	 * Once for each change, which the readiness of an application may make at any rate.
	 */
	private void log(String key, String message) {
		Advertisement present = advertisement();
		if (present.services().isEmpty()) {
			return;
		}
		this.limit.log(key,
				(suppressed) -> logger.info(message, present.instance().nodeId(), present.services(), suppressed));
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
	 * State of the lease of the services.
	 * @return the state, or {@code null} if nothing was advertised yet
	 */
	public Lease.@Nullable State state() {
		Lease present;
		synchronized (this.lock) {
			if (this.present || this.wanted == Extent.NODE) {
				return this.saidReady ? Lease.State.RELEASED : null;
			}
			present = this.lease;
		}
		return (present != null) ? present.state() : null;
	}

	/**
	 * Time since the directory last confirmed the lease of the services.
	 * @return the time, or {@code null} if it never did or nobody can say
	 */
	public @Nullable Duration sinceConfirmed() {
		Lease present;
		synchronized (this.lock) {
			present = (this.present || this.wanted == Extent.NODE) ? null : this.lease;
		}
		return (present != null) ? present.sinceConfirmed() : null;
	}

	/** How much is told. */
	private enum Extent {

		NOTHING,

		/** That the node is there. */
		NODE,

		/** And what it serves. */
		SERVICES

	}

	/** What the answer of the registry means for the node. */
	private enum Answer {

		/** There is no lease. */
		NONE(false),
		/** It is not wanted any more: withdraw it at once. */
		UNWANTED(false),
		/** The node alone is wanted, and told of or about to be. */
		NODE(true),
		/** For the first time. */
		FIRST(true),
		/** In the place of another. */
		ADVERTISED(true),
		/** After it was said that the services are withdrawn. */
		BACK(true);

		private final boolean advertised;

		Answer(boolean advertised) {
			this.advertised = advertised;
		}

	}

}
