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

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

import org.jspecify.annotations.Nullable;

/**
 * The one key of a node, for both roles.
 */
final class SingleKeyManager extends X509ExtendedKeyManager {

	private static final String ALIAS = "node";

	private final PrivateKey key;

	private final X509Certificate[] chain;

	/**
	 * A manager of one key.
	 * @param key EC or RSA
	 * @param chain begins with the certificate of the key
	 */
	SingleKeyManager(PrivateKey key, List<X509Certificate> chain) {
		this.key = key;
		this.chain = chain.toArray(X509Certificate[]::new);
	}

	@Override
	public @Nullable String chooseEngineClientAlias(String[] keyTypes, Principal @Nullable [] issuers,
			@Nullable SSLEngine engine) {
		return Arrays.asList(keyTypes).contains(this.key.getAlgorithm()) ? ALIAS : null;
	}

	@Override
	public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers,
			@Nullable SSLEngine engine) {
		return this.key.getAlgorithm().equals(keyType) ? ALIAS : null;
	}

	@Override
	public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers,
			@Nullable Socket socket) {
		return chooseEngineClientAlias(keyTypes, issuers, null);
	}

	@Override
	public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
		return chooseEngineServerAlias(keyType, issuers, null);
	}

	@Override
	public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
		return this.key.getAlgorithm().equals(keyType) ? new String[] { ALIAS } : new String[0];
	}

	@Override
	public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
		return getClientAliases(keyType, issuers);
	}

	@Override
	public X509Certificate[] getCertificateChain(String alias) {
		return this.chain.clone();
	}

	@Override
	public PrivateKey getPrivateKey(String alias) {
		return this.key;
	}

}
