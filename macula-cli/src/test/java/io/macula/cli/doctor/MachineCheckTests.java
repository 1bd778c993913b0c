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

package io.macula.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.macula.cli.doctor.Finding.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class MachineCheckTests {

	@TempDir
	Path proc;

	@Test
	void aSmallBufferIsAWarningWithTheCommandThatRaisesIt() throws IOException {
		Files.createDirectories(this.proc.resolve("sys/net/core"));
		Files.writeString(this.proc.resolve("sys/net/core/rmem_max"), "212992\n");
		Finding finding = new MachineCheck(this.proc).buffer("rmem_max");
		assertThat(finding.outcome()).isEqualTo(Outcome.WARNING);
		assertThat(finding.seen()).contains("212992 bytes");
		assertThat(finding.remedy()).contains("sysctl -w net.core.rmem_max=4194304");
		Files.writeString(this.proc.resolve("sys/net/core/rmem_max"), "8388608\n");
		assertThat(new MachineCheck(this.proc).buffer("rmem_max").outcome()).isEqualTo(Outcome.OK);
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void theKernelsOwnFileIsReadWhole() {
		assertThat(new MachineCheck().buffer("rmem_max").seen()).containsPattern("^\\d{4,} bytes|cannot be read");
	}

	@Test
	void whatCannotBeReadIsSkipped() {
		assertThat(new MachineCheck(this.proc).buffer("wmem_max").outcome()).isEqualTo(Outcome.SKIPPED);
	}

	@Test
	void aLibraryThatDoesNotLoadIsAFailureWithTheRemedyOfThePlatform() {
		Finding musl = MachineCheck.nativeQuic(new UnsatisfiedLinkError("no ld-linux"), "Linux 6.1, amd64, musl");
		assertThat(musl.outcome()).isEqualTo(Outcome.FAILED);
		assertThat(musl.remedy()).contains("glibc");
		Finding noexec = MachineCheck.nativeQuic(
				new IllegalStateException(
						new UnsatisfiedLinkError("/tmp/x.so: failed to map segment from shared object")),
				"Linux 6.1, amd64, glibc");
		assertThat(noexec.remedy()).contains("noexec");
	}

	@Test
	void fewFilesAndOneProcessorAreWarnings() {
		assertThat(MachineCheck.files(20, 1024).outcome()).isEqualTo(Outcome.WARNING);
		assertThat(MachineCheck.files(20, 65536).outcome()).isEqualTo(Outcome.OK);
		assertThat(MachineCheck.processors(1).outcome()).isEqualTo(Outcome.WARNING);
		assertThat(MachineCheck.java(11).outcome()).isEqualTo(Outcome.FAILED);
	}

}
