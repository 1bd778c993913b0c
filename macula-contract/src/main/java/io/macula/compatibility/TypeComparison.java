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

package io.macula.compatibility;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.codec.CodedType;
import org.jspecify.annotations.Nullable;

/**
 * Two versions of the types of a contract. Types are compared by where they stand, not by
 * their names, which do not travel. Used by one thread.
 */
final class TypeComparison {

	private final Map<String, CodedType> older;

	private final Map<String, CodedType> newer;

	private final Changes changes;

	/** Ends types that hold themselves. */
	private final Set<List<String>> seen = new HashSet<>();

	private final PropertyComparison properties;

	private final NameComparison names;

	TypeComparison(Map<String, CodedType> older, Map<String, CodedType> newer, Changes changes) {
		this.older = older;
		this.newer = newer;
		this.changes = changes;
		this.properties = new PropertyComparison(this, changes);
		this.names = new NameComparison(this, changes);
	}

	/** Types of arguments, results and their elements. */
	void compare(String where, Flow flow, String before, String now) {
		compare(where, flow, before, now, false);
	}

	/**
	 * Compare two types at one place.
	 * @param inside whether they are inside of another value, where a null for a
	 * primitive type is not refused
	 */
	void compare(String where, Flow flow, String before, String now, boolean inside) {
		TypeText one = resolved(before, this.older);
		TypeText other = resolved(now, this.newer);
		String what = before.equals(now) ? "its type " + now + " is coded in another way"
				: "the type changed from " + before + " to " + now;
		if (!one.text().equals(other.text())) {
			nulls(where, flow, one, other, what, inside);
		}
		one = resolved(one.inOptional(), this.older);
		other = resolved(other.inOptional(), this.newer);
		CodedType oneType = this.older.get(one.text());
		CodedType otherType = this.newer.get(other.text());
		if (oneType != null && otherType != null && oneType.getClass() == otherType.getClass()) {
			if (this.seen.add(List.of(one.text(), other.text(), flow.name()))) {
				defined(new Place(other.text(), flow), what, oneType, otherType);
			}
		}
		else if (oneType == null && otherType == null && one.list() && other.list()) {
			compare(where + "[]", flow, one.arguments().get(0), other.arguments().get(0), true);
		}
		else if (oneType == null && otherType == null && one.map() && other.map()) {
			compare(where + "{key}", flow, one.arguments().get(0), other.arguments().get(0), true);
			compare(where + "{}", flow, one.arguments().get(1), other.arguments().get(1), true);
		}
		else if (oneType != null || otherType != null || !one.text().equals(other.text())) {
			Readable reading = new Readable(flow, what);
			reading.add(where, true, reading(one, oneType, other, otherType));
			reading.add(where, false, reading(other, otherType, one, oneType));
		}
	}

	/** What is only a name for another type is that. */
	private static TypeText resolved(String text, Map<String, CodedType> types) {
		String resolved = text;
		Set<String> met = new HashSet<>();
		while (types.get(resolved) instanceof CodedType.Same same && met.add(resolved)) {
			resolved = same.type();
		}
		// A name of the user's is no type of the JDK, whatever it looks like.
		return types.containsKey(resolved) ? new TypeText(resolved, resolved, List.of()) : TypeText.of(resolved);
	}

	private static @Nullable String reading(TypeText written, @Nullable CodedType writtenType, TypeText read,
			@Nullable CodedType readType) {
		if (writtenType instanceof CodedType.Choice && readType instanceof CodedType.Properties) {
			return "refuses values of other types than its own";
		}
		if (writtenType instanceof CodedType.Properties && readType instanceof CodedType.Choice) {
			return "refuses values that do not tell their type";
		}
		return ScalarReading.of(kind(written, writtenType), kind(read, readType));
	}

	private static String kind(TypeText text, @Nullable CodedType type) {
		return (type instanceof CodedType.Constants) ? ScalarReading.ENUM : (type != null) ? "" : text.text();
	}

	/** A null, or an empty Optional, that the other side does not expect. */
	private void nulls(String where, Flow flow, TypeText before, TypeText now, String what, boolean inside) {
		for (boolean newReader : new boolean[] { true, false }) {
			TypeText writer = newReader ? before : now;
			TypeText reader = newReader ? now : before;
			boolean primitive = ScalarReading.primitive(reader.text());
			boolean empty = writer.optional() && !reader.optional();
			if (empty || (primitive && !ScalarReading.primitive(writer.text()))) {
				boolean related = writer.optional() || ScalarReading.boxes(writer.text(), reader.text());
				if (related) {
					new Readable(flow, what).add(where, newReader, (empty ? "reads an empty one as " : "reads null as ")
							+ (primitive ? (inside ? "0 or false" : "an error") : "null"));
				}
			}
		}
	}

	private void defined(Place place, String what, CodedType before, CodedType now) {
		if (before instanceof CodedType.Properties one && now instanceof CodedType.Properties other) {
			this.properties.compare(place, one, other);
		}
		else if (before instanceof CodedType.Constants one && now instanceof CodedType.Constants other) {
			this.names.compare(place, one, other);
		}
		else if (before instanceof CodedType.Choice one && now instanceof CodedType.Choice other) {
			this.names.compare(place, one, other);
		}
		else if (before instanceof CodedType.Own one && now instanceof CodedType.Own other
				&& !one.by().equals(other.by())) {
			Change change = this.changes.add(place.type(),
					"it is coded by " + other.by() + " now, before by " + one.by(),
					"keep the class that codes it, and let that read both forms");
			for (Peers peers : Peers.values()) {
				change.breaks(peers, "nobody can tell whether one side reads what the other writes");
			}
		}
	}

	/**
	 * A type of the user's, on its way.
	 *
	 * @param type its name now
	 * @param flow where it goes
	 */
	record Place(String type, Flow flow) {

		String property(String name) {
			return this.type + '.' + name;
		}

	}

	/** Adds what of a changed type is not read. */
	private final class Readable {

		private final Flow flow;

		private final String what;

		Readable(Flow flow, String what) {
			this.flow = flow;
			this.what = what;
		}

		void add(String where, boolean newReader, @Nullable String effect) {
			boolean property = !where.contains("(") && !where.startsWith("result of");
			Change change = TypeComparison.this.changes.add(where, this.what,
					property ? "add a property of the new type beside it" : "add a method of the new type beside it");
			if (effect != null) {
				change.breaks(this.flow.peers(newReader), (newReader ? "the new" : "the old") + " side " + effect);
			}
		}

	}

}
