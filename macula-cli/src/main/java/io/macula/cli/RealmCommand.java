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
package io.macula.cli;

import java.util.concurrent.Callable;

import io.macula.node.RealmNodeBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * A subcommand that talks to a realm. What it throws becomes one sentence and an exit
 * code.
 */
abstract class RealmCommand implements Callable<Integer> {

	@ParentCommand
	private @Nullable MaculaCommand root;

	@Spec
	private @Nullable CommandSpec spec;

	@Override
	public final Integer call() throws Exception {
		MaculaCommand command = command();
		CommandSpec own = this.spec;
		if (own == null) {
			throw new IllegalStateException("the command has no specification yet");
		}
		Output output = command.output(own.commandLine());
		Settings settings = command.settings();
		try (RealmConnection realm = RealmConnection.open(settings, output, (node) -> prepare(node, output))) {
			return run(realm, output).number();
		}
	}

	/** The whole command, with its options. */
	final MaculaCommand command() {
		MaculaCommand present = this.root;
		if (present == null) {
			throw new IllegalStateException("the command has no parent yet");
		}
		return present;
	}

	/**
	 * Change the node before it is made.
	 * @param node the node
	 * @param output where something may be told
	 */
	void prepare(RealmNodeBuilder node, Output output) {
	}

	/**
	 * Do it.
	 * @param realm joined
	 * @param output where the answer goes
	 * @return how it ended
	 * @throws Exception to end with a sentence: a {@link CommandException}, or an
	 * {@link io.macula.RpcException} whose code decides
	 */
	abstract ExitCode run(RealmConnection realm, Output output) throws Exception;

}
