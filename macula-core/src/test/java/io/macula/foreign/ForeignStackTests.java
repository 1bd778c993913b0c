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

package io.macula.foreign;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.macula.foreign.ForeignStream.Received;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.tls.IssuedCertificate;
import io.macula.tls.RealmSecret;
import io.macula.transport.TransportSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A client that shares no code with the product, neither for QUIC and TLS (kwik) nor for
 * {@code macula/1} (written from {@code docs/wire-protocol.md}), speaks to a node as the
 * document says.
 */
@Timeout(30)
class ForeignStackTests {

	static final RealmSecret SECRET = RealmSecret.of("q7Gm2vX9tR4kL8sZ1cB6nD3wF5hJ0pYa", "the test");

	static final int MAX_PAYLOAD_BYTES = 64 << 10;

	private static final int SENDS_ELEMENTS = 1;

	private static final int EXPECTS_ELEMENTS = 2;

	private static final int ALONE = 4;

	private final Workshop.Handler handler = new Workshop.Handler();

	private final RealmNode node = node(this.handler);

	private final IssuedCertificate certificate = IssuedCertificate.of("test", "kwik", SECRET);

	private @Nullable KwikPeer peer;

	static RealmNode node(Workshop handler) {
		TransportSettings all = TransportSettings.defaults();
		TransportSettings small = new TransportSettings(all.idleTimeout(), all.keepAlive(), all.suspicion(),
				MAX_PAYLOAD_BYTES, all.laneThresholdBytes(), all.lanes(), all.maxConnections(),
				all.maxInFlightPerConnection(), all.maxStreamsPerConnection(), all.eventLoops(), all.spin());
		return RealmNode.builder("test")
			.nodeId("node1")
			.secret(SECRET)
			.transport(small)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(1)))
			.service("test.workshop", Workshop.class, handler)
			.build();
	}

	@BeforeEach
	void start() {
		this.node.start();
	}

	@AfterEach
	void close() {
		if (this.peer != null) {
			this.peer.close();
		}
		this.node.close();
	}

	private KwikPeer dial() throws Exception {
		KwikPeer dialled = KwikPeer.dial(this.node.port(), "macula/1", this.certificate, this.certificate);
		this.peer = dialled;
		return dialled;
	}

	/** The control stream after WELCOME. */
	private static ForeignStream welcome(KwikPeer peer) throws Exception {
		ForeignStream control = peer.open().write(Bytes.hello(1, "test", "kwik"));
		assertThat(control.take().type()).isEqualTo(Bytes.WELCOME);
		return control;
	}

	private static Received take(ForeignStream stream, int type, long call) throws Exception {
		Received frame = stream.take();
		assertThat(frame.type()).as("%s", frame).isEqualTo(type);
		assertThat(frame.varint()).isEqualTo(call);
		return frame;
	}

	@Test
	void anotherApplicationProtocolIsRefused() {
		assertThatThrownBy(() -> KwikPeer.dial(this.node.port(), "h3", this.certificate, this.certificate))
			.isInstanceOf(ConnectException.class)
			.hasMessageStartingWith("QUIC 0x178");
	}

	@Test
	void whoShowsNoCertificateIsRefused() throws Exception {
		assertThat(endOf(null)).startsWith("QUIC 0x174");
	}

	@Test
	void whoShowsACertificateOfAnotherSecretIsRefused() throws Exception {
		IssuedCertificate other = IssuedCertificate.of("test", "kwik",
				RealmSecret.of("Z4xT8mQ2vN7bK1rL5cW9gH3jD6fS0aPe", "the test"));
		assertThat(endOf(other)).matches("QUIC 0x1(2a|30|33).*");
	}

	@Test
	void whoTrustsAnotherAuthorityRefusesTheNode() {
		IssuedCertificate other = IssuedCertificate.of("test", "kwik",
				RealmSecret.of("Z4xT8mQ2vN7bK1rL5cW9gH3jD6fS0aPe", "the test"));
		assertThatThrownBy(() -> KwikPeer.dial(this.node.port(), "macula/1", other, this.certificate))
			.isInstanceOf(IOException.class);
	}

	/*
	 * TLS 1.3: the client has finished before the server judges its certificate. Whether
	 * it has told so when it hears of the judgement is chance.
	 */
	private String endOf(@Nullable IssuedCertificate shown) throws Exception {
		try (KwikPeer refused = KwikPeer.dial(this.node.port(), "macula/1", this.certificate, shown)) {
			return refused.ended();
		}
		catch (ConnectException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	@Test
	void helloIsAnsweredByWelcome() throws Exception {
		ForeignStream control = dial().open().write(Bytes.hello(1, "test", "kwik"));
		Received welcome = control.take();
		assertThat(welcome.type()).isEqualTo(Bytes.WELCOME);
		assertThat(welcome.u8()).as("version").isEqualTo(1);
		assertThat(welcome.str()).as("realm").isEqualTo("test");
		assertThat(welcome.str()).as("node id").isEqualTo("node1");
		assertThat(welcome.u64()).as("incarnation").isPositive();
		assertThat(welcome.varint()).as("maxPayloadBytes").isEqualTo(MAX_PAYLOAD_BYTES);
		assertThat(welcome.varint()).as("maxInFlight").isPositive();
		assertThat(welcome.varint()).as("codecs").isPositive();
		assertThat(welcome.str()).isEqualTo("cbor");
	}

	@Test
	void pingIsAnsweredByPong() throws Exception {
		ForeignStream control = welcome(dial());
		control.write(Bytes.of().u64(0x0102030405060708L).frame(Bytes.PING));
		Received pong = control.take();
		assertThat(pong.type()).isEqualTo(Bytes.PONG);
		assertThat(pong.u64()).isEqualTo(0x0102030405060708L);
	}

	@Test
	void callsShareALaneAndItsProcedureTable() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		ForeignStream lane = dialled.open();
		lane.write(Bytes.time(1, 300), Bytes.call(1, "test.workshop/echo", 2_000_000, 0, Bytes.cborText("hi")),
				Bytes.callAgain(2, 1, 0, 0, Bytes.cborText("again")));
		assertThat(take(lane, Bytes.RESULT, 1).rest()).isEqualTo(Bytes.cborText("hi"));
		assertThat(take(lane, Bytes.RESULT, 2).rest()).isEqualTo(Bytes.cborText("again"));
	}

	@Test
	void severalArgumentsStandAfterTheirLengths() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		ForeignStream lane = dialled.open().write(Bytes.call(1, "test.workshop/add", 0, 0, bytes(1, 2, 2, 0x18, 40)));
		assertThat(take(lane, Bytes.RESULT, 1).rest()).isEqualTo(bytes(0x18, 42));
	}

	@Test
	void anUnknownProcedureIsUnimplementedAndHasItsIndex() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		ForeignStream lane = dialled.open()
			.write(Bytes.call(1, "test.workshop/nothing", 0, 0), Bytes.callAgain(2, 1, 0, 0));
		for (long call = 1; call <= 2; call++) {
			Received failure = take(lane, Bytes.FAILURE, call);
			assertThat(failure.u8()).as("UNIMPLEMENTED").isEqualTo(12);
			assertThat(failure.u8()).as("not processed").isZero();
			assertThat(failure.str()).contains("nothing");
		}
	}

	@Test
	void aCallAloneOnItsStreamIsAnsweredThereAndTheStreamEnds() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		ForeignStream stream = dialled.open()
			.write(Bytes.time(1, 1), Bytes.call(1, "test.workshop/blank", 0, ALONE, bytes(0x19, 0x7D, 0)))
			.finish();
		assertThat(take(stream, Bytes.RESULT, 1).rest()).hasSizeGreaterThan(32_000);
		assertThat(stream.next()).isNull();
	}

	@Test
	void aLargeResultOfALaneComesOnAStreamOfItsOwn() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		dialled.open().write(Bytes.call(1, "test.workshop/blank", 0, 0, bytes(0x19, 0x7D, 0)));
		ForeignStream answer = dialled.accept();
		assertThat(take(answer, Bytes.RESULT, 1).rest()).hasSizeGreaterThan(32_000);
		assertThat(answer.next()).isNull();
	}

	@Test
	void elementsComeAgainstCredit() throws Exception {
		KwikPeer dialled = dial();
		ForeignStream control = welcome(dialled);
		ForeignStream stream = dialled.open()
			.write(Bytes.time(1, 1), Bytes.call(1, "test.workshop/count", 0, EXPECTS_ELEMENTS, bytes(5)),
					Bytes.credit(1, 2));
		assertThat(take(stream, Bytes.ELEMENT, 1).rest()).isEqualTo(bytes(1));
		assertThat(take(stream, Bytes.ELEMENT, 1).rest()).isEqualTo(bytes(2));
		// Were a third under way, it would have overtaken this PONG.
		control.write(Bytes.of().u64(1).frame(Bytes.PING));
		assertThat(control.take().type()).isEqualTo(Bytes.PONG);
		stream.write(Bytes.withId(Bytes.CANCEL, 1)).finish();
		assertThat(stream.next()).as("nothing answers a CANCEL").isNull();
	}

	@Test
	void aStreamIsCompleteWithItsEnd() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		ForeignStream stream = dialled.open()
			.write(Bytes.call(1, "test.workshop/count", 0, EXPECTS_ELEMENTS, bytes(3)), Bytes.credit(1, 1));
		assertThat(take(stream, Bytes.ELEMENT, 1).rest()).isEqualTo(bytes(1));
		stream.write(Bytes.credit(1, 100)).finish();
		assertThat(take(stream, Bytes.ELEMENT, 1).rest()).isEqualTo(bytes(2));
		assertThat(take(stream, Bytes.ELEMENT, 1).rest()).isEqualTo(bytes(3));
		take(stream, Bytes.END, 1);
		assertThat(stream.next()).isNull();
	}

	@Test
	void theCallersElementsAreAskedForByCredit() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		ForeignStream stream = dialled.open().write(Bytes.call(1, "test.workshop/sum", 0, SENDS_ELEMENTS));
		long credit = take(stream, Bytes.CREDIT, 1).varint();
		assertThat(credit).isGreaterThanOrEqualTo(2);
		stream.write(Bytes.withId(Bytes.ELEMENT, 1, bytes(20)), Bytes.withId(Bytes.ELEMENT, 1, bytes(3)),
				Bytes.withId(Bytes.END, 1));
		Received answer = stream.take();
		while (answer.type() == Bytes.CREDIT) {
			answer = stream.take();
		}
		assertThat(answer.type()).isEqualTo(Bytes.RESULT);
		assertThat(answer.varint()).isEqualTo(1);
		assertThat(answer.rest()).isEqualTo(bytes(23));
	}

	@Test
	void aLaneThatTheCallerFinishesIsFinishedWhenAllIsAnswered() throws Exception {
		KwikPeer dialled = dial();
		ForeignStream control = welcome(dialled);
		ForeignStream lane = dialled.open()
			.write(Bytes.call(1, "test.workshop/echo", 0, 0, Bytes.cborText("one")),
					Bytes.callAgain(2, 1, 0, 0, Bytes.cborText("two")))
			.finish();
		assertThat(lane.take().type()).isEqualTo(Bytes.RESULT);
		assertThat(lane.take().type()).isEqualTo(Bytes.RESULT);
		assertThat(lane.next()).isNull();
		control.write(Bytes.of().u64(1).frame(Bytes.PING));
		assertThat(control.take().type()).as("the connection lives on").isEqualTo(Bytes.PONG);
	}

	@Test
	void cancelReachesTheMethodAndIsNotAnswered() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		ForeignStream lane = dialled.open()
			.write(Bytes.call(1, "test.workshop/forever", 0, 0), Bytes.withId(Bytes.CANCEL, 1));
		this.handler.cancelled.get(10, TimeUnit.SECONDS);
		lane.write(Bytes.call(2, "test.workshop/echo", 0, 0, Bytes.cborText("on")));
		assertThat(take(lane, Bytes.RESULT, 2).rest()).isEqualTo(Bytes.cborText("on"));
	}

	@Test
	void aCallWhoseTimeIsOverIsNotProcessed() throws Exception {
		KwikPeer dialled = dial();
		welcome(dialled);
		ForeignStream lane = dialled.open().write(Bytes.call(1, "test.workshop/forever", 1, 0));
		// The node may have ended the call before anything was there to say.
		lane.write(Bytes.call(2, "test.workshop/echo", 0, 0, Bytes.cborText("on")));
		Received first = lane.take();
		if (first.type() == Bytes.FAILURE) {
			assertThat(first.varint()).isEqualTo(1);
			assertThat(first.u8()).as("DEADLINE_EXCEEDED").isEqualTo(4);
			first = lane.take();
		}
		assertThat(first.type()).isEqualTo(Bytes.RESULT);
		assertThat(first.varint()).isEqualTo(2);
	}

	@Test
	void aFrameOfAnUnknownTypeIsSkippedEverywhere() throws Exception {
		KwikPeer dialled = dial();
		ForeignStream control = welcome(dialled);
		byte[] unknown = Bytes.of().raw(new byte[300]).frame(0x77);
		control.write(unknown, Bytes.of().u64(5).frame(Bytes.PING));
		assertThat(control.take().type()).isEqualTo(Bytes.PONG);
		ForeignStream lane = dialled.open()
			.write(unknown, Bytes.call(1, "test.workshop/echo", 0, 0, Bytes.cborText("hi")), unknown);
		take(lane, Bytes.RESULT, 1);
	}

	@Test
	void theNodeSaysGoAwayAndFinishesWhatIsInFlight() throws Exception {
		KwikPeer dialled = dial();
		ForeignStream control = welcome(dialled);
		ForeignStream lane = dialled.open()
			.write(Bytes.call(1, "test.workshop/forever", 0, 0),
					Bytes.call(2, "test.workshop/echo", 0, 0, Bytes.cborText("hi")));
		take(lane, Bytes.RESULT, 2);
		Thread stopping = new Thread(this.node::stop, "stop");
		stopping.start();
		Received goAway = control.take();
		while (goAway.type() == Bytes.PING) {
			control.write(Bytes.of().u64(goAway.u64()).frame(Bytes.PONG));
			goAway = control.take();
		}
		assertThat(goAway.type()).isEqualTo(Bytes.GOAWAY);
		assertThat(goAway.varint()).as("DRAINED").isEqualTo(1);
		assertThat(goAway.str()).isNotEmpty();
		assertThat(goAway.varint()).as("lanes are read still").isZero();
		lane.write(Bytes.call(3, "test.workshop/echo", 0, 0, Bytes.cborText("late")));
		Received late = take(lane, Bytes.FAILURE, 3);
		assertThat(late.u8()).as("UNAVAILABLE").isEqualTo(14);
		assertThat(late.u8()).as("not processed").isZero();
		// After the grace period of a second.
		Received last = nextUnlessClosed(control);
		if (last != null) {
			assertThat(last.type()).isEqualTo(Bytes.GOAWAY);
			last.varint();
			last.str();
			assertThat(last.varint()).as("lanes").isPositive();
		}
		assertThat(dialled.ended()).startsWith("0x01");
		stopping.join();
	}

	/** The next frame but PINGs; it may get lost in the close, which says the same. */
	private static @Nullable Received nextUnlessClosed(ForeignStream control) throws Exception {
		try {
			Received frame = control.next();
			while (frame != null && frame.type() == Bytes.PING) {
				control.write(Bytes.of().u64(frame.u64()).frame(Bytes.PONG));
				frame = control.next();
			}
			return frame;
		}
		catch (IOException ex) {
			return null;
		}
	}

	@Test
	void whoGoesInOrderIsHeardAndMayComeAgain() throws Exception {
		KwikPeer dialled = dial();
		ForeignStream control = welcome(dialled);
		control.write(Bytes.of().varint(1).str("bye").varint(0).frame(Bytes.GOAWAY));
		ForeignStream lane = dialled.open().write(Bytes.call(1, "test.workshop/echo", 0, 0, Bytes.cborText("hi")));
		take(lane, Bytes.RESULT, 1);
		dialled.close();
		welcome(dial());
	}

	static byte[] bytes(int... values) {
		byte[] bytes = new byte[values.length];
		for (int i = 0; i < values.length; i++) {
			bytes[i] = (byte) values[i];
		}
		return bytes;
	}

}
