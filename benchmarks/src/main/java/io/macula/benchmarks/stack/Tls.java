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

package io.macula.benchmarks.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import io.macula.harness.Jvm;
import io.macula.harness.Shell;

/**
 * The certificate of one run: every server shows it, every client trusts it alone.
 *
 * @param directory holds {@code server.p12}, {@code server.crt} and {@code server.key}
 */
public record Tls(Path directory) {

	/** Name in the certificate, besides 127.0.0.1. */
	public static final String HOST = "localhost";

	private static final String PASSWORD = "benchmark";

	private static final String ALIAS = "server";

	/**
	 * Make a certificate with the keytool of this JDK.
	 * @param directory where to put it
	 * @return the certificate
	 * @throws Exception if that fails
	 */
	public static Tls create(Path directory) throws Exception {
		Files.createDirectories(directory);
		Path store = directory.resolve("server.p12");
		Files.deleteIfExists(store);
		Shell.run(Jvm.tool("keytool"), "-genkeypair", "-alias", ALIAS, "-keyalg", "EC", "-groupname", "secp256r1",
				"-validity", "30", "-dname", "CN=" + HOST, "-ext", "san=dns:" + HOST + ",ip:127.0.0.1", "-storetype",
				"PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD);
		Tls tls = new Tls(directory);
		write(directory.resolve("server.crt"), "CERTIFICATE", tls.certificate().getEncoded());
		write(directory.resolve("server.key"), "PRIVATE KEY", tls.key().getEncoded());
		return tls;
	}

	public Path certificateFile() {
		return this.directory.resolve("server.crt");
	}

	public Path keyFile() {
		return this.directory.resolve("server.key");
	}

	X509Certificate certificate() throws GeneralSecurityException {
		return (X509Certificate) store().getCertificate(ALIAS);
	}

	PrivateKey key() throws GeneralSecurityException {
		return (PrivateKey) store().getKey(ALIAS, PASSWORD.toCharArray());
	}

	SSLContext trustingContext() throws GeneralSecurityException, IOException {
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		trusted.load(null, null);
		trusted.setCertificateEntry(ALIAS, certificate());
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(trusted);
		SSLContext context = SSLContext.getInstance("TLSv1.3");
		context.init(null, trust.getTrustManagers(), null);
		return context;
	}

	private KeyStore store() throws GeneralSecurityException {
		try (InputStream in = Files.newInputStream(this.directory.resolve("server.p12"))) {
			KeyStore store = KeyStore.getInstance("PKCS12");
			store.load(in, PASSWORD.toCharArray());
			return store;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(Path file, String type, byte[] der) throws IOException {
		String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
		Files.writeString(file, "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
	}

}
