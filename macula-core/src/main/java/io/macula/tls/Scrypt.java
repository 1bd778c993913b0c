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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.security.GeneralSecurityException;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The password-based key derivation function scrypt (RFC 7914) with one lane: each guess
 * costs as much memory as it costs time.
 */
final class Scrypt {

	/*
	 * Blocks are int arrays of 32 * r words, least significant byte first, so that bytes
	 * are read and written only at the ends. The inner loops are methods of their own: in
	 * a fresh virtual machine they are compiled while the first hundred blocks are mixed.
	 */

	private static final int WORDS = 16;

	private final int cost;

	private final int words;

	/** Scratch of one block mix. */
	private final int[] x = new int[WORDS];

	private final int[] mixed;

	private Scrypt(int cost, int blockSize) {
		this.cost = cost;
		this.words = 2 * WORDS * blockSize;
		this.mixed = new int[this.words];
	}

	/**
	 * Derive a key.
	 * @param password what is guessed
	 * @param salt what tells derivations apart
	 * @param cost N, a power of two; takes {@code 128 * blockSize * cost} bytes of heap
	 * @param blockSize r
	 * @param length bytes of the key
	 */
	static byte[] derive(byte[] password, byte[] salt, int cost, int blockSize, int length)
			throws GeneralSecurityException {
		Mac mac = Mac.getInstance("HmacSHA256");
		mac.init(new SecretKeySpec(password, "HmacSHA256"));
		byte[] bytes = pbkdf2(mac, salt, 128 * blockSize);
		IntBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
		int[] block = new int[bytes.length / Integer.BYTES];
		buffer.get(block);
		new Scrypt(cost, blockSize).mix(block);
		buffer.rewind().put(block);
		return pbkdf2(mac, bytes, length);
	}

	/** RFC 8018 with one iteration. */
	private static byte[] pbkdf2(Mac mac, byte[] salt, int length) {
		byte[] output = new byte[length];
		for (int done = 0, i = 1; done < length; i++) {
			mac.update(salt);
			mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(i).array());
			byte[] part = mac.doFinal();
			int used = Math.min(part.length, length - done);
			System.arraycopy(part, 0, output, done, used);
			done += used;
		}
		return output;
	}

	/** RFC 7914, section 5: scryptROMix. */
	private void mix(int[] block) {
		int[][] table = new int[this.cost][];
		for (int i = 0; i < this.cost; i++) {
			table[i] = block.clone();
			mixBlock(block);
		}
		for (int i = 0; i < this.cost; i++) {
			int index = block[this.words - WORDS] & (this.cost - 1);
			xor(block, table[index]);
			mixBlock(block);
		}
	}

	private static void xor(int[] block, int[] other) {
		for (int i = 0; i < block.length; i++) {
			block[i] ^= other[i];
		}
	}

	/** RFC 7914, section 4: scryptBlockMix. */
	private void mixBlock(int[] block) {
		System.arraycopy(block, this.words - WORDS, this.x, 0, WORDS);
		int half = this.words / 2;
		for (int i = 0, even = 0, odd = half; i < this.words; i += 2 * WORDS, even += WORDS, odd += WORDS) {
			salsa(block, i, this.mixed, even);
			salsa(block, i + WORDS, this.mixed, odd);
		}
		System.arraycopy(this.mixed, 0, block, 0, this.words);
	}

	/** RFC 7914, section 3: Salsa20/8 of x XOR a part of the block. */
	private void salsa(int[] block, int from, int[] target, int to) {
		int[] state = this.x;
		for (int i = 0; i < WORDS; i++) {
			state[i] ^= block[from + i];
		}
		rounds(state);
		System.arraycopy(state, 0, target, to, WORDS);
	}

	private static void rounds(int[] state) {
		int x0 = state[0];
		int x1 = state[1];
		int x2 = state[2];
		int x3 = state[3];
		int x4 = state[4];
		int x5 = state[5];
		int x6 = state[6];
		int x7 = state[7];
		int x8 = state[8];
		int x9 = state[9];
		int x10 = state[10];
		int x11 = state[11];
		int x12 = state[12];
		int x13 = state[13];
		int x14 = state[14];
		int x15 = state[15];
		for (int i = 0; i < 4; i++) {
			x4 ^= Integer.rotateLeft(x0 + x12, 7);
			x8 ^= Integer.rotateLeft(x4 + x0, 9);
			x12 ^= Integer.rotateLeft(x8 + x4, 13);
			x0 ^= Integer.rotateLeft(x12 + x8, 18);
			x9 ^= Integer.rotateLeft(x5 + x1, 7);
			x13 ^= Integer.rotateLeft(x9 + x5, 9);
			x1 ^= Integer.rotateLeft(x13 + x9, 13);
			x5 ^= Integer.rotateLeft(x1 + x13, 18);
			x14 ^= Integer.rotateLeft(x10 + x6, 7);
			x2 ^= Integer.rotateLeft(x14 + x10, 9);
			x6 ^= Integer.rotateLeft(x2 + x14, 13);
			x10 ^= Integer.rotateLeft(x6 + x2, 18);
			x3 ^= Integer.rotateLeft(x15 + x11, 7);
			x7 ^= Integer.rotateLeft(x3 + x15, 9);
			x11 ^= Integer.rotateLeft(x7 + x3, 13);
			x15 ^= Integer.rotateLeft(x11 + x7, 18);
			x1 ^= Integer.rotateLeft(x0 + x3, 7);
			x2 ^= Integer.rotateLeft(x1 + x0, 9);
			x3 ^= Integer.rotateLeft(x2 + x1, 13);
			x0 ^= Integer.rotateLeft(x3 + x2, 18);
			x6 ^= Integer.rotateLeft(x5 + x4, 7);
			x7 ^= Integer.rotateLeft(x6 + x5, 9);
			x4 ^= Integer.rotateLeft(x7 + x6, 13);
			x5 ^= Integer.rotateLeft(x4 + x7, 18);
			x11 ^= Integer.rotateLeft(x10 + x9, 7);
			x8 ^= Integer.rotateLeft(x11 + x10, 9);
			x9 ^= Integer.rotateLeft(x8 + x11, 13);
			x10 ^= Integer.rotateLeft(x9 + x8, 18);
			x12 ^= Integer.rotateLeft(x15 + x14, 7);
			x13 ^= Integer.rotateLeft(x12 + x15, 9);
			x14 ^= Integer.rotateLeft(x13 + x12, 13);
			x15 ^= Integer.rotateLeft(x14 + x13, 18);
		}
		state[0] += x0;
		state[1] += x1;
		state[2] += x2;
		state[3] += x3;
		state[4] += x4;
		state[5] += x5;
		state[6] += x6;
		state[7] += x7;
		state[8] += x8;
		state[9] += x9;
		state[10] += x10;
		state[11] += x11;
		state[12] += x12;
		state[13] += x13;
		state[14] += x14;
		state[15] += x15;
	}

}
