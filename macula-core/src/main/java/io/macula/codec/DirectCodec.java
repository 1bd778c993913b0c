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
package io.macula.codec;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;

/**
 * Codes values of records, texts and numbers in plain CBOR without a generator or parser,
 * to the same bytes, once their type was used often enough. Whatever is out of the
 * ordinary, faults included, is left to the codec that it speeds up. Safe for all
 * threads.
 */
final class DirectCodec implements ValueCodec {

	/*
	 * A generator of Jackson and its parser allocate ten times what a small record takes,
	 * see docs/decisions/codec-allocation.md. What is read here is what Jackson writes:
	 * properties in their order, in the shortest form. A payload of another form, say of
	 * a peer with a newer record, is read by Jackson from its begin.
	 */

	/** Types that are used less are not worth the time. */
	private static final int OFTEN = 64;

	/** Uses until a thread is asked for again: the JVM logs each time. */
	private static final int MUCH_LATER = 100_000;

	/** Up to this length no payload can go beyond a {@link DecodedBound}. */
	private static final int LONGEST = 64 << 10;

	/** The first guess at the length of a value, and the largest. */
	private static final int USUAL = 64;

	private static final int MOST_USUAL = 512;

	private final ValueCodec others;

	private final ObjectMapper mapper;

	private final JavaType type;

	/** Runs what takes its time. */
	private final Executor elsewhere;

	private final AtomicInteger uses = new AtomicInteger();

	private volatile @Nullable DirectValue direct;

	/** Whether it is known if there is one. */
	private volatile boolean decided;

	/** Any thread's last one will do. */
	private int usual = USUAL;

	DirectCodec(ValueCodec others, ObjectMapper mapper, JavaType type, Executor elsewhere) {
		this.elsewhere = elsewhere;
		this.others = others;
		this.mapper = mapper;
		this.type = type;
	}

	/**
	 * The codec to use.
	 * @param others codes values of the type
	 * @return the same where there is nothing to speed up
	 */
	static ValueCodec of(ValueCodec others, ObjectMapper mapper, JavaType type) {
		return DirectTypes.possible(type) ? new DirectCodec(others, mapper, type, DirectCodec::inThread) : others;
	}

	private @Nullable DirectValue direct() {
		DirectValue known = this.direct;
		if (known == null && !this.decided && this.uses.incrementAndGet() == OFTEN) {
			// Who calls does not wait for it.
			try {
				this.elsewhere.execute(this::decide);
			}
			catch (OutOfMemoryError ex) {
				// No thread is to be had: what is coded now does not need it.
				this.uses.set(OFTEN - MUCH_LATER);
			}
		}
		return known;
	}

	private static void inThread(Runnable work) {
		Thread thread = new Thread(work, "macula-codec");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Find out whether there is a direct way, and take it from now on.
	 */
	void decide() {
		try {
			this.direct = new DirectTypes(this.mapper).find(this.type);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			// Not to be looked into in this runtime: Jackson has its own ways.
			this.direct = null;
		}
		this.decided = true;
	}

	boolean decided() {
		return this.decided;
	}

	@Override
	public byte[] encode(@Nullable Object value) {
		DirectValue known = (value != null) ? direct() : null;
		if (known == null) {
			return this.others.encode(value);
		}
		CborOut out = new CborOut(this.usual);
		try {
			known.write(out, value);
		}
		catch (RuntimeException | StackOverflowError ex) {
			// Of an accessor, perhaps: Jackson says where.
			return this.others.encode(value);
		}
		byte[] written = out.written();
		this.usual = Math.min(written.length, MOST_USUAL);
		return written;
	}

	@Override
	public @Nullable Object decode(byte[] payload, int offset, int length) {
		DirectValue known = (length > 0 && length <= LONGEST) ? direct() : null;
		if (known == null) {
			return this.others.decode(payload, offset, length);
		}
		CborIn in = new CborIn(payload, offset, length);
		Object value;
		try {
			value = known.read(in);
		}
		catch (RuntimeException ex) {
			return this.others.decode(payload, offset, length);
		}
		return (value != null && in.left() == 0) ? value : this.others.decode(payload, offset, length);
	}

	@Override
	public @Nullable Object decode(byte[] payload) {
		return decode(payload, 0, payload.length);
	}

}
