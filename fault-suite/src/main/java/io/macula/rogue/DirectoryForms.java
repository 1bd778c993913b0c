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

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.macula.harness.Arguments;
import io.macula.harness.Clock;
import io.macula.rogue.Attacker.Form;
import io.macula.tls.TlsContexts;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * Lies to the embedded directory.
 */
final class DirectoryForms {

	private static final String SERVICE = "test.calculator";

	/** What a terminal or a log would take for a line of its own, or for a colour. */
	private static final String FORGERY = "x\r\n2026-01-01T00:00:00 ERROR forged line \u001b[31mred\u001b[0m\u0007";

	private static final int RECORDS_IN_AN_UPDATE = 200;

	private DirectoryForms() {
	}

	static void addTo(Map<String, Form> forms) {
		forms.put("gone-foreign", DirectoryForms::goneForeign);
		forms.put("upsert-foreign", DirectoryForms::upsertForeign);
		forms.put("hello-foreign", DirectoryForms::helloForeign);
		forms.put("metadata", DirectoryForms::metadata);
		forms.put("ghosts", DirectoryForms::ghosts);
		forms.put("services", DirectoryForms::services);
		forms.put("forged-ids", DirectoryForms::forgedIds);
		forms.put("element-tags", DirectoryForms::elementTags);
		forms.put("weight", DirectoryForms::weight);
		forms.put("provides", DirectoryForms::provides);
	}

	/** The end of somebody else's record, with the largest term there is. */
	private static void goneForeign(Foe foe, Arguments arguments) throws Exception {
		String victim = arguments.required("victim");
		List<DirectorySpeaker> links = links(foe, "mallory");
		Attacker.started();
		for (long term : new long[] { Long.MAX_VALUE, System.currentTimeMillis() + 1_000_000 }) {
			tell(links, DirectorySpeaker.gone(victim, term, Long.MAX_VALUE));
		}
		linger(links, 3600);
	}

	/** Somebody else's record, with one's own endpoint. */
	private static void upsertForeign(Foe foe, Arguments arguments) throws Exception {
		String victim = arguments.required("victim");
		RogueServer server = new RogueServer(new InetSocketAddress(foe.from(), 0), foe.tls(victim), victim,
				new byte[0]);
		List<DirectorySpeaker> links = links(foe, "mallory");
		Attacker.started();
		Map<String, Object> record = DirectorySpeaker.record(victim, foe.from(), server.port(), List.of(SERVICE));
		for (long term : new long[] { System.currentTimeMillis() + 60_000, Long.MAX_VALUE }) {
			Map<String, Object> claimed = DirectorySpeaker.with(DirectorySpeaker.with(record, "term", term),
					"incarnation", term);
			tell(links, DirectorySpeaker.upserts(List.of(claimed), foe.tls(victim).key()));
		}
		for (int i = 0; i < 3600; i++) {
			Attacker.outcome("calls", server.calls());
			linger(links, 1);
		}
	}

	/** A HELLO under somebody else's id, and the link that follows from it. */
	private static void helloForeign(Foe foe, Arguments arguments) throws Exception {
		String victim = arguments.required("victim");
		Attacker.started();
		RogueMember other = RogueMember.join(foe.plan(foe.target(), foe.tls("mallory")), victim);
		Attacker.outcome("leafOfAnother", other.reception());
		RogueMember same = RogueMember.join(foe.plan(foe.target(), foe.tls(victim)), victim);
		Attacker.outcome("leafOfTheSame", same.reception());
	}

	/** Records whose metadata fills the memory of whoever holds them. */
	private static void metadata(Foe foe, Arguments arguments) throws Exception {
		int bytes = Integer.parseInt(arguments.required("bytes"));
		Attacker.started();
		Map<String, String> metadata = new LinkedHashMap<>();
		int entries = 60;
		IntStream.range(0, entries).forEach((i) -> metadata.put("k" + i, "m".repeat(bytes / entries)));
		for (int i = 0; i < 3; i++) {
			String id = "fat" + i;
			List<DirectorySpeaker> links = links(foe, id);
			tell(links,
					DirectorySpeaker.upserts(List.of(DirectorySpeaker.with(DirectorySpeaker
						.with(DirectorySpeaker.record(id, foe.from(), 9, List.of(SERVICE)), "metadata", metadata),
							"leaseMillis", 86_400_000)), foe.tls(id).key()));
			linger(links, 1);
			Attacker.outcome("link" + i, links.get(0).state());
		}
	}

	/** Nodes that do not exist, with leases of a day. */
	private static void ghosts(Foe foe, Arguments arguments) throws Exception {
		int count = Integer.parseInt(arguments.required("count"));
		List<DirectorySpeaker> links = links(foe, "mallory");
		Attacker.started();
		for (int from = 0; from < count; from += RECORDS_IN_AN_UPDATE) {
			List<Map<String, Object>> records = new ArrayList<>();
			for (int i = from; i < Math.min(count, from + RECORDS_IN_AN_UPDATE); i++) {
				records.add(DirectorySpeaker.with(
						DirectorySpeaker.record("ghost" + i, foe.from(), 1 + i % 60_000, List.of(SERVICE)),
						"leaseMillis", 86_400_000));
			}
			tell(links, DirectorySpeaker.upserts(records, foe.tls("mallory").key()));
		}
		Attacker.outcome("link", links.get(0).state());
		linger(links, 3600);
	}

