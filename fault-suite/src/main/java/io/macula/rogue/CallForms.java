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

package io.macula.rogue;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.harness.Arguments;
import io.macula.harness.Clock;
import io.macula.rogue.Attacker.Form;
import io.macula.rogue.RawStream.Received;
import org.jspecify.annotations.Nullable;

/**
 * Calls that no client of the product would make, and answers that no provider would
 * give.
 */
final class CallForms {

	private static final String MONO = "test.calculator/multiplyLazily";

	/** id -1, x 1. */
	private static final byte[] QUESTION = { (byte) 0xA2, 0x62, 'i', 'd', 0x20, 0x61, 'x', 0x01 };

	private static final int ANSWER_SECONDS = 60;

	private CallForms() {
	}

	static void addTo(Map<String, Form> forms) {
		forms.put("argument-tags", CallForms::argumentTags);
		forms.put("result-tags", CallForms::resultTags);
		forms.put("instant", CallForms::instant);
		forms.put("empty-maps", CallForms::emptyMaps);
		forms.put("credit-foreign", CallForms::creditForeign);
		forms.put("wrong-frames", CallForms::wrongFrames);
		forms.put("confidential", CallForms::confidential);
		forms.put("leaf-life", CallForms::leafLife);
		forms.put("calls", CallForms::calls);
	}

	/** A run of tags of CBOR: each is one byte. */
	static byte[] tags(int bytes) {
		byte[] tags = new byte[bytes];
		Arrays.fill(tags, (byte) 0xC1);
		return tags;
	}

	/** Tags as the argument of a method that is decoded where it arrives. */
	private static void argumentTags(Foe foe, Arguments arguments) throws Exception {
		int bytes = Integer.parseInt(arguments.required("bytes"));
		RogueMember member = member(foe);
		Attacker.started();
		Map<String, Integer> answers = new TreeMap<>();
		for (int i = 0; i < 5; i++) {
			answers.merge(ask(member, MONO, tags(bytes)), 1, Integer::sum);
			Attacker.outcome("answers", answers);
		}
	}

	/** A provider whose results are tags. */
	private static void resultTags(Foe foe, Arguments arguments) throws Exception {
		int bytes = Integer.parseInt(arguments.required("bytes"));
		RogueServer server = new RogueServer(new InetSocketAddress(foe.from(), 0), foe.tls("bait"), "bait",
				tags(bytes));
		List<DirectorySpeaker> links = DirectoryForms.links(foe, "bait");
		Attacker.started();
		DirectoryForms.tell(links,
				DirectorySpeaker.upserts(
						List.of(DirectorySpeaker.record("bait", foe.from(), server.port(), List.of("test.bait"))),
						foe.tls("bait").key()));
		for (int i = 0; i < 3600; i++) {
			Attacker.outcome("calls", server.calls());
			DirectoryForms.linger(links, 1);
		}
	}

	/** A number that is too large for a moment, in each form that CBOR has for it. */
	private static void instant(Foe foe, Arguments arguments) throws Exception {
		RogueMember member = member(foe);
		Attacker.started();
		Map<String, byte[]> forms = new TreeMap<>();
		// RFC 8949, section 3.4.4: tag 4, [exponent, mantissa].
		forms.put("fraction",
				new byte[] { (byte) 0xC4, (byte) 0x82, 0x1A, 0x3B, (byte) 0x9A, (byte) 0xCA, 0x00, 0x01 });
		forms.put("text", text("1e1000000000"));
		forms.put("float", new byte[] { (byte) 0xFB, 0x7F, (byte) 0xEF, -1, -1, -1, -1, -1, -1 });
		for (Map.Entry<String, byte[]> form : forms.entrySet()) {
			Attacker.outcome("instant " + form.getKey(), ask(member, "test.trap/instant", form.getValue()));
			Attacker.outcome("duration " + form.getKey(), ask(member, "test.trap/duration", form.getValue()));
		}
		Attacker.outcome("number fraction", ask(member, "test.trap/number", forms.get("fraction")));
	}

