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

import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;

/**
 * Types of a contract as their peers see them, read from the very serializers and
 * deserializers that code them. A type is told as a text such as {@code long},
 * {@code List<Order>}, {@code Map<String, Order[]>} or {@code Optional<Order>}; what a
 * name in it stands for is among the {@link #definitions()}, or it is a type of the JDK.
 * Collections are told as {@code List} or {@code Set} and maps as {@code Map}, whatever
 * their class. Used by one thread, for one contract, never on the call path.
 */
public final class CodedTypes {

	private final JacksonPayloadCodec codec;

	private final Map<String, CodedType> definitions = new LinkedHashMap<>();

	private final Map<Key, String> names = new HashMap<>();

	CodedTypes(JacksonPayloadCodec codec) {
		this.codec = codec;
	}

	/**
	 * Add a type, and all that it leads to.
	 * @param type type of a parameter, result or element; {@code void.class} for none
	 * @param place for the message, for example {@code The result of Orders.find(String)}
	 * @return the type as a text
	 * @throws IllegalArgumentException if values of the type cannot be coded; the message
	 * names place, type and remedy
	 */
	public String add(Type type, String place) {
		if (type == void.class || type == Void.class) {
			return "void";
		}
		this.codec.forType(type, place);
		return read(type);
	}

	/** The same, of a type that may be unfit. */
	String read(Type type) {
		ObjectMapper mapper = this.codec.mapper(type);
		return new Walked(mapper, mapper.constructType(type)).text();
	}

	/**
	 * Add an exception that a method declares. It is told by the name of its class, which
	 * is what travels. One that cannot be coded is no obstacle; it is told as such.
	 * @param exception its class
	 * @return its name
	 */
	public String addException(Class<? extends Throwable> exception) {
		String name = exception.getName();
		if (Modifier.isAbstract(exception.getModifiers())) {
			this.definitions.putIfAbsent(name, new CodedType.Own("its subclasses"));
			return name;
		}
		try {
			this.codec.forType(exception);
		}
		catch (IllegalArgumentException ex) {
			this.definitions.putIfAbsent(name, new CodedType.Own("its name and message"));
			return name;
		}
		ObjectMapper mapper = this.codec.mapper(exception);
		this.names.put(new Key(mapper.constructType(exception), TypePlace.Kind.BEAN, null), name);
		if (!this.definitions.containsKey(name)) {
			new Walked(mapper, mapper.constructType(exception)).define(name);
		}
		return name;
	}

	/**
	 * What the names in all added types stand for.
	 * @return definitions by name, in the order in which they were met
	 */
	public Map<String, CodedType> definitions() {
		return Collections.unmodifiableMap(this.definitions);
	}

	/** What is coded in one way has one name; a name is given to one of them only. */
	private String name(Key key, String fullName) {
		String simple = TypePlace.simpleName(key.type());
		if (!this.names.containsValue(simple) && !JdkTypes.named(simple)) {
			return simple;
		}
		String name = fullName;
		for (int i = 2; this.names.containsValue(name); i++) {
			name = fullName + '#' + i;
		}
		return name;
	}

	/**
	 * What makes two places the same.
	 *
	 * @param type the declared type
	 * @param kind what is known of it
	 * @param own class that decodes it, if it is one of the user's
	 */
	private record Key(JavaType type, TypePlace.Kind kind, @Nullable Class<?> own) {

	}

	/** One type with all that it leads to. */
	private final class Walked {

		private final ObjectMapper mapper;

		private final CodedTypeReader reader;

		private final List<TypePlace> places = new ArrayList<>();

		private final Map<TypePlace, List<TypePlace>> below = new IdentityHashMap<>();

		/** Only the first place of a type has places below. */
		private final Map<Key, TypePlace> first = new HashMap<>();

		Walked(ObjectMapper mapper, JavaType root) {
			this.mapper = mapper;
			this.reader = new CodedTypeReader(mapper);
			new TypeWalk(mapper).walk(root, (place) -> {
				this.places.add(place);
				this.first.putIfAbsent(key(place), place);
				if (place.parent() != null) {
					this.below.computeIfAbsent(place.parent(), (any) -> new ArrayList<>()).add(place);
				}
			});
		}

		String text() {
			return text(this.places.get(0));
		}

		void define(String name) {
			CodedTypes.this.definitions.put(name, this.reader.properties(this.places.get(0), this::property));
		}

		private Key key(TypePlace place) {
			boolean constant = place.kind() == TypePlace.Kind.KEY && place.raw().isEnum();
			return new Key(place.type(), (constant) ? TypePlace.Kind.ENUM : place.kind(),
					(place.kind() == TypePlace.Kind.OWN) ? place.requireDeserializer().getClass() : null);
		}

		private String text(TypePlace place) {
			return switch (place.kind()) {
				case ELEMENTS -> place.type().isArrayType() ? text(content(place)) + "[]"
						: (Set.class.isAssignableFrom(place.raw()) ? "Set<" : "List<") + text(content(place)) + ">";
				case MAP -> "Map<" + text(below(place).get(0)) + ", " + text(content(place)) + ">";
				case OPTIONAL -> "Optional<" + text(content(place)) + ">";
				case OPEN -> place.raw().getSimpleName();
				case OWN -> defined(place);
				// Whatever it is, a key is a text.
				case KEY ->
					place.ofJdk() ? place.raw().getSimpleName() : place.raw().isEnum() ? defined(place) : "String";
				default -> place.ofJdk() ? place.raw().getSimpleName() : defined(place);
			};
		}

		private List<TypePlace> below(TypePlace place) {
			TypePlace known = this.first.getOrDefault(key(place), place);
			return this.below.getOrDefault(known, List.of());
		}

		/** Elements, or the values of a map, which come after its keys. */
		private TypePlace content(TypePlace place) {
			List<TypePlace> below = below(place);
			return below.get(below.size() - 1);
		}

		/**
		 * A property that is no place of its own has its own properties among the bean's.
		 */
		private String property(TypePlace bean, String name, JavaType type) {
			TypePlace known = this.first.getOrDefault(key(bean), bean);
			String path = known.path() + '.' + name;
			for (TypePlace place : below(known)) {
				if (place.path().equals(path)) {
					return text(place);
				}
			}
			return new Walked(this.mapper, type).text();
		}

		private String defined(TypePlace place) {
			Key key = key(place);
			String known = CodedTypes.this.names.get(key);
			if (known != null) {
				return known;
			}
			String name = name(key, place.type().getRawClass().getName());
			CodedTypes.this.names.put(key, name);
			// Keeps its place in the order, and ends types that hold themselves.
			CodedTypes.this.definitions.put(name, new CodedType.Own(name));
			CodedTypes.this.definitions.put(name, definition(place));
			return name;
		}

		private CodedType definition(TypePlace place) {
			TypePlace known = this.first.getOrDefault(key(place), place);
			return switch (known.kind()) {
				case BEAN -> delegates(known) ? new CodedType.Same(text(below(known).get(0)))
						: this.reader.properties(known, this::property);
				case CHOICE -> this.reader.choice(known, below(known).stream().map(this::text).toList());
				case ENUM, KEY -> this.reader.constants(known.type());
				case OWN -> new CodedType.Own(known.requireDeserializer().getClass().getName());
				default -> this.reader.scalar(known, this::property);
			};
		}

		private boolean delegates(TypePlace bean) {
			List<TypePlace> below = below(bean);
			return below.size() == 1 && below.get(0).path().equals(bean.path());
		}

	}

}
