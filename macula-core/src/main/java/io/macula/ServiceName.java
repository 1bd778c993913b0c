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

package io.macula;

import java.util.Objects;
import java.util.regex.Pattern;

import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Name of a service inside a realm, for example {@code test.calculator}. Immutable.
 *
 * @param value 1 to 200 characters: letters, digits, {@code .}, {@code _}, {@code -},
 * {@code $}; starts with a letter or a digit. Names that start with {@value #RESERVED}
 * belong to the product itself.
 */
public record ServiceName(String value) implements Comparable<ServiceName> {

	/** Prefix of the services that the product itself provides. */
	public static final String RESERVED = "macula.";

	private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._$-]{0,199}");

	public ServiceName {
		Objects.requireNonNull(value, "value");
		if (!VALUE.matcher(value).matches()) {
			throw new IllegalArgumentException("Service name '" + Printable.text(value, 200)
					+ "' is not valid: expected 1 to 200 letters, digits, '.', '_', '-' or '$', starting with a letter or a digit");
		}
	}

	/**
	 * Whether this is the given name; {@link #equals} would say no to any text.
	 * @param name a name as a text
	 * @return true if it is the same
	 */
	public boolean is(String name) {
		return this.value.equals(name);
	}

	/**
	 * Whether this name belongs to the product itself.
	 * @return true for names that start with {@value #RESERVED}
	 */
	public boolean reserved() {
		return this.value.startsWith(RESERVED);
	}

	/**
	 * Demand a name that users may give to a service, or call one by.
	 * @return this
	 * @throws IllegalArgumentException if it is {@linkplain #reserved() reserved}
	 */
	public ServiceName requireOpen() {
		if (reserved()) {
			throw new IllegalArgumentException("Service name '" + this.value
					+ "' is not valid: expected a name that does not start with '" + RESERVED + "'");
		}
		return this;
	}

	@Override
	public int compareTo(ServiceName other) {
		return this.value.compareTo(other.value);
	}

	@Override
	public String toString() {
		return this.value;
	}

	/* By hand, as in Endpoint. */
	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof ServiceName that && this.value.equals(that.value);
	}

	@Override
	public int hashCode() {
		return this.value.hashCode();
	}

}
