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

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class FactsTests {

	private static final String FINE = """
			uid=0
			java=openjdk version "17.0.15" 2025-04-15
			writable=/opt
			free=1000000
			udp=free
			http=free
			""";

	@Test
	void nothingSpeaksAgainstAMachineThatHasNothing() {
		assertThat(problems(FINE)).isEmpty();
		assertThat(problems(FINE.replace("17.0.15", "25-ea"))).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					java=openjdk version "11.0.2" 2019 | Java at /usr/bin/java is 11: expected 17 or later
					java=java version "1.8.0_202" | Java at /usr/bin/java is 8: expected 17 or later
					java=sh: 1: /usr/bin/java: not found | there is no Java at /usr/bin/java (sh: 1: /usr/bin/java: not found): install
					uid=1000 | user root does not become root: log in as root, or take --mode process
					missing=systemd | systemd does not run there: take --mode process
					missing=sha256sum | there is no sha256sum: install it there
					free=1000 | 0 MB are free at /opt/macula, and 10 MB are needed: its disk is full: make room
					udp=taken | UDP port 9443 is taken by another process: stop that one
					http=taken | TCP port 8080 is taken by another process: stop that one
					lock=ann@desk process 7 | another run holds its lock (ann@desk process 7): wait for its end; if it was killed: rm -r /opt/macula/lock
					mode=docker | its provider was deployed by --mode docker: take that one, or 'down' first
					installed=container x | leftover of an earlier run: container x, without a release: take it away by 'down --mode systemd'
					elsewhere=/srv/a | its unit macula-provider.service is that of another directory (/srv/a), and a machine has one: take directory=/srv/a
					elsewhere= | unit macula-provider.service is there, and 'up' has not made it: take it away there
					found=thesis.txt | /opt/macula is there and has other things in it (thesis.txt): move them away
					writable= | may not write to /opt/macula
					""")
	void eachFaultSaysHowToMendIt(String fact, String told) {
		String name = fact.substring(0, fact.indexOf('=') + 1);
		String others = FINE.lines()
			.filter((line) -> !line.startsWith(name))
			.reduce("", (all, line) -> all + line + "\n");
		String changed = fact.equals("writable=") ? others : others + fact + "\n";
		assertThat(problems(changed)).singleElement().asString().startsWith("beam01: ").contains(told);
	}

	@Test
	void whatSomebodyElseHasMadeIsNamed() {
		Facts facts = Facts.parse(MachineFixture.provider("beam01"), FINE + "elsewhere=\n");
		assertThat(facts.problems(Mode.DOCKER, 0)).singleElement()
			.asString()
			.contains("container macula-provider is there, and 'up' has not made it");
		assertThat(facts.problems(Mode.K3S, 0)).singleElement()
			.asString()
			.contains("namespace macula-provider is there, and 'up' has not made it");
	}

	@Test
	void itsOwnProviderMayHaveItsPorts() {
		String running = FINE.replace("=free", "=taken") + """
				mode=systemd
				running=yes
				found=current mode releases
				current=releases/1-a
				present_udp=9443
				present_http=8080
				has=1-a
				""";
		assertThat(problems(running)).isEmpty();
		assertThat(problems(running.replace("present_udp=9443", "present_udp=9444"))).singleElement()
			.asString()
			.contains("UDP port 9443 is taken");
		Facts facts = Facts.parse(MachineFixture.provider("beam01"), running);
		assertThat(facts.current()).isEqualTo("1-a");
		assertThat(facts.previous()).isNull();
		assertThat(facts.has("1-a")).isTrue();
		assertThat(facts.running()).isTrue();
	}

	private static List<String> problems(String printed) {
		return Facts.parse(MachineFixture.provider("beam01"), printed).problems(Mode.SYSTEMD, 10 << 20);
	}

}
