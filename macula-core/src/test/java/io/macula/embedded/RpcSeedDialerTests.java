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

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeoutException;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.pool.ConnectionPool;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link RpcSeedDialer}: names of seeds.
 */
class RpcSeedDialerTests {

	private static final Endpoint SEED = new Endpoint("down.test", 9443);

	/** What the name service says, one after the other. */
	private final Deque<Mono<List<InetAddress>>> answers = new ArrayDeque<>();

	private final RpcSeedDialer dialer = dialer();

	@Test
	void whenNameIsUnknownThenSaysThatItCannotBeResolvedAndWhatToCheck() {
		/* What a lookup says that the JDK remembers to have failed. */
		this.answers.add(Mono.error(new UnknownHostException("down.test")));
		assertFails("UNAVAILABLE: host name 'down.test' cannot be resolved; check the name (macula.realm.seeds) and"
				+ " the name service");
	}

	@Test
	void whenNameServiceSaysWhyThenSoDoesTheFailure() {
		this.answers.add(Mono.error(new UnknownHostException("down.test: Temporary failure in name resolution")));
		assertFails(
				"UNAVAILABLE: host name 'down.test' cannot be resolved (Temporary failure in name resolution); check"
						+ " the name (macula.realm.seeds) and the name service");
	}

	@Test
	void whenNameServiceIsSilentThenSaysThatItCannotBeResolved() {
		this.answers.add(Mono.error(new TimeoutException("whatever")));
		assertFails("UNAVAILABLE: host name 'down.test' cannot be resolved (the name service did not answer in time);"
				+ " check the name (macula.realm.seeds) and the name service");
	}

	@Test
	void whenNameIsKnownLaterThenItIsResolved() throws UnknownHostException {
		this.answers.add(Mono.error(new UnknownHostException("down.test")));
		this.answers.add(Mono.just(List.of(InetAddress.getByAddress(new byte[] { 10, 0, 0, 1 }),
				InetAddress.getByAddress(new byte[] { 10, 0, 0, 2 }))));
		assertThatThrownBy(() -> this.dialer.resolve(SEED).block()).hasMessageContaining("cannot be resolved");
		assertThat(this.dialer.resolve(SEED).block()).containsExactly(new Endpoint("10.0.0.1", 9443),
				new Endpoint("10.0.0.2", 9443));
	}

	private void assertFails(String message) {
		assertThatThrownBy(() -> this.dialer.resolve(SEED).block()).hasMessage(message);
	}

	private RpcSeedDialer dialer() {
		ConnectionPool pool = new ConnectionPool(PoolSettings.defaults(),
				(endpoint, timeout) -> Mono.error(Status.notProcessed(Code.UNAVAILABLE, "no").toException()),
				(action, delay) -> () -> {
				}, System::nanoTime, PoolListener.logging());
		return new RpcSeedDialer(pool, (endpoint, timeout) -> Mono.never(), true, Codecs.defaults(),
				(host) -> this.answers.remove());
	}

}
