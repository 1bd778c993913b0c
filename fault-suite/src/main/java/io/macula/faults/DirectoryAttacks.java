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

package io.macula.faults;

import java.util.List;

/**
 * Members that lie to the embedded directory.
 */
final class DirectoryAttacks {

	private static final String VICTIM = "d2";

	private static final String FOE = "mallory";

	private static final String VICTIM_ARGUMENT = "--victim=" + VICTIM;

	/** Of two providers each answers half of the calls. */
	private static final double LEAST_SHARE = 0.3;

	private DirectoryAttacks() {
	}

	static List<Trial> all() {
		return List.of(
				new Trial("gone-foreign", "a member says that another node is gone, with the largest term there is",
						true, DirectoryAttacks::goneForeign),
				new Trial("upsert-foreign", "a member gives another node's record its own endpoint, and listens there",
						true, DirectoryAttacks::upsertForeign),
				new Trial("hello-foreign", "a member says HELLO with another node's id", true,
						DirectoryAttacks::helloForeign),
				new Trial("metadata", "a member advertises three nodes with 12.8 MB of metadata each", false,
						DirectoryAttacks::metadata),
				new Trial("ghosts", "a member advertises 12,000 nodes that do not exist, with leases of a day", false,
						DirectoryAttacks::ghosts),
				new Trial("services", "a member's record names 100,000 services, and another version each second",
						false, DirectoryAttacks::services),
				new Trial("forged-ids",
						"CR, LF and ESC in node ids, service names, procedures and reasons, 50,000 times", true,
						DirectoryAttacks::forgedIds),
				new Trial("element-tags", "1 MB of CBOR tags where an update of the directory is expected", true,
						DirectoryAttacks::elementTags),
				new Trial("weight", "a member advertises itself with the largest weight and the first priority", false,
						DirectoryAttacks::weight),
				new Trial("caller-provides",
						"with certificates: the holder of one for callers gives itself out for a provider", false, true,
						DirectoryAttacks::callerProvides),
				new Trial("caller-withdraws",
						"with certificates: the holder of one for callers says that a provider is gone", false, true,
						DirectoryAttacks::callerWithdraws),
				new Trial("stranger-provides",
						"with certificates: one of the same authority that allow-provide does not name provides", false,
						true, DirectoryAttacks::strangerProvides),
				new Trial("stranger-calls",
						"with certificates: one of the same authority that allow-call does not name calls", false, true,
						DirectoryAttacks::strangerCalls));
	}

	private static void goneForeign(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 5 : 15, "gone-foreign", VICTIM_ARGUMENT);
		keepsItsShare(log, siege);
		namesBoth(log, siege);
		if (!quick) {
			world.restart(log, VICTIM);
		}
	}

	private static void upsertForeign(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 5 : 15, "upsert-foreign", VICTIM_ARGUMENT);
		log.must("no call reaches the rogue", siege.outcome("calls") + " calls", siege.outcome("calls").equals("0"));
		keepsItsShare(log, siege);
		namesBoth(log, siege);
		if (!quick) {
			world.restart(log, VICTIM);
		}
	}

	private static void keepsItsShare(FaultLog log, Siege siege) {
		long answered = siege.calls().byNode().getOrDefault(VICTIM, 0L);
		log.must(VICTIM + " goes on to answer", answered + " of " + siege.calls().size() + " calls",
				answered >= siege.calls().size() * LEAST_SHARE);
	}

	private static void namesBoth(FaultLog log, Siege siege) {
		List<String> lines = siege.linesWith("d1", "WARN", VICTIM, FOE);
		log.must("a WARN names the node and who claimed it", lines.size() + " lines",
				!lines.isEmpty() && lines.size() <= 5);
	}

	private static void helloForeign(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 20, "hello-foreign", VICTIM_ARGUMENT);
		log.must("a HELLO whose id is not that of the certificate is refused", siege.outcome("leafOfAnother"),
				siege.outcome("leafOfAnother").startsWith("refused"));
		log.measured("a HELLO with a certificate of one's own for that id", siege.outcome("leafOfTheSame"));
	}

	private static void metadata(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 30, "metadata", "--bytes=12800000");
		log.measured("what becomes of the links", siege.told());
		List<String> lines = siege.linesWith("d1", "WARN", "'fat0'");
		log.must("a WARN names who told it", lines.size() + " lines", !lines.isEmpty() && lines.size() <= 3);
		world.newClient(log);
		world.newProvider(log);
	}

	private static void ghosts(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 20, "ghosts", "--count=12000");
		log.measured("what becomes of the link", siege.told());
		world.newClient(log);
		world.newProvider(log);
	}

	private static void services(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 15, "services", "--count=100000");
		log.measured("what becomes of the link", siege.told());
		world.newClient(log);
	}

	private static void forgedIds(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 6 : 20, "forged-ids", "--count=50000");
		log.must("a HELLO with such an id is refused", siege.outcome("hello"),
				siege.outcome("hello").startsWith("refused"));
		log.measured("what becomes of the link", siege.outcome("link"));
	}

	private static void elementTags(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 40, "element-tags", "--bytes=1000000");
		log.must("the link ends with INVALID_ARGUMENT", siege.outcome("link"),
				siege.outcome("link").equals("FAILURE 3"));
	}

	private static void callerProvides(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 15, "upsert-foreign", VICTIM_ARGUMENT);
		log.must("no call reaches it", siege.outcome("calls") + " calls", !siege.outcome("calls").matches("[1-9].*"));
		keepsItsShare(log, siege);
	}

	private static void callerWithdraws(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 15, "gone-foreign", VICTIM_ARGUMENT);
		keepsItsShare(log, siege);
		world.restart(log, VICTIM);
	}

	private static void strangerProvides(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attackAs(AttackWorld.STRANGER, log, quick ? 6 : 15, "provides",
				"--node=" + AttackWorld.STRANGER);
		log.must("no call reaches it", siege.outcome("calls") + " calls", siege.outcome("calls").equals("0"));
		List<String> lines = siege.linesWith("client", "WARN", Certificates.uri(AttackWorld.STRANGER));
		log.must("a WARN of the client names its certificate", lines.size() + " lines",
				!lines.isEmpty() && lines.size() <= 3);
		keepsItsShare(log, siege);
	}

	private static void strangerCalls(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attackAs(AttackWorld.STRANGER, log, quick ? 6 : 15, "calls");
		String answers = siege.outcome("answers");
		log.must("each call fails with PERMISSION_DENIED", answers, answers.matches("\\{FAILURE 7=\\d+}"));
		List<String> lines = siege.linesWith("d1", "WARN", Certificates.uri(AttackWorld.STRANGER));
		log.must("a WARN names its certificate", lines.size() + " lines", !lines.isEmpty() && lines.size() <= 3);
		String report = world.actuator("d1", "macula");
		int refused = report.indexOf("refusedPeers");
		log.must("the actuator counts the refusals of this certificate",
				(refused < 0) ? "nothing" : report.substring(refused, Math.min(report.length(), refused + 250)),
				refused >= 0 && report.indexOf(Certificates.uri(AttackWorld.STRANGER), refused) > 0);
	}

	private static void weight(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 6 : 15, "weight");
		long honest = AttackWorld.NODES.stream()
			.mapToLong((node) -> siege.calls().byNode().getOrDefault(node, 0L))
			.sum();
		log.must("honest providers answer a quarter of the calls and more",
				honest + " of " + siege.calls().size() + ", " + siege.outcome("calls") + " calls reach the member",
				honest * 4 >= siege.calls().size());
	}

}
