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

package io.macula.benchmarks.scale;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.benchmarks.scale.DirectoryProtocol.Node;
import io.macula.benchmarks.scale.DirectoryProtocol.Proof;
import io.macula.benchmarks.scale.DirectoryProtocol.Seal;
import io.macula.tls.NodeKey;
import org.jspecify.annotations.Nullable;

/**
 * A record as its owner has it: signed, with the proofs of its renewals and of its
 * withdrawal. Immutable.
 *
 * @param node the record with its seal
 * @param renewals the proof of each renewal, that of none first
 * @param withdrawal the proof of the withdrawal
 */
record SignedNode(Node node, List<Proof> renewals, Proof withdrawal) {

	/** More renewals than a run lasts for. */
	private static final int MOST_RENEWALS = 500;

	private static final SecureRandom RANDOM = new SecureRandom();

	static SignedNode of(Node node, NodeKey key) {
		Proof[] renewals = new Proof[MOST_RENEWALS + 1];
		renewals[MOST_RENEWALS] = random();
		for (int i = MOST_RENEWALS; i > 0; i--) {
			renewals[i - 1] = hashed(renewals[i]);
		}
		Proof withdrawal = random();
		byte[] publicKey = key.identity().publicKey();
		Proof opened = hashed(withdrawal);
		byte[] signature = key.sign(text(node, renewals[0], opened, publicKey));
		return new SignedNode(node.sealed(new Seal(publicKey, renewals[0], opened, signature)), List.of(renewals),
				withdrawal);
	}

	private static Proof random() {
		return new Proof(RANDOM.nextLong(), RANDOM.nextLong());
	}

	private static Proof hashed(Proof proof) {
		try {
			ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes(proof)));
			return new Proof(hash.getLong(), hash.getLong());
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] bytes(Proof proof) {
		return ByteBuffer.allocate(16).putLong(proof.high()).putLong(proof.low()).array();
	}

	/** As docs/wire-protocol.md has it. */
	private static byte[] text(Node node, Proof renewal, Proof withdrawal, byte[] key) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (DataOutputStream out = new DataOutputStream(bytes)) {
			write(out, "macula node record 1");
			write(out, ScaleRealm.REALM.name());
			write(out, node.nodeId());
			out.writeLong(node.term());
			out.writeLong(node.version());
			out.writeLong(node.incarnation());
			write(out, node.host());
			out.writeInt(node.port());
			write(out, node.zone());
			out.writeInt(node.priority());
			out.writeInt(node.weight());
			out.writeInt(node.metadata().size());
			for (Map.Entry<String, String> entry : new TreeMap<>(node.metadata()).entrySet()) {
				write(out, entry.getKey());
				write(out, entry.getValue());
			}
			out.writeInt(node.services().size());
			for (String service : node.services()) {
				write(out, service);
			}
			out.writeInt(0);
			out.writeLong(node.leaseMillis());
			out.write(bytes(renewal));
			out.write(bytes(withdrawal));
			out.writeInt(key.length);
			out.write(key);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes.toByteArray();
	}

	private static void write(DataOutputStream out, @Nullable String text) throws IOException {
		if (text == null) {
			out.writeInt(-1);
			return;
		}
		byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
		out.writeInt(encoded.length);
		out.write(encoded);
	}

}
