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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonBackReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.deser.CreatorProperty;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;

/**
 * Finds types whose objects can refer to each other in a circle, which would be written
 * without end. Used by one thread, for one walk.
 */
final class TypeCircles {

	/*
	 * A type may hold its own type: a tree, a list of links, an expression end somewhere.
	 * What a circle needs is a reference that is set after its object was made, for
	 * whoever takes its references in the constructor cannot be referred to before. Two
	 * kinds are told from trees:
	 *
	 * - two or more classes that lead to each other (Order.lines[] and OrderLine.order)
	 *
	 * - one class with a way to many and a way to one of its own (Category.children[] and
	 * Category.parent)
	 *
	 * Several classes in the place of one, as in expressions, are no way back: nobody can
	 * tell. Where Jackson writes an id the second time, there is an end.
	 */

	private static final String REMEDY = "leave the way back out with @JsonIgnore or @JsonBackReference, or make them records";

	private final DeserializationContext context;

	private final List<Way> ways = new ArrayList<>();

	TypeCircles(DeserializationContext context) {
		this.context = context;
	}

	/** A place of the walk; those that are no properties of beans lead on. */
	void add(TypePlace place) {
		if (place.kind() != TypePlace.Kind.BEAN || identified(place)) {
			return;
		}
		boolean many = false;
		TypePlace step = place;
		for (TypePlace above = place.parent(); above != null; above = above.parent()) {
			switch (above.kind()) {
				case BEAN -> {
					SettableBeanProperty property = property(above, step);
					// A back reference is not written, but set when its owner is read.
					if (property != null && property.getAnnotation(JsonBackReference.class) == null) {
						this.ways.add(new Way(above, place, many, !(property instanceof CreatorProperty)));
					}
					return;
				}
				case ELEMENTS, MAP -> many = true;
				case OPTIONAL -> {
				}
				default -> {
					return;
				}
			}
			step = above;
		}
	}

	private boolean identified(TypePlace place) {
		return ((BeanDeserializerBase) place.requireDeserializer()).getObjectIdReader(this.context) != null;
	}

	/** The property of a bean that a place below it is. */
	private static @Nullable SettableBeanProperty property(TypePlace bean, TypePlace place) {
		String name = place.path().substring(Math.min(place.path().length(), bean.path().length() + 1));
		return ((BeanDeserializerBase) bean.requireDeserializer()).findProperty(PropertyName.construct(name));
	}

	/**
	 * Refuse the first circle, once all places were added.
	 * @throws IllegalArgumentException if there is one
	 */
	void refuse() {
		Map<JavaType, List<Way>> waysFrom = new HashMap<>();
		for (Way way : this.ways) {
			waysFrom.computeIfAbsent(way.from.type(), (type) -> new ArrayList<>()).add(way);
		}
		for (Way way : this.ways) {
			if (way.ownType()) {
				refuseBackAndForth(way, waysFrom);
			}
			else if (way.settable) {
				List<Way> back = back(way, waysFrom);
				if (back != null) {
					throw refused(way.to.path() + steps(back), way.from, way.step() + steps(back));
				}
			}
		}
	}

	private static void refuseBackAndForth(Way one, Map<JavaType, List<Way>> waysFrom) {
		if (one.many || !one.settable) {
			return;
		}
		for (Way other : waysFrom.getOrDefault(one.from.type(), List.of())) {
			if (other.ownType() && other.many) {
				throw refused(one.to.path(), one.from,
						one.step() + ", " + TypePlace.simpleName(one.from.type()) + other.step());
			}
		}
	}

	/** The shortest way from where a way leads to back to where it comes from. */
	private static @Nullable List<Way> back(Way way, Map<JavaType, List<Way>> waysFrom) {
		Map<JavaType, List<Way>> reached = new LinkedHashMap<>();
		reached.put(way.to.type(), List.of());
		Deque<JavaType> left = new ArrayDeque<>(List.of(way.to.type()));
		for (JavaType type = left.poll(); type != null; type = left.poll()) {
			for (Way next : waysFrom.getOrDefault(type, List.of())) {
				List<Way> path = new ArrayList<>(reached.getOrDefault(type, List.of()));
				path.add(next);
				if (next.to.type().equals(way.from.type())) {
					return path;
				}
				if (reached.putIfAbsent(next.to.type(), path) == null) {
					left.add(next.to.type());
				}
			}
		}
		return null;
	}

	private static String steps(List<Way> ways) {
		StringBuilder steps = new StringBuilder();
		ways.forEach((way) -> steps.append(way.step()));
		return steps.toString();
	}

	private static IllegalArgumentException refused(String path, TypePlace start, String circle) {
		return new IllegalArgumentException(
				path + " is of type " + start.raw().getName() + " again, and can refer back to where it came from ("
						+ TypePlace.simpleName(start.type()) + circle + "), which has no end; " + REMEDY);
	}

	/**
	 * From a bean to the next.
	 *
	 * @param from the bean with the property
	 * @param to the bean in it
	 * @param many whether it holds any number of them
	 * @param settable whether the property is set after the bean was made
	 */
	private record Way(TypePlace from, TypePlace to, boolean many, boolean settable) {

		boolean ownType() {
			return this.from.type().equals(this.to.type());
		}

		/** For example {@code .lines[]}. */
		String step() {
			return this.to.path().substring(this.from.path().length());
		}

	}

}
