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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Where settings come from, who has the last word, and what is said of wrong ones. */
@Timeout(30)
class SettingsTests {

	@TempDir
	Path home;

	@BeforeEach
	void writeSecret() throws IOException {
		secret("secret", "rw-------");
	}

	private Path secret(String name, String permissions) throws IOException {
		Path file = this.home.resolve(name);
		Files.writeString(file, LoopbackRealm.SECRET + "\n");
		return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
	}

	private void profiles(String yaml) throws IOException {
		Files.createDirectories(this.home.resolve(".config/macula"));
		Files.writeString(this.home.resolve(".config/macula/config.yml"), yaml);
	}

	/** Nobody is at the discard port: the message says what was asked. */
	private String asked(Map<String, String> variables, String... arguments) {
		CommandRun run = CommandRun.of(this.home, variables, "", arguments);
		assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.UNREACHABLE.number());
		return run.err();
	}

	private String refused(Map<String, String> variables, String... arguments) {
		CommandRun run = CommandRun.of(this.home, variables, "", arguments);
		assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.USAGE.number());
		assertThat(run.out()).isEmpty();
		assertThat(run.err()).startsWith("macula: ");
		return run.err();
	}

	@Test
	void optionsGoBeforeVariablesBeforeTheProfileBeforeTheDefault() throws IOException {
		profiles("profiles:\n  default:\n    realm: fromprofile\n    seeds: [127.0.0.1:9, '127.0.0.1:7']\n"
				+ "    secret-file: ~/secret\n    timeout: 300ms\n");
		assertThat(asked(Map.of(), "nodes")).contains("realm 'fromprofile'", "127.0.0.1:9, 127.0.0.1:7",
				"config.yml:4");
		assertThat(asked(Map.of("MACULA_REALM_NAME", "fromvariable", "MACULA_REALM_SEEDS", "127.0.0.1:13"), "nodes"))
			.contains("realm 'fromvariable'", "asked 127.0.0.1:13 (MACULA_REALM_SEEDS)");
		assertThat(asked(Map.of("MACULA_REALM_NAME", "fromvariable"), "--realm", "fromoption", "nodes", "--seeds",
				"127.0.0.1:19"))
			.contains("realm 'fromoption'", "asked 127.0.0.1:19 (--seeds)");
	}

	@Test
	void aProfileIsChosenByOptionVariableOrTheFileItself() throws IOException {
		profiles("profile: b\nprofiles:\n  a:\n    realm: ra\n    secret-file: ~/secret\n    seeds: 127.0.0.1:9\n"
				+ "    timeout: 300ms\n  b:\n    realm: rb\n    secret-file: ~/secret\n    seeds: 127.0.0.1:9\n"
				+ "    timeout: 300ms\n");
		assertThat(asked(Map.of(), "nodes")).contains("realm 'rb'");
		assertThat(asked(Map.of("MACULA_PROFILE", "a"), "nodes")).contains("realm 'ra'");
		assertThat(asked(Map.of("MACULA_PROFILE", "a"), "nodes", "--profile", "b")).contains("realm 'rb'");
		assertThat(refused(Map.of(), "nodes", "--profile", "c")).contains("profile 'c' from --profile is not valid:",
				"expected one of a, b, which are in");
	}

	@Test
	void theFileOfProfilesIsWhereXdgOrTheOptionSays() throws IOException {
		Path other = Files.createDirectories(this.home.resolve("xdg/macula"));
		Files.writeString(other.resolve("config.yml"),
				"profiles:\n  default:\n    realm: xdg\n    seeds: 127.0.0.1:9\n    timeout: 300ms\n"
						+ "    secret-file: ../../secret\n");
		assertThat(asked(Map.of("XDG_CONFIG_HOME", this.home.resolve("xdg").toString()), "nodes"))
			.contains("realm 'xdg'");
		assertThat(asked(Map.of(), "nodes", "--config", "xdg/macula/config.yml")).contains("realm 'xdg'");
		assertThat(refused(Map.of(), "nodes", "--config", "nowhere.yml"))
			.contains("nowhere.yml cannot be read" + " (it does not exist): correct --config");
	}

	@Test
	void whatIsWrongInTheFileIsNamedWithItsLine() throws IOException {
		profiles("profiles:\n  default:\n    raelm: x\n");
		assertThat(refused(Map.of(), "nodes"))
			.contains("config.yml:3: setting 'raelm' is not known: Did you mean realm? expected one of realm, ");
		profiles("profiles:\n  default:\n    secret: x\n");
		assertThat(refused(Map.of(), "nodes")).contains("config.yml:3: a secret does not belong here: ");
		profiles("profiles: [\n");
		assertThat(refused(Map.of(), "nodes")).contains("config.yml:2 is no YAML: ");
		profiles("profiles:\n  default:\n    timeout: soon\n");
		assertThat(refused(Map.of(), "nodes", "--secret-file", "secret")).contains("timeout 'soon' from ",
				"config.yml:3 is not valid: expected a duration");
	}

	@Test
	void wrongValuesAreNamedWithTheirOrigin() {
		assertThat(refused(Map.of(), "nodes", "--realm", "a b"))
			.contains("realm 'a b' from --realm is not valid: expected 1 to 128 letters");
		assertThat(refused(Map.of("MACULA_REALM_SEEDS", "a:1,b"), "nodes"))
			.contains("seed 'b' from MACULA_REALM_SEEDS is not valid: expected host:port");
		assertThat(refused(Map.of(), "nodes", "-o", "yaml"))
			.contains("output 'yaml' from --output is not valid: expected table or json");
		assertThat(refused(Map.of(), "nodes", "--timeout", "0s")).contains("timeout '0s' from --timeout");
		assertThat(refused(Map.of(), "nodse")).contains("Did you mean");
		assertThat(refused(Map.of())).contains("A command is missing");
		assertThat(refused(Map.of(), "nodes", "--relm", "x")).contains("--relm");
	}

	@Test
	void aSecretIsNeverTakenFromTheCommandLine() {
		assertThat(refused(Map.of(), "nodes", "--secret", "hunter2hunter2hunter2"))
			.contains("A secret does not belong on a command line", "--secret-file", "MACULA_REALM_SECRET")
			.doesNotContain("hunter2");
		assertThat(refused(Map.of(), "nodes", "--secret=hunter2hunter2hunter2")).doesNotContain("hunter2");
	}

	@Test
	void secretsOfTheEnvironmentAndOfFiles() throws IOException {
		String[] nobody = { "nodes", "--seeds", "127.0.0.1:9", "--timeout", "300ms" };
		asked(Map.of("MACULA_REALM_SECRET", LoopbackRealm.SECRET), nobody);
		asked(Map.of("MACULA_REALM_SECRET", "file:" + this.home.resolve("secret")), nobody);
		assertThat(refused(Map.of("MACULA_REALM_SECRET", "short"), nobody)).contains("MACULA_REALM_SECRET")
			.doesNotContain("short:");
		assertThat(refused(Map.of(), nobody)).contains("There is no secret of the realm: set --secret-file or ");
		assertThat(refused(Map.of("MACULA_REALM_SECRET", "file:/nowhere"), nobody)).contains("/nowhere does not exist");
		assertThat(Files.exists(this.home.resolve(".macula"))).isFalse();
	}

	@Test
	void aSecretThatOthersCanReadIsWarnedOfOrRefused() throws IOException {
		Path open = secret("open", "rw-r--r--");
		CommandRun run = CommandRun.of(this.home, Map.of(), "", "nodes", "--secret-file", open.toString(), "--seeds",
				"127.0.0.1:9", "--timeout", "300ms");
		assertThat(run.err()).contains("macula: the file of the realm secret " + open
				+ " can be read by others (rw-r--r--): run 'chmod 600 " + open + "'");
	}

	@Test
	void certificatesNeedAllThreeFilesAndNoSecretBesideThem() throws IOException {
		assertThat(refused(Map.of(), "nodes", "--certificate", "a.pem"))
			.contains("Certificates need all of --certificate, --key and --trust: --key is missing");
		assertThat(refused(Map.of(), "nodes", "--certificate", "a.pem", "--secret-file", "secret"))
			.contains("Both a secret (--secret-file) and certificates (--certificate) are set");
		assertThat(refused(Map.of(), "nodes", "--certificate", "a.pem", "--key", "k.pem", "--trust", "t.pem"))
			.contains("a.pem' from --certificate: it does not exist");
		Files.writeString(this.home.resolve("a.pem"), "nothing");
		assertThat(refused(Map.of(), "nodes", "--certificate", "a.pem", "--key", "k.pem", "--trust", "t.pem"))
			.contains("a.pem' from --certificate: ");
	}

	@Test
	void helpAndVersionAreNoErrors() {
		CommandRun help = CommandRun.of(this.home, Map.of(), "", "call", "--help");
		assertThat(help.code()).isZero();
		assertThat(help.out()).contains("--elements", "Options of all commands: macula --help")
			.doesNotContain("--secret ");
		assertThat(CommandRun.of(this.home, Map.of(), "", "--version").out()).startsWith("macula ");
	}

}
