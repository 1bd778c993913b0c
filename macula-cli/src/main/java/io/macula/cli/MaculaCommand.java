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
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

import io.macula.RpcException;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code macula}: its options hold for all subcommands and may stand before
 * or behind their names.
 */
@Command(name = "macula", synopsisSubcommandLabel = "COMMAND", mixinStandardHelpOptions = true,
		scope = ScopeType.INHERIT, versionProvider = Versions.class,
		description = "Sees, calls and steers a realm of Macula.",
		subcommands = { NodesCommand.class, ServicesCommand.class, InstancesCommand.class, DescribeCommand.class,
				CallCommand.class, LoadCommand.class, WatchCommand.class, TopCommand.class, DoctorCommand.class,
				DrainCommand.class, ResumeCommand.class, EjectCommand.class, RestoreCommand.class, WeightCommand.class,
				CompletionCommand.class, RehearseCommand.class },
		footer = { "", "Settings may also stand in the environment or in a profile; docs/cli.md names them.",
				"Ends with 0 (done), 1 (failed), 2 (wrong usage), 3 (realm unreachable), 4 (not permitted),",
				"5 (not found), 6 (not confirmed), 70 (fault of this command) or 130 (Ctrl-C)." })
final class MaculaCommand implements Runnable {

	private static final int HELP_WIDTH = 100;

	private static final Given NO_PROFILE = new Given("", "", Path.of(""), Given.OPTION);

	private final Surroundings surroundings;

	private final Map<Setting, Given> options = new EnumMap<>(Setting.class);

	private Given profile = NO_PROFILE;

	private @Nullable Given config;

	private boolean verbose;

	@Spec
	private @Nullable CommandSpec spec;

	MaculaCommand(Surroundings surroundings) {
		this.surroundings = surroundings;
	}

