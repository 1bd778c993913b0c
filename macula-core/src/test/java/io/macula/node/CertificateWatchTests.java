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
import java.util.ArrayDeque;
import java.util.Deque;

import io.macula.tls.NodeKey;
import io.macula.tls.TlsContexts;
import io.netty.handler.codec.quic.QuicSslContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;

import static org.assertj.core.api.Assertions.assertThat;

class CertificateWatchTests {

	private final Deque<Runnable> due = new ArrayDeque<>();

	private final Disposable handle = Disposables.single();

	private int looks;

	@Test
	void looksEveryHourUntilItIsClosed() {
		CertificateWatch watch = CertificateWatch.start(new Counting(), this::schedule);
		for (int hour = 1; hour <= 3; hour++) {
			this.due.remove().run();
			assertThat(this.looks).isEqualTo(hour);
			assertThat(this.due).hasSize(1);
		}
		assertThat(this.handle.isDisposed()).isFalse();
		watch.close();
		assertThat(this.handle.isDisposed()).isTrue();
		this.due.remove().run();
		assertThat(this.looks).isEqualTo(3);
		assertThat(this.due).isEmpty();
	}

	private Disposable schedule(Runnable action, Duration delay) {
		assertThat(delay).isEqualTo(Duration.ofHours(1));
		this.due.add(action);
		return this.handle;
	}

	private final class Counting implements TlsContexts {

		@Override
		public QuicSslContext client() {
			throw new AssertionError();
		}

		@Override
		public QuicSslContext server() {
			throw new AssertionError();
		}

		@Override
		public @Nullable String peerName() {
			return null;
		}

		@Override
		public NodeKey key() {
			throw new AssertionError();
		}

		@Override
		public String source() {
			return "test";
		}

		@Override
		public void warnOfExpiry() {
			CertificateWatchTests.this.looks++;
		}

	}

}
