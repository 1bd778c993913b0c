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

package io.macula.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.util.PlaceholderResolutionException;

/**
 * A placeholder that refers to something that is not set, for messages. Immutable.
 *
 * @param name what is not set
 * @param path the placeholders that led to it, the first one first
 */
public record UnresolvedPlaceholder(String name, List<String> path) {

	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[^{}]*\\}");

	/**
	 * The placeholder that Spring could not resolve.
	 * @param failure what was thrown
	 * @return the placeholder
	 */
	public static UnresolvedPlaceholder of(PlaceholderResolutionException failure) {
		List<String> path = new ArrayList<>();
		// The values that were resolved, the innermost first; they may hold secrets.
		for (String value : failure.getValues()) {
			Matcher placeholder = PLACEHOLDER.matcher(value);
			path.add(0, placeholder.matches() ? value : "...");
		}
		return new UnresolvedPlaceholder(failure.getPlaceholder(), path);
	}

	/**
	 * What is wrong.
	 * @return the end of a sentence that begins with who refers to it
	 */
	public String description() {
		String way = (this.path.size() > 1) ? " (" + String.join(" -> ", this.path) + ")" : "";
		return "refers to ${" + this.name + "}, which is not set anywhere" + way + ".";
	}

	/**
	 * What to do.
	 * @return sentences
	 */
	public String action() {
		return "Set " + this.name + " as a property or an environment variable, or correct its name. A default is"
				+ " written ${" + this.name + ":default}, and text that only looks like a placeholder \\${...}.";
	}

}
