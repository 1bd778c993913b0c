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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.machines.Machine.Role;
import io.macula.machines.Machine.Setting;
import io.macula.machines.Release.RemoteFile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ReleaseTests {

	private static final String SECRET = "0123456789abcdef0123456789abcdef";

	private static final List<Machine> MACHINES = List.of(MachineFixture.provider("beam01"),
			MachineFixture.provider("beam02"));

	private static final Application JAR = new Application("1.2.0", Content.of("application.jar", "bytes"), null, null);

	@Test
	void itsNameTellsWhatIsInIt() {
		String name = release(JAR, Mode.SYSTEMD, Map.of(), SECRET).name();
		assertThat(name).matches("1\\.2\\.0-[0-9a-f]{12}");
		assertThat(release(JAR, Mode.SYSTEMD, Map.of(), SECRET).name()).isEqualTo(name);
		Application other = new Application("1.2.0", Content.of("application.jar", "other bytes"), null, null);
		List<String> names = new ArrayList<>(List.of(name));
		names.add(release(other, Mode.SYSTEMD, Map.of(), SECRET).name());
		names.add(release(JAR, Mode.PROCESS, Map.of(), SECRET).name());
		names.add(release(JAR, Mode.SYSTEMD, Map.of("A", "b"), SECRET).name());
		names.add(release(JAR, Mode.SYSTEMD, Map.of(), SECRET + "0").name());
		assertThat(names).doesNotHaveDuplicates();
	}

	@Test
	void theSecretIsInOneFileThatOnlyItsOwnerReads() throws Exception {
		Release release = release(JAR, Mode.SYSTEMD, Map.of("CALCULATOR_FACTOR", "3"), SECRET);
		assertThat(release.files(MACHINES.get(0))).extracting(RemoteFile::name)
			.containsExactly("application.jar", "provider.env", "macula-provider.service");
		for (RemoteFile file : release.files(MACHINES.get(0))) {
			String text = new String(file.content().open().readAllBytes());
			assertThat(text.contains(SECRET)).isEqualTo(file.name().equals("provider.env"));
			assertThat(file.permissions()).isEqualTo(file.name().equals("provider.env") ? "600" : "644");
			assertThat(file.content().toString()).doesNotContain(SECRET);
		}
		assertThat(release.environment(MACHINES.get(1), "s").lines()).contains("MACULA_NODE_ID=beam02",
				"MACULA_REALM_SEEDS=beam01.lab:9443,beam02.lab:9443", "MACULA_PROVIDER_PORT=9443",
				"SERVER_ADDRESS=127.0.0.1", "MACULA_PROVIDER_TERMINATIONGRACEPERIOD=45", "CALCULATOR_FACTOR=3");
	}

	@Test
	void furtherAddressesAreThoseOfTheirMachine() {
		Machine machine = new Machine("beam02", "beam02.lab", "root", 22, Set.of(Role.PROVIDER),
				Map.of(Setting.FURTHER, "192.0.2.17:30443,[2001:db8::2]:9443"));
		Release release = release(JAR, Mode.SYSTEMD, Map.of(), SECRET);
		assertThat(release.environment(machine, "s").lines())
			.contains("MACULA_PROVIDER_FURTHERADDRESSES=192.0.2.17:30443,[2001:db8::2]:9443");
		assertThat(release.environment(MACHINES.get(0), "s")).doesNotContain("FURTHERADDRESSES");
	}

	/** By it 'down' knows what it may take away. */
	@Test
	void theNamespaceOfK3sSaysWhoseItIs() throws Exception {
		Machine machine = new Machine("beam02", "beam02.lab", "root", 22, Set.of(Role.PROVIDER),
				Map.of(Setting.DIRECTORY, "/srv/macula", Setting.HTTP, "8081"));
		RemoteFile manifest = release(Application.image("app:2", null), Mode.K3S, Map.of(), SECRET).files(machine)
			.get(2);
		assertThat(new String(manifest.content().open().readAllBytes())).contains("""
				kind: Namespace
				metadata:
				  name: macula-provider
				  annotations:
				    macula.io/machines: /srv/macula
				---
				""")
			.containsOnlyOnce("macula.io/machines")
			.contains("image: app:2", "port: 8081")
			.doesNotContain("8080");
	}

	@Test
	void anImageIsNamedByItsTag() {
		assertThat(Application.image("registry.lab:5000/team/app:2.1", null).version()).isEqualTo("2.1");
		assertThat(Application.image("app@sha256:0a", null).version()).isEqualTo("sha256_0a");
		assertThat(Application.image("app", null).version()).isEqualTo("latest");
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> Application.image("", null))
			.withMessageContaining("Image '' is not valid: expected --image NAME:TAG");
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> Application.image("a b", null));
	}

	@Test
	void whatIsNoJarIsRefused() {
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> Application.jar(Path.of("none.jar")))
			.withMessageContaining("There is no jar none.jar: build it");
		assertThatExceptionOfType(CannotDeployException.class).isThrownBy(() -> Application.jar(Path.of("pom.xml")))
			.withMessageContaining("Jar pom.xml cannot be read");
	}

	private static Release release(Application application, Mode mode, Map<String, String> settings, String secret) {
		return new Release(application, mode, Limits.defaults(), Templates.read(Path.of("..", "machines")), MACHINES,
				settings, secret);
	}

}
