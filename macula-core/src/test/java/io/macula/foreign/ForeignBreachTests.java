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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.macula.foreign.ForeignStream.Received;
import io.macula.node.RealmNode;
import io.macula.tls.IssuedCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.macula.foreign.ForeignStackTests.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * A client that shares no code with the product breaks the protocol: the node answers as
 * {@code docs/wire-protocol.md} says, and goes on to serve others.
 */
@Timeout(30)
class ForeignBreachTests {

	private static final String VIOLATION = "0x10";

	private static final String TOO_LARGE = "0x11";

	private static final String LIMIT = "0x12";

	private static final int KIBIBYTES_64 = 64 << 10;

	/** It fails one in fifteen times on busy processors. */
	private static final int KWIK_RUNS = 5;

	private static final RealmNode NODE = ForeignStackTests.node(new Workshop.Handler());

	private static final IssuedCertificate CERTIFICATE = IssuedCertificate.of("test", "kwik", ForeignStackTests.SECRET);

	@BeforeAll
	static void start() {
		NODE.start();
	}

	/** Whatever was said to it, the node serves others as before. */
	@AfterAll
	static void close() throws Exception {
		try (KwikPeer peer = dial()) {
			welcome(peer);
			ForeignStream lane = peer.open().write(Bytes.call(1, "test.workshop/echo", 0, 0, Bytes.cborText("hi")));
			assertThat(lane.take().type()).isEqualTo(Bytes.RESULT);
		}
		NODE.close();
	}

	private static KwikPeer dial() throws Exception {
		return KwikPeer.dial(NODE.port(), "macula/1", CERTIFICATE, CERTIFICATE);
	}

	private static ForeignStream welcome(KwikPeer peer) throws Exception {
		ForeignStream control = peer.open().write(Bytes.hello(1, "test", "kwik"));
		assertThat(control.take().type()).isEqualTo(Bytes.WELCOME);
		return control;
	}

	static Stream<Arguments> firstFrames() {
		return Stream.of(arguments("PING instead of HELLO", Bytes.of().u64(1).frame(Bytes.PING), VIOLATION),
				arguments("CALL instead of HELLO", Bytes.call(1, "a/b", 0, 0), VIOLATION),
				arguments("a frame without a type", bytes(0), VIOLATION),
				arguments("a length that is not in the shortest form",
						Bytes.of().varint(9, 2).u8(Bytes.PING).u64(1).bytes(), VIOLATION),
				arguments("a HELLO with bytes behind its last field",
						Bytes.of().raw(body(Bytes.hello(1, "test", "kwik"))).u8(0).frame(Bytes.HELLO), VIOLATION),
				arguments("half of a HELLO in its frame", Bytes.of().u8(1).str("test").frame(Bytes.HELLO), VIOLATION),
				arguments("ill-formed UTF-8",
						Bytes.of()
							.u8(1)
							.varint(2)
							.raw(bytes(0xC3, 0x28))
							.str("kwik")
							.u64(1)
							.varint(1)
							.varint(1)
							.varint(0)
							.str("")
							.varint(0)
							.frame(Bytes.HELLO),
						VIOLATION),
				arguments("a string that is longer than its frame",
						Bytes.of().u8(1).varint(1 << 20).raw(bytes(1, 2, 3)).frame(Bytes.HELLO), VIOLATION),
				arguments("129 codecs", manyCodecs(), LIMIT),
				arguments("a frame of 64 KiB and one byte", Bytes.of().varint(KIBIBYTES_64 + 1).u8(Bytes.HELLO).bytes(),
						TOO_LARGE),
				arguments("an unknown frame of a gigabyte", Bytes.of().varint(1 << 30).u8(0x77).bytes(), TOO_LARGE),
				arguments("another realm", Bytes.hello(1, "other", "kwik"), "0x20"),
				arguments("another version", Bytes.hello(2, "test", "kwik"), "0x21"));
	}

	private static byte[] manyCodecs() {
		Bytes hello = Bytes.of().u8(1).str("test").str("kwik").u64(1).varint(1).varint(1).varint(129);
		for (int i = 0; i < 129; i++) {
			hello.str("c" + i);
		}
		return hello.str("").varint(0).frame(Bytes.HELLO);
	}

