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
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.util.FileSystemUtils;

/**
 * An SSL bundle as files, since ZooKeeper's client reads keys and certificates from files
 * alone, each time it connects. They are encrypted with a password that is in memory
 * only, stand in a directory that belongs to this user alone, and go with the
 * application. Safe for all threads.
 */
final class ZooKeeperKeyFiles implements DisposableBean {

	private static final String TYPE = "PKCS12";

	private final char[] password = HexFormat.of().formatHex(random()).toCharArray();

	private @Nullable Path directory;

	private static byte[] random() {
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		return random;
	}

	/**
	 * Write a bundle.
	 * @return properties of ZooKeeper's client that name the files
	 */
	synchronized Map<String, String> clientProperties(SslBundle bundle, boolean verifyHostname) {
		Map<String, String> properties = new LinkedHashMap<>();
		properties.put("zookeeper.client.secure", "true");
		properties.put("zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");
		properties.put("zookeeper.ssl.hostnameVerification", String.valueOf(verifyHostname));
		boolean key = bundle.getStores().getKeyStore() != null;
		boolean trust = bundle.getStores().getTrustStore() != null;
		update(bundle);
		if (key) {
			name(properties, "keyStore", file("key.p12"));
		}
		if (trust) {
			name(properties, "trustStore", file("trust.p12"));
		}
		String[] protocols = bundle.getOptions().getEnabledProtocols();
		if (protocols != null) {
			properties.put("zookeeper.ssl.enabledProtocols", String.join(",", protocols));
		}
		String[] ciphers = bundle.getOptions().getCiphers();
		if (ciphers != null) {
			properties.put("zookeeper.ssl.ciphersuites", String.join(",", ciphers));
		}
		return properties;
	}

	private void name(Map<String, String> properties, String store, Path file) {
		properties.put("zookeeper.ssl." + store + ".location", file.toString());
		properties.put("zookeeper.ssl." + store + ".password", new String(this.password));
		properties.put("zookeeper.ssl." + store + ".type", TYPE);
	}

	/**
	 * Take another state of the bundle, from the next connection on.
	 */
	synchronized void update(SslBundle bundle) {
		try {
			KeyStore keys = bundle.getStores().getKeyStore();
			if (keys != null) {
				write("key.p12", keys(bundle, keys));
			}
			KeyStore certificates = bundle.getStores().getTrustStore();
			if (certificates != null) {
				write("trust.p12", certificates(certificates));
			}
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalArgumentException(
					"macula.directory.zookeeper.ssl.bundle names a bundle that cannot be read: " + ex.getMessage(), ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The SSL bundle of ZooKeeper's client cannot be written as a file", ex);
		}
	}

	private KeyStore keys(SslBundle bundle, KeyStore source) throws GeneralSecurityException, IOException {
		KeyStore copy = empty();
		String wanted = bundle.getKey().getAlias();
		String password = bundle.getKey().getPassword();
		String used = (password != null) ? password : bundle.getStores().getKeyStorePassword();
		char[] opening = (used != null) ? used.toCharArray() : new char[0];
		for (String alias : Collections.list(source.aliases())) {
			if (source.isKeyEntry(alias) && (wanted == null || wanted.equalsIgnoreCase(alias))) {
				Key key = source.getKey(alias, opening);
				copy.setKeyEntry(alias, key, this.password, source.getCertificateChain(alias));
			}
		}
		Arrays.fill(opening, '\0');
		return copy;
	}

	private static KeyStore certificates(KeyStore source) throws GeneralSecurityException, IOException {
		KeyStore copy = empty();
		List<String> aliases = Collections.list(source.aliases());
		for (String alias : aliases) {
			if (source.getCertificate(alias) != null) {
				copy.setCertificateEntry(alias, source.getCertificate(alias));
			}
		}
		return copy;
	}

	private static KeyStore empty() throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance(TYPE);
		store.load(null, null);
		return store;
	}

	private void write(String name, KeyStore store) throws GeneralSecurityException, IOException {
		Path file = file(name);
		Path written = file(name + ".new");
		try (OutputStream out = Files.newOutputStream(written)) {
			store.store(out, this.password);
		}
		Files.move(written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
	}

	private Path file(String name) {
		Path present = this.directory;
		if (present == null) {
			try {
				present = Files.createTempDirectory("macula-zookeeper");
			}
			catch (IOException ex) {
				throw new UncheckedIOException("The SSL bundle of ZooKeeper's client needs a temporary directory", ex);
			}
			this.directory = present;
		}
		return present.resolve(name);
	}

	@Override
	public synchronized void destroy() {
		Path present = this.directory;
		if (present != null) {
			FileSystemUtils.deleteRecursively(present.toFile());
			this.directory = null;
		}
	}

}
