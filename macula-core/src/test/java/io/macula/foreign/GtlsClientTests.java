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

package io.macula.foreign;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.node.RealmNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The client of ngtcp2, a QUIC stack in C over GnuTLS, which speaks HTTP/3 only: a node
 * refuses it in the TLS handshake, and offers its version of QUIC to one of an unknown
 * version. Skipped where {@code gtlsclient} (Debian's package ngtcp2-client) is missing.
 */
@Timeout(30)
class GtlsClientTests {

	private static final Path CLIENT = Path.of("/usr/bin/gtlsclient");

	private final RealmNode node = ForeignStackTests.node(new Workshop.Handler());

	@TempDir
	private Path directory;

	@BeforeEach
	void start() {
		assumeTrue(Files.isExecutable(CLIENT), CLIENT + " is missing: install ngtcp2-client");
		this.node.start();
	}

	@AfterEach
	void close() {
		this.node.close();
	}

	@Test
	void whoSpeaksAnotherProtocolIsRefusedInTheHandshake() throws Exception {
		assertThat(dial()).contains("CRYPTO_ERROR(0x178)");
	}

	@Test
	void anUnknownVersionOfQuicIsAnsweredByTheKnownOne() throws Exception {
		assertThat(dial("--version=0x1a2a3a4a")).contains("VN v=0x00000001");
	}

	private String dial(String... options) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(CLIENT.toString(), "--no-quic-dump", "--no-http-dump", "--timeout=5s"));
		command.addAll(List.of(options));
		command.addAll(List.of("127.0.0.1", Integer.toString(this.node.port()), "https://127.0.0.1/"));
		Path log = this.directory.resolve("log");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		try {
			assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		return Files.readString(log, StandardCharsets.ISO_8859_1);
	}

}
