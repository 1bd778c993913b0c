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

import org.jspecify.annotations.Nullable;

/**
 * What a failure says of the handler's exception: its class, and where that is a subclass
 * of what the contract declares, the declared one. On the wire both names, with a space
 * between them if they differ.
 *
 * @param thrown name of the class of the exception
 * @param declared name of the declared class as which it travels
 */
public record ThrownType(String thrown, String declared) {

	/**
	 * Read what came.
	 * @param type the type of a failure
	 * @return both names, which are the same where one came
	 */
	public static ThrownType parse(String type) {
		int space = type.indexOf(' ');
		return (space < 0) ? new ThrownType(type, type)
				: new ThrownType(type.substring(0, space), type.substring(space + 1));
	}

	/**
	 * The class of the handler's exception, for people.
	 * @param type the type of a failure, or {@code null}
	 * @return its name, or {@code null} where none came
	 */
	public static @Nullable String thrown(@Nullable String type) {
		return (type != null) ? parse(type).thrown() : null;
	}

	/**
	 * As the type of a failure.
	 * @return one or two names
	 */
	public String text() {
		return this.thrown.equals(this.declared) ? this.thrown : this.thrown + ' ' + this.declared;
	}

}
