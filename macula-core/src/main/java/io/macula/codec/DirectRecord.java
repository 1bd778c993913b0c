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

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Records: their components by name, in their order. Components of primitive types are
 * never objects.
 */
final class DirectRecord extends DirectValue {

	private static final MethodHandles.Lookup HERE = MethodHandles.lookup();

	private final Class<?> type;

	/** As texts of CBOR. */
	private final byte[][] names;

	/** For each component, of CborOut and Object. */
	private final MethodHandle[] writers;

	/** Of CborIn, gives an Object. */
	private final MethodHandle maker;

	private final int levels;

	private DirectRecord(Class<?> type, int levels, byte[][] names, MethodHandle[] writers, MethodHandle maker) {
		this.type = type;
		this.levels = levels;
		this.names = names;
		this.writers = writers;
		this.maker = maker;
	}

	/**
	 * A record.
	 * @param canonical its constructor
	 * @param values how its components are coded
	 * @throws IllegalAccessException if it is not open to this library
	 */
	static DirectRecord of(Constructor<?> canonical, RecordComponent[] components, List<DirectValue> values)
			throws ReflectiveOperationException {
		Class<?> type = canonical.getDeclaringClass();
		MethodHandles.Lookup inside = MethodHandles.privateLookupIn(type, HERE);
		int count = components.length;
		byte[][] names = new byte[count][];
		MethodHandle[] writers = new MethodHandle[count];
		MethodHandle[] readers = new MethodHandle[count];
		for (int i = 0; i < count; i++) {
			Class<?> component = components[i].getType();
			CborOut name = new CborOut(0);
			name.write(components[i].getName());
			names[i] = name.written();
			MethodHandle accessor = inside.unreflect(components[i].getAccessor());
			writers[i] = component.isPrimitive() ? primitiveWriter(component, accessor)
					: writer(values.get(i), accessor);
			readers[i] = reader(component, values.get(i), names[i], i == count - 1);
		}
		int levels = 1 + values.stream().mapToInt(DirectValue::levels).max().orElse(0);
		return new DirectRecord(type, levels, names, writers, maker(inside.unreflectConstructor(canonical), readers));
	}

	private static MethodHandle primitiveWriter(Class<?> component, MethodHandle accessor)
			throws ReflectiveOperationException {
		Class<?> wide = (component == boolean.class || component == float.class || component == double.class)
				? component : long.class;
		MethodHandle write = HERE.findVirtual(CborOut.class, "write", MethodType.methodType(void.class, wide));
		return MethodHandles.filterArguments(write, 1, accessor.asType(MethodType.methodType(wide, Object.class)));
	}

	private static MethodHandle writer(DirectValue value, MethodHandle accessor) throws ReflectiveOperationException {
		MethodHandle write = HERE
			.findVirtual(DirectValue.class, "write", MethodType.methodType(void.class, CborOut.class, Object.class))
			.bindTo(value);
		return MethodHandles.filterArguments(write, 1,
				accessor.asType(MethodType.methodType(Object.class, Object.class)));
	}

	private static MethodHandle reader(Class<?> component, DirectValue value, byte[] name, boolean last)
			throws ReflectiveOperationException {
		if (component.isPrimitive()) {
			MethodHandle read = HERE.findStatic(DirectRecord.class, component.getName() + "Component",
					MethodType.methodType(component, byte[].class, boolean.class, CborIn.class));
			return MethodHandles.insertArguments(read, 0, name, last);
		}
		MethodHandle read = HERE.findStatic(DirectRecord.class, "object",
				MethodType.methodType(Object.class, DirectValue.class, byte[].class, boolean.class, CborIn.class));
		return MethodHandles.insertArguments(read, 0, value, name, last)
			.asType(MethodType.methodType(component, CborIn.class));
	}

	/* Filters are applied in the order of the parameters. */
	private static MethodHandle maker(MethodHandle constructor, MethodHandle[] readers) {
		MethodHandle make = constructor.asType(constructor.type().changeReturnType(Object.class));
		if (readers.length == 0) {
			return MethodHandles.dropArguments(make, 0, CborIn.class);
		}
		return MethodHandles.permuteArguments(MethodHandles.filterArguments(make, 0, readers),
				MethodType.methodType(Object.class, CborIn.class), new int[readers.length]);
	}

	@Override
	int levels() {
		return this.levels;
	}

	@Override
	void write(CborOut out, @Nullable Object value) {
		if (value == null) {
			out.put(CborOut.NULL);
			return;
		}
		Object record = this.type.cast(value);
		out.put(CborOut.OBJECT);
		try {
			for (int i = 0; i < this.names.length; i++) {
				out.put(this.names[i]);
				this.writers[i].invokeExact(out, record);
			}
		}
		catch (Throwable ex) {
			throw unchecked(ex);
		}
		out.put(CborOut.END);
	}

	@Override
	@Nullable Object read(CborIn in) {
		if (in.readNull()) {
			return null;
		}
		in.require(CborOut.OBJECT);
		if (this.names.length == 0) {
			in.require(CborOut.END);
		}
		try {
			return (Object) this.maker.invokeExact(in);
		}
		catch (Throwable ex) {
			throw unchecked(ex);
		}
	}

	private static RuntimeException unchecked(Throwable thrown) {
		if (thrown instanceof Error error) {
			throw error;
		}
		return (thrown instanceof RuntimeException unchecked) ? unchecked : OtherFormException.INSTANCE;
	}

	/*
	 * Readers of components, found by the names of their types. The last one looks at the
	 * end before the record is made, since its constructor may do more than to keep.
	 */

	private static void end(boolean last, CborIn in) {
		if (last) {
			in.require(CborOut.END);
		}
	}

	@SuppressWarnings("unused")
	private static @Nullable Object object(DirectValue value, byte[] name, boolean last, CborIn in) {
		in.require(name);
		Object read = value.read(in);
		end(last, in);
		return read;
	}

	@SuppressWarnings("unused")
	private static boolean booleanComponent(byte[] name, boolean last, CborIn in) {
		in.require(name);
		boolean read = in.readBoolean();
		end(last, in);
		return read;
	}

	@SuppressWarnings("unused")
	private static byte byteComponent(byte[] name, boolean last, CborIn in) {
		in.require(name);
		byte read = in.readByte();
		end(last, in);
		return read;
	}

	@SuppressWarnings("unused")
	private static short shortComponent(byte[] name, boolean last, CborIn in) {
		in.require(name);
		short read = in.readShort();
		end(last, in);
		return read;
	}

	@SuppressWarnings("unused")
	private static int intComponent(byte[] name, boolean last, CborIn in) {
		in.require(name);
		int read = in.readInt();
		end(last, in);
		return read;
	}

	@SuppressWarnings("unused")
	private static long longComponent(byte[] name, boolean last, CborIn in) {
		in.require(name);
		long read = in.readLong();
		end(last, in);
		return read;
	}

	@SuppressWarnings("unused")
	private static float floatComponent(byte[] name, boolean last, CborIn in) {
		in.require(name);
		float read = in.readFloat();
		end(last, in);
		return read;
	}

	@SuppressWarnings("unused")
	private static double doubleComponent(byte[] name, boolean last, CborIn in) {
		in.require(name);
		double read = in.readDouble();
		end(last, in);
		return read;
	}

}
