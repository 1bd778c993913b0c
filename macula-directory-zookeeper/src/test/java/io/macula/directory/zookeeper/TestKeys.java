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

package io.macula.directory.zookeeper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A key with a certificate for this machine, and who trusts it, as files that the JDK's
 * keytool makes.
 *
 * @param keys key store
 * @param trust trust store
 */
record TestKeys(Path keys, Path trust) {

	static final String PASSWORD = "changeit";

	static TestKeys create(Path directory, String name) throws IOException, InterruptedException {
		Path keys = directory.resolve(name + "-keys.p12");
		Path certificate = directory.resolve(name + ".cer");
		Path trust = directory.resolve(name + "-trust.p12");
		keytool("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
				"SAN=dns:localhost,ip:127.0.0.1", "-keystore", keys.toString());
		keytool("-exportcert", "-alias", name, "-keystore", keys.toString(), "-file", certificate.toString());
		keytool("-importcert", "-noprompt", "-alias", name, "-keystore", trust.toString(), "-file",
				certificate.toString());
		return new TestKeys(keys, trust);
	}

	private static void keytool(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		command.addAll(List.of(arguments));
		command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
		int code = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start()
			.waitFor();
		if (code != 0) {
			throw new IllegalStateException("keytool failed with " + code + ": " + command);
		}
	}

	/** System properties of a server that has this key and trusts it in others. */
	Map<String, String> server() {
		return Map.of("zookeeper.serverCnxnFactory", "org.apache.zookeeper.server.NettyServerCnxnFactory",
				"zookeeper.authProvider.x509", "org.apache.zookeeper.server.auth.X509AuthenticationProvider",
				"zookeeper.ssl.keyStore.location", this.keys.toString(), "zookeeper.ssl.keyStore.password", PASSWORD,
				"zookeeper.ssl.trustStore.location", this.trust.toString(), "zookeeper.ssl.trustStore.password",
				PASSWORD);
	}

	/** Settings of a bundle of this name. */
	String[] bundle(String name) {
		String prefix = "spring.ssl.bundle.jks." + name;
		return new String[] { prefix + ".keystore.location=file:" + this.keys,
				prefix + ".keystore.password=" + PASSWORD, prefix + ".keystore.type=PKCS12",
				prefix + ".truststore.location=file:" + this.trust, prefix + ".truststore.password=" + PASSWORD,
				prefix + ".truststore.type=PKCS12" };
	}

}
