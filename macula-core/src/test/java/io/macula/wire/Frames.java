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

package io.macula.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Frames and bytes for tests. */
final class Frames {

	static final FrameDecoder DECODER = new FrameDecoder(FrameCodec.maxFrameBytes(16 << 20));

	private static final String[] ALPHABET = { "a", "Z", "0", "/", "", "\u00e9", "\u20ac", "\ud83d\ude00", "\0" };

	private Frames() {
	}

	static byte[] encoded(Frame frame) {
		ByteBuf out = Unpooled.buffer();
		FrameCodec.encode(frame, out);
		return ByteBufUtil.getBytes(out);
	}

	static String hex(Frame frame) {
		return ByteBufUtil.hexDump(encoded(frame));
	}

	static Frame any(RandomGenerator random) {
		FrameType type = FrameType.values()[random.nextInt(FrameType.values().length)];
		return switch (type) {
			case HELLO -> new Frame.Hello(introduction(random));
			case WELCOME -> new Frame.Welcome(introduction(random));
			case REFUSED -> new Frame.Refused(errorCode(random), message(random));
			case GOAWAY -> new Frame.GoAway(errorCode(random), message(random), accepted(random));
			case PING -> new Frame.Ping(random.nextLong());
			case PONG -> new Frame.Pong(random.nextLong());
			case TIME -> new Frame.Time(callId(random), random.nextLong(1L << 62));
			case CALL -> call(random);
			case RESULT -> new Frame.Result(callId(random), bytes(random));
			case FAILURE -> new Frame.Failed(callId(random), failure(random));
			case CANCEL -> new Frame.Cancel(callId(random));
			case ELEMENT -> new Frame.Element(callId(random), bytes(random));
			case END -> new Frame.End(callId(random));
			case CREDIT -> new Frame.Credit(callId(random), callId(random));
			case METADATA -> new Frame.AnswerMetadata(callId(random), Metadata.of(entries(random)));
		};
	}

	static byte[] bytes(RandomGenerator random) {
		byte[] bytes = new byte[(random.nextInt(10) == 0) ? random.nextInt(70_000) : random.nextInt(80)];
		random.nextBytes(bytes);
		return bytes;
	}

	private static Frame.Call call(RandomGenerator random) {
		boolean literal = random.nextBoolean();
		int ref = literal ? 0 : 1 + random.nextInt(FrameCodec.MAX_PROCEDURES);
		return new Frame.Call(callId(random), ref, literal ? text(random) : "", literal ? text(random) : "",
				number(random), random.nextInt(256), Metadata.of(entries(random)), bytes(random));
	}

	private static Failure failure(RandomGenerator random) {
		Code code = Code.values()[random.nextInt(Code.values().length)];
		Processed processed = Processed.values()[random.nextInt(Processed.values().length)];
		return new Failure(new Status(code, message(random), processed),
				random.nextBoolean() ? null : "x" + message(random), bytes(random));
	}

	private static Introduction introduction(RandomGenerator random) {
		List<String> codecs = new ArrayList<>();
		for (int i = random.nextInt(4); i > 0; i--) {
			codecs.add(text(random));
		}
		return new Introduction(1 + random.nextInt(255), text(random), "node:" + random.nextInt(1000),
				random.nextLong(), number(random), number(random), codecs, text(random), entries(random));
	}

	private static List<Frame.GoAway.Accepted> accepted(RandomGenerator random) {
		List<Frame.GoAway.Accepted> accepted = new ArrayList<>();
		for (int i = random.nextInt(4); i > 0; i--) {
			accepted.add(new Frame.GoAway.Accepted(number(random), number(random)));
		}
		return accepted;
	}

	private static Map<String, String> entries(RandomGenerator random) {
		Map<String, String> entries = new HashMap<>();
		for (int i = random.nextInt(4); i > 0; i--) {
			entries.put(text(random), text(random));
		}
		return entries;
	}

	private static ErrorCode errorCode(RandomGenerator random) {
		return ErrorCode.values()[random.nextInt(ErrorCode.values().length)];
	}

	/** What arrives as it was sent: the receiver escapes the rest. */
	private static String message(RandomGenerator random) {
		return text(random).replace("\0", "");
	}

	private static String text(RandomGenerator random) {
		StringBuilder text = new StringBuilder();
		for (int i = random.nextInt(20); i > 0; i--) {
			text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
		}
		return text.toString();
	}

	private static long callId(RandomGenerator random) {
		return Math.max(1, number(random));
	}

	private static long number(RandomGenerator random) {
		return random.nextLong() >>> (2 + random.nextInt(62));
	}

}
