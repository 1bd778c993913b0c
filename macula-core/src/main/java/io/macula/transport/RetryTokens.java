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
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import org.jspecify.annotations.Nullable;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens of Retry packets: while many handshakes are pending, a client must first show
 * that it receives at the address and port from which it sends (RFC 9000, section 8.1.2),
 * so that a flood with forged addresses leaves nothing behind. A token is good for one
 * handshake. Safe for all threads.
 */
final class RetryTokens implements QuicTokenHandler {

	/*
	 * Layout: time (8 bytes, nanoseconds of this process) | number (8 bytes) |
	 * HMAC-SHA256 of time, number, address, port and original connection id (32 bytes) |
	 * original connection id (up to 20 bytes). The key is replaced after each lifetime;
	 * tokens of the one before still hold.
	 *
	 * The numbers of used tokens are bits of a ring, so that a flood takes no memory; a
	 * token that so many later ones have overtaken holds no longer.
	 */

	private static final int RING = 1 << 20;

	private static final long LIFETIME_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final int HEADER_BYTES = 16;

	private static final int MAC_BYTES = 32;

	private static final int MAX_CONNECTION_ID_BYTES = 20;

	private static final String ALGORITHM = "HmacSHA256";

	private final Predicate<InetSocketAddress> needed;

	private final Predicate<InetSocketAddress> admits;

	private final LongSupplier clock;

	private final AtomicLong next = new AtomicLong();

	private final AtomicLongArray used = new AtomicLongArray(RING / Long.SIZE);

	private final SecureRandom random = new SecureRandom();

	private volatile Keys keys;

	/**
	 * Tokens of one listener.
	 * @param needed whether a client at an address must show one
	 * @param admits whether a client that shows one may begin its handshake
	 * @param clock nanoseconds
	 */
	RetryTokens(Predicate<InetSocketAddress> needed, Predicate<InetSocketAddress> admits, LongSupplier clock) {
		this.needed = needed;
		this.admits = admits;
		this.clock = clock;
		this.keys = new Keys(newKey(), null, clock.getAsLong());
	}

	@Override
	public boolean writeToken(ByteBuf out, ByteBuf dcid, InetSocketAddress address) {
		if (!this.needed.test(address) || dcid.readableBytes() > MAX_CONNECTION_ID_BYTES) {
			return false;
		}
		long number = this.next.getAndIncrement();
		mark(number, false);
		long now = this.clock.getAsLong();
		byte[] id = bytes(dcid, dcid.readerIndex(), dcid.readableBytes());
		out.writeLong(now);
		out.writeLong(number);
		out.writeBytes(mac(presentKeys(now).present, now, number, address, id));
		out.writeBytes(id);
		return true;
	}

	@Override
	public int validateToken(ByteBuf token, InetSocketAddress address) {
		int idBytes = token.readableBytes() - HEADER_BYTES - MAC_BYTES;
		if (idBytes < 0 || idBytes > MAX_CONNECTION_ID_BYTES) {
			return -1;
		}
		int start = token.readerIndex();
		long now = this.clock.getAsLong();
		long time = token.getLong(start);
		long number = token.getLong(start + Long.BYTES);
		if (now - time < 0 || now - time > LIFETIME_NANOS) {
			return -1;
		}
		byte[] mac = bytes(token, start + HEADER_BYTES, MAC_BYTES);
		byte[] id = bytes(token, start + HEADER_BYTES + MAC_BYTES, idBytes);
		Keys present = presentKeys(now);
		boolean valid = MessageDigest.isEqual(mac, mac(present.present, time, number, address, id));
		SecretKeySpec before = present.before;
		if (!valid && before != null) {
			valid = MessageDigest.isEqual(mac, mac(before, time, number, address, id));
		}
		// Its number is taken last, so that who is refused now may come again with it.
		return (valid && this.next.get() - number <= RING && !used(number) && this.admits.test(address)
				&& mark(number, true)) ? HEADER_BYTES + MAC_BYTES : -1;
	}

	private boolean used(long number) {
		int bit = (int) (number & (RING - 1));
		return (this.used.get(bit / Long.SIZE) & 1L << bit) != 0;
	}

	/** Whether it was not so before. */
	private boolean mark(long number, boolean taken) {
		int bit = (int) (number & (RING - 1));
		long mask = 1L << bit;
		long before = this.used.getAndUpdate(bit / Long.SIZE, (bits) -> (taken) ? bits | mask : bits & ~mask);
		return (before & mask) == 0 == taken;
	}

	@Override
	public int maxTokenLength() {
		return HEADER_BYTES + MAC_BYTES + MAX_CONNECTION_ID_BYTES;
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

	private static byte[] mac(SecretKeySpec key, long time, long number, InetSocketAddress address, byte[] id) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(key);
			mac.update(ByteBuffer.allocate(HEADER_BYTES + Integer.BYTES)
				.putLong(time)
				.putLong(number)
				.putInt(address.getPort())
				.array());
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
