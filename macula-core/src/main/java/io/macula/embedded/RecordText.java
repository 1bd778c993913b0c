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

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.Realm;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a record that its owner signs: each value of it, one after the other, in
 * one form only. Numbers are big-endian; texts and keys have their length in bytes before
 * them, lists their number of elements.
 */
final class RecordText {

	/** No other thing that a node signs begins like that. */
	private static final String KIND = "macula node record 1";

	private static final int ABSENT = -1;

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

	private final DataOutputStream out = new DataOutputStream(this.bytes);

	private RecordText() {
	}

	/**
	 * What is signed.
	 * @param realm the realm, so that no other one takes the record
	 * @param record the record; the signature in its seal does not count
	 */
	static byte[] of(Realm realm, NodeRecord record, NodeSeal seal) {
		RecordText text = new RecordText();
		try {
			text.write(realm, record, seal);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return text.bytes.toByteArray();
	}

	private void write(Realm realm, NodeRecord record, NodeSeal seal) throws IOException {
		text(KIND);
		text(realm.name());
		text(record.nodeId());
		this.out.writeLong(record.term());
		this.out.writeLong(record.version());
		this.out.writeLong(record.incarnation());
		text(record.host());
		this.out.writeInt(record.port());
		text(record.zone());
		this.out.writeInt(record.priority());
		this.out.writeInt(record.weight());
		Map<String, String> sorted = new TreeMap<>(record.metadata());
		this.out.writeInt(sorted.size());
		for (Map.Entry<String, String> entry : sorted.entrySet()) {
			text(entry.getKey());
			text(entry.getValue());
		}
		texts(record.services());
		texts(record.fingerprints());
		this.out.writeLong(record.leaseMillis());
		this.out.write(seal.renewal().bytes());
		this.out.write(seal.withdrawal().bytes());
		this.out.writeInt(seal.key().length);
		this.out.write(seal.key());
	}

	private void texts(List<String> texts) throws IOException {
		this.out.writeInt(texts.size());
		for (String text : texts) {
			text(text);
		}
	}

	private void text(@Nullable String text) throws IOException {
		if (text == null) {
			this.out.writeInt(ABSENT);
			return;
		}
		byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
		this.out.writeInt(encoded.length);
		this.out.write(encoded);
	}

}
