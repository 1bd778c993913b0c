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

import io.macula.pool.Timer;
import io.macula.tls.TlsContexts;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Looks every hour whether the operator has to be told of a certificate that ends. Safe
 * for all threads; closed with the node.
 */
final class CertificateWatch implements AutoCloseable {

	static final Duration PERIOD = Duration.ofHours(1);

	private final TlsContexts tls;

	private final Timer timer;

	private final Disposable.Swap next = Disposables.swap();

	private CertificateWatch(TlsContexts tls, Timer timer) {
		this.tls = tls;
		this.timer = timer;
	}

	/**
	 * A watch.
	 * @param tls warns of its certificates
	 * @param timer runs actions later
	 * @return the watch, to be closed by the caller
	 */
	static CertificateWatch start(TlsContexts tls, Timer timer) {
		CertificateWatch watch = new CertificateWatch(tls, timer);
		watch.again();
		return watch;
	}

	private void again() {
		this.next.replace(this.timer.schedule(this::look, PERIOD));
	}

	private void look() {
		if (!this.next.isDisposed()) {
			again();
			this.tls.warnOfExpiry();
		}
	}

	@Override
	public void close() {
		this.next.dispose();
	}

}