	/** One record that claims to serve everything. */
	private static void services(Foe foe, Arguments arguments) throws Exception {
		int count = Integer.parseInt(arguments.required("count"));
		List<DirectorySpeaker> links = links(foe, "everything");
		Attacker.started();
		List<String> services = IntStream.range(0, count).mapToObj((i) -> "test.service" + i).toList();
		// Each time another version, so that everybody is told again.
		for (int version = 1; version < 3600; version++) {
			tell(links,
					DirectorySpeaker.upserts(List.of(DirectorySpeaker
						.with(DirectorySpeaker.record("everything", foe.from(), 9, services), "version", version)),
							foe.tls("everything").key()));
			Attacker.outcome("link", links.get(0).state());
			linger(links, 1);
		}
	}

	/** Ids and names that forge lines of a log. */
	private static void forgedIds(Foe foe, Arguments arguments) throws Exception {
		int count = Integer.parseInt(arguments.required("count"));
		RogueMember hello = RogueMember.join(foe.plan(foe.target(), foe.tls("mallory")), FORGERY);
		Attacker.outcome("hello", hello.reception());
		// The time of the attack does not count until this is known.
		Attacker.started();
		TlsContexts tls = foe.tls("mallory");
		RogueMember goodbye = RogueMember.join(foe.plan(foe.target(), tls), "mallory");
		goodbye.control().write(new FrameWriter().goAway(1, FORGERY));
		RawStream call = goodbye.open();
		call.write(new FrameWriter().call(1, "test.calculator\r\nERROR/forged\u001b[31m", 0, FrameWriter.ALONE,
				new byte[] { 0 }));
		Attacker.outcome("procedure", String.valueOf(call.next(2)));
		goodbye.connection().closeSaying(0x10, FORGERY.getBytes(StandardCharsets.UTF_8));
		List<DirectorySpeaker> links = links(foe, "mallory");
		for (int from = 0; from < count; from += RECORDS_IN_AN_UPDATE) {
			List<Map<String, Object>> records = new ArrayList<>();
			for (int i = from; i < Math.min(count, from + RECORDS_IN_AN_UPDATE); i++) {
				records.add(DirectorySpeaker.record(FORGERY + i, foe.from(), -1, List.of(SERVICE, FORGERY)));
			}
			tell(links, DirectorySpeaker.upserts(records, foe.tls("mallory").key()));
		}
		// One whose values are all well but for the id, so that others would take it on.
		tell(links, DirectorySpeaker.upserts(List.of(DirectorySpeaker.record(FORGERY, foe.from(), 9, List.of(SERVICE))),
				foe.tls("mallory").key()));
		Attacker.outcome("link", links.get(0).state());
		linger(links, 3600);
	}

	/** A million tags of CBOR where an update is expected. */
	private static void elementTags(Foe foe, Arguments arguments) throws Exception {
		byte[] tags = CallForms.tags(Integer.parseInt(arguments.required("bytes")));
		Attacker.started();
		for (int i = 0; i < 3; i++) {
			for (InetSocketAddress target : foe.targets()) {
				DirectorySpeaker link = link(foe, target, "mallory");
				link.tellBytes(tags);
				Clock.seconds(0.5);
				Attacker.outcome("link", link.state());
			}
		}
	}

	/** One's own record, with all the weight there is. */
	private static void weight(Foe foe, Arguments arguments) throws Exception {
		provide(foe, "heavy", Map.of("weight", Integer.MAX_VALUE, "priority", Integer.MIN_VALUE));
	}

	/** One's own record, as any provider has it, and answers. */
	private static void provides(Foe foe, Arguments arguments) throws Exception {
		provide(foe, arguments.required("node"), Map.of());
	}

	private static void provide(Foe foe, String node, Map<String, ?> fields) throws Exception {
		List<DirectorySpeaker> links = links(foe, node);
		Attacker.started();
		byte[] answer = new CBORMapper().writeValueAsBytes(Map.of("node", node, "result", 1));
		RogueServer server = new RogueServer(new InetSocketAddress(foe.from(), 0), foe.tls(node), node, answer);
		Map<String, Object> record = new LinkedHashMap<>(
				DirectorySpeaker.record(node, foe.from(), server.port(), List.of(SERVICE)));
		record.putAll(fields);
		tell(links, DirectorySpeaker.upserts(List.of(record), foe.tls(node).key()));
		for (int i = 0; i < 3600; i++) {
			Attacker.outcome("calls", server.calls());
			linger(links, 1);
		}
	}

	static List<DirectorySpeaker> links(Foe foe, String nodeId) throws Exception {
		List<DirectorySpeaker> links = new ArrayList<>();
		for (InetSocketAddress target : foe.targets()) {
			links.add(link(foe, target, nodeId));
		}
		return links;
	}

	private static DirectorySpeaker link(Foe foe, InetSocketAddress target, String nodeId) throws Exception {
		RogueMember member = RogueMember.join(foe.plan(target, foe.tls(nodeId)), nodeId);
		if (!member.welcome()) {
			throw new IllegalStateException("'" + nodeId + "' is not welcome: " + member.reception());
		}
		return DirectorySpeaker.link(member, nodeId);
	}

	static void tell(List<DirectorySpeaker> links, Map<String, ?> update) throws InterruptedException {
		for (DirectorySpeaker link : links) {
			link.tell(update);
		}
	}

	static void linger(List<DirectorySpeaker> links, double seconds) throws InterruptedException {
		long end = Clock.now() + (long) (seconds * 1e9);
		while (Clock.now() < end) {
			for (DirectorySpeaker link : links) {
				link.linger(Math.min(seconds, 1) / links.size());
			}
		}
	}

}
