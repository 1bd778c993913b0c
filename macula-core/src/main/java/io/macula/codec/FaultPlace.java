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
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.macula.log.LineText;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.databind.exc.InvalidFormatException;

/**
 * Where inside a value Jackson failed, and why, in a line that people read: a value that
 * contains itself has a path of a thousand steps, and reasons may have line breaks.
 */
final class FaultPlace {

	/** Enough to find the place, and to see the circle of a value that has one. */
	private static final int MAX_STEPS = 8;

	private static final int MAX_REASON = 400;

	private static final int MAX_NAME = 100;

	private FaultPlace() {
	}

	/** The steps to the fault, such as {@code $.lines[2].price}. */
	static String path(RuntimeException ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			if (cause instanceof HostilePayloadException hostile) {
				return hostile.place();
			}
		}
		StringBuilder path = new StringBuilder("$");
		if (ex instanceof JacksonException jackson) {
			List<JacksonException.Reference> steps = jackson.getPath();
			steps.stream().limit(MAX_STEPS).forEach((step) -> append(path, step));
			if (steps.size() > MAX_STEPS) {
				path.append("... (").append(steps.size() - MAX_STEPS).append(" more steps)");
			}
		}
		return path.toString();
	}

	private static void append(StringBuilder path, JacksonException.Reference step) {
		String property = step.getPropertyName();
		if (property != null) {
			// A key of a map may be long.
			path.append('.').append(LineText.of(property, MAX_NAME));
		}
		else if (step.getIndex() >= 0) {
			path.append('[').append(step.getIndex()).append(']');
		}
	}

	/** The steps to where a parser is. */
	static String path(TokenStreamContext context) {
		ArrayDeque<String> steps = new ArrayDeque<>();
		int more = 0;
		for (TokenStreamContext each = context; each != null && !each.inRoot(); each = each.getParent()) {
			String name = each.currentName();
			if (each.inArray()) {
				steps.push("[" + each.getCurrentIndex() + ']');
			}
			else if (name != null) {
				steps.push('.' + LineText.of(name, MAX_NAME));
			}
			if (steps.size() > MAX_STEPS) {
				steps.removeLast();
				more++;
			}
		}
		return '$' + String.join("", steps) + ((more > 0) ? "... (" + more + " more steps)" : "");
	}

	/** The message without Jackson's own path, source excerpt and settings. */
	static String reason(RuntimeException ex) {
		String message = (ex instanceof JacksonException jackson) ? reason(jackson) : ex.getMessage();
		return LineText.of(Objects.requireNonNullElse(message, ex.getClass().getName()), MAX_REASON);
	}

	private static String reason(JacksonException ex) {
		if (ex instanceof InvalidFormatException format) {
			Object[] constants = format.getTargetType().getEnumConstants();
			if (constants != null && format.getValue() instanceof String name) {
				return "'" + name + "' is none of its constants "
						+ Stream.of(constants).map((constant) -> ((Enum<?>) constant).name()).toList()
						+ ", and none of these has @JsonEnumDefaultValue to stand for those that are not known";
			}
		}
		if (ex.getCause() instanceof HostilePayloadException hostile) {
			return hostile.getOriginalMessage();
		}
		String message = ex.getOriginalMessage();
		if (message.startsWith("Trailing token")) {
			return "more follows after the value; do both ends have the same parameters?";
		}
		if (message.startsWith("Document nesting depth")) {
			return "it is nested deeper than " + PayloadMapper.MAX_DEPTH + " levels; does it contain itself?";
		}
		int hint = message.indexOf(" (but could if coercion was enabled");
		return (hint < 0) ? message : message.substring(0, hint);
	}

}
