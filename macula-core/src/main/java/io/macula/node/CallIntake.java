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

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Whether a node wants calls: the application says so by what it advertises, and an
 * operator may hold that up, in all lives until the node is resumed. Safe for all
 * threads; the registry may be the user's, so no lock is held while it is told.
 */
final class CallIntake {

	/** What serves in the present life, if anything does; asked after each change. */
	private final Supplier<@Nullable ServingPart> present;

	/** The application wants its services to be advertised, in this life. */
	private boolean advertising;

	/** An operator wants no calls, whatever the application wants. */
	private boolean suspended;

	CallIntake(Supplier<@Nullable ServingPart> present) {
		this.present = present;
	}

	/** A life has begun that serves, and nobody knows of it yet. */
	synchronized void begins(ServingPart serving) {
		if (this.suspended) {
			serving.suspend(true);
		}
	}

	synchronized void ended() {
		this.advertising = false;
	}

	void advertise() {
		ServingPart serving = this.present.get();
		synchronized (this) {
			this.advertising = serving != null;
		}
		// While it is held up operators have to find the node, to resume it.
		settle(serving, advertises()).subscribe();
	}

	/** Until it is what is wanted: somebody else may have said so meanwhile. */
	private Mono<Void> settle(@Nullable ServingPart serving, boolean wanted) {
		Mono<Void> withdrawn = Mono.empty();
		if (serving == null) {
			return withdrawn;
		}
		boolean done;
		boolean next = wanted;
		do {
			done = next;
			if (done) {
				serving.advertise();
			}
			else {
				withdrawn = serving.retreat();
			}
			next = advertises();
		}
		while (done != next);
		return withdrawn;
	}

	private synchronized boolean advertises() {
		return this.advertising && !this.suspended;
	}

	Mono<Void> withdraw() {
		synchronized (this) {
			this.advertising = false;
		}
		return settle(this.present.get(), false);
	}

	Mono<Void> suspend() {
		ServingPart serving;
		synchronized (this) {
			this.suspended = true;
			serving = this.present.get();
			if (serving != null) {
				serving.suspend(true);
			}
		}
		return settle(serving, false);
	}

	void resume() {
		ServingPart serving;
		synchronized (this) {
			if (!this.suspended) {
				return;
			}
			this.suspended = false;
			serving = this.present.get();
			if (serving != null) {
				serving.suspend(false);
			}
		}
		if (advertises()) {
			settle(serving, true).subscribe();
		}
	}

	synchronized boolean suspended() {
		return this.suspended;
	}

}
