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

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.tls.NodeKey;
import org.jspecify.annotations.Nullable;

/**
 * Signs records of the directory with whatever is in them, so that they are refused for
 * that and not for want of a signature.
 */
final class HandMadeSeal {

	private static final int PROOF_BYTES = 16;

	private HandMadeSeal() {
	}

	/**
	 * An upsert of a signed record.
	 * @param record the record without a seal
	 * @param key signs it
	 */
	static Map<String, Object> upsert(Map<String, Object> record, NodeKey key) {
		byte[] renewal = new byte[PROOF_BYTES];
		byte[] withdrawal = hash(renewal);
		byte[] owner = key.identity().publicKey();
		Map<String, Object> sealed = new LinkedHashMap<>(record);
		sealed.put("seal", Map.of("key", owner, "renewal", proof(renewal), "withdrawal", proof(withdrawal), "signature",
				key.sign(text(record, renewal, withdrawal, owner))));
		return Map.of("record", sealed, "renewals", 0, "ageMillis", 0, "proof", proof(renewal));
	}

	static Map<String, Object> proof(byte[] bytes) {
		ByteBuffer buffer = ByteBuffer.wrap(bytes);
		return Map.of("high", buffer.getLong(), "low", buffer.getLong());
	}

	private static byte[] hash(byte[] bytes) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(bytes);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] text(Map<String, Object> record, byte[] renewal, byte[] withdrawal, byte[] owner) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try {
			DataOutputStream out = new DataOutputStream(bytes);
			text(out, "macula node record 1");
			text(out, Foe.REALM);
			text(out, record.get("nodeId"));
			out.writeLong(number(record, "term"));
			out.writeLong(number(record, "version"));
			out.writeLong(number(record, "incarnation"));
			text(out, record.get("host"));
			out.writeInt((int) number(record, "port"));
			text(out, record.get("zone"));
			out.writeInt((int) number(record, "priority"));
			out.writeInt((int) number(record, "weight"));
			Map<?, ?> metadata = new TreeMap<>((Map<?, ?>) record.get("metadata"));
			out.writeInt(metadata.size());
			for (Map.Entry<?, ?> entry : metadata.entrySet()) {
				text(out, entry.getKey());
				text(out, entry.getValue());
			}
			texts(out, (List<?>) record.get("services"));
			texts(out, (List<?>) record.get("fingerprints"));
			out.writeLong(number(record, "leaseMillis"));
			out.write(renewal, 0, PROOF_BYTES);
			out.write(withdrawal, 0, PROOF_BYTES);
			out.writeInt(owner.length);
			out.write(owner);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes.toByteArray();
	}

	private static long number(Map<String, Object> record, String field) {
		return (record.get(field) instanceof Number number) ? number.longValue() : 0;
	}

	private static void texts(DataOutputStream out, @Nullable List<?> texts) throws IOException {
		out.writeInt((texts != null) ? texts.size() : 0);
		if (texts != null) {
			for (Object text : texts) {
				text(out, text);
			}
		}
	}

	private static void text(DataOutputStream out, @Nullable Object text) throws IOException {
		if (text == null) {
			out.writeInt(-1);
			return;
		}
		byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
		out.writeInt(bytes.length);
		out.write(bytes);
	}

}
