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

import io.macula.testing.ModelStep;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;

/**
 * The life of a pool as random steps: calls that come and end, dials that succeed and
 * fail, peers that drain, fall silent and vanish, endpoints that are retained and
 * released, time that passes, the drain and the close of the whole. What must hold after
 * each step, and in the end, is told at {@link PoolWorld}.
 */
@Tag("model")
class PoolDrainModelTests {

	@Property(tries = 300)
	void withOneConnectionForEachEndpoint(@ForAll("one") ActionChain<PoolWorld> life) {
		life.run().end();
	}

	@Property(tries = 300)
	void withSeveralConnectionsForEachEndpoint(@ForAll("several") ActionChain<PoolWorld> life) {
		life.run().end();
	}

	@Provide
	Arbitrary<ActionChain<PoolWorld>> one() {
		return lives(1);
	}

	@Provide
	Arbitrary<ActionChain<PoolWorld>> several() {
		return lives(3);
	}

	private static Arbitrary<ActionChain<PoolWorld>> lives(int perEndpoint) {
		return ActionChain.startWith(() -> new PoolWorld(perEndpoint))
			.withAction(8, step("retain", PoolWorld::retain))
			.withAction(4, step("release", PoolWorld::release))
			.withAction(18, step("acquire", PoolWorld::acquire))
			.withAction(2, step("wait no longer", PoolWorld::giveUp))
			.withAction(10, step("answer", PoolWorld::answer))
			.withAction(14, step("a dial succeeds", PoolWorld::dialSucceeds))
			.withAction(6, step("a dial fails", PoolWorld::dialFails))
			.withAction(2, step("a dial will be over at once", PoolWorld::dialAtOnce))
			.withAction(3, step("the peer drains", PoolWorld::goAway))
			.withAction(3, step("a connection is lost", PoolWorld::lose))
			.withAction(4, step("a peer falls silent", PoolWorld::suspect))
			.withAction(3, step("a peer is back", PoolWorld::alive))
			.withAction(6, step("a change is told", PoolWorld::tell))
			.withAction(10, step("time", PoolWorld::pass))
			.withAction(4, step("evict", PoolWorld::evict))
			.withAction(1, step("what was released is closed", PoolWorld::closeReleased))
			.withAction(1, step("drain", PoolWorld::drain))
			.withAction(1, step("close", PoolWorld::close))
			.withMaxTransformations(60);
	}

	private static Action.Independent<PoolWorld> step(String name, ModelStep<PoolWorld> step) {
		return ModelStep.named(name, step, PoolWorld::check);
	}

}
