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
package io.macula.testing;

import java.util.function.Consumer;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.Transformer;

/**
 * A random step of a model: what may happen to a world at any time.
 *
 * @param <W> the world
 */
public interface ModelStep<W> {

	/**
	 * Take the step.
	 * @param world changes
	 * @param choice of 0 to 10,000; the same choice does the same
	 */
	void take(W world, int choice);

	/**
	 * The step for a chain of actions.
	 * @param <W> the world
	 * @param name what is told of the step if the model fails
	 * @param step what happens
	 * @param check what must hold after it
	 * @return an action that may come at any time
	 */
	static <W> Action.Independent<W> named(String name, ModelStep<W> step, Consumer<W> check) {
		return () -> Arbitraries.integers()
			.between(0, 10_000)
			.withoutEdgeCases()
			.map((choice) -> Transformer.mutate(name + " " + choice, (world) -> {
				step.take(world, choice);
				check.accept(world);
			}));
	}

}
