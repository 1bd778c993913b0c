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

package io.macula.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.macula.Realm;
import io.macula.node.RealmNode;
import io.macula.tls.SecretTls;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Secrets of the realm in files that are rewritten.
 */
@EnabledOnOs({ OS.LINUX, OS.MAC })
@ExtendWith(OutputCaptureExtension.class)
class SecretWatchTests {

	private static final String OLD = "Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";

	private static final String NEW = "m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=";

	@TempDir
	private Path directory;

	private Path shown;

	private Path accepted;

	private Instant time = Instant.parse("2026-01-01T00:00:00Z");

	@BeforeEach
	void writeFiles() throws IOException {
		this.shown = this.directory.resolve("shown");
		this.accepted = this.directory.resolve("accepted");
		write(this.shown, OLD);
		write(this.accepted, NEW);
	}

	/** Each time at another time, however fast the test is. */
	private void write(Path file, String content) throws IOException {
		Files.writeString(file, content);
		Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
		this.time = this.time.plusSeconds(1);
		Files.setLastModifiedTime(file, FileTime.from(this.time));
	}

	@Test
	void whenAFileIsRewrittenThenItsSecretIsUsed(CapturedOutput output) throws Exception {
		MaculaProperties.Realm realm = new MaculaProperties.Realm("test", List.of(), "file:" + this.shown,
				List.of("file:" + this.accepted));
		RealmSecrets secrets = new RealmSecrets(realm, new InvalidSettings(new MockEnvironment()));
		String before = secrets.fileState();
		SecretTls tls = SecretTls.of(new Realm("test"), "node1", secrets.read());
		try (SecretWatch watch = new SecretWatch()) {
			watch.watch(tls, secrets, before);
			assertThat(tls.source()).matches("realm 'test', secret from " + this.shown
					+ " \\(shown, fingerprint [0-9a-f]{8}\\); 2 are accepted, also [0-9a-f]{8} from " + this.accepted);
			Object contexts = tls.server();
			watch.look(tls, secrets);
			assertThat(tls.server()).as("nothing has changed").isSameAs(contexts);
			write(this.accepted, "passwordpassword");
			watch.look(tls, secrets);
			watch.look(tls, secrets);
			assertThat(tls.server()).as("cannot be used").isSameAs(contexts);
			assertThat(output).containsOnlyOnce("A secret of the realm has changed, but cannot be used, so that the "
					+ "present ones stay until it changes again: The realm secret from " + this.accepted
					+ " consists of words");
			assertThat(tls.source())
				.contains("; newer ones cannot be used: The realm secret from " + this.accepted + " consists of words");
			write(this.accepted, NEW);
			watch.look(tls, secrets);
			assertThat(tls.server()).as("what it was").isSameAs(contexts);
			assertThat(tls.source()).doesNotContain("cannot be used");
			assertThat(output)
				.contains("The secrets of the realm can be used again, and are what they were: realm 'test'");
			write(this.shown, NEW);
			write(this.accepted, OLD);
			watch.look(tls, secrets);
			assertThat(tls.server()).isNotSameAs(contexts);
			assertThat(output).contains("Node 'node1' has other secrets for new connections: ")
				.doesNotContain(OLD)
				.doesNotContain(NEW)
				.doesNotContain("passwordpassword");
			Files.delete(this.shown);
			watch.look(tls, secrets);
			assertThat(output).contains("The realm secret's file " + this.shown + " does not exist");
		}
	}

	@Test
	void whenSecretsAreInFilesThenTheNodeSaysHowManyItAccepts() {
		runner("macula.realm.secret=file:" + this.shown, "macula.realm.accepted-secrets=file:" + this.accepted)
			.run((context) -> {
				assertThat(context.getBean(RealmNode.class).report().security()).contains("2 are accepted");
				assertThat(watching()).isTrue();
			});
		// An executor has terminated a moment before its thread has.
		Awaitility.await("the thread ends with the application").atMost(Duration.ofSeconds(2)).until(() -> !watching());
		runner("macula.realm.secret=" + OLD).run((context) -> assertThat(watching()).isFalse());
	}

	private static ApplicationContextRunner runner(String... settings) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class))
			.withPropertyValues(settings);
	}

	private static boolean watching() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.anyMatch((thread) -> thread.getName().equals("macula-secret-watch"));
	}

}
