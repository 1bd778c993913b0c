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

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.pool.Timer;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Looks every second which key this node shows in handshakes, and tells when it is
 * another one: configured certificates were renewed with a new key. Safe for all threads;
 * closed with the node.
 */
final class IdentityWatch implements AutoCloseable {

	static final Duration PERIOD = Duration.ofSeconds(1);

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(IdentityWatch.class));

	private final Supplier<String> identity;

	private final Timer timer;

	private final Executor executor;

	private final Consumer<String> listener;

	private final Disposable.Swap next = Disposables.swap();

	/** Of looks only, which come one after the other. */
	private volatile String known;

	private IdentityWatch(Supplier<String> identity, String known, Timer timer, Executor executor,
			Consumer<String> listener) {
		this.identity = identity;
		this.known = known;
		this.timer = timer;
		this.executor = executor;
		this.listener = listener;
	}

	/**
	 * A watch.
	 * @param identity of the key that handshakes of now show; does not block
	 * @param known what it was before
	 * @param timer runs actions later, which must not block
	 * @param executor runs what may block
	 * @param listener told of the identity when it has changed; may block
	 * @return the watch, to be closed by the caller
	 */
	static IdentityWatch start(Supplier<String> identity, String known, Timer timer, Executor executor,
			Consumer<String> listener) {
		IdentityWatch watch = new IdentityWatch(identity, known, timer, executor, listener);
		watch.again();
		return watch;
	}

	private void again() {
		if (!this.next.isDisposed()) {
			this.next.replace(this.timer.schedule(this::look, PERIOD));
		}
	}

	private void look() {
		String present = this.identity.get();
		if (present.equals(this.known)) {
			again();
		}
		else if (!this.next.isDisposed()) {
			this.executor.execute(() -> tell(present));
		}
	}

	private void tell(String present) {
		try {
			this.listener.accept(present);
			this.known = present;
		}
		catch (RuntimeException ex) {
			faults.warn("This node shows another key, which the directory could not be told; told again in a second",
					ex);
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
