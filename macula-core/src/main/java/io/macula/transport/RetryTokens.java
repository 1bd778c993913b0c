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

package io.macula.transport;

import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import org.jspecify.annotations.Nullable;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens of Retry packets: while many handshakes are pending, a client must first show
 * that it receives at the address from which it sends (RFC 9000, section 8.1.2), so that
 * a flood with forged addresses leaves nothing behind. Safe for all threads.
 */
final class RetryTokens implements QuicTokenHandler {

	/*
	 * Layout: time (8 bytes, nanoseconds of this process) | HMAC-SHA256 of time, address
	 * and original connection id (32 bytes) | original connection id (up to 20 bytes).
	 * The key is replaced after each lifetime; tokens of the one before still hold.
	 */

	private static final long LIFETIME_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final int TIME_BYTES = 8;

	private static final int MAC_BYTES = 32;

	private static final int MAX_CONNECTION_ID_BYTES = 20;

	private static final String ALGORITHM = "HmacSHA256";

	private final BooleanSupplier needed;

	private final LongSupplier clock;

	private final SecureRandom random = new SecureRandom();

	private volatile Keys keys;

	RetryTokens(BooleanSupplier needed, LongSupplier clock) {
		this.needed = needed;
		this.clock = clock;
		this.keys = new Keys(newKey(), null, clock.getAsLong());
	}

	@Override
	public boolean writeToken(ByteBuf out, ByteBuf dcid, InetSocketAddress address) {
		if (!this.needed.getAsBoolean() || dcid.readableBytes() > MAX_CONNECTION_ID_BYTES) {
			return false;
		}
		long now = this.clock.getAsLong();
		byte[] id = bytes(dcid, dcid.readerIndex(), dcid.readableBytes());
		out.writeLong(now);
		out.writeBytes(mac(presentKeys(now).present, now, address, id));
		out.writeBytes(id);
		return true;
	}

	@Override
	public int validateToken(ByteBuf token, InetSocketAddress address) {
		int idBytes = token.readableBytes() - TIME_BYTES - MAC_BYTES;
		if (idBytes < 0 || idBytes > MAX_CONNECTION_ID_BYTES) {
			return -1;
		}
		int start = token.readerIndex();
		long now = this.clock.getAsLong();
		long time = token.getLong(start);
		if (now - time < 0 || now - time > LIFETIME_NANOS) {
			return -1;
		}
		byte[] mac = bytes(token, start + TIME_BYTES, MAC_BYTES);
		byte[] id = bytes(token, start + TIME_BYTES + MAC_BYTES, idBytes);
		Keys present = presentKeys(now);
		boolean valid = MessageDigest.isEqual(mac, mac(present.present, time, address, id));
		SecretKeySpec before = present.before;
		if (!valid && before != null) {
			valid = MessageDigest.isEqual(mac, mac(before, time, address, id));
		}
		return (valid) ? TIME_BYTES + MAC_BYTES : -1;
	}

	@Override
	public int maxTokenLength() {
		return TIME_BYTES + MAC_BYTES + MAX_CONNECTION_ID_BYTES;
	}

	private Keys presentKeys(long now) {
		Keys present = this.keys;
		if (now - present.since <= LIFETIME_NANOS) {
			return present;
		}
		synchronized (this) {
			if (this.keys == present) {
				this.keys = new Keys(newKey(), present.present, now);
			}
			return this.keys;
		}
	}

	private SecretKeySpec newKey() {
		byte[] key = new byte[MAC_BYTES];
		this.random.nextBytes(key);
		return new SecretKeySpec(key, ALGORITHM);
	}

	private static byte[] mac(SecretKeySpec key, long time, InetSocketAddress address, byte[] id) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(key);
			for (int shift = 56; shift >= 0; shift -= 8) {
				mac.update((byte) (time >> shift));
			}
			mac.update(address.getAddress().getAddress());
			mac.update(id);
			return mac.doFinal();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ALGORITHM + " is missing in this Java runtime", ex);
		}
	}

	private static byte[] bytes(ByteBuf buffer, int index, int length) {
		byte[] bytes = new byte[length];
		buffer.getBytes(index, bytes);
		return bytes;
	}

	private record Keys(SecretKeySpec present, @Nullable SecretKeySpec before, long since) {

	}

}
