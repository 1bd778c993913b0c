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

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * The arguments of one method as one payload. Immutable and safe for all threads.
 *
 * <p>
 * No parameters make an empty payload, one parameter makes the value itself, several make
 * each value after its length, in order.
 */
public final class ArgumentsCodec {

	/*
	 * With two or more parameters:
	 *
	 * +--------------+-------------+--------------+-------------+ ... | length (i) |
	 * value | length (i) | value |
	 * +--------------+-------------+--------------+-------------+ ...
	 *
	 * (i) is a variable-length integer of RFC 9000, section 16: the two high bits of the
	 * first byte tell the number of bytes (1, 2, 4, 8), the rest is the value,
	 * big-endian.
	 */

	private static final byte[] EMPTY = {};

	/** Bytes; 0x59 0x00, read as a length, and what it takes to have so many. */
	private static final int UNAMBIGUOUS = 6402;

	private static final @Nullable Object[] NO_ARGUMENTS = {};

	private final String method;

	private final List<String> names;

	private final Type[] types;

	private final ValueCodec[] codecs;

	/** How many must come; {@link #decode} makes a shorter array of fewer than all. */
	private final int least;

	/** Whether values are coded so that {@link #UNAMBIGUOUS} holds. */
	private final boolean cbor;

	private ArgumentsCodec(String method, List<String> names, Type[] types, ValueCodec[] codecs, int least,
			boolean cbor) {
		this.method = method;
		this.names = names;
		this.types = types;
		this.codecs = codecs;
		this.least = least;
		this.cbor = cbor;
	}

	/**
	 * The codec of a method's arguments.
	 * @param codec codes the values
	 * @param method the method, for messages
	 * @param types types of the parameters
	 * @param names names of the parameters, for messages
	 * @return the codec
	 * @throws IllegalArgumentException if values of a type cannot be coded; the message
	 * names method and parameter
	 */
	public static ArgumentsCodec of(PayloadCodec codec, String method, List<Type> types, List<String> names) {
		if (types.size() != names.size()) {
			throw new IllegalArgumentException("Method " + method + " has " + types.size() + " types and "
					+ names.size() + " names of parameters");
		}
		ValueCodec[] codecs = new ValueCodec[types.size()];
		for (int i = 0; i < codecs.length; i++) {
			codecs[i] = codec.forType(types.get(i), "Argument " + i + " (" + names.get(i) + ") of " + method);
		}
		return new ArgumentsCodec(method, List.copyOf(names), types.toArray(new Type[0]), codecs, codecs.length,
				codec.name().startsWith("cbor"));
	}

	/**
	 * The same for callers of earlier versions, who do not know the last parameters.
	 * @param least how many arguments must come
	 * @return a codec whose {@link #decode} may return fewer arguments than there are
	 * parameters
	 */
	public ArgumentsCodec atLeast(int least) {
		return new ArgumentsCodec(this.method, this.names, this.types, this.codecs, least, this.cbor);
	}

	/**
	 * The codec of a method's arguments whose names are not known.
	 * @param codec codes the values
	 * @param method the method, for messages
	 * @param types types of the parameters
	 * @return the codec
	 * @throws IllegalArgumentException if values of a type cannot be coded; the message
	 * names method and parameter
	 */
	public static ArgumentsCodec of(PayloadCodec codec, String method, List<Type> types) {
		return of(codec, method, types, IntStream.range(0, types.size()).mapToObj((i) -> "arg" + i).toList());
	}

	/**
	 * Number of parameters.
	 * @return 0 or more
	 */
	public int count() {
		return this.codecs.length;
	}

	/**
	 * Whether decoding takes no longer than a brief copy.
	 * @param payload bytes, not kept
	 * @return as {@link ValueCodec#copies}
	 */
	public boolean copies(byte[] payload) {
		return this.codecs.length == 1 && this.codecs[0].copies(payload);
	}

	/**
	 * Encode arguments.
	 * @param arguments as many as there are parameters
	 * @return new bytes
	 * @throws CodecException if an argument cannot be encoded; the message names method,
	 * parameter, type and the place inside the value
	 */
	public byte[] encode(@Nullable Object[] arguments) {
		int count = this.codecs.length;
		if (arguments.length != count) {
			throw new CodecException(wrongCount(arguments.length), null);
		}
		if (count == 0) {
			return EMPTY;
		}
		if (count == 1) {
			return encode(0, arguments[0]);
		}
		byte[][] values = new byte[count][];
		int size = 0;
		for (int i = 0; i < count; i++) {
			values[i] = encode(i, arguments[i]);
			size = Math.addExact(size, lengthBytes(values[i].length) + values[i].length);
		}
		byte[] payload = new byte[size];
		int position = 0;
		for (byte[] value : values) {
			position = putLength(payload, position, value.length);
			System.arraycopy(value, 0, payload, position, value.length);
			position += value.length;
		}
		return payload;
	}

