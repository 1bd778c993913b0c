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

package io.macula.tls;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What a secret's file must be, on a real file system.
 */
@Timeout(30)
@EnabledOnOs({ OS.LINUX, OS.MAC })
class SecretFileTests {

	private static final String SECRET = "Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";

	private static final int SOMEBODY = 12345;

	@TempDir
	Path directory;

	private Path file;

	@BeforeEach
	void makeDirectory() throws IOException {
		Path own = Files.createDirectory(this.directory.toRealPath().resolve("own"),
				FileAccess.attributes("rwx------"));
		this.file = own.resolve("realm-secret");
	}

	private void write(Path path, String permissions) throws IOException {
		Files.writeString(path, SECRET + "\n");
		Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
	}

	private void chown(Path path, int uid) throws IOException {
		assumeTrue(FileAccess.thisUser().equals("0"), "only root gives files away");
		Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
	}

	private void assertRefused(SecretFile secret, String reason, String remedy) {
		assertThatIllegalStateException().isThrownBy(secret::loadOrCreate)
			.withMessageContaining("The realm secret's file " + this.file + " ")
			.withMessageContaining(reason)
			.withMessageContaining(remedy)
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(SECRET));
	}

	@Test
	void whatIsNoRegularFileIsRefusedWithoutBeingOpened() throws Exception {
		for (SecretFile secret : new SecretFile[] { SecretFile.own(this.file), SecretFile.configured(this.file) }) {
			assertThat(new ProcessBuilder("mkfifo", this.file.toString()).start().waitFor()).isZero();
			assertRefused(secret, "is no regular file but a pipe, a socket or a device: ", "");
			Files.delete(this.file);
			Files.createDirectory(this.file);
			assertRefused(secret, "is a directory: ", "");
			Files.delete(this.file);
			try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
				socket.bind(UnixDomainSocketAddress.of(this.file));
				assertRefused(secret, "is no regular file but a pipe, a socket or a device: ", "");
			}
			Files.delete(this.file);
		}
	}

	@Test
	void whenADeviceIsConfiguredThenItIsRefused() {
		assertThatIllegalStateException().isThrownBy(SecretFile.configured(Path.of("/dev/zero"))::load)
			.withMessage("The realm secret's file /dev/zero is no regular file but a pipe, a socket or a device: "
					+ "name a regular file");
	}

	@Test
	void aLinkIsFollowedOnlyIfItWasConfigured() throws Exception {
		Path target = this.file.resolveSibling("target");
		write(target, "rw-------");
		Files.createSymbolicLink(this.file, target);
		assertRefused(SecretFile.own(this.file), "is a symbolic link: ", "set macula.realm.secret=file:<path>");
		assertThat(SecretFile.configured(this.file).load()).isEqualTo(RealmSecret.of(SECRET, "x"));
		Files.delete(target);
		assertRefused(SecretFile.configured(this.file), "is a link to nothing: ", "correct the link");
		Files.delete(this.file);
		Files.createSymbolicLink(this.file, this.file);
		assertRefused(SecretFile.configured(this.file), "cannot be read (", "or mend what is wrong with ");
	}

	/** As Kubernetes mounts and renews it. */
	@Test
	void whenAMountedSecretIsSwappedThenTheNewOneIsRead() throws Exception {
		Path first = Files.createDirectory(this.file.resolveSibling("..2026_1"));
		Path second = Files.createDirectory(this.file.resolveSibling("..2026_2"));
		write(first.resolve("secret"), "r--------");
		Files.writeString(second.resolve("secret"), SECRET.replace('V', 'v'));
		Files.setPosixFilePermissions(second.resolve("secret"), PosixFilePermissions.fromString("r--------"));
		Path data = Files.createSymbolicLink(this.file.resolveSibling("..data"), Path.of("..2026_1"));
		Files.createSymbolicLink(this.file, Path.of("..data/secret"));
		SecretFile mounted = SecretFile.configured(this.file);
		String before = mounted.state();
		assertThat(mounted.load()).isEqualTo(RealmSecret.of(SECRET, "x"));
		assertThat(mounted.state()).isEqualTo(before);
		Path next = Files.createSymbolicLink(this.file.resolveSibling("..data_tmp"), Path.of("..2026_2"));
		Files.move(next, data, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
		assertThat(mounted.state()).isNotEqualTo(before);
		assertThat(mounted.load()).isNotEqualTo(RealmSecret.of(SECRET, "x"));
	}

	@ParameterizedTest
	@CsvSource({ "rw-------,true,true", "r--------,true,true", "r--r-----,false,true", "rw-r--r--,false,true",
			"rw--w----,false,false", "rw-rw----,false,false", "rw-rw-rw-,false,false" })
	void aFileOfRootMayBeReadByOthersIfItWasConfigured(String permissions, boolean own, boolean configured)
			throws Exception {
		write(this.file, permissions);
		chown(this.file, 0);
		assertAccepted(SecretFile.own(this.file), own);
		assertAccepted(SecretFile.configured(this.file), configured);
	}

	private void assertAccepted(SecretFile secret, boolean accepted) {
		if (accepted) {
			assertThat(secret.load()).isEqualTo(RealmSecret.of(SECRET, "x"));
		}
		else {
			assertRefused(secret, "is open to other users (owner ", "run 'chmod 600 " + this.file + "'");
		}
	}

	@Test
	void whenTheFileBelongsToAnotherUserThenItIsRefused() throws Exception {
		write(this.file, "rw-------");
		chown(this.file, SOMEBODY);
		assertRefused(SecretFile.own(this.file), "belongs to another user (owner 12345, rw-------)",
				"run 'chown 0 " + this.file + "' as root");
		assertRefused(SecretFile.configured(this.file), "belongs to another user", "chown");
	}

	@Test
	void whenOthersCanChangeTheDirectoryThenItIsRefused() throws Exception {
		write(this.file, "rw-------");
		Files.setPosixFilePermissions(this.file.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
		assertRefused(SecretFile.own(this.file), "is in a directory that other users can change (",
				"run 'chmod 700 " + this.file.getParent() + "'");
		assertThat(SecretFile.configured(this.file).load()).isEqualTo(RealmSecret.of(SECRET, "x"));
	}

	@Test
	void whenThisUserMayNotReadTheFileThenItSaysWhoMay() throws Exception {
		assumeTrue(!FileAccess.thisUser().equals("0"), "root reads everything");
		write(this.file, "---------");
		for (SecretFile secret : new SecretFile[] { SecretFile.own(this.file), SecretFile.configured(this.file) }) {
			assertRefused(secret, "cannot be read by this user (" + FileAccess.thisUser() + "; the file has owner ",
					"run 'chmod 600 " + this.file + "' as its owner");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\n", "   \n\n" })
	void whenTheFileIsEmptyThenTheRemedyIsNamed(String content) throws Exception {
		write(this.file, "rw-------");
		Files.writeString(this.file, content);
		assertRefused(SecretFile.configured(this.file), "is empty: ", "'openssl rand -base64 32 > " + this.file + "'");
		assertRefused(SecretFile.own(this.file), "is empty: ", "or delete the file to have one created");
	}

	@Test
	void whenAnotherProcessHasNotFilledTheFileYetThenItIsWaitedFor() throws Exception {
		write(this.file, "rw-------");
		Files.writeString(this.file, "");
		CompletableFuture<RealmSecret> secret = CompletableFuture.supplyAsync(SecretFile.own(this.file)::loadOrCreate);
		Files.writeString(this.file, SECRET);
		assertThat(secret.get(10, TimeUnit.SECONDS)).isEqualTo(RealmSecret.of(SECRET, "x"));
	}

	@Test
	void whatIsNoSecretIsRefused() throws Exception {
		write(this.file, "rw-------");
		Files.writeString(this.file, "x".repeat(5000));
		assertRefused(SecretFile.configured(this.file), "has 5000 bytes: ", "at most 4096");
		Files.write(this.file, new byte[] { -1, -2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 });
		assertRefused(SecretFile.configured(this.file), "is no text in UTF-8: ", "openssl rand -base64 32 > ");
		Files.writeString(this.file, "passwordpassword");
		assertThatIllegalStateException().isThrownBy(SecretFile.own(this.file)::loadOrCreate)
			.withMessageContaining("The realm secret from " + this.file + " consists of words")
			.withMessageContaining("write the secret there that the realm's nodes have, or a new one by 'openssl rand "
					+ "-base64 32 > ")
			.withMessageContaining("or delete the file");
	}

	@Test
	void whenTheConfiguredFileDoesNotExistThenItIsNotCreated() {
		assertThatIllegalStateException().isThrownBy(SecretFile.configured(this.file)::load)
			.withMessage("The realm secret's file " + this.file + " does not exist: correct the path, or "
					+ "create it: with the secret that the realm's nodes have, or a new one by 'openssl rand -base64 "
					+ "32 > " + this.file + "'");
		assertThat(this.file).doesNotExist();
	}

	@Test
	void aPathWithABlankIsQuotedInCommands() {
		assertThatIllegalStateException().isThrownBy(SecretFile.configured(Path.of("/no/such \"$file\""))::load)
			.withMessageEndingWith("'openssl rand -base64 32 > \"/no/such \\\"\\$file\\\"\"'");
	}

	@Test
	void aFileWithTwoSecretsIsRefused() throws Exception {
		write(this.file, "rw-------");
		Files.writeString(this.file, SECRET + "\n" + SECRET.replace('V', 'W') + "\n");
		assertThatIllegalStateException().isThrownBy(SecretFile.configured(this.file)::load)
			.withMessageStartingWith("The realm secret from " + this.file + " has more than one line: ");
	}

	@Test
	void whenThereIsNoDirectoryForTheFileThenTheRemedyIsNamed() throws Exception {
		Path notADirectory = Files.writeString(this.directory.resolve("file"), "x");
		assertThatIllegalStateException()
			.isThrownBy(() -> RealmSecret.loadOrCreate(notADirectory.resolve("realm-secret")))
			.withMessageContaining("The realm secret's file " + notADirectory.resolve("realm-secret"))
			.withMessageContaining("Not a directory")
			.withMessageContaining("macula.realm.secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "?", "", "relative", "/no/such/home" })
	void whenThereIsNoHomeThenTheRemedyIsNamed(String home) {
		String before = System.getProperty("user.home");
		System.setProperty("user.home", home);
		try {
			assertThatIllegalStateException().isThrownBy(RealmSecret::defaultPath)
				.withMessage("This process has no home directory in which a realm secret could be kept (user.home is '"
						+ home + "'): set macula.realm.secret, to the same for all nodes of the realm");
		}
		finally {
			System.setProperty("user.home", before);
		}
	}

	@Test
	void aConfiguredValueIsTheSecretOrItsFile() throws Exception {
		write(this.file, "rw-------");
		RealmSecret secret = RealmSecret.of(SECRET, "x");
		assertThat(RealmSecret.configured(SECRET, "macula.realm.secret").origin()).isEqualTo("macula.realm.secret");
		for (String value : new String[] { "file:" + this.file, " file:" + this.file + "\n", "file://" + this.file }) {
			RealmSecret read = RealmSecret.configured(value, "macula.realm.secret");
			assertThat(read).isEqualTo(secret);
			assertThat(read.origin()).isEqualTo(this.file.toString());
		}
	}

}
