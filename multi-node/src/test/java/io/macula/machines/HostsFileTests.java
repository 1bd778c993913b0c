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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.macula.machines.Machine.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class HostsFileTests {

	@TempDir
	Path directory;

	@Test
	void aLineIsAMachineAndSettingsHaveDefaults() {
		List<Machine> machines = read(
				"""
						# The lab.
						beam00 192.168.1.10 deploy 22 client   # the desk

						beam01\t192.168.1.11   root 2222 provider,client udp=9001 http=8081 directory=/srv/macula zone=a advertise=b1.lab
						beam02 fd00::2 root 22 provider further=192.0.2.17:30443,[2001:db8::2]:9443,orders.example.org:9443
						""");
		assertThat(machines).extracting(Machine::name).containsExactly("beam00", "beam01", "beam02");
		Machine first = machines.get(0);
		assertThat(first.is(Role.CLIENT)).isTrue();
		assertThat(first.is(Role.PROVIDER)).isFalse();
		assertThat(first.isRoot()).isFalse();
		Machine second = machines.get(1);
		assertThat(second.roles()).containsExactlyInAnyOrder(Role.PROVIDER, Role.CLIENT);
		assertThat(second.sshPort()).isEqualTo(2222);
		assertThat(second.endpoint()).isEqualTo("b1.lab:9001");
		assertThat(second.http()).isEqualTo(8081);
		assertThat(second.directory()).isEqualTo("/srv/macula");
		assertThat(second.zone()).isEqualTo("a");
		Machine third = machines.get(2);
		assertThat(third.endpoint()).isEqualTo("[fd00::2]:9443");
		assertThat(third.directory()).isEqualTo("/opt/macula");
		assertThat(third.java()).isEqualTo("/usr/bin/java");
		assertThat(third.zone()).isNull();
		assertThat(third.further()).isEqualTo("192.0.2.17:30443,[2001:db8::2]:9443,orders.example.org:9443");
		assertThat(second.further()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "10.0.3.7", "::1", "fd00:77::1", "2001:db8:0:0:0:0:0:1", "::ffff:10.0.3.7", "beam01",
			"a_b.lab", "1.beam", "beam01.lab.", "xn--bcher-kva.example" })
	void anAddressIsAHostNameOrAnIpAddress(String address) {
		assertThat(read("a " + address + " root 22 provider\n")).extracting(Machine::address).containsExactly(address);
	}

	@Test
	void aLinkLocalAddressIsForSshAlone() {
		List<Machine> machines = read("""
				a fe80::1%eth0 root 22 client
				b fe80::2%eth0 root 22 provider advertise=b.lab
				""");
		assertThat(machines.get(1).endpoint()).isEqualTo("b.lab:9443");
	}

	@Test
	void theExampleIsValid() {
		assertThat(HostsFile.read(Path.of("..", "machines", "hosts.example"))).hasSize(4);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					a a root 22 | 'a a root 22' is not a machine: expected five fields
					a a root 22 udp=1 | is not a machine: expected five fields
					-a a root 22 provider | name '-a' is not valid: expected letters
					a -oProxyCommand=x root 22 provider | is not a machine: expected five fields
					a a;reboot root 22 provider | address 'a;reboot' is not valid: expected a host name
					a -p root 22 provider | address '-p' is not valid: expected a host name
					a a Root 22 provider | user 'Root' is not valid: expected a user
					a a $(id) 22 provider | user '$(id)' is not valid: expected a user
					a a root 0 provider | port '0' is not valid: expected 1 to 65535
					a a root 65536 provider | port '65536' is not valid: expected 1 to 65535
					a a root ssh provider | port 'ssh' is not valid: expected 1 to 65535
					a a root 22 router | role 'router' is not known: expected provider, client, or provider,client
					a a root 22 provider,provider | role 'provider' stands there twice
					a a root 22 provider speed=9 | 'speed=9' is not a setting: expected one of udp=, http=, directory=, java=
					a a root 22 provider udp | 'udp' is not a setting
					a a root 22 provider udp=x | udp 'x' is not valid: expected 1 to 65535
					a a root 22 provider udp=1 udp=2 | setting 'udp' stands there twice
					a a root 22 provider directory=macula | directory 'macula' is not valid: expected an absolute path
					a a root 22 provider directory=/ | directory '/' is not valid: expected an absolute path
					a a root 22 provider directory=/opt/../etc | directory '/opt/../etc' is not valid: expected a path without . and ..
					a a root 22 provider directory=/opt/. | directory '/opt/.' is not valid: expected a path without . and ..
					a a root 22 provider java=/opt/j'dk/java | is not valid: expected an absolute path
					a a root 22 provider zone=a/b | zone 'a/b' is not valid
					a be:ef root 22 provider | address 'be:ef' is not valid: expected a host name or an IP address
					a fd00::1::2 root 22 client | address 'fd00::1::2' is not valid: expected a host name or an IP address
					a 1:2:3:4:5:6:7:8:9 root 22 client | address '1:2:3:4:5:6:7:8:9' is not valid
					a fe80::1% root 22 client | address 'fe80::1%' is not valid
					a 10.0.3 root 22 provider | address '10.0.3' is not valid: expected a host name or an IP address
					a 10.0.3.256 root 22 provider | address '10.0.3.256' is not valid
					a a..lab root 22 provider | address 'a..lab' is not valid
					a a-.lab root 22 provider | address 'a-.lab' is not valid
					a 0.0.0.0 root 22 provider | address '0.0.0.0' is not valid: expected a host name or an IP address
					a :: root 22 provider | address '::' is not valid: expected a host name or an IP address
					a a root 22 provider advertise=be:ef | advertise 'be:ef' is not valid: expected a host name or an IP address
					a a root 22 provider advertise=fe80::1 | advertise 'fe80::1' means nothing on other links: expected advertise=HOST
					a fe80::1%eth0 root 22 provider | address 'fe80::1%eth0' means nothing on other links: expected advertise=HOST
					a a root 22 provider further= | further '' is not valid: expected HOST:PORT
					a a root 22 provider further=b | further 'b' is not valid: expected HOST:PORT
					a a root 22 provider further=b:1, | further '' is not valid: expected HOST:PORT
					a a root 22 provider further=b:0 | further 'b:0' is not valid: expected HOST:PORT
					a a root 22 provider further=be:ef:1 | further 'be:ef:1' is not valid: expected HOST:PORT
					a a root 22 provider further=[be:ef]:1 | further '[be:ef]:1' is not valid: expected HOST:PORT
					a a root 22 provider further=quic://b:1 | further 'quic://b:1' is not valid: expected HOST:PORT
					a a root 22 provider further=b:$(id):1 | is not valid: expected HOST:PORT
					a a root 22 provider further=[fe80::1]:1 | further '[fe80::1]:1' means nothing on other links: expected another address
					a a root 22 provider further=a:9443 | further 'a:9443' is its first address: expected others
					a a root 22 provider further=b:1,b:1 | further 'b:1' stands there twice: expected each address once
					a a root 22 provider further=b:1,b:2,b:3,b:4,b:5 | further 'b:1,b:2,b:3,b:4,b:5' has 5 addresses: expected at most 4
					""")
	void whatIsNotValidIsToldWithItsLineAndTheRemedy(String line, String told) {
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> read("# a comment\n" + line + "\n"))
			.withMessageContaining("hosts line 2: ")
			.withMessageContaining(told);
	}

	@Test
	void allBadLinesAreToldAtOnce() {
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> read("""
				a a root 22 provider
				b
				a b root 22 provider
				c a root 22 provider
				"""))
			.satisfies((ex) -> assertThat(ex.getMessage().lines()).satisfiesExactly(
					(line) -> assertThat(line).contains("line 2: 'b' is not a machine"),
					(line) -> assertThat(line).contains("line 3: name 'a' stands in line 1 already"),
					(line) -> assertThat(line).contains("line 4: machine a port 22 stands in line 1 already")));
	}

	@Test
	void twoProvidersAtOneEndpointAreRefused() {
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> read("""
				a a root 22 provider advertise=x
				b b root 22 provider advertise=x
				""")).withMessageContaining("line 2: endpoint x:9443 stands in line 1 already");
	}

	@Test
	void whatIsPrintedHasNoControlCharacters() {
		assertThatExceptionOfType(CannotDeployException.class)
			.isThrownBy(() -> read("a a ro\u001b[31mot 22 provider\n"))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("\u001b").contains("'ro?[31mot'"));
	}

	@Test
	void aFileWithoutProvidersIsRefused() {
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> read("a a root 22 client\n"))
			.withMessageContaining("has no machine with role provider");
		assertThatExceptionOfType(CannotDeployException.class)
			.isThrownBy(() -> HostsFile.read(this.directory.resolve("none")))
			.withMessageContaining("There is no hosts file");
	}

	private List<Machine> read(String text) {
		Path file = this.directory.resolve("hosts");
		try {
			Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return HostsFile.read(file);
	}

}
