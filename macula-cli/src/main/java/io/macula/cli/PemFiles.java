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
package io.macula.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Keys and certificates in PEM, as those of Spring's SSL bundles: a file, or the text
 * itself. Each refusal names the file, where it was set, and the remedy; none shows a
 * key.
 */
final class PemFiles {

	/** Of a text that is no path. */
	private static final String BEGIN = "-----BEGIN ";

	private static final Pattern KEY = Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]*)-----END");

	private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

	private static final char[] IN_MEMORY = {};

	private final Path home;

	PemFiles(Path home) {
		this.home = home;
	}

	/**
	 * Whether a value is the PEM itself, which may begin with other text; such a value is
	 * never shown.
	 */
	static boolean inline(String value) {
		return value.contains(BEGIN);
	}

	/** What is shown. */
	KeyManagerFactory keys(Given certificates, Given key) {
		Certificate[] chain = certificates(certificates).toArray(new Certificate[0]);
		PrivateKey own = key(key);
		try {
			KeyStore store = empty();
			store.setKeyEntry("own", own, IN_MEMORY, chain);
			KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			factory.init(store, IN_MEMORY);
			return factory;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw refused("key and certificate", key, "they cannot be used (" + ex.getMessage() + ")");
		}
	}

	/** Who is trusted. */
	TrustManagerFactory trust(Given authorities) {
		try {
			KeyStore store = empty();
			int number = 0;
			for (Certificate each : certificates(authorities)) {
				store.setCertificateEntry("authority" + number++, each);
			}
			TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			factory.init(store);
			return factory;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw refused("trusted authorities", authorities, "they cannot be used (" + ex.getMessage() + ")");
		}
	}

	private static KeyStore empty() throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		return store;
	}

	private Collection<? extends Certificate> certificates(Given given) {
		String text = text("certificate", given);
		try {
			Collection<? extends Certificate> all = CertificateFactory.getInstance("X.509")
				.generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
			if (!all.isEmpty()) {
				return all;
			}
		}
		catch (CertificateException ex) {
			throw refused("certificate", given,
					"it cannot be read (" + ex.getMessage() + "): expected certificates in PEM");
		}
		throw refused("certificate", given, "there is none in it: expected certificates in PEM");
	}

	private PrivateKey key(Given given) {
		Matcher matcher = KEY.matcher(text("private key", given));
		if (!matcher.find()) {
			throw refused("private key", given, "there is none in it: expected one in PEM");
		}
		String form = matcher.group(1).trim();
		if (form.equals("ENCRYPTED")) {
			throw refused("private key", given,
					"it is encrypted: give a file that only you can read, made by 'openssl pkcs8 -in FILE -out FILE2'");
		}
		if (!form.isEmpty()) {
			throw refused("private key", given, "it is an old '" + form
					+ " PRIVATE KEY': convert it by 'openssl pkcs8 -topk8 -nocrypt -in FILE -out FILE2'");
		}
		for (String algorithm : ALGORITHMS) {
			try {
				byte[] coded = Base64.getMimeDecoder().decode(matcher.group(2));
				return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(coded));
			}
			catch (GeneralSecurityException ex) {
				// Of another kind.
			}
			catch (IllegalArgumentException ex) {
				break;
			}
		}
		throw refused("private key", given, "it cannot be read: expected a key of RSA, EC or Ed25519 in PKCS#8");
	}

	private String text(String what, Given given) {
		if (inline(given.value())) {
			return given.value();
		}
		try {
			return Files.readString(given.path(this.home), StandardCharsets.ISO_8859_1);
		}
		catch (NoSuchFileException ex) {
			throw refused(what, given, "it does not exist: correct the path");
		}
		catch (AccessDeniedException ex) {
			throw refused(what, given, "this user may not read it");
		}
		catch (IOException ex) {
			throw refused(what, given, "it cannot be read (" + ex.getMessage() + ")");
		}
	}

	private CommandException refused(String what, Given given, String problem) {
		String file = inline(given.value()) ? "" : "'" + given.path(this.home) + "' ";
		return CommandException.usage("The " + what + " " + file + "from " + given.origin() + ": " + problem);
	}

}
