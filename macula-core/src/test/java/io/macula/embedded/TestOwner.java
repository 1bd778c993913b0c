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

package io.macula.embedded;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.Realm;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.tls.NodeKey;

/**
 * A process of a test: its key, and the records that it signs.
 */
final class TestOwner {

	static final Realm REALM = new Realm("test");

	private static final Map<String, NodeKey> KEYS = new ConcurrentHashMap<>();

	final NodeKey key;

	private final OwnSeal seal;

	private NodeRecord signed;

	TestOwner(NodeKey key) {
		this.key = key;
		this.seal = new OwnSeal(REALM, () -> this.key);
	}

	/** A process with a key of its own, the same for the same name. */
	static TestOwner named(String name) {
		return new TestOwner(KEYS.computeIfAbsent(name, (ignored) -> newKey()));
	}

	static NodeKey newKey() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
			generator.initialize(new ECGenParameterSpec("secp256r1"));
			return NodeKey.of(generator.generateKeyPair());
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String identity() {
		return this.key.identity().text();
	}

	NodeRecord sign(NodeRecord record) {
		this.signed = this.seal.sign(record);
		return this.signed;
	}

	/** What was signed last, as it is told after so many renewals. */
	Upsert upsert(long renewals) {
		return new Upsert(this.signed, renewals, 0, this.seal.renewal(renewals));
	}

	Renewal renewal(long renewals) {
		return new Renewal(this.signed.nodeId(), this.signed.term(), this.signed.version(), renewals, 0,
				this.seal.renewal(renewals));
	}

	Gone withdrawal() {
		return new Gone(this.signed.nodeId(), this.signed.term(), this.signed.version() + 1, 0, true,
				this.seal.withdraw());
	}

}
