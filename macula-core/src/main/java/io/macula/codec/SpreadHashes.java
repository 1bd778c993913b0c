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

import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.jdk.CollectionDeserializer;
import tools.jackson.databind.deser.jdk.MapDeserializer;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;

/**
 * Refuses sets and maps whose keys a peer chose to have one hash code, so that each is
 * compared with all others. Those whose keys have an order are safe as they are: the JDK
 * then searches by that.
 */
final class SpreadHashes extends SimpleModule {

	private static final long serialVersionUID = 1L;

	/**
	 * Keys of one hash code: more than honest ones have, as points of a grid of a
	 * thousand by a thousand, and few enough to be compared.
	 */
	static final int MAX_EQUAL_HASHES = 256;

	private static final Map<Class<?>, Supplier<Set<Object>>> SETS = Map.of(Set.class, HashSet::new, HashSet.class,
			HashSet::new, LinkedHashSet.class, LinkedHashSet::new);

	private static final Map<Class<?>, Supplier<Map<Object, Object>>> MAPS = Map.of(Map.class, LinkedHashMap::new,
			HashMap.class, HashMap::new, LinkedHashMap.class, LinkedHashMap::new, ConcurrentMap.class,
			ConcurrentHashMap::new, ConcurrentHashMap.class, ConcurrentHashMap::new);

	SpreadHashes() {
		super("macula-spread-hashes");
		setDeserializerModifier(new Modifier());
	}

	private static boolean ordered(JavaType key) {
		return key.isTypeOrSubTypeOf(Comparable.class) || key.isPrimitive();
	}

	/** What was added, at 512 keys and each time they have doubled. */
	private static final class Spread {

		private int next = 2 * MAX_EQUAL_HASHES;

		void added(Collection<?> keys, DeserializationContext context, Class<?> type) {
			int size = keys.size();
			if (size < this.next) {
				return;
			}
			this.next = 2 * size;
			int[] hashes = keys.stream().mapToInt((key) -> (key != null) ? key.hashCode() : 0).sorted().toArray();
			int equal = 1;
			for (int i = 1; i < hashes.length; i++) {
				equal = (hashes[i] == hashes[i - 1]) ? equal + 1 : 1;
				if (equal > MAX_EQUAL_HASHES) {
					context.reportInputMismatch(type,
							"more than %d of its keys have the hash code %d; spread hashCode() of the key, or declare a List",
							MAX_EQUAL_HASHES, hashes[i]);
				}
			}
		}

	}

	private static final class Modifier extends ValueDeserializerModifier {

		private static final long serialVersionUID = 1L;

		@Override
		public ValueDeserializer<?> modifyCollectionDeserializer(DeserializationConfig config, CollectionType type,
				BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
			Supplier<Set<Object>> maker = SETS.get(type.getRawClass());
			boolean standard = deserializer.getClass() == CollectionDeserializer.class;
			return (maker == null || !standard || ordered(type.getContentType())) ? deserializer
					: new Sets(deserializer, type.getRawClass(), maker);
		}

		@Override
		public ValueDeserializer<?> modifyMapDeserializer(DeserializationConfig config, MapType type,
				BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
			Supplier<Map<Object, Object>> maker = MAPS.get(type.getRawClass());
			boolean standard = deserializer.getClass() == MapDeserializer.class;
			return (maker == null || !standard || ordered(type.getKeyType())) ? deserializer
					: new Maps(deserializer, type.getRawClass(), maker);
		}

	}

	private static final class Sets extends DelegatingDeserializer {

		private final Class<?> type;

		private final Supplier<Set<Object>> maker;

		Sets(ValueDeserializer<?> delegate, Class<?> type, Supplier<Set<Object>> maker) {
			super(delegate);
			this.type = type;
			this.maker = maker;
		}

		@Override
		protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
			return new Sets(delegate, this.type, this.maker);
		}

		@Override
		public Object deserialize(JsonParser parser, DeserializationContext context) {
			Set<Object> set = this.maker.get();
			Spread spread = new Spread();
			super.deserialize(parser, context, new AbstractCollection<>() {

				@Override
				public boolean add(@Nullable Object element) {
					boolean added = set.add(element);
					spread.added(set, context, Sets.this.type);
					return added;
				}

				@Override
				public Iterator<Object> iterator() {
					return set.iterator();
				}

				@Override
				public int size() {
					return set.size();
				}

			});
			return set;
		}

	}

	private static final class Maps extends DelegatingDeserializer {

		private final Class<?> type;

		private final Supplier<Map<Object, Object>> maker;

		Maps(ValueDeserializer<?> delegate, Class<?> type, Supplier<Map<Object, Object>> maker) {
			super(delegate);
			this.type = type;
			this.maker = maker;
		}

		@Override
		protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
			return new Maps(delegate, this.type, this.maker);
		}

		@Override
		public Object deserialize(JsonParser parser, DeserializationContext context) {
			Map<Object, Object> map = this.maker.get();
			Spread spread = new Spread();
			super.deserialize(parser, context, new AbstractMap<>() {

				@Override
				public @Nullable Object put(Object key, @Nullable Object value) {
					Object before = map.put(key, value);
					spread.added(map.keySet(), context, Maps.this.type);
					return before;
				}

				@Override
				public @Nullable Object get(@Nullable Object key) {
					return null;
				}

				@Override
				public Set<Map.Entry<Object, Object>> entrySet() {
					return map.entrySet();
				}

			});
			return map;
		}

	}

}
