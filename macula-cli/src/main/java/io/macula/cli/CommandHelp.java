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

import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Help that does not repeat the options of all commands in each of them.
 */
final class CommandHelp extends Help {

	CommandHelp(CommandSpec spec, ColorScheme colours) {
		super(spec, colours);
	}

	private boolean root() {
		return commandSpec().parent() == null;
	}

	@Override
	public String synopsis(int headingLength) {
		return root() ? super.synopsis(headingLength) : abbreviatedSynopsis();
	}

	@Override
	public String optionList() {
		if (root()) {
			return super.optionList();
		}
		Layout layout = createDefaultLayout();
		layout.addOptions(commandSpec().options()
			.stream()
			.filter((option) -> !option.hidden() && !option.inherited())
			.sorted((one, other) -> name(one).compareTo(name(other)))
			.toList(), parameterLabelRenderer());
		return layout + String.format("%nOptions of all commands: macula --help%n");
	}

	private static String name(OptionSpec option) {
		return option.longestName();
	}

}
