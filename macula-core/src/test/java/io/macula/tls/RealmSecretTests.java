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

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class RealmSecretTests {

	@TempDir
	Path directory;

	private Path file;

	@BeforeEach
	void chooseFile() {
		this.file = this.directory.resolve("deep").resolve(".macula").resolve("realm-secret");
	}

	@Test
	void whiteSpaceAroundTheTextDoesNotCount() {
		assertThat(RealmSecret.of("  0123456789abcdef\n", "test")).isEqualTo(RealmSecret.of("0123456789abcdef", "x"))
			.hasSameHashCodeAs(RealmSecret.of("0123456789abcdef", "x"))
			.isNotEqualTo(RealmSecret.of("0123456789abcdeg", "test"));
	}

	@Test
	void whenTextIsTooShortThenItIsRefusedWithoutShowingIt() {
		assertThatIllegalArgumentException().isThrownBy(() -> RealmSecret.of(" hunter2 ", "macula.realm.secret"))
			.withMessageContaining("from macula.realm.secret has 7 characters: expected at least 16")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("hunter2"));
		assertThatIllegalArgumentException().isThrownBy(() -> RealmSecret.of("x".repeat(5000), "test"))
			.withMessageContaining("at most 4096");
	}

	@Test
	void neverShowsItself() {
		assertThat(RealmSecret.of("correct horse battery", "macula.realm.secret"))
			.hasToString("secret from macula.realm.secret (not shown)");
	}

	@Test
	void whenFileDoesNotExistThenItIsCreatedForItsUserOnly() throws Exception {
		RealmSecret created = RealmSecret.loadOrCreate(this.file);
		assertThat(created.bytes()).hasSize(43);
		assertThat(created.origin()).isEqualTo(this.file.toString());
		assertThat(RealmSecret.loadOrCreate(this.file)).isEqualTo(created);
		try (Stream<Path> left = Files.list(this.file.getParent())) {
			assertThat(left).containsExactly(this.file);
		}
		assumeTrue(posix());
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.file))).isEqualTo("rw-------");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.file.getParent())))
			.isEqualTo("rwx------");
	}

	@Test
	void everyFileGetsASecretOfItsOwn() {
		assertThat(RealmSecret.loadOrCreate(this.file))
			.isNotEqualTo(RealmSecret.loadOrCreate(this.directory.resolve("other")));
	}

	@Test
	void whenOthersMayReadTheFileThenItIsRefused() throws Exception {
		assumeTrue(posix());
		RealmSecret.loadOrCreate(this.file);
		for (String permissions : List.of("rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx")) {
			Files.setPosixFilePermissions(this.file, PosixFilePermissions.fromString(permissions));
			assertThatIllegalStateException().isThrownBy(() -> RealmSecret.loadOrCreate(this.file))
				.withMessageContaining(this.file + " is open to other users (" + permissions + ")")
				.withMessageContaining("chmod 600");
		}
		Files.setPosixFilePermissions(this.file, PosixFilePermissions.fromString("r--------"));
		assertThat(RealmSecret.loadOrCreate(this.file).bytes()).hasSize(43);
	}

	@Test
	void whenFileHoldsNoSecretThenTheRemedyIsNamed() throws Exception {
		RealmSecret.loadOrCreate(this.file);
		Files.writeString(this.file, "short");
		assertThatIllegalStateException().isThrownBy(() -> RealmSecret.loadOrCreate(this.file))
			.withMessageContaining("has 5 characters")
			.withMessageContaining("delete the file");
	}

	@Test
	void whenFileCannotBeCreatedThenTheRemedyIsNamed() throws Exception {
		Path notADirectory = Files.writeString(this.directory.resolve("file"), "x");
		assertThatIllegalStateException()
			.isThrownBy(() -> RealmSecret.loadOrCreate(notADirectory.resolve("realm-secret")))
			.withMessageContaining("can neither be read nor created")
			.withMessageContaining("set macula.realm.secret");
	}

	@Test
	void whenManyCreateItAtOnceThenAllHaveTheSameSecret() throws Exception {
		int threads = 8;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < 20; round++) {
				Path contended = this.directory.resolve("round" + round).resolve("realm-secret");
				CyclicBarrier start = new CyclicBarrier(threads);
				Callable<RealmSecret> task = () -> {
					start.await(10, TimeUnit.SECONDS);
					return RealmSecret.loadOrCreate(contended);
				};
				List<Future<RealmSecret>> futures = new ArrayList<>();
				for (int i = 0; i < threads; i++) {
					futures.add(executor.submit(task));
				}
				Set<RealmSecret> secrets = new HashSet<>();
				for (Future<RealmSecret> future : futures) {
					secrets.add(future.get(10, TimeUnit.SECONDS));
				}
				assertThat(secrets).hasSize(1);
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void defaultIsInTheHomeOfTheUser() {
		assertThat(RealmSecret.defaultPath())
			.isEqualTo(Path.of(System.getProperty("user.home"), ".macula", "realm-secret"));
	}

	private static boolean posix() {
		return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
	}

}
