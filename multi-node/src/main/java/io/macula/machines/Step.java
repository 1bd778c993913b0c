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

package io.macula.machines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something that is done on a machine: a shell function of {@code common.sh} or of its
 * mode's file, with the functions that it calls and its variables. Immutable; nothing
 * secret is in it.
 *
 * @param name of the function
 * @param script all of it, for {@code sh}
 * @param limit bound of the wait for its end
 */
record Step(String name, String script, Duration limit) {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private static final Pattern FUNCTION = Pattern.compile("(?ms)^([a-z_]+)\\(\\) \\{\\n.*?^\\}\\n");

	/** A word where a command stands. */
	private static final Pattern COMMAND = Pattern.compile(
			"(?m)(?:^|[;&|({]|\\$\\()[ \\t]*(?:(?:if|elif|then|else|while|until|do|!)[ \\t]+)*([a-z_]+)\\b(?![(=])");

	/**
	 * A step.
	 * @param mode whose functions it may call
	 * @param name of the function
	 * @param variables values of those that it reads
	 * @return the step
	 */
	static Step of(Mode mode, String name, Map<String, String> variables) {
		return new Step(name, script(mode, name, variables) + name + " < /dev/null\n", LIMIT);
	}

	/**
	 * A step that reads what is sent to it.
	 * @param mode whose functions it may call
	 * @param name of the function
	 * @param variables values of those that it reads
	 * @param arguments of the function
	 * @return the step
	 */
	static Step reading(Mode mode, String name, Map<String, String> variables, String... arguments) {
		StringBuilder call = new StringBuilder(name);
		for (String argument : arguments) {
			call.append(' ').append(quoted(argument));
		}
		return new Step(name, script(mode, name, variables) + call + "\n", LIMIT);
	}

	/**
	 * The same with another bound.
	 * @param longer bound of the wait for its end
	 * @return the step
	 */
	Step within(Duration longer) {
		return new Step(this.name, this.script, longer);
	}

	/**
	 * A word for a shell.
	 * @param text any text without NUL
	 * @return the text in quotes, if it needs them
	 */
	static String quoted(String text) {
		return text.matches("[A-Za-z0-9_@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
	}

	private static String script(Mode mode, String name, Map<String, String> variables) {
		Map<String, String> functions = functions("common.sh");
		functions.putAll(functions(mode.key() + ".sh"));
		Set<String> needed = new LinkedHashSet<>();
		need(name, functions, needed);
		StringBuilder script = new StringBuilder("set -eu\n");
		new TreeMap<>(variables)
			.forEach((variable, value) -> script.append(variable).append('=').append(quoted(value)).append('\n'));
		needed.forEach((function) -> script.append(functions.get(function)));
		return script.toString();
	}

	private static void need(String name, Map<String, String> functions, Set<String> needed) {
		String function = functions.get(name);
		if (function == null) {
			throw new IllegalArgumentException("There is no step '" + name + "'");
		}
		if (!needed.add(name)) {
			return;
		}
		Matcher matcher = COMMAND.matcher(function.substring(function.indexOf('{')));
		while (matcher.find()) {
			if (functions.containsKey(matcher.group(1))) {
				need(matcher.group(1), functions, needed);
			}
		}
	}

	private static Map<String, String> functions(String file) {
		try (InputStream stream = Step.class.getResourceAsStream(file)) {
			if (stream == null) {
				throw new IllegalStateException("There is no file " + file);
			}
			Map<String, String> functions = new LinkedHashMap<>();
			Matcher matcher = FUNCTION.matcher(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
			while (matcher.find()) {
				functions.put(matcher.group(1), matcher.group());
			}
			return functions;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("File " + file + " cannot be read", ex);
		}
	}

}
