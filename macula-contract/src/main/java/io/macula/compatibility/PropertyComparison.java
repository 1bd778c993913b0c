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

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.macula.codec.CodedType;
import io.macula.codec.CodedType.Property;
import org.jspecify.annotations.Nullable;

/**
 * Two versions of the properties of a type. Used by one thread.
 */
final class PropertyComparison {

	private final TypeComparison types;

	private final Changes changes;

	PropertyComparison(TypeComparison types, Changes changes) {
		this.types = types;
		this.changes = changes;
	}

	void compare(TypeComparison.Place place, CodedType.Properties before, CodedType.Properties now) {
		if ((before.positional() || now.positional()) && !names(before).equals(names(now))
				|| before.positional() != now.positional()) {
			Change change = this.changes.add(place.type(), "its properties are told by their order, and that changed",
					"leave the order as it is, and add nothing to it");
			for (Peers peers : Peers.values()) {
				change.breaks(peers, "properties are taken for each other or refused");
			}
			return;
		}
		List<Property> added = new ArrayList<>(now.properties());
		List<Property> removed = new ArrayList<>();
		for (Property property : before.properties()) {
			Property same = named(now, property.name());
			if (same != null) {
				added.remove(same);
				both(place, property, same);
			}
			else {
				removed.add(property);
			}
		}
		for (Property property : removed) {
			Property renamed = renamed(property, added);
			if (renamed != null) {
				added.remove(renamed);
				renamed(place, property, renamed);
			}
			else {
				removed(place, property, added);
			}
		}
		added.forEach((property) -> added(place, property));
	}

	private static List<String> names(CodedType.Properties properties) {
		return properties.properties().stream().map(Property::name).toList();
	}

	private static @Nullable Property named(CodedType.Properties properties, String name) {
		for (Property property : properties.properties()) {
			if (property.name().equals(name)) {
				return property;
			}
		}
		return null;
	}

	private static @Nullable Property renamed(Property before, List<Property> added) {
		for (Property now : added) {
			if (now.aliases().contains(before.name()) || before.aliases().contains(now.name())) {
				return now;
			}
		}
		return null;
	}

	private void both(TypeComparison.Place place, Property before, Property now) {
		String where = place.property(now.name());
		this.types.compare(where, place.flow(), before.type(), now.type(), true);
		if (!Objects.equals(before.format(), now.format())) {
			Change change = this.changes.add(where,
					"its format changed from " + words(before.format()) + " to " + words(now.format()),
					"add a property of the new format beside it");
			for (Peers peers : Peers.values()) {
				change.breaks(peers, "one side cannot read what the other writes");
			}
		}
		if (before.written() && !now.written()) {
			missing(place, before, "the property is not sent any more", "go on sending it");
		}
		if (now.required() && !before.required() && !before.written()) {
			this.changes.add(where, "the property became required", "leave out required = true")
				.breaks(place.flow().peers(true), "the new side refuses values without it");
		}
	}

	private static String words(@Nullable String format) {
		return (format != null) ? "'" + format + "'" : "that of its type";
	}

	/** An alias helps those who read; who has it decides which side is helped. */
	private void renamed(TypeComparison.Place place, Property before, Property now) {
		String where = place.property(now.name());
		Change change = this.changes.add(where, "the property was called '" + before.name() + "' before",
				"keep the old name on the wire with @JsonProperty(\"" + before.name()
						+ "\"), or first release @JsonAlias(\"" + now.name() + "\") on the old property everywhere");
		if (before.written() && !now.aliases().contains(before.name())) {
			change.breaks(place.flow().peers(true), "the new side does not know the old name and reads " + absent(now));
		}
		if (now.written() && !before.aliases().contains(now.name())) {
			change.breaks(place.flow().peers(false),
					"the old side does not know the new name and reads " + absent(before));
		}
		this.types.compare(where, place.flow(), before.type(), now.type(), true);
	}

	private void removed(TypeComparison.Place place, Property property, List<Property> added) {
		String remedy = "keep it until no peer of the old version is left";
		List<Property> alike = added.stream().filter((other) -> other.type().equals(property.type())).toList();
		if (alike.size() == 1) {
			remedy += "; if it is '" + alike.get(0).name() + "' now, annotate that with @JsonProperty(\""
					+ property.name() + "\")";
		}
		missing(place, property, "the property was removed", remedy);
	}

	private void missing(TypeComparison.Place place, Property property, String what, String remedy) {
		Change change = this.changes.add(place.property(property.name()), what, remedy);
		if (!property.written()) {
			change.note("it was never sent");
		}
		else if (TypeText.of(property.type()).optional() && !property.required()) {
			change.note("the old side reads " + absent(property));
		}
		else {
			change.breaks(place.flow().peers(false), "the old side "
					+ (property.required() ? "refuses values without it" : "reads " + absent(property)));
		}
	}

	private void added(TypeComparison.Place place, Property property) {
		Change change = this.changes.add(place.property(property.name()), "the property was added",
				"leave out required = true");
		if (property.required()) {
			change.breaks(place.flow().peers(true), "the new side refuses values without it");
		}
		else {
			change.note("from the old side it reads " + absent(property));
		}
	}

	/** What is read where nothing came. */
	private static String absent(Property property) {
		if (property.required()) {
			return "an error, since it is required";
		}
		if (TypeText.of(property.type()).optional()) {
			return "empty";
		}
		return switch (property.type()) {
			case "boolean" -> "false";
			case "byte", "short", "int", "long", "float", "double", "char" -> "0";
			default -> "null";
		};
	}

}
