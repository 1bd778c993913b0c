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

package io.macula.rogue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import io.macula.Realm;
import io.macula.harness.Arguments;
import io.macula.rogue.RawConnection.Plan;
import io.macula.tls.BundleTls;
import io.macula.tls.HostVerification;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;

/**
 * What an attacker knows: where the nodes are, and the realm's secret or a certificate.
 * Immutable.
 *
 * @param from its local address
 * @param targets the nodes that it attacks
 * @param secret the realm's secret
 */
record Foe(String from, List<InetSocketAddress> targets, RealmSecret secret) {

	static final String REALM = "test";

	/** A node that has said who it is goes on with its key. */
	private static final Map<String, TlsContexts> PRESENT = new ConcurrentHashMap<>();

	private static final long WINDOW_BYTES = 32 << 20;

	static Foe of(Arguments arguments) {
		List<InetSocketAddress> targets = Arrays.stream(arguments.required("targets").split(","))
			.map((target) -> new InetSocketAddress(target.substring(0, target.lastIndexOf(':')),
					Integer.parseInt(target.substring(target.lastIndexOf(':') + 1))))
			.toList();
		return new Foe(arguments.optional("from", "127.0.0.1"), targets,
				RealmSecret.of(env("MACULA_REALM_SECRET"), "the environment"));
	}

	InetSocketAddress target() {
		return this.targets.get(0);
	}

	/**
	 * Contexts that show a leaf of one's own for any node id, or the certificate that one
	 * was given.
	 */
	TlsContexts tls(String nodeId) {
		return PRESENT.computeIfAbsent(nodeId, this::newTls);
	}

	private TlsContexts newTls(String nodeId) {
		String store = System.getenv("SPRING_SSL_BUNDLE_JKS_NODES_KEYSTORE_LOCATION");
		return (store != null)
				? bundle(Path.of(URI.create(store)),
						Path.of(URI.create(env("SPRING_SSL_BUNDLE_JKS_NODES_TRUSTSTORE_LOCATION"))),
						env("SPRING_SSL_BUNDLE_JKS_NODES_KEYSTORE_PASSWORD"))
				: SecretTls.of(new Realm(REALM), nodeId, this.secret);
	}

	private static TlsContexts bundle(Path keys, Path trust, String password) {
		try {
			KeyManagerFactory shown = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			shown.init(KeyStore.getInstance(keys.toFile(), password.toCharArray()), password.toCharArray());
			TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trusted.init(KeyStore.getInstance(trust.toFile(), password.toCharArray()));
			return BundleTls.of("the attacker's bundle", HostVerification.fixedName(env("MACULA_SSL_PEERNAME")), shown,
					trusted);
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException("The certificate in " + keys + " cannot be used", ex);
		}
	}

	private static String env(String name) {
		return Objects.requireNonNull(System.getenv(name), name);
	}

	Plan plan(InetSocketAddress target, TlsContexts tls) {
		return new Plan(this.from, target, tls, WINDOW_BYTES, 1000, (stream, frame) -> {
		});
	}

}
