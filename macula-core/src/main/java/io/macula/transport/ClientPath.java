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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import org.jspecify.annotations.Nullable;

/**
 * Where the client of one accepted connection is, and that its datagrams get there when
 * its address changes. Owned by the event loop of the connection.
 * <p>
 * States: HOME (at the address of the handshake) to MOVED when a packet of the connection
 * comes from another address, which is validated by a PING; back to the last validated
 * address when the PING is not answered in time. MOVED to MOVED, or HOME, likewise.
 */
final class ClientPath {

	/*
	 * Connection migration (RFC 9000, section 9), done beneath QUIC: a client whose NAT
	 * forgot it, or whose host has another address, does not know that anything changed.
	 * quiche takes the other address for a further path and never sends again what was on
	 * its way over the old one, except for the oldest two packets, so that streams stall
	 * for ever. Hence quiche is not told: what arrives is given the address that it
	 * knows, what leaves the one where the client is. Its loss recovery then does what it
	 * does about every loss.
	 *
	 * What must hold (RFC 9000, sections 8.2, 9.3, 9.4): only a packet that quiche
	 * accepts as new and authentic moves the client; until it shows that it receives at
	 * the new address, by the PONG of a PING with an unpredictable token, it is sent no
	 * more than three times what came from there; a forged address is left again. Packets
	 * that come late from the address before do not move it back.
	 */

	private static final int AMPLIFICATION = 3;

	private static final long VALIDATION_NANOS = TimeUnit.SECONDS.toNanos(3);

	private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** QUIC takes a buffer of this size for none at all. */
	private static final int MIN_BUFFER_BYTES = 8;

	/** The one that QUIC knows. */
	private final InetSocketAddress home;

	private final Client client;

	private final LongSupplier clock;

	private final LongSupplier random;

	private InetSocketAddress present;

	private InetSocketAddress before;

	private InetSocketAddress validated;

	private long movedAt;

	private boolean validating;

	private long token;

	/** Bytes that may be sent to an address that is not validated. */
	private long allowance;

	ClientPath(InetSocketAddress home, Client client, LongSupplier clock, LongSupplier random) {
		this.home = home;
		this.client = client;
		this.clock = clock;
		this.random = random;
		this.present = home;
		this.before = home;
		this.validated = home;
	}

	InetSocketAddress present() {
		return this.present;
	}

	/** A datagram with an id of this connection came in: goes on to QUIC. */
	void arrived(ChannelHandlerContext ctx, DatagramPacket packet) {
		InetSocketAddress sender = packet.sender();
		int bytes = packet.content().readableBytes();
		if (sender.equals(this.present)) {
			this.allowance += (long) AMPLIFICATION * bytes;
			ctx.fireChannelRead((this.present == this.home) ? packet : fromHome(packet));
			return;
		}
		long received = this.client.packetsReceived();
		ctx.fireChannelRead(fromHome(packet));
		boolean late = sender.equals(this.before) && this.clock.getAsLong() - this.movedAt < LATE_NANOS;
		if (!late && this.client.packetsReceived() > received) {
			move(sender, bytes);
		}
	}

	/**
	 * Before a datagram is built: one that is too large to be sent would take the
	 * acknowledgements with it, without which the client sends hardly anything more.
	 * @param bytes how large it could be
	 * @return how large it may be
	 */
	int largest(int bytes) {
		return (this.validating) ? (int) Math.min(bytes, Math.max(MIN_BUFFER_BYTES, this.allowance)) : bytes;
	}

	/**
	 * A datagram of this connection goes out.
	 * @return the datagram to send, or {@code null} to drop it
	 */
	@Nullable DatagramPacket leaving(DatagramPacket packet) {
		if (!this.validating && this.present == this.home) {
			return packet;
		}
		if (!packet.recipient().equals(this.home)) {
			// Not of this connection: QUIC answers somebody whom it does not know.
			return packet;
		}
		if (this.validating) {
			if (this.clock.getAsLong() - this.movedAt >= VALIDATION_NANOS) {
				this.validating = false;
				this.before = this.present;
				this.present = this.validated;
			}
			else if (this.allowance < packet.content().readableBytes()) {
				return null;
			}
			else {
				this.allowance -= packet.content().readableBytes();
			}
		}
		return (this.present == this.home) ? packet : toPresent(packet);
	}

	/**
	 * Whether the client has yet to show that it receives where it is: what it is sent is
	 * counted meanwhile, datagram by datagram.
	 */
	boolean validating() {
		return this.validating;
	}

	/** A PING was answered. */
	void pong(long answered) {
		if (this.validating && answered == this.token) {
			this.validating = false;
			this.validated = this.present;
		}
	}

	private void move(InetSocketAddress address, int bytes) {
		this.before = this.present;
		this.present = address.equals(this.home) ? this.home : address;
		this.movedAt = this.clock.getAsLong();
		this.validating = !address.equals(this.validated);
		this.allowance = (long) AMPLIFICATION * bytes;
		this.token = this.random.getAsLong();
		this.client.moved(this.token);
	}

	private DatagramPacket toPresent(DatagramPacket packet) {
		return (packet instanceof SegmentedDatagramPacket several)
				? new SegmentedDatagramPacket(packet.content(), several.segmentSize(), this.present)
				: new DatagramPacket(packet.content(), this.present);
	}

	private DatagramPacket fromHome(DatagramPacket packet) {
		return packet.sender().equals(this.home) ? packet
				: new DatagramPacket(packet.content(), packet.recipient(), this.home);
	}

	/** Called on the event loop. */
	interface Client {

		/** Packets that QUIC has accepted. */
		long packetsReceived();

		/**
		 * The address changed.
		 * @param token of the PING that is to be sent
		 */
		void moved(long token);

	}

}
