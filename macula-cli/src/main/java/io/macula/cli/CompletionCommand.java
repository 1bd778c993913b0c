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

import java.io.PrintWriter;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Completion of commands and options for a shell.
 */
@Command(name = "completion", description = "Print the completion of commands and options for a shell.",
		footer = { "", "bash:  source <(macula completion bash)", "zsh:   source <(macula completion zsh)" })
final class CompletionCommand implements Callable<Integer> {

	@Spec
	private @Nullable CommandSpec spec;

	@Parameters(paramLabel = "SHELL", description = "bash or zsh.")
	private Shell shell = Shell.BASH;

	@Override
	public Integer call() {
		CommandSpec own = this.spec;
		if (own == null) {
			throw new IllegalStateException("the command has no specification yet");
		}
		CommandLine root = own.root().commandLine();
		PrintWriter out = own.commandLine().getOut();
		if (this.shell == Shell.ZSH) {
			out.println("autoload -U +X compinit && compinit -u");
			out.println("autoload -U +X bashcompinit && bashcompinit");
		}
		out.print(AutoComplete.bash("macula", root));
		out.flush();
		return ExitCode.OK.number();
	}

	/** Whose completion it is. */
	enum Shell {

		/** GNU bash. */
		BASH,
		/** Through its emulation of bash's completion. */
		ZSH

	}

}
