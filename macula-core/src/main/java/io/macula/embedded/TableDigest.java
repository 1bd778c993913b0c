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

import java.util.Arrays;

import io.macula.embedded.DirectoryUpdate.Digest;

/**
 * Running digest of the records of a table: depends on what is held, not on the order in
 * which it came. Owned by the table.
 */
final class TableDigest {

	private int count;

	private long hash;

	void add(NodeRecord record) {
		this.count++;
		this.hash += hash(record);
	}

	void remove(NodeRecord record) {
		this.count--;
		this.hash -= hash(record);
	}

	Digest value() {
		return new Digest(this.count, this.hash);
	}

	private static long hash(NodeRecord record) {
		long mixed = record.nodeId().hashCode() * 0x9E3779B97F4A7C15L;
		mixed = (mixed ^ record.term()) * 0xBF58476D1CE4E5B9L;
		mixed = (mixed ^ (mixed >>> 29) ^ record.version()) * 0x94D049BB133111EBL;
		NodeSeal seal = record.seal();
		mixed += (seal != null) ? Arrays.hashCode(seal.key()) * 0x9E3779B97F4A7C15L : 0;
		return mixed ^ (mixed >>> 32);
	}

}
