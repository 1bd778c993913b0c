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
import io.macula.directory.LeaseListener;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Tells a listener when the leases of an advertiser, one after another, are granted and
 * lost. Safe for all threads.
 * <p>
 * States: not held to held when a lease is granted, and back when one that was granted is
 * pending again, or is over though nobody withdrew it. A lease that takes the place of
 * another leaves the state as it is until it has one of its own.
 */
final class LeaseWatch {

	private static final FaultLog log = new FaultLog(PrintableLogger.of(LeaseWatch.class));

	private final LeaseListener listener;

	private final Disposable.Swap states = Disposables.swap();

	/** Guarded by this, as all below. */
	private boolean held;

	/** Which of the leases is watched. */
	private int number;

	LeaseWatch(LeaseListener listener) {
		this.listener = listener;
	}

	/** Watch this lease, and none of those before it. */
	void follow(Lease lease) {
		int own;
		synchronized (this) {
			own = ++this.number;
		}
		try {
			Following following = new Following(own, lease.advertisement());
			this.states.update(lease.states().subscribe(following::become, (ex) -> failed(ex)));
		}
		catch (RuntimeException ex) {
			failed(ex);
		}
	}

	/** Another lease is about to take the place of the present one. */
	synchronized void pause() {
		this.number++;
	}

	/** Whatever becomes of the lease from now on is meant. */
	synchronized void leave() {
		this.number++;
		this.held = false;
	}

	private static void failed(Throwable cause) {
		log.warn("The states of a lease cannot be followed", cause);
	}

	private void granted(int own, Advertisement advertisement) {
		synchronized (this) {
			if (own != this.number || this.held) {
				return;
			}
			this.held = true;
		}
		this.listener.granted(advertisement);
	}

	private void lost(int own, Advertisement advertisement) {
		synchronized (this) {
			if (own != this.number || !this.held) {
				return;
			}
			this.held = false;
		}
		this.listener.lost(advertisement);
	}

	/** One lease; told its states one after another. */
	private final class Following {

		private final int own;

		private final Advertisement advertisement;

		private boolean granted;

		Following(int own, Advertisement advertisement) {
			this.own = own;
			this.advertisement = advertisement;
		}

		void become(Lease.State state) {
			if (state == Lease.State.GRANTED) {
				this.granted = true;
				granted(this.own, this.advertisement);
			}
			else if (this.granted) {
				lost(this.own, this.advertisement);
			}
		}

	}

}
