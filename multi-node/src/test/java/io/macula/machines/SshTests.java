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
import java.util.Map;

import io.macula.machines.Machine.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SshTests {

	private static final Step STEP = Step.of(Mode.SYSTEMD, "stop", Map.of("service", "x"));

	@Test
	void thereIsNoPasswordAndNoUnknownHost() {
		assertThat(new Ssh(Path.of("/k"), Path.of("/h")).command(MachineFixture.of("deploy", Role.PROVIDER), "sh -s"))
			.containsSequence("-o", "BatchMode=yes")
			.containsSequence("-o", "StrictHostKeyChecking=yes")
			.containsSequence("-o", "PasswordAuthentication=no")
			.containsSequence("-o", "ForwardAgent=no")
			.containsSequence("-o", "UserKnownHostsFile=/h")
			.containsSequence("-i", "/k")
			.endsWith("-p", "2222", "-l", "deploy", "--", "beam09.lab", "sh -s");
		assertThat(new Ssh(null, null).command(MachineFixture.of("deploy", Role.PROVIDER), "sh -s"))
			.noneMatch((word) -> word.startsWith("UserKnownHostsFile") || word.equals("-i"));
	}

	@Test
	void onlyWhoIsNotRootBecomesIt() {
		assertThat(Ssh.shell(MachineFixture.of("deploy", Role.PROVIDER), true, "-s")).isEqualTo("sudo -n -- sh -s");
		assertThat(Ssh.shell(MachineFixture.of("deploy", Role.PROVIDER), false, "-s")).isEqualTo("sh -s");
		assertThat(Ssh.shell(MachineFixture.of("root", Role.PROVIDER), true, "-s")).isEqualTo("sh -s");
	}

	@Test
	void aFileThatCannotBeReadIsToldOnce() {
		assertThat(Ssh.readable(null, "Private key")).isNull();
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> Ssh.readable("/no/such", "Private key"))
			.withMessage("Private key '/no/such' cannot be read: give a file that is there");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					255 | @ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! | has another host key than the one known
					255 | @ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! | ssh-keygen -f ~/.ssh/known_hosts -R '[beam09.lab]:2222'
					255 | Host key verification failed. | ssh-keyscan -p 2222 beam09.lab >> ~/.ssh/known_hosts
					255 | deploy@x: Permission denied (publickey). | does not take the key: ssh-copy-id -p 2222 deploy@beam09.lab
					255 | connect to host x port 22: Connection refused | refuses the connection: start its ssh server
					255 | connect to host x port 22: Connection timed out | cannot be reached
					255 | connect to host x port 22: No route to host | cannot be reached
					255 | Could not resolve hostname x: Name or service not known | has a name that is not known here
					255 | kex_exchange_identification: reset by peer | cannot be used by ssh: kex_exchange
					1 | sudo: a password is required | may not become root without a password: give it a rule
					127 | sh: 1: sudo: not found | there is no sudo: install it there
					1 | cat: write error: No space left on device | its disk is full: make room at /opt/macula
					1 | cp: cannot create x: Read-only file system | a file system is read-only
					1 | lock is held by ann@desk | another run holds its lock (lock is held by ann@desk): wait for its end
					1 | /root/macula-client is there already | scenarios are run from there
					3 | it ended while it started | the step 'stop' failed: it ended while it started
					-1 | | did not end the step 'stop' within 60 s
					""")
	void eachFailureIsOneLineThatSaysHowToMendIt(int status, String errors, String told) {
		String text = SshFailure.explain(MachineFixture.of("deploy", Role.PROVIDER), STEP, status,
				"debug\n" + ((errors != null) ? errors : "") + "\n", "~/.ssh/known_hosts");
		assertThat(text).startsWith("beam09 (deploy@beam09.lab port 2222)").contains(told).doesNotContain("\n");
	}

	@Test
	void whatAMachineSaysIsCutAndHasNoControlCharacters() {
		assertThat(SshFailure.last("one\n\u001b[31mtwo" + "x".repeat(1000) + "\n\n")).startsWith("[31mtwo")
			.hasSize(303)
			.doesNotContain("\u001b");
		assertThat(SshFailure.last("\n")).isEqualTo("it said nothing");
	}

}
