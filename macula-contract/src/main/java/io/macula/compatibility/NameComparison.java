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
import java.util.function.BiPredicate;

import io.macula.codec.CodedType;
import io.macula.codec.CodedType.Case;
import io.macula.codec.CodedType.Named;

/**
 * Two versions of what is told by one name out of several: constants, and types. Used by
 * one thread.
 */
final class NameComparison {

	private final TypeComparison types;

	private final Changes changes;

	NameComparison(TypeComparison types, Changes changes) {
		this.types = types;
		this.changes = changes;
	}

	void compare(TypeComparison.Place place, CodedType.Constants before, CodedType.Constants now) {
		for (Named constant : missing(now.constants(), before.constants(), NameComparison::reads)) {
			Change change = this.changes.add(place.property(constant.name()), "the constant was added",
					"first release @JsonEnumDefaultValue on a constant for those that are not known everywhere, then add others");
			if (before.fallback() != null) {
				change.note("the old side reads it as " + before.fallback());
			}
			else {
				change.breaks(place.flow().peers(false), "the old side refuses the value");
			}
		}
		for (Named constant : missing(before.constants(), now.constants(), NameComparison::reads)) {
			Change change = this.changes.add(place.property(constant.name()), "the constant was removed",
					"keep it, @Deprecated, until no peer sends it; if it was renamed, give it its old name with @JsonProperty(\""
							+ constant.name() + "\")");
			if (now.fallback() != null) {
				change.note("the new side reads it as " + now.fallback());
			}
			else {
				change.breaks(place.flow().peers(true), "the new side refuses the value");
			}
		}
		if (before.fallback() != null && now.fallback() == null) {
			this.changes.add(place.type(), "no constant is @JsonEnumDefaultValue any more", "")
				.note("constants that are added later will break it");
		}
	}

	void compare(TypeComparison.Place place, CodedType.Choice before, CodedType.Choice now) {
		if (!before.toldBy().equals(now.toldBy())) {
			Change change = this.changes.add(place.type(),
					"which type it is is told by " + now.toldBy() + ", before by " + before.toldBy(),
					"leave @JsonTypeInfo as it is");
			for (Peers peers : Peers.values()) {
				change.breaks(peers, "neither side can tell which type it is");
			}
			return;
		}
		for (Case option : missing(now.cases(), before.cases(), NameComparison::reads)) {
			Change change = this.changes.add(place.type() + '(' + option.name() + ')', "the type was added",
					"release it everywhere before anybody sends it, or add a method that knows it beside the others");
			if (before.fallback() != null) {
				change.note("the old side reads it as " + before.fallback());
			}
			else {
				change.breaks(place.flow().peers(false), "the old side refuses the value");
			}
		}
		for (Case option : missing(before.cases(), now.cases(), NameComparison::reads)) {
			Change change = this.changes.add(place.type() + '(' + option.name() + ')', "the type was removed",
					"keep it until no peer sends it; if it was renamed, give it its old name with @JsonTypeName(\""
							+ option.name() + "\")");
			if (now.fallback() != null) {
				change.note("the new side reads it as " + now.fallback());
			}
			else {
				change.breaks(place.flow().peers(true), "the new side refuses the value");
			}
		}
		for (Case option : before.cases()) {
			for (Case same : now.cases()) {
				if (reads(option, same) || reads(same, option)) {
					this.types.compare(place.type() + '(' + same.name() + ')', place.flow(), option.type(), same.type(),
							true);
				}
			}
		}
	}

	/** Those that some write and others do not read. */
	private static <T> List<T> missing(List<T> written, List<T> known, BiPredicate<T, T> reads) {
		List<T> missing = new ArrayList<>(written);
		missing.removeIf((one) -> known.stream().anyMatch((other) -> reads.test(other, one)));
		return missing;
	}

	private static boolean reads(Named reader, Named written) {
		return reader.name().equals(written.name()) || reader.aliases().contains(written.name());
	}

	private static boolean reads(Case reader, Case written) {
		return reader.name().equals(written.name()) || reader.aliases().contains(written.name());
	}

}