	/**
	 * Decode arguments.
	 * @param payload bytes, not kept
	 * @return as many as there are parameters, or at least {@link #atLeast so many}; a
	 * new array, unless it is empty
	 * @throws CodecException if the bytes are no such arguments; the message names
	 * method, parameter, type and the place inside the value
	 */
	public @Nullable Object[] decode(byte[] payload) {
		int count = this.codecs.length;
		if (count == 0) {
			if (payload.length != 0) {
				throw new CodecException(
						"Arguments of " + this.method + ": expected none, but " + payload.length + " bytes came", null);
			}
			return NO_ARGUMENTS;
		}
		if (payload.length == 0 && this.least == 0) {
			return NO_ARGUMENTS;
		}
		if (count == 1) {
			return single(payload);
		}
		return (this.least > 1) ? several(payload) : severalOrOne(payload);
	}

	private @Nullable Object[] single(byte[] payload) {
		return new @Nullable Object[] { decode(0, payload, 0, payload.length) };
	}

	/*
	 * One argument came from a caller that knows one parameter, which is not preceded by
	 * its length. CBOR that is read as both has a text or bytes first whose first two
	 * octets make a length of at least UNAMBIGUOUS. Where both can be read, nobody knows
	 * what was meant: whoever chooses what is in the first argument must not choose the
	 * others.
	 */
	private @Nullable Object[] severalOrOne(byte[] payload) {
		@Nullable Object[] several;
		try {
			several = several(payload);
		}
		catch (CodecException ex) {
			try {
				return single(payload);
			}
			catch (CodecException alone) {
				ex.addSuppressed(alone);
				throw ex;
			}
		}
		if (!this.cbor || payload.length >= UNAMBIGUOUS) {
			try {
				single(payload);
			}
			catch (CodecException ex) {
				return several;
			}
			throw new CodecException("Arguments of " + this.method
					+ ": they can be read as one and as several; do both ends have the same parameters?", null);
		}
		return several;
	}

	private @Nullable Object[] several(byte[] payload) {
		int count = this.codecs.length;
		@Nullable Object[] arguments = new @Nullable Object[count];
		int position = 0;
		for (int i = 0; i < count; i++) {
			if (position == payload.length && i >= Math.max(this.least, 2)) {
				return Arrays.copyOf(arguments, i);
			}
			if (position == payload.length) {
				throw new CodecException(wrongCount(i), null);
			}
			int lengthBytes = 1 << ((payload[position] & 0xFF) >>> 6);
			long length = (payload.length - position < lengthBytes) ? Long.MAX_VALUE
					: length(payload, position, lengthBytes);
			position += lengthBytes;
			if (length > payload.length - position) {
				throw new CodecException(describe(i) + ": its length goes beyond the payload of " + payload.length
						+ " bytes; do both ends have the same parameters?", null);
			}
			arguments[i] = decode(i, payload, position, (int) length);
			position += (int) length;
		}
		if (position != payload.length) {
			throw new CodecException("Arguments of " + this.method + ": expected " + count + ", but "
					+ (payload.length - position) + " more bytes came; do both ends have the same parameters?", null);
		}
		return arguments;
	}

	private byte[] encode(int index, @Nullable Object argument) {
		if (argument == null && primitive(index)) {
			throw new CodecException(describe(index) + " is null, but its type " + typeName(index) + " is primitive",
					null);
		}
		try {
			return this.codecs[index].encode(argument);
		}
		catch (CodecException ex) {
			throw new CodecException(describe(index) + ": " + ex.getMessage(), ex);
		}
	}

	private @Nullable Object decode(int index, byte[] payload, int offset, int length) {
		Object argument;
		try {
			argument = this.codecs[index].decode(payload, offset, length);
		}
		catch (CodecException ex) {
			throw new CodecException(describe(index) + ": " + ex.getMessage(), ex);
		}
		if (argument == null && primitive(index)) {
			throw new CodecException(describe(index) + " is null, but its type " + typeName(index) + " is primitive",
					null);
		}
		return argument;
	}

	private boolean primitive(int index) {
		return this.types[index] instanceof Class<?> type && type.isPrimitive();
	}

	private String typeName(int index) {
		return this.types[index].getTypeName();
	}

	private String describe(int index) {
		return "Argument " + index + " (" + this.names.get(index) + ") of " + this.method;
	}

	private String wrongCount(int found) {
		return "Arguments of " + this.method + ": expected " + this.codecs.length + " (" + String.join(", ", this.names)
				+ "), but there are " + found;
	}

	private static int lengthBytes(int length) {
		if (length < 1 << 6) {
			return 1;
		}
		return (length < 1 << 14) ? 2 : (length < 1 << 30) ? 4 : 8;
	}

	private static int putLength(byte[] target, int position, int length) {
		int bytes = lengthBytes(length);
		long coded = length | ((long) Integer.numberOfTrailingZeros(bytes) << (bytes * 8 - 2));
		for (int i = 0; i < bytes; i++) {
			target[position + i] = (byte) (coded >>> ((bytes - 1 - i) * 8));
		}
		return position + bytes;
	}

	private static long length(byte[] source, int position, int bytes) {
		long value = source[position] & 0x3F;
		for (int i = 1; i < bytes; i++) {
			value = (value << 8) | (source[position + i] & 0xFF);
		}
		return value;
	}

}
