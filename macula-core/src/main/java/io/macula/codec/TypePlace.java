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

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeDeserializer;

/**
 * A type at one place inside a type of a contract.
 *
 * @param parent the place that leads here, or {@code null} for the root
 * @param path for messages, for example {@code Order.lines[].price}; {@code {}} is the
 * value and {@code {key}} the key of a map, {@code (Circle)} one of several types
 * @param type the declared type, without type variables
 * @param kind what is known of the type
 * @param deserializer what decodes it; {@code null} for keys
 * @param naming how a peer names the type of a value, or of the elements of a container;
 * {@code null} where the declared type says all
 */
record TypePlace(@Nullable TypePlace parent, String path, JavaType type, Kind kind,
		@Nullable ValueDeserializer<?> deserializer, @Nullable TypeDeserializer naming) {

	/** The class without its type arguments. */
	Class<?> raw() {
		return this.type.getRawClass();
	}

	/** Whether the class is one of the JDK's. */
	boolean ofJdk() {
		return ofJdk(raw());
	}

	static boolean ofJdk(Class<?> type) {
		ClassLoader loader = type.getClassLoader();
		return loader == null || loader == ClassLoader.getPlatformClassLoader();
	}

	/**
	 * What is to be said of a type by its name, or by that of a super-class or interface,
	 * since not all are on the class path.
	 * @param texts by names of classes; the first match counts
	 * @return the text, or {@code null} if there is none
	 */
	@Nullable String said(Map<String, String> texts) {
		Set<String> names = new HashSet<>();
		addNames(raw(), names);
		for (Map.Entry<String, String> text : texts.entrySet()) {
			if (names.contains(text.getKey())) {
				return text.getValue();
			}
		}
		return null;
	}

	private static void addNames(Class<?> type, Set<String> names) {
		if (names.add(type.getName())) {
			for (Class<?> implemented : type.getInterfaces()) {
				addNames(implemented, names);
			}
			if (type.getSuperclass() != null) {
				addNames(type.getSuperclass(), names);
			}
		}
	}

	/**
	 * The fields that a value of the type consists of, its own first: not static, not
	 * transient, not of the compiler, not of a class of the JDK.
	 */
	List<Field> fields() {
		List<Field> fields = new ArrayList<>();
		for (Class<?> owner = raw(); owner != null && !ofJdk(owner); owner = owner.getSuperclass()) {
			for (Field field : owner.getDeclaredFields()) {
				int modifiers = field.getModifiers();
				if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers) && !field.isSynthetic()) {
					fields.add(field);
				}
			}
		}
		return fields;
	}

	/** What encodes a value of the type, without what is wrapped around it. */
	ValueSerializer<?> serializer(SerializationContext context) {
		ValueSerializer<?> serializer = context.findPrimaryPropertySerializer(this.type, null);
		while (serializer.getDelegatee() != null) {
			serializer = serializer.getDelegatee();
		}
		return serializer;
	}

	/** Whether the type holds values of its own type, however far below. */
	boolean recursive() {
		for (TypePlace above = this.parent; above != null; above = above.parent()) {
			if (above.type.equals(this.type)) {
				return true;
			}
		}
		return false;
	}

	ValueDeserializer<?> requireDeserializer() {
		if (this.deserializer == null) {
			throw new IllegalStateException(this.path + " is a key");
		}
		return this.deserializer;
	}

	/** A type for messages: simple names, with type arguments. */
	static String simpleName(JavaType type) {
		if (type.isArrayType()) {
			return simpleName(type.getContentType()) + "[]";
		}
		String name = type.getRawClass().getSimpleName();
		if (type.containedTypeCount() == 0) {
			return name;
		}
		StringJoiner arguments = new StringJoiner(", ", name + "<", ">");
		for (int i = 0; i < type.containedTypeCount(); i++) {
			arguments.add(simpleName(type.containedType(i)));
		}
		return arguments.toString();
	}

	/** What is known of a type. */
	enum Kind {

		/** One value; nothing inside. */
		VALUE,
		/** A constant of an enum. */
		ENUM,
		/** Properties: a record, a class with accessors, an exception. */
		BEAN,
		/** An array or a collection. */
		ELEMENTS,
		/** A map. */
		MAP,
		/** A key of a map. */
		KEY,
		/** An {@code Optional}. */
		OPTIONAL,
		/** One of several named types. */
		CHOICE,
		/** Anything: nothing says what a value would be. */
		OPEN,
		/** Decoded by a class of the user's, which knows what is inside. */
		OWN

	}

}
