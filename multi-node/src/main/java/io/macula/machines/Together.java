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

package io.macula.machines;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The same for each machine at the same time.
 */
final class Together {

	private Together() {
	}

	/**
	 * Ask each machine.
	 * @param <T> what is asked for
	 * @param machines the machines
	 * @param question asks one of them
	 * @return the answers in their order
	 * @throws CannotDeployException if one cannot be asked: with a line for each of those
	 */
	static <T> List<T> ask(List<Machine> machines, Function<Machine, T> question) {
		ExecutorService executor = Executors.newFixedThreadPool(Math.max(1, Math.min(machines.size(), 16)));
		try {
			List<Future<T>> futures = machines.stream()
				.map((machine) -> executor.submit(() -> question.apply(machine)))
				.toList();
			List<T> answers = new ArrayList<>();
			List<String> faults = new ArrayList<>();
			for (Future<T> future : futures) {
				try {
					answers.add(future.get());
				}
				catch (ExecutionException ex) {
					if (!(ex.getCause() instanceof CannotDeployException cause)) {
						throw new IllegalStateException(ex.getCause());
					}
					faults.add(cause.getMessage());
				}
			}
			if (!faults.isEmpty()) {
				throw new CannotDeployException(String.join("\n", faults));
			}
			return answers;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
		finally {
			executor.shutdown();
		}
	}

	/**
	 * Do the same with each machine.
	 * @param machines the machines
	 * @param action what is done with one
	 * @throws CannotDeployException if it cannot be done with one: with a line for each
	 * of those
	 */
	static void each(List<Machine> machines, Consumer<Machine> action) {
		ask(machines, (machine) -> {
			action.accept(machine);
			return machine;
		});
	}

}
