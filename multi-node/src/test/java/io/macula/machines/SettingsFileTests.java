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
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SettingsFileTests {

	@TempDir
	Path directory;

	@Test
	void aLineIsASetting() throws IOException {
		assertThat(read("# more\n\nCALCULATOR_FACTOR=3\nA=b=c,d:/e@f%g+h-i.j\nEMPTY=\n"))
			.isEqualTo(Map.of("CALCULATOR_FACTOR", "3", "A", "b=c,d:/e@f%g+h-i.j", "EMPTY", ""));
	}

	@Test
	void whatIsNotValidIsToldWithoutItsValue() {
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> read(
				"a.b=hidden\nA=$hidden\nA='hidden'\nMACULA_NODE_ID=hidden\nMACULA_REALM_SECRET=hidden\nB=1\nB=2\nMACULA_PROVIDER_FURTHERADDRESSES=hidden\n"))
			.satisfies((ex) -> assertThat(ex.getMessage().lines()).satisfiesExactly(
					(line) -> assertThat(line).contains("line 1: is not a setting: expected VARIABLE=value"),
					(line) -> assertThat(line).contains("line 2: is not a setting"),
					(line) -> assertThat(line).contains("line 3: is not a setting"),
					(line) -> assertThat(line).contains("line 4: MACULA_NODE_ID follows from the hosts file"),
					(line) -> assertThat(line).contains("line 5: MACULA_REALM_SECRET is secret"),
					(line) -> assertThat(line).contains("line 7: B stands there twice"),
					(line) -> assertThat(line)
						.contains("line 8: MACULA_PROVIDER_FURTHERADDRESSES follows from the hosts file")))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("hidden"));
	}

	private Map<String, String> read(String text) throws IOException {
		return SettingsFile.read(Files.writeString(this.directory.resolve("settings"), text));
	}

}
