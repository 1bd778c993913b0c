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

import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@code byte[]} as one byte string of CBOR, with one copy each way. What
 * is no such byte string, {@code null} included, is left to the codec that it speeds up.
 */
final class BytesCodec implements ValueCodec {

	/*
	 * A generator of Jackson copies the bytes three times, and a parser sets up as much
	 * as for a record. Unlike a DirectCodec this is worth it from the first call on, and
	 * for any length.
	 */

	/** Some ten microseconds. */
	private static final int BRIEF_COPY_BYTES = 128 << 10;

	private final ValueCodec others;

	BytesCodec(ValueCodec others) {
		this.others = others;
	}

	@Override
	public byte[] encode(@Nullable Object value) {
		if (!(value instanceof byte[] bytes)) {
			return this.others.encode(value);
		}
		CborOut out = new CborOut(Math.addExact(CborOut.headBytes(bytes.length), bytes.length));
		out.write(bytes);
		return out.written();
	}

	@Override
	public @Nullable Object decode(byte[] payload, int offset, int length) {
		CborIn in = new CborIn(payload, offset, length);
		try {
			byte[] bytes = in.readBytes();
			if (in.left() == 0) {
				return bytes;
			}
		}
		catch (OtherFormException ex) {
			// No byte string, or none that is whole.
		}
		return this.others.decode(payload, offset, length);
	}

	@Override
	public @Nullable Object decode(byte[] payload) {
		return decode(payload, 0, payload.length);
	}

	@Override
	public boolean copies(byte[] payload) {
		return payload.length <= BRIEF_COPY_BYTES && CborIn.beginsBytes(payload);
	}

}
