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

package io.macula.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Processed;
import io.macula.Status;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.netty.channel.DefaultChannelPromise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The phases of a dial, without a network and by a clock of the test.
 */
class DialTests {

	private final FakeNet net = new FakeNet();

	private final Outcome outcome = new Outcome();

	private final Dial dial = this.net.dial(Duration.ofSeconds(2), this.outcome);

	@AfterEach
	void close() {
		this.net.close();
	}

	@Test
	void whenNoSocketOpensInTimeThenTheFailureNamesThePhase() {
		this.dial.start(new DefaultChannelPromise(this.net.socket));
		assertThat(this.dial.silent()).isTrue();
		this.net.pass(Duration.ofMillis(1999));
		assertThat(this.outcome.failures).isEmpty();
		this.net.pass(Duration.ofMillis(2));
		assertThat(this.outcome.failure()).contains("no answer within 2000 ms in phase OPENING", "after 2000 ms",
				"UDP port 9643");
		assertThat(this.dial.ended()).isTrue();
	}

	@Test
	void whenNoTimeIsLeftForItThenNoneIsNamed() {
		Outcome late = new Outcome();
		this.net.dial(Duration.ofNanos(1), late).start(new DefaultChannelPromise(this.net.socket));
		this.net.pass(Duration.ofMillis(1));
		assertThat(late.failure()).contains("no answer in what was left of the connect timeout in phase OPENING");
	}

	@Test
	void whenTheSocketCannotBeOpenedThenTheDialFailsAtOnce() {
		this.dial.start(this.net.socket.newFailedFuture(new IllegalStateException("no descriptors")));
		assertThat(this.outcome.failure()).contains("no descriptors", "limits of this process");
	}

	@Test
	void whenTheDialIsGivenUpThenASocketThatOpensLaterIsLeftAlone() {
		DefaultChannelPromise opening = new DefaultChannelPromise(this.net.socket);
		this.dial.start(opening);
		this.dial.cancel();
		opening.setSuccess();
		this.net.pass(Duration.ofSeconds(3));
		assertThat(this.outcome.failures).hasSize(1);
	}

	@Test
	void whenThisNodeStoodStillThenTheTimeBeginsAnewOnce() {
		this.dial.start(new DefaultChannelPromise(this.net.socket));
		this.net.pass(Duration.ofMillis(100));
		this.net.ticker.advance(40, TimeUnit.SECONDS);
		this.net.channel.run();
		List<Frame.Ping> pings = this.net.control().written(Frame.Ping.class);
		this.net.control().receive(new Frame.Pong(pings.get(pings.size() - 1).token()));
		assertThat(this.outcome.failures).isEmpty();
		this.net.pass(Duration.ofMillis(1990));
		assertThat(this.outcome.failures).isEmpty();
		this.net.pass(Duration.ofMillis(20));
		assertThat(this.outcome.failures).hasSize(1);
	}

	@Test
	void whenWelcomeDoesNotComeInTimeThenTheFailureNamesThePhase() {
		connected();
		assertThat(this.dial.silent()).isFalse();
		this.net.pass(Duration.ofSeconds(3));
		assertThat(this.outcome.failure()).contains("no answer within 2000 ms in phase WELCOME");
	}

	@Test
	void whenThePeerAnswersSlowlyThenItHasItsTimeThreeTimes() {
		FakeQuicChannel channel = handshaking();
		assertThat(this.dial.silent()).isTrue();
		channel.packets++;
		assertThat(this.dial.silent()).isFalse();
		this.net.pass(Duration.ofMillis(2001));
		channel.packets++;
		this.net.pass(Duration.ofMillis(2000));
		assertThat(this.outcome.failures).isEmpty();
		channel.packets++;
		this.net.pass(Duration.ofMillis(2000));
		assertThat(this.outcome.failure()).contains("no answer within 2000 ms in phase HANDSHAKE", "after 6000 ms");
	}

	@Test
	void whenThePeerFallsSilentThenItHasNoMoreTime() {
		FakeQuicChannel channel = handshaking();
		channel.packets++;
		this.net.pass(Duration.ofMillis(2001));
		assertThat(this.outcome.failures).isEmpty();
		this.net.pass(Duration.ofMillis(2000));
		assertThat(this.outcome.failure()).contains("no answer within 2000 ms in phase HANDSHAKE", "after 4000 ms");
	}