	/** Without length and type, of a frame whose length is 2 bytes. */
	private static byte[] body(byte[] frame) {
		int begin = 1 + (1 << ((frame[0] & 0xC0) >> 6));
		byte[] body = new byte[frame.length - begin];
		System.arraycopy(frame, begin, body, 0, body.length);
		return body;
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("firstFrames")
	void whatIsNoHelloEndsTheConnection(String what, byte[] first, String code) throws Exception {
		try (KwikPeer peer = dial()) {
			breach(peer.open(), first);
			assertThat(peer.ended()).startsWith(code);
		}
	}

	static Stream<Arguments> refusals() {
		return Stream.of(arguments("another realm", Bytes.hello(1, "other", "kwik"), 0x20),
				arguments("another version", Bytes.hello(2, "test", "kwik"), 0x21));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("refusals")
	void whoIsRefusedIsToldWhyByAFrameOrByTheClose(String what, byte[] hello, int code) throws Exception {
		try (KwikPeer peer = dial()) {
			ForeignStream control = peer.open().write(hello);
			String end = peer.ended();
			assertThat(end).startsWith("0x%02x ".formatted(code)).hasSizeGreaterThan(10);
			Received refused = refusal(control);
			if (refused != null) {
				assertThat(refused.type()).isEqualTo(Bytes.REFUSED);
				assertThat(refused.varint()).isEqualTo(code);
				assertThat(refused.str()).isNotEmpty();
				assertThat(refused.read()).isTrue();
			}
		}
	}

	private static @Nullable Received refusal(ForeignStream control) throws Exception {
		try {
			return control.next();
		}
		catch (IOException ex) {
			// REFUSED may get lost in the close.
			return null;
		}
	}

	static Stream<Arguments> onTheControlStream() {
		return Stream.of(arguments("HELLO again", Bytes.hello(1, "test", "kwik"), VIOLATION),
				arguments("WELCOME of the client", Bytes.of().raw(body(Bytes.hello(1, "test", "kwik"))).frame(2),
						VIOLATION),
				arguments("REFUSED of the client", Bytes.of().varint(1).str("no").frame(Bytes.REFUSED), VIOLATION),
				arguments("CALL", Bytes.call(1, "test.workshop/echo", 0, 0, Bytes.cborText("hi")), VIOLATION),
				arguments("CANCEL", Bytes.withId(Bytes.CANCEL, 1), VIOLATION),
				arguments("PING of 7 bytes", Bytes.of().raw(new byte[7]).frame(Bytes.PING), VIOLATION),
				arguments("PING of 9 bytes", Bytes.of().raw(new byte[9]).frame(Bytes.PING), VIOLATION),
				arguments("GOAWAY that promises a million lanes",
						Bytes.of().varint(1).str("").varint(1 << 20).frame(Bytes.GOAWAY), LIMIT));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("onTheControlStream")
	void whatMustNotStandOnTheControlStreamEndsTheConnection(String what, byte[] frame, String code) throws Exception {
		try (KwikPeer peer = dial()) {
			breach(welcome(peer), frame);
			assertThat(peer.ended()).startsWith(code);
		}
	}

	static Stream<Arguments> onALane() {
		List<Arguments> breaches = new ArrayList<>(List.of(
				arguments("a reference that was not assigned", Bytes.callAgain(1, 1, 0, 0), VIOLATION),
				arguments("call id 0", Bytes.call(0, "test.workshop/echo", 0, 0, Bytes.cborText("hi")), VIOLATION),
				arguments("a call id that does not grow",
						Bytes.concat(Bytes.call(2, "test.workshop/forever", 0, 0),
								Bytes.call(2, "test.workshop/forever", 0, 0)),
						VIOLATION),
				arguments("epoch 0", Bytes.time(0, 1), VIOLATION),
				arguments("RESULT of the client", Bytes.withId(Bytes.RESULT, 1), VIOLATION),
				arguments("FAILURE of the client",
						Bytes.of().varint(1).u8(3).u8(0).str("").str("").frame(Bytes.FAILURE), VIOLATION),
				arguments("METADATA of the client", Bytes.of().varint(1).varint(0).frame(Bytes.METADATA), VIOLATION),
				arguments("PING", Bytes.of().u64(1).frame(Bytes.PING), VIOLATION),
				arguments("ELEMENT before a CALL", Bytes.withId(Bytes.ELEMENT, 1, bytes(1)), VIOLATION),
				arguments("CANCEL with bytes behind it", Bytes.withId(Bytes.CANCEL, 1, bytes(1)), VIOLATION),
				arguments("a key of the metadata twice", metadata("k", "k"), VIOLATION),
				arguments("129 entries of metadata", metadata(keys(129)), LIMIT),
				arguments("a header of more than 64 KiB",
						Bytes.call(1, "test.workshop/" + "x".repeat(KIBIBYTES_64), 0, 0), LIMIT),
				arguments("a CANCEL of more than a frame may have",
						Bytes.of()
							.varint(ForeignStackTests.MAX_PAYLOAD_BYTES + KIBIBYTES_64 + 1)
							.u8(Bytes.CANCEL)
							.varint(1)
							.bytes(),
						TOO_LARGE),
				arguments("END without elements",
						Bytes.concat(Bytes.call(1, "test.workshop/forever", 0, 0), Bytes.withId(Bytes.END, 1)),
						VIOLATION),
				arguments("CREDIT without elements",
						Bytes.concat(Bytes.call(1, "test.workshop/forever", 0, 0), Bytes.credit(1, 1)), VIOLATION)));
		return breaches.stream();
	}

	private static byte[] metadata(String... keys) {
		Bytes call = Bytes.of().varint(1).varint(0).str("test.workshop/echo").str("cbor").varint(0).u8(0);
		call.varint(keys.length);
		for (String key : keys) {
			call.str(key).str("v");
		}
		return call.raw(Bytes.cborText("hi")).frame(Bytes.CALL);
	}

	private static String[] keys(int count) {
		String[] keys = new String[count];
		for (int i = 0; i < count; i++) {
			keys[i] = "k" + i;
		}
		return keys;
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("onALane")
	void whatMustNotStandOnALaneEndsTheConnection(String what, byte[] frames, String code) throws Exception {
		try (KwikPeer peer = dial()) {
			welcome(peer);
			breach(peer.open(), frames);
			assertThat(peer.ended()).startsWith(code);
		}
	}

	static Stream<Arguments> onACallStream() {
		byte[] count = Bytes.call(1, "test.workshop/count", 0, 2, bytes(5));
		byte[] sum = Bytes.call(1, "test.workshop/sum", 0, 1);
		return Stream.of(arguments("CREDIT of another call", Bytes.concat(count, Bytes.credit(2, 1)), VIOLATION),
				arguments("CREDIT of nothing", Bytes.concat(count, Bytes.credit(1, 0)), VIOLATION),
				arguments("an element without credit, the hundred thousandth", Bytes.concat(sum, elements(100_000)),
						VIOLATION),
				arguments("an element that was not promised",
						Bytes.concat(count, Bytes.withId(Bytes.ELEMENT, 1, bytes(1))), VIOLATION),
				arguments("an element of another call", Bytes.concat(sum, Bytes.withId(Bytes.ELEMENT, 2, bytes(1))),
						VIOLATION),
				arguments("an element after END",
						Bytes.concat(Bytes.call(1, "test.workshop/sum", 0, 1), Bytes.withId(Bytes.END, 1),
								Bytes.withId(Bytes.ELEMENT, 1, bytes(1))),
						VIOLATION),
				arguments("a second CALL behind a streaming call",
						Bytes.concat(count, Bytes.call(2, "test.workshop/count", 0, 2, bytes(5))), VIOLATION));
	}

	private static byte[] elements(int count) {
		Bytes elements = Bytes.of();
		for (int i = 0; i < count; i++) {
			elements.raw(Bytes.withId(Bytes.ELEMENT, 1, bytes(1)));
		}
		return elements.bytes();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("onACallStream")
	void whatMustNotStandOnACallStreamEndsTheConnection(String what, byte[] frames, String code) throws Exception {
		try (KwikPeer peer = dial()) {
			welcome(peer);
			breach(peer.open(), frames);
			assertThat(peer.ended()).startsWith(code);
		}
	}

	/**
	 * The answer comes while kwik still writes. By its own log it may then send nothing
	 * of the stream any more, though all that it sent was acknowledged: that run tells
	 * nothing.
	 */
	@Test
	void aCallThatIsTooLargeIsSkippedAndAnswered() throws Exception {
		boolean written = false;
		for (int run = 1; !written && run <= KWIK_RUNS; run++) {
			written = sendCallThatIsTooLarge();
		}
		assertThat(written).as("kwik sent the whole call").isTrue();
	}

	private boolean sendCallThatIsTooLarge() throws Exception {
		try (KwikPeer peer = dial()) {
			welcome(peer);
			ForeignStream lane = peer.open();
			try {
				lane.write(
						Bytes.call(1, "test.workshop/echo", 0, 0,
								new byte[ForeignStackTests.MAX_PAYLOAD_BYTES + KIBIBYTES_64]),
						Bytes.call(2, "test.workshop/echo", 0, 0, Bytes.cborText("hi")));
			}
			catch (TimeoutException ex) {
				return false;
			}
			Set<Long> answered = new HashSet<>();
			// Answers come in any order.
			for (int i = 1; i <= 2; i++) {
				Received failure = lane.take();
				answered.add(failure.varint());
				if (failure.type() == Bytes.RESULT) {
					continue;
				}
				assertThat(failure.type()).isEqualTo(Bytes.FAILURE);
				assertThat(failure.u8()).as("INVALID_ARGUMENT").isEqualTo(3);
				assertThat(failure.u8()).as("not processed").isZero();
				assertThat(failure.str()).contains(Integer.toString(ForeignStackTests.MAX_PAYLOAD_BYTES));
			}
			assertThat(answered).containsExactlyInAnyOrder(1L, 2L);
			return true;
		}
	}

	@Test
	void aLaneBeforeWelcomeEndsTheConnection() throws Exception {
		try (KwikPeer peer = dial()) {
			peer.open();
			peer.open().write(Bytes.call(1, "test.workshop/echo", 0, 0, Bytes.cborText("hi")));
			assertThat(peer.ended()).startsWith(VIOLATION);
		}
	}

	@Test
	void theEndOfTheControlStreamEndsTheConnection() throws Exception {
		try (KwikPeer peer = dial()) {
			welcome(peer).finish();
			assertThat(peer.ended()).startsWith(VIOLATION);
		}
	}

	@Test
	void aCallStreamThatIsResetCountsAsCancel() throws Exception {
		Workshop.Handler handler = new Workshop.Handler();
		try (RealmNode node = ForeignStackTests.node(handler)) {
			node.start();
			try (KwikPeer peer = KwikPeer.dial(node.port(), "macula/1", CERTIFICATE, CERTIFICATE)) {
				welcome(peer);
				ForeignStream stream = peer.open();
				stream.write(Bytes.call(1, "test.workshop/forever", 0, 4));
				ForeignStream lane = peer.open().write(Bytes.call(2, "test.workshop/echo", 0, 0, Bytes.cborText("hi")));
				assertThat(lane.take().type()).isEqualTo(Bytes.RESULT);
				stream.reset();
				handler.cancelled.get(10, TimeUnit.SECONDS);
			}
		}
	}

	@Test
	void whoSaysNoHelloIsClosedAfterFiveSeconds() throws Exception {
		try (KwikPeer peer = dial()) {
			assertThat(peer.ended()).startsWith("0x13");
		}
	}

	private static void breach(ForeignStream stream, byte[] frames) throws Exception {
		try {
			stream.write(frames);
		}
		catch (IOException ex) {
			// The node has closed the connection before it had all.
			assertThat(ex).hasMessageContaining("aborted");
		}
	}

}
