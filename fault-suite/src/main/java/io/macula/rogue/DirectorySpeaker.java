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

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.harness.Clock;
import io.macula.rogue.RawStream.Received;
import io.macula.tls.NodeKey;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * Speaks the embedded directory's protocol to one node, and tells whatever it likes:
 * updates are maps that anything can be put into. Safe for all threads.
 */
final class DirectorySpeaker implements AutoCloseable {

	/** One mapper that knows nothing of the product's types. */
	private static final CBORMapper CBOR = new CBORMapper();

	private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(3);

	private static final long MANY = 1_000_000;

	private final RogueMember member;

	private final String sender;

	private final long incarnation = System.currentTimeMillis();

	private final long call;

	private final RawStream stream;

	private final AtomicLong credit = new AtomicLong();

	private final AtomicLong heard = new AtomicLong();

	private final AtomicLong told = new AtomicLong();

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile @Nullable Received failure;

	private DirectorySpeaker(RogueMember member, String sender) throws Exception {
		this.member = member;
		this.sender = sender;
		this.call = member.nextCall();
		this.stream = member.connection().open(this::heard);
		this.stream.write(
				new FrameWriter()
					.call(this.call, "macula.directory/link", 0,
							FrameWriter.SENDS_ELEMENTS | FrameWriter.EXPECTS_ELEMENTS, new byte[0])
					.credit(this.call, MANY));
	}

	/**
	 * Open a link.
	 * @param member the member
	 * @param sender id of the node that it claims to be
	 */
	static DirectorySpeaker link(RogueMember member, String sender) throws Exception {
		DirectorySpeaker speaker = new DirectorySpeaker(member, sender);
		speaker.tell(Map.of());
		return speaker;
	}

	private void heard(RawStream stream, Received frame) {
		switch (frame.type()) {
			case FrameWriter.CREDIT -> {
				ByteBuf reader = frame.reader();
				FrameWriter.readVarint(reader);
				this.credit.addAndGet(FrameWriter.readVarint(reader));
			}
			case FrameWriter.ELEMENT -> this.heard.incrementAndGet();
			case FrameWriter.FAILURE, FrameWriter.END -> {
				this.failure = frame;
				this.over.set(true);
			}
			default -> {
			}
		}
	}

	/**
	 * Send one update.
	 * @param fields its fields beside those that each has
	 * @return whether it could be sent
	 */
	boolean tell(Map<String, ?> fields) throws InterruptedException {
		Map<String, Object> update = new LinkedHashMap<>();
		update.put("sender", this.sender);
		update.put("senderIncarnation", this.incarnation);
		update.put("settled", true);
		update.put("begins", false);
		update.put("ends", false);
		update.put("answers", 0);
		update.put("received", this.heard.get());
		update.put("patient", true);
		update.putAll(fields);
		return tellBytes(CBOR.writeValueAsBytes(update));
	}

	/** Send bytes where an update is expected. */
	boolean tellBytes(byte[] update) throws InterruptedException {
		for (int i = 0; i < 500 && this.credit.get() <= 0 && !over(); i++) {
			Clock.pause(Duration.ofMillis(10));
		}
		if (over() || this.credit.getAndDecrement() <= 0) {
			return false;
		}
		this.told.incrementAndGet();
		return this.stream.push(new FrameWriter().element(this.call, CBOR.writeValueAsBytes(update)).take(), 10);
	}

	/** Be quiet but alive for some time. */
	void linger(double seconds) throws InterruptedException {
		long end = Clock.now() + (long) (seconds * 1e9);
		for (long left = end - Clock.now(); left > 0; left = end - Clock.now()) {
			Clock.pause(Duration.ofNanos(Math.min(left, HEARTBEAT_NANOS)));
			if (!tell(Map.of())) {
				Clock.pause(Duration.ofNanos(Math.max(0, end - Clock.now())));
			}
		}
	}

	boolean over() {
		return this.over.get() || !this.member.connection().alive();
	}

	/** How the link fared, for the outcome. */
	String state() throws InterruptedException {
		Received end = this.failure;
		if (end != null) {
			return (end.type() == FrameWriter.END) ? "END" : "FAILURE " + end.failureCode();
		}
		return this.member.connection().alive() ? "open" : "closed " + this.member.connection().ended(1);
	}

	@Override
	public void close() {
		this.member.close();
	}

	/** A record with whatever is in it. */
	static Map<String, Object> record(String nodeId, String host, int port, List<String> services) {
		long now = System.currentTimeMillis();
		Map<String, Object> record = new LinkedHashMap<>();
		record.put("nodeId", nodeId);
		record.put("term", now);
		record.put("version", 1);
		record.put("incarnation", now);
		record.put("host", host);
		record.put("port", port);
		record.put("priority", 0);
		record.put("weight", 100);
		record.put("metadata", Map.of());
		record.put("services", services);
		record.put("fingerprints", List.of());
		record.put("leaseMillis", 15_000);
		return record;
	}

	static Map<String, Object> with(Map<String, Object> record, String field, Object value) {
		Map<String, Object> other = new LinkedHashMap<>(record);
		other.put(field, value);
		return other;
	}

	static Map<String, Object> upserts(List<Map<String, Object>> records, NodeKey key) {
		return Map.of("upserts", records.stream().map((record) -> HandMadeSeal.upsert(record, key)).toList());
	}

	static Map<String, Object> gone(String nodeId, long term, long version) {
		return Map.of("gone", List.of(Map.of("nodeId", nodeId, "term", term, "version", version, "renewals", 1,
				"withdrawn", true, "proof", HandMadeSeal.proof(new byte[16]))));
	}

}