	@Test
	void whenThePeerIsOfTheRealmThenTheConnectionIsHandedOver() {
		FakeQuicChannel channel = connected();
		FakeQuicStream control = channel.streams.get(0);
		assertThat(control.written).hasSize(1).first().isInstanceOf(Frame.Hello.class);
		this.net.pass(Duration.ofMillis(7));
		control.receive(welcome("a"));
		assertThat(this.outcome.connections).hasSize(1);
		ClientConnection connection = this.outcome.connections.get(0);
		assertThat(connection.state()).isEqualTo(Connection.State.READY);
		assertThat(connection.peer().nodeId()).isEqualTo("provider");
		assertThat(connection.stats().handshake()).isEqualTo(Duration.ofMillis(7));
		assertThat(this.dial.roundTripNanos()).isEqualTo(Duration.ofMillis(7).toNanos());
		this.net.pass(Duration.ofSeconds(3));
		assertThat(this.outcome.failures).isEmpty();
		connection.close(Status.unknown(Code.UNAVAILABLE, "over"));
		channel.run();
	}

	@Test
	void whenThePeerIsOfAnotherRealmThenTheDialFails() {
		connected().streams.get(0).receive(welcome("b"));
		assertThat(this.outcome.failures.get(0).code()).isEqualTo(Code.UNAUTHENTICATED);
		assertThat(this.outcome.failure()).contains("it belongs to realm 'b'");
	}

	@Test
	void whenThePeerTellsARealmThatCannotBePrintedThenItIsEscaped() {
		connected().streams.get(0).receive(welcome("b\u001b[2J\n"));
		assertThat(this.outcome.failure()).contains("it belongs to realm 'b\\u001b[2J\\n'");
	}

	@Test
	void whenThePeerSpeaksAnotherVersionThenTheDialFails() {
		connected().streams.get(0)
			.receive(new Frame.Welcome(
					new Introduction(2, "a", "provider", 1, 1 << 20, 100, List.of("raw"), "test", Map.of())));
		assertThat(this.outcome.failures.get(0).code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(this.outcome.failure()).contains("it speaks version 2 of the protocol, this node version 1");
	}

	@Test
	void whenThePeerRefusesThenItsReasonIsTold() {
		FakeQuicChannel channel = connected();
		channel.streams.get(0).receive(new Frame.Refused(ErrorCode.OVERLOADED, "full house"));
		this.net.channel.run();
		assertThat(this.outcome.failures.get(0).code()).isEqualTo(Code.UNAVAILABLE);
		assertThat(this.outcome.failures.get(0).processed()).isEqualTo(Processed.NO);
		assertThat(this.outcome.failure()).contains("full house", "maxConnections");
		assertThat(channel.isOpen()).isFalse();
	}

	@Test
	void whenThePeerDrainsThenTheDialFails() {
		connected().streams.get(0).receive(new Frame.GoAway(ErrorCode.DRAINED, "bye", List.of()));
		assertThat(this.outcome.failure()).contains("it is draining: bye");
	}

	@Test
	void whenThePeerSaysSomethingElseThenItDoesNotSpeakTheProtocol() {
		connected().streams.get(0).receive(new Frame.Ping(1));
		assertThat(this.outcome.failure()).contains("it does not speak this protocol", "PING frame instead of WELCOME");
	}

	@Test
	void whenNobodyListensThenTheDialFailsAtOnceAndOnce() {
		connected();
		this.dial.unreachable();
		this.dial.inactive();
		this.dial.cancel();
		this.net.pass(Duration.ofSeconds(3));
		assertThat(this.outcome.failure()).contains("refused in phase WELCOME", "nobody listens at UDP port 9643");
	}

	@Test
	void whenTheConnectionEndsBeforeWelcomeThenTheLastErrorIsNotLost() {
		connected();
		this.dial.failed(new IllegalStateException("strange"));
		this.net.pass(Duration.ofSeconds(3));
		assertThat(this.outcome.failure()).contains("(last error: java.lang.IllegalStateException: strange)");
	}

	private FakeQuicChannel handshaking() {
		this.dial.start(new DefaultChannelPromise(this.net.socket));
		FakeQuicChannel channel = new FakeQuicChannel(this.net.socket, this.net.ticker, null);
		this.dial.begin(this.net.socket);
		this.dial.opened(channel);
		return channel;
	}

	/** As QUIC's own handshake would have left it. */
	private FakeQuicChannel connected() {
		FakeQuicChannel channel = handshaking();
		this.dial.hello(channel);
		channel.run();
		return channel;
	}

	private static Frame welcome(String realm) {
		return new Frame.Welcome(Introduction.of(realm, "provider", 1, 1 << 20, 100, List.of("raw"), "test"));
	}

	private static final class Outcome implements Dial.Receiver {

		private final List<ClientConnection> connections = new ArrayList<>();

		private final List<Status> failures = new ArrayList<>();

		@Override
		public void connected(ClientConnection connection) {
			this.connections.add(connection);
		}

		@Override
		public void failed(Status status) {
			this.failures.add(status);
		}

		private String failure() {
			assertThat(this.connections).isEmpty();
			assertThat(this.failures).hasSize(1);
			return this.failures.get(0).message();
		}

	}

}
