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

package io.macula.faults;

import java.nio.file.Path;
import java.util.Map;

import io.macula.harness.Jvm;
import io.macula.harness.Shell;

/**
 * Certificates of one authority for the nodes of a world, made with the JDK's own
 * keytool: one that is in date, one that has expired.
 */
final class Certificates {

	private static final String PASSWORD = "changeit";

	private static final String PEER_NAME = "nodes.test";

	private final Path directory;

	private Certificates(Path directory) {
		this.directory = directory;
	}

	static Certificates create(Path directory) {
		Certificates certificates = new Certificates(directory);
		certificates.keytool("-genkeypair -alias ca -dname CN=Test-CA -ext bc:c -keystore ca.p12", "-30d", 60);
		certificates.run("-exportcert -rfc -alias ca -keystore ca.p12 -file ca.pem");
		certificates.run("-importcert -noprompt -alias ca -keystore trust.p12 -file ca.pem");
		certificates.issueToPeer("node", "-1d", 30);
		certificates.issueToPeer("expired", "-20d", 10);
		return certificates;
	}

	/**
	 * Issue a certificate as those of the nodes are, with a URI of its own.
	 * @param name name of the key store
	 */
	void issueToPeer(String name) {
		issueToPeer(name, "-1d", 30);
	}

	private void issueToPeer(String name, String start, int days) {
		issue(name, start, days, "-ext san=dns:" + PEER_NAME + ",uri:" + uri(name));
	}

	/**
	 * URI in a certificate.
	 * @param name name of the key store
	 * @return the URI
	 */
	static String uri(String name) {
		return "spiffe://test/" + name;
	}

	/**
	 * Issue a certificate to somebody who may call and nothing else.
	 * @param name name of the key store
	 */
	void issueToCaller(String name) {
		issue(name, "-1d", 30, "-ext san=dns:" + name + ".test -ext eku=clientAuth");
	}

	/**
	 * Settings of a node in the environment.
	 * @param name name of the key store
	 * @return names and values
	 */
	Map<String, String> environment(String name) {
		String bundle = "SPRING_SSL_BUNDLE_JKS_NODES_";
		return Map.of("MACULA_SSL_BUNDLE", "nodes", "MACULA_SSL_PEERNAME", PEER_NAME, bundle + "KEYSTORE_LOCATION",
				file(name), bundle + "KEYSTORE_PASSWORD", PASSWORD, bundle + "KEYSTORE_TYPE", "PKCS12",
				bundle + "TRUSTSTORE_LOCATION", file("trust"), bundle + "TRUSTSTORE_PASSWORD", PASSWORD,
				bundle + "TRUSTSTORE_TYPE", "PKCS12");
	}

	private String file(String name) {
		return "file:" + this.directory.resolve(name + ".p12").toAbsolutePath();
	}

	private void issue(String name, String start, int days, String extensions) {
		String store = " -keystore " + name + ".p12";
		keytool("-genkeypair -alias node -dname CN=" + name + store, start, days);
		run("-certreq -alias node -file " + name + ".csr" + store);
		keytool("-gencert -rfc -alias ca -keystore ca.p12 -infile " + name + ".csr -outfile " + name + ".pem "
				+ extensions, start, days);
		run("-importcert -noprompt -alias ca -file ca.pem" + store);
		run("-importcert -noprompt -alias node -file " + name + ".pem" + store);
	}

	private void keytool(String command, String start, int days) {
		String key = command.startsWith("-genkeypair") ? " -keyalg EC -groupname secp256r1" : "";
		run(command + key + " -startdate " + start + " -validity " + days);
	}

	private void run(String keytool) {
		Shell.run("sh", "-c", "cd '" + this.directory + "' && '" + Jvm.tool("keytool") + "' " + keytool
				+ " -storetype PKCS12 -storepass " + PASSWORD);
	}

}