	private static byte[] text(String text) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(0x60 | text.length());
		out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
		return out.toByteArray();
	}

	/** A list of empty maps, each of which is one byte. */
	private static void emptyMaps(Foe foe, Arguments arguments) throws Exception {
		int bytes = Integer.parseInt(arguments.required("bytes"));
		byte[] maps = new byte[bytes];
		Arrays.fill(maps, (byte) 0xA0);
		maps[0] = (byte) 0x9F;
		maps[bytes - 1] = (byte) 0xFF;
		RogueMember member = member(foe);
		Attacker.started();
		Map<String, Integer> answers = new TreeMap<>();
		while (member.connection().alive()) {
			answers.merge(ask(member, "test.trap/count", maps), 1, Integer::sum);
			Attacker.outcome("answers", answers);
		}
	}

	/** Credit for one call on the stream of another. */
	private static void creditForeign(Foe foe, Arguments arguments) throws Exception {
		Attacker.started();
		RogueMember member = member(foe);
		RawStream stream = member.open();
		long call = member.nextCall();
		stream.write(
				new FrameWriter().call(call, "test.calculator/table", 0, FrameWriter.EXPECTS_ELEMENTS, tableArguments())
					.credit(call + 1000, 5));
		Attacker.outcome("ended", member.connection().ended(3));
	}

	/** Question {0, 1} and 100 rows: two arguments, each after its length. */
	static byte[] tableArguments() {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(QUESTION.length);
		out.writeBytes(QUESTION);
		out.write(2);
		out.writeBytes(new byte[] { 0x18, 100 });
		return out.toByteArray();
	}

	/** What any client calls, one call after the other. */
	private static void calls(Foe foe, Arguments arguments) throws Exception {
		RogueMember member = member(foe);
		Attacker.started();
		Map<String, Integer> answers = new TreeMap<>();
		while (member.connection().alive()) {
			answers.merge(ask(member, "test.calculator/multiply", QUESTION), 1, Integer::sum);
			Attacker.outcome("answers", answers);
		}
	}

	/** What the document forbids, each on a connection of its own. */
	private static void wrongFrames(Foe foe, Arguments arguments) throws Exception {
		Attacker.started();
		Attacker.outcome("elementWithoutCredit", after(foe, (member, stream) -> {
			long call = member.nextCall();
			stream.write(new FrameWriter()
				.call(call, "test.calculator/sum", 0, FrameWriter.SENDS_ELEMENTS | FrameWriter.ALONE, new byte[0])
				.element(call, new byte[] { 1 }));
		}));
		Attacker.outcome("unknownReference", after(foe, (member, stream) -> stream
			.write(new FrameWriter().callAgain(member.nextCall(), 7, 0, FrameWriter.ALONE, new byte[0]))));
		Attacker.outcome("callIdTwice", after(foe, (member, stream) -> stream
			.write(new FrameWriter().call(5, MONO, 0, 0, new byte[] { 0 }).call(5, MONO, 0, 0, new byte[] { 0 }))));
		Attacker.outcome("frameOfControlStream",
				after(foe, (member, stream) -> stream.write(new FrameWriter().ping(1))));
		Attacker.outcome("helloTwice", after(foe,
				(member, stream) -> member.control().write(new FrameWriter().hello(Foe.REALM, "mallory", 1))));
	}

	/** What the caller learns of an exception that no contract declares. */
	private static void confidential(Foe foe, Arguments arguments) throws Exception {
		Attacker.started();
		RogueMember member = member(foe);
		RawStream stream = member.open();
		stream.write(new FrameWriter().call(member.nextCall(), "test.trap/fail", 0, FrameWriter.ALONE, new byte[0]));
		Received answer = stream.next(ANSWER_SECONDS);
		Attacker.outcome("answer", (answer == null) ? "none"
				: "FAILURE " + answer.failureCode() + " " + new String(answer.body(), StandardCharsets.UTF_8));
	}

	private static void leafLife(Foe foe, Arguments arguments) throws Exception {
		Attacker.started();
		X509Certificate leaf = (X509Certificate) member(foe).connection().certificates()[0];
		Attacker.outcome("days", Duration.between(Instant.now(), leaf.getNotAfter().toInstant()).toDays() + 1);
	}

	private static String after(Foe foe, Breach breach) throws Exception {
		try (RogueMember member = member(foe)) {
			breach.commit(member, member.open());
			return member.connection().ended(3);
		}
	}

	static RogueMember member(Foe foe) throws Exception {
		RogueMember member = RogueMember.join(foe.plan(foe.target(), foe.tls("mallory")), "mallory");
		if (!member.welcome()) {
			throw new IllegalStateException("It is not welcome: " + member.reception());
		}
		return member;
	}

	/** One unary call on a stream of its own, and how it ended. */
	static String ask(RogueMember member, String procedure, byte[] payload) throws Exception {
		RawStream stream = member.open();
		stream.push(new FrameWriter().call(member.nextCall(), procedure, 0, FrameWriter.ALONE, payload).take(),
				ANSWER_SECONDS);
		// How fast the bytes went is the attacker's affair, and the machine's.
		long start = Clock.now();
		@Nullable Received answer = stream.next(ANSWER_SECONDS);
		if (answer == null) {
			return member.connection().alive() ? "no answer"
					: "closed " + member.connection().ended(1) + " " + member.connection().reason();
		}
		stream.finish();
		long millis = (Clock.now() - start) / 1_000_000;
		String took = (millis > 2000) ? " after " + millis / 1000 + " s" : "";
		return ((answer.type() == FrameWriter.RESULT) ? "RESULT" : "FAILURE " + answer.failureCode()) + took;
	}

	/** What the document forbids. */
	@FunctionalInterface
	private interface Breach {

		void commit(RogueMember member, RawStream stream);

	}

}
