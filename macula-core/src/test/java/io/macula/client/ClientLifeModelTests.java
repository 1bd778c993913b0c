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

package io.macula.client;

import java.util.List;

import io.macula.client.ClientWorld.Step;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/**
 * The life of a client as random steps: calls and streams of all kinds, cancelled ones,
 * instances that come and go, peers that answer, refuse, fall silent and vanish, time
 * that passes or leaps, stop and start, the close. After each step, and when all time is
 * over, what the client promises must hold; see {@link ClientWorld}.
 */
@Tag("model")
class ClientLifeModelTests {

	@Property(tries = 1500)
	void eachCallHasOneTrueOutcomeByItsDeadline(@ForAll("lives") List<Step> life) {
		ClientWorld world = new ClientWorld();
		life.forEach(world::take);
		world.end();
	}

	@Provide
	Arbitrary<List<Step>> lives() {
		Arbitrary<Step.Kind> kinds = Arbitraries.frequency(List.of(Step.Kind.values())
			.stream()
			.map((kind) -> net.jqwik.api.Tuple.of(kind.weight, kind))
			.toArray(net.jqwik.api.Tuple.Tuple2[]::new));
		Arbitrary<Integer> choice = Arbitraries.integers().between(0, 1000).withoutEdgeCases();
		return Combinators.combine(kinds, choice, choice).as(Step::new).list().ofMinSize(5).ofMaxSize(60);
	}

}
