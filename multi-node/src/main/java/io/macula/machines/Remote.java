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

import java.nio.file.Path;

/**
 * The way to the machines. For many threads.
 */
interface Remote {

	/**
	 * Run a step on a machine and wait for its end.
	 * @param machine the machine
	 * @param step the step
	 * @param root whether as root
	 * @return what it printed on its standard output
	 * @throws CannotDeployException if the machine cannot be reached, or the step fails
	 */
	String run(Machine machine, Step step, boolean root);

	/**
	 * Run a step that reads its standard input.
	 * @param machine the machine
	 * @param step the step
	 * @param content what is sent to it
	 * @param root whether as root
	 * @throws CannotDeployException if the machine cannot be reached, or the step fails
	 */
	void send(Machine machine, Step step, Content content, boolean root);

	/**
	 * Run a step and keep what it prints.
	 * @param machine the machine
	 * @param step the step
	 * @param file where its standard output goes
	 * @param root whether as root
	 * @throws CannotDeployException if the machine cannot be reached, or the step fails
	 */
	void fetch(Machine machine, Step step, Path file, boolean root);

}
