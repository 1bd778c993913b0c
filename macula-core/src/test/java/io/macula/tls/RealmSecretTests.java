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
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class RealmSecretTests {

	private static final String SECRET = "Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";

	@TempDir
	Path directory;

	private Path file;

	@BeforeEach
	void chooseFile() {
		this.file = this.directory.resolve("deep").resolve(".macula").resolve("realm-secret");
	}

	@Test
	void whiteSpaceAroundTheTextDoesNotCount() {
		assertThat(RealmSecret.of("  " + SECRET + "\n", "test")).isEqualTo(RealmSecret.of(SECRET, "x"))
			.hasSameHashCodeAs(RealmSecret.of(SECRET, "x"))
			.isNotEqualTo(RealmSecret.of(SECRET.replace('V', 'v'), "test"));
	}

	@Test
	void whenTextIsTooShortThenItIsRefusedWithoutShowingIt() {
		assertThatIllegalArgumentException().isThrownBy(() -> RealmSecret.of(" hunter2 ", "macula.realm.secret"))
			.withMessage("The realm secret from macula.realm.secret has 7 characters: expected at least 16 characters "
					+ "that nobody can guess; 'openssl rand -base64 32' makes good ones");
		assertThatIllegalArgumentException().isThrownBy(() -> RealmSecret.of(SECRET.repeat(200), "test"))
			.withMessageContaining("at most 4096");
	}

	@ParameterizedTest
	@ValueSource(strings = { "passwordpassword", "Passw0rd!Passw0rd!", "P@ssw0rd1234567890", "0123456789abcdef",
			"0123456789abcdef0123456789abcdef", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababab",
			"correct horse battery staple", "correct-horse-battery-staple", "a secret for tests only",
			"qwertyuiopasdfghjkl", "my-company-secret-2024", "changemechangemechangeme", "CHANGEME-CHANGEME-CHANGEME",
			"1234567890123456789012345678901234567890", "hunter2hunter2hunter2hunter2", "9876543210zyxwvutsrq",
			"macula-realm-secret-for-production-2026", "realm-secret-realm-secret", "please replace this secret",
			"deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
			"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "0101100111010100101101001110010101" })
	void whenTextIsEasilyGuessedThenItIsRefusedWithoutShowingIt(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> RealmSecret.of(text, "macula.realm.secret"))
			.withMessageMatching("The realm secret from macula\\.realm\\.secret (consists of words, sequences or "
					+ "repetitions, so that about 2\\^\\d+ guesses find it|has only \\d different characters): "
					+ "expected at least 16 characters that nobody can guess; 'openssl rand -base64 32' makes good ones")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(text));
	}

	@ParameterizedTest
	@ValueSource(strings = { "violet tractor mumbles eleven harps", "550e8400-e29b-41d4-a716-446655440000",
			"9f86d081884c7d659a2feaa0c55ad015", "Wq8#hZt4!pLm2@xRk",
			"\u00e4\u4e2d\u6587\u5b57\u7b26 ohne Zahlen und Netz" })
	void whatPeopleMakeUpIsAcceptedAndMadeSlowToGuess(String text) {
		assertThat(RealmSecret.of(text, "test").isRandom()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/mnt/secrets-store/prod-shop-realm", "/var/run/secrets/shop/quic-realm.key",
			"/etc/Macula/Prod3/Realm.pem", "./k8s/prod-shop-quic.key", "../Xq/prod-shop-quic.key",
			"~/.macula/prod-shop-quic.key", "~deploy/prod-shop-quic.key", "C:\\Secrets\\prod-shop-quic.key",
			"d:/Secrets/prod-shop-quic.key", "\\\\nas7\\prod\\shop-quic.key", "File:/mnt/secrets-store/prod-shop-realm",
			"FILE:/etc/macula/realm-secret", "file:/mnt/secrets-store/prod-shop-realm", "vault:secret/data/realm#key",
			"classpath:prod/quic-shop.key", "classpath*:prod/quic-shop.key", "https://vault.shop.example/v1/quic",
			"s3://bucket-7/prod/quic-shop", "arn:aws:secretsmanager:eu-west-1:4711:secret:quic-2Xk",
			"${QUIC_REALM_KEY_OF_SHOP}", "$(cat /mnt/q7/prod-shop-realm)", "%QUIC_REALM_KEY_OF_SHOP%",
			"{cipher}a1b9c7d2e6f3948576a0", "ENC(a1b9c7d2e6f3948576a0Xy)", "$QUIC_REALM_KEY_OF_SHOP",
			"<put-quic-key-of-shop-in>" })
	void whatLooksLikeThePlaceOfASecretIsRefusedWithoutShowingIt(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> RealmSecret.of(text, "macula.realm.secret"))
			.withMessageMatching("The realm secret from macula.realm.secret (looks like |is the place of ).*")
			.withMessageContaining("file:<path>")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(text).doesNotContain("prod-shop"));
	}

	@Test
	void whatBeginsLikeAPlaceBecauseItIsRandomIsAccepted() {
		for (String text : List.of("/q3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "/q3kT8RzX1mWc7Jp0LdYs5HbN2gTf9Qe",
				"violet: tractor mumbles eleven harps", "9f86d081:884c7d659a2feaa0c55ad015")) {
			assertThat(RealmSecret.of(text, "test").origin()).isEqualTo("test");
		}
	}

	@Test
	void whenATextEndsAsBase64DoesThenItIsNoPath() {
		assertThat(SecretLooks.fault("/run/secrets/abcdefghijklmnopqrstuvwxyzabcd")).contains("path of a file");
		assertThat(SecretLooks.fault("/run/secrets/abcdefghijklmnopqrstuvwxyzabcd=")).isNull();
	}

	@Test
	void thePathOfAFileThatExistsIsNoSecret() {
		assertThatIllegalArgumentException().isThrownBy(() -> RealmSecret.of("pom.xml", "x"))
			.withMessageContaining("is the path of a file that exists, and is no secret: write file:<path>");
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r\n", "\t", "\u0000", "\u001b", "\u200b", "\ufeff", "\u2028", "\u0085" })
	void whatNobodySeesInsideOfASecretIsRefused(String unseen) {
		assertThatIllegalArgumentException().isThrownBy(() -> RealmSecret.of(SECRET + unseen + SECRET, "test"))
			.withMessageMatching("The realm secret from test (has more than one line: expected one secret; another one "
					+ "belongs to a setting or a file of its own|has the character U\\+[0-9A-F]{4}, which nobody sees, "
					+ "at place 45: expected one line of visible characters)");
	}

	@Test
	void whatTheCommandMakesIsAcceptedAndLooksRandom() {
		Random random = new Random(42);
		byte[] bytes = new byte[32];
		int recognised = 0;
		for (int i = 0; i < 1000; i++) {
			random.nextBytes(bytes);
			recognised += RealmSecret.of(Base64.getEncoder().encodeToString(bytes), "test").isRandom() ? 1 : 0;
			recognised += RealmSecret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), "test")
				.isRandom() ? 1 : 0;
			assertThat(RealmSecret.of(HexFormat.of().formatHex(bytes), "test").isRandom()).isTrue();
			assertThat(RealmSecret.of(HexFormat.of().formatHex(bytes, 0, 16), "test").isRandom()).isFalse();
		}
		assertThat(recognised).as("the others are only slower").isGreaterThan(1980);
	}

	@Test
	void wordsInTheAlphabetOfBase64DoNotLookRandom() {
		for (String text : List.of("violetTractorMumblesElevenHarpsUnderBlueMoons",
				"VioletTractor1MumblesEleven2Harps3UnderBlue4",
				"violet_tractor_mumbles_eleven_harps_under_blue_moons")) {
			assertThat(RealmSecret.of(text, "test").isRandom()).isFalse();
		}
	}

	@Test
	void neverShowsItself() {
		assertThat(RealmSecret.of(SECRET, "macula.realm.secret"))
			.hasToString("secret from macula.realm.secret (not shown)");
	}

	@Test
	void whenFileDoesNotExistThenItIsCreatedForItsUserOnly() throws Exception {
		RealmSecret created = RealmSecret.loadOrCreate(this.file);
		assertThat(created.bytes()).hasSize(44);
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
				.withMessageContaining(this.file + " is open to other users (owner ")
				.withMessageContaining(permissions)
				.withMessageContaining("chmod 600");
		}
		Files.setPosixFilePermissions(this.file, PosixFilePermissions.fromString("r--------"));
		assertThat(RealmSecret.loadOrCreate(this.file).bytes()).hasSize(44);
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