	/** The command line of the whole command. */
	static CommandLine commandLine(Surroundings surroundings) {
		MaculaCommand command = new MaculaCommand(surroundings);
		CommandLine line = new CommandLine(command);
		line.setCaseInsensitiveEnumValuesAllowed(true);
		// @FILE is JSON for the subcommands, not further words for picocli.
		line.setExpandAtFiles(false);
		line.setUsageHelpWidth(HELP_WIDTH);
		line.setHelpFactory(CommandHelp::new);
		line.setColorScheme(CommandLine.Help
			.defaultColorScheme(surroundings.colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
		line.setParameterExceptionHandler((ex, arguments) -> command.misused(ex));
		line.setExecutionExceptionHandler((ex, failed, parsed) -> command.failed(ex, failed.getErr()));
		return line;
	}

	@Option(names = "--realm", paramLabel = "NAME", scope = ScopeType.INHERIT,
			description = "Name of the realm; 'default' by default.")
	void realm(String value) {
		option(Setting.REALM, value);
	}

	@Option(names = "--seeds", paramLabel = "HOST:PORT", scope = ScopeType.INHERIT,
			description = "Nodes to ask first, with commas: any that listen; 127.0.0.1:9443 by default.")
	void seeds(String value) {
		option(Setting.SEEDS, value);
	}

	@Option(names = "--secret-file", paramLabel = "FILE", scope = ScopeType.INHERIT,
			description = "File that holds the secret of the realm; further ones with commas while it changes."
					+ " By default ~/.macula/realm-secret.")
	void secretFile(String value) {
		option(Setting.SECRET_FILE, value);
	}

	@Option(names = "--certificate", paramLabel = "FILE", scope = ScopeType.INHERIT,
			description = "Certificate to show, with its chain, in PEM; instead of a secret.")
	void certificate(String value) {
		option(Setting.CERTIFICATE, value);
	}

	@Option(names = "--key", paramLabel = "FILE", scope = ScopeType.INHERIT, description = "Its private key in PEM.")
	void key(String value) {
		option(Setting.KEY, value);
	}

	@Option(names = "--trust", paramLabel = "FILE", scope = ScopeType.INHERIT,
			description = "Authorities that are trusted, in PEM.")
	void trust(String value) {
		option(Setting.TRUST, value);
	}

	@Option(names = "--peer-name", paramLabel = "NAME", scope = ScopeType.INHERIT,
			description = "Name that the certificates of all nodes carry, whatever host is dialled.")
	void peerName(String value) {
		option(Setting.PEER_NAME, value);
	}

	@Option(names = "--timeout", paramLabel = "DURATION", scope = ScopeType.INHERIT,
			description = "Bound of each question to a node, such as 500ms or 10s; 3s by default.")
	void timeout(String value) {
		option(Setting.TIMEOUT, value);
	}

	@Option(names = { "-o", "--output" }, paramLabel = "FORMAT", scope = ScopeType.INHERIT,
			description = "table (for people, the default) or json.")
	void output(String value) {
		option(Setting.OUTPUT, value);
	}

	@Option(names = "--profile", paramLabel = "NAME", scope = ScopeType.INHERIT,
			description = "Profile in the file of profiles; also MACULA_PROFILE.")
	void profile(String value) {
		this.profile = given(value, "--profile");
	}

	@Option(names = "--config", paramLabel = "FILE", scope = ScopeType.INHERIT,
			description = "File of profiles, ~/.config/macula/config.yml by default; also MACULA_CONFIG.")
	void config(String value) {
		this.config = given(value, "--config");
	}

	@Option(names = { "-v", "--verbose" }, scope = ScopeType.INHERIT,
			description = "Tell more of what happens and fails, on the standard error.")
	void verbose(boolean value) {
		this.verbose = value;
	}

	@Option(names = "--secret", hidden = true, arity = "0..1", scope = ScopeType.INHERIT)
	void secret(@Nullable String value) {
		throw new ParameterException(spec().commandLine(),
				"A secret does not belong on a command line, which others can read: write it to a file that only you"
						+ " can read and name that by --secret-file, or set MACULA_REALM_SECRET");
	}

	private void option(Setting setting, String value) {
		this.options.put(setting, given(value, setting.option()));
	}

	private Given given(String value, String origin) {
		return new Given(value, origin, this.surroundings.directory(), Given.OPTION);
	}

	private CommandSpec spec() {
		CommandSpec present = this.spec;
		if (present == null) {
			throw new IllegalStateException("the command has no specification yet");
		}
		return present;
	}

	/** Without a subcommand. */
	@Override
	public void run() {
		throw new ParameterException(spec().commandLine(), "A command is missing: 'macula --help' lists them");
	}

	Surroundings surroundings() {
		return this.surroundings;
	}

	boolean verbose() {
		return this.verbose;
	}

	/** All settings, each from where it has the last word. */
	Map<Setting, Given> given() {
		Map<Setting, Given> all = new EnumMap<>(Setting.class);
		all.putAll(profile());
		for (Setting setting : Setting.values()) {
			Given variable = setting.variable(this.surroundings);
			if (variable != null) {
				all.put(setting, variable);
			}
		}
		all.putAll(this.options);
		return all;
	}

	private Map<Setting, Given> profile() {
		Given file = (this.config != null) ? this.config : variable("MACULA_CONFIG");
		Given wanted = (this.profile != NO_PROFILE) ? this.profile : variable("MACULA_PROFILE");
		Path usual = Profiles.usual(this.surroundings);
		return Profiles.read((file != null) ? file.path(this.surroundings.home()) : usual, file != null).of(wanted);
	}

	private @Nullable Given variable(String name) {
		String value = this.surroundings.variable(name);
		return (value != null) ? new Given(value, name, this.surroundings.directory(), Given.VARIABLE) : null;
	}

	/** What was set for this run; logs are switched on or off by it. */
	Settings settings() {
		log();
		return Settings.of(given(), this.surroundings);
	}

	private void log() {
		if (!this.verbose) {
			LogManager.getLogManager().reset();
		}
		Logger.getLogger("").setLevel(this.verbose ? Level.INFO : Level.OFF);
	}

	/** To the streams of the command line. */
	Output output(CommandLine line) {
		Given format = given().get(Setting.OUTPUT);
		String name = (format != null) ? format.value().toLowerCase(Locale.ROOT) : "table";
		if (format != null && !name.equals("table") && !name.equals("json")) {
			throw format.refused("output", "expected table or json");
		}
		return new Output(line.getOut(), line.getErr(), name.equals("json"), this.surroundings.colours());
	}

	private int misused(ParameterException ex) {
		PrintWriter err = ex.getCommandLine().getErr();
		err.println("macula: " + Printable.text(ex.getMessage(), Integer.MAX_VALUE));
		CommandLine.UnmatchedArgumentException.printSuggestions(ex, err);
		err.println("'" + ex.getCommandLine().getCommandSpec().qualifiedName() + " --help' shows what can be said.");
		err.flush();
		return ExitCode.USAGE.number();
	}

	private int failed(Exception thrown, PrintWriter err) {
		ExitCode code = (thrown instanceof CommandException known) ? known.code()
				: (thrown instanceof RpcException rpc) ? ExitCode.of(rpc.code()) : ExitCode.BUG;
		String sentence = (thrown instanceof CommandException || thrown instanceof RpcException) ? thrown.getMessage()
				: "This is a fault of the command itself: " + thrown
						+ (this.verbose ? "" : "; --verbose shows where it came from");
		err.println("macula: " + Printable.text(sentence, Integer.MAX_VALUE));
		if (this.verbose) {
			StringWriter trace = new StringWriter();
			thrown.printStackTrace(new PrintWriter(trace, true));
			trace.toString()
				.lines()
				.map((line) -> line.replace("\t", "    "))
				.forEach((line) -> err.println(Printable.text(line, Integer.MAX_VALUE)));
		}
		err.flush();
		return code.number();
	}

}
