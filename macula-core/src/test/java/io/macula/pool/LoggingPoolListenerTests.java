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

package io.macula.pool;

import java.time.Duration;

import ch.qos.logback.classic.Level;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.testing.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.macula.pool.PoolFixture.ONE;
import static io.macula.pool.PoolFixture.REFUSED;
import static io.macula.pool.PoolFixture.TWO;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link LoggingPoolListener}.
 */
class LoggingPoolListenerTests {

	private static final Status MOVED = Status.notProcessed(Code.UNAVAILABLE,
			ONE + " is draining: the client's address changed");

	@RegisterExtension
	final LogLines log = LogLines.of(ConnectionPool.class).from(Level.INFO).onlyHere();

	private final FakeTime time = new FakeTime();

	private final LoggingPoolListener listener = new LoggingPoolListener(this.time::nanos);

	@Test
	void whenPeerDrainsItsConnectionThenNothingFailedAndNothingIsBack() {
		this.listener.drained(ONE, MOVED);
		this.listener.dialling(ONE);
		this.listener.connected(ONE, new FakeConnection(ONE, 0));
		assertThat(this.log.at(Level.WARN)).isEmpty();
		assertThat(this.log.at(Level.INFO)).containsExactly(
				"Endpoint 10.0.0.1:9443 drained its connection and is dialled again until it is back or withdrawn: "
						+ "10.0.0.1:9443 is draining: the client's address changed",
				"Creating connection to endpoint 10.0.0.1:9443");
	}

	@Test
	void whenThousandsOfEndpointsFailForTenMinutesThenAFewLinesTellOfIt() {
		for (int second = 0; second < 600; second++) {
			for (int i = 0; i < 12_000; i += 5) {
				Endpoint ghost = new Endpoint("10.1." + (i / 250) + "." + (i % 250), 9443);
				this.listener.dialling(ghost);
				this.listener.failed(ghost, MOVED);
			}
			this.time.pass(Duration.ofSeconds(1));
		}
		assertThat(this.log.at(Level.INFO).size() + this.log.at(Level.WARN).size()).isBetween(60, 300);
	}

	@Test
	void whatOnePoolTellsTakesNoLinesFromAnother() {
		PoolListener one = PoolListener.logging();
		for (int port = 1; port <= 1000; port++) {
			one.dialling(new Endpoint("10.0.0.1", port));
		}
		int lines = this.log.at(Level.INFO).size();
		assertThat(lines).isLessThan(100);
		PoolListener.logging().dialling(ONE);
		assertThat(this.log.at(Level.INFO)).hasSize(lines + 1)
			.last()
			.isEqualTo("Creating connection to endpoint 10.0.0.1:9443");
	}

	@Test
	void whenEndpointIsOfIpv6ThenItsPortCanBeTold() {
		this.listener.dialling(new Endpoint("fd00::1", 9443));
		assertThat(this.log.at(Level.INFO)).containsExactly("Creating connection to endpoint [fd00::1]:9443");
	}

	@Test
	void whenEndpointStaysAwayThenItIsWarnedOfOnceAMinute() {
		for (int second = 0; second < 150; second++) {
			this.listener.dialling(ONE);
			this.listener.failed(ONE, REFUSED);
			this.time.pass(Duration.ofSeconds(1));
		}
		assertThat(this.log.at(Level.WARN)).hasSize(3)
			.containsOnly("Endpoint 10.0.0.1:9443 failed and is dialled again until it is back or withdrawn: "
					+ "UNAVAILABLE: port unreachable");
		assertThat(this.log.at(Level.INFO)).containsExactly("Creating connection to endpoint 10.0.0.1:9443");
	}

	@Test
	void whenFailedEndpointIsBackThenItIsSaidOnce() {
		this.listener.failed(ONE, REFUSED);
		this.listener.connected(ONE, new FakeConnection(ONE, 0));
		this.listener.connected(ONE, new FakeConnection(ONE, 0));
		assertThat(this.log.at(Level.INFO)).containsExactly("Endpoint 10.0.0.1:9443 is back: node peer");
	}

	@Test
	void whenAFurtherAddressAnswersThenItIsNamedAndTheEndpointIsBack() {
		this.listener.connected(ONE, new FakeConnection(TWO, 0));
		this.listener.failed(ONE, REFUSED);
		this.listener.connected(ONE, new FakeConnection(TWO, 0));
		assertThat(this.log.at(Level.INFO)).containsExactly(
				"Endpoint 10.0.0.1:9443 is reached at 10.0.0.2:9443: node peer",
				"Endpoint 10.0.0.1:9443 is back at 10.0.0.2:9443: node peer");
	}

	@Test
	void whenOneEndpointFailsThenAnotherIsWarnedOfToo() {
		this.listener.failed(ONE, REFUSED);
		this.listener.failed(TWO, REFUSED);
		assertThat(this.log.at(Level.WARN)).hasSize(2);
	}

	@Test
	void whenThousandsFailThenOnlyTheLatestAreRemembered() {
		for (int i = 0; i < 1001; i++) {
			this.listener.failed(new Endpoint("10.1.0.1", 1 + i), REFUSED);
		}
		assertThat(this.log.at(Level.WARN)).as("few lines").hasSize(30);
		this.listener.dialling(new Endpoint("10.1.0.1", 1));
		this.listener.dialling(new Endpoint("10.1.0.1", 1001));
		assertThat(this.log.at(Level.INFO)).containsExactly("Creating connection to endpoint 10.1.0.1:1");
	}

	@Test
	void whenAnEndpointFlapsThenAFewLinesAreWrittenAndAnotherEndpointIsStillTold() {
		for (int i = 0; i < 10_000; i++) {
			this.listener.dialling(ONE);
			this.listener.drained(ONE, MOVED);
			this.listener.failed(new Endpoint("10.0.0.2", 9443), MOVED);
			this.time.pass(Duration.ofMinutes(1).dividedBy(20_000));
		}
		assertThat(this.log.events()).hasSizeLessThan(50);
		this.listener.dialling(new Endpoint("10.0.0.3", 9443));
		assertThat(this.log.at(Level.INFO)).last()
			.asString()
			.startsWith("Creating connection to endpoint 10.0.0.3:9443");
	}

}
