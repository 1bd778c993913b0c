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
import java.util.Map;
import java.util.TreeMap;

/**
 * Members whose calls and answers are made to cost much, or to mean something else.
 */
final class CallAttacks {

	private CallAttacks() {
	}

	static List<Trial> all() {
		return List.of(
				new Trial("argument-tags", "1 MB of CBOR tags as the argument of a method that must not block", true,
						CallAttacks::argumentTags),
				new Trial("result-tags", "a member serves, and its results are 1 MB of CBOR tags", true,
						CallAttacks::resultTags),
				new Trial("empty-maps", "16 MB of empty maps, again and again, where a list of maps is expected", true,
						CallAttacks::emptyMaps),
				new Trial("instant", "1e1000000000 as a moment, a duration and a number", true, CallAttacks::instant),
				new Trial("credit-foreign", "CREDIT for another call on the stream of a call", true,
						CallAttacks::creditForeign),
				new Trial("wrong-frames", "frames that the document forbids where they stand", false,
						CallAttacks::wrongFrames));
	}

	private static void argumentTags(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 60, "argument-tags", "--bytes=1000000");
		log.must("each call fails at once with INVALID_ARGUMENT", siege.outcome("answers"),
				siege.outcome("answers").equals("{FAILURE 3=5}"));
	}

	private static void resultTags(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 6 : 20, "result-tags", "--bytes=1000000");
		log.measured("calls that took the bait", siege.outcome("calls"));
	}

	private static void emptyMaps(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 6 : 20, "empty-maps", "--bytes=16000000");
		String answers = siege.outcome("answers");
		log.must("each call is refused at once", answers, answers.matches("\\{(FAILURE (3|8)=\\d+(, )?)+}"));
	}

	private static void instant(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 30, "instant");
		Map<String, String> taken = new TreeMap<>(siege.told());
		taken.values().removeIf("FAILURE 3"::equals);
		log.must("each fails at once with INVALID_ARGUMENT", siege.told(), siege.told().size() == 7 && taken.isEmpty());
	}

	private static void creditForeign(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 20, "credit-foreign");
		log.must("the connection is closed, PROTOCOL_VIOLATION (0x10)", siege.outcome("ended"),
				siege.outcome("ended").equals("0x10"));
	}

	private static void wrongFrames(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 40, "wrong-frames");
		Map<String, String> others = new TreeMap<>(siege.told());
		others.values().removeIf("0x10"::equals);
		log.must("each connection is closed, PROTOCOL_VIOLATION (0x10)", siege.told(),
				siege.told().size() == 5 && others.isEmpty());
	}

}
