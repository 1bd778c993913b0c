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

import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.pool.Timer;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Looks every five seconds which addresses this machine has, and tells when they change:
 * a lease of an address ends, an interface comes up after the node. One look at a time.
 * Safe for all threads; closed with the node.
 */
final class AddressWatch implements AutoCloseable {

	static final Duration PERIOD = Duration.ofSeconds(5);

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(AddressWatch.class));

	private final Supplier<Set<InetAddress>> addresses;

	private final Timer timer;

	private final Executor executor;

	private final Consumer<Set<InetAddress>> listener;

	private final Disposable.Swap next = Disposables.swap();

	private volatile Set<InetAddress> known;

	private AddressWatch(Supplier<Set<InetAddress>> addresses, Set<InetAddress> known, Timer timer, Executor executor,
			Consumer<Set<InetAddress>> listener) {
		this.addresses = addresses;
		this.known = known;
		this.timer = timer;
		this.executor = executor;
		this.listener = listener;
	}

	/**
	 * A watch.
	 * @param addresses the addresses of this machine; may block
	 * @param known what they were before
	 * @param timer runs actions later, which must not block
	 * @param executor runs what may block
	 * @param listener told of all addresses when they have changed; may block
	 * @return the watch, to be closed by the caller
	 */
	static AddressWatch start(Supplier<Set<InetAddress>> addresses, Set<InetAddress> known, Timer timer,
			Executor executor, Consumer<Set<InetAddress>> listener) {
		AddressWatch watch = new AddressWatch(addresses, known, timer, executor, listener);
		watch.again();
		return watch;
	}

	private void again() {
		if (!this.next.isDisposed()) {
			this.next.replace(this.timer.schedule(() -> this.executor.execute(this::look), PERIOD));
		}
	}

	private void look() {
		if (this.next.isDisposed()) {
			return;
		}
		try {
			Set<InetAddress> present = this.addresses.get();
			if (!present.equals(this.known)) {
				this.listener.accept(present);
				this.known = present;
			}
		}
		catch (RuntimeException ex) {
			faults.warn("A look at the addresses of this machine failed; the next follows", ex);
		}
		finally {
			again();
		}
	}

	@Override
	public void close() {
		this.next.dispose();
	}

}
