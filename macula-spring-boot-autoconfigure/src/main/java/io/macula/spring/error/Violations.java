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

package io.macula.spring.error;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import io.macula.Code;
import io.macula.RpcException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;

/**
 * What is wrong with values, by their paths. The values themselves are not told.
 */
final class Violations {

	/** Messages by paths, both in order; of one path they are joined. */
	private final TreeMap<String, String> byPath = new TreeMap<>();

	static Violations of(Collection<? extends ConstraintViolation<?>> violations,
			Function<Path.ParameterNode, String> parameter) {
		Violations told = new Violations();
		List<? extends ConstraintViolation<?>> sorted = violations.stream()
			.sorted((one, other) -> one.getMessage().compareTo(other.getMessage()))
			.toList();
		for (ConstraintViolation<?> violation : sorted) {
			told.add(path(violation, parameter), violation.getMessage());
		}
		return told;
	}

	void add(String path, String message) {
		this.byPath.merge(path, message, (one, other) -> one + ", " + other);
	}

	/** Without the method, which the caller knows. */
	private static String path(ConstraintViolation<?> violation, Function<Path.ParameterNode, String> parameter) {
		StringBuilder text = new StringBuilder();
		for (Path.Node node : violation.getPropertyPath()) {
			if (node.getKind() == ElementKind.METHOD || node.getKind() == ElementKind.CONSTRUCTOR) {
				continue;
			}
			String name = (node.getKind() == ElementKind.PARAMETER) ? parameter.apply(node.as(Path.ParameterNode.class))
					: step(node);
			if (!text.isEmpty() && !name.isEmpty() && name.charAt(0) != '[') {
				text.append('.');
			}
			text.append(name);
		}
		return text.toString();
	}

	private static String step(Path.Node node) {
		String name = switch (node.getKind()) {
			case CONTAINER_ELEMENT -> "";
			case BEAN -> "";
			case CROSS_PARAMETER -> "arguments";
			case RETURN_VALUE -> "result";
			default -> String.valueOf(node.getName());
		};
		if (!node.isInIterable()) {
			return name;
		}
		String place = (node.getKey() != null) ? String.valueOf(node.getKey())
				: (node.getIndex() != null) ? String.valueOf(node.getIndex()) : "";
		return "[" + place + "]" + (name.isEmpty() ? "" : "." + name);
	}

	/**
	 * As what the caller is told.
	 * @param procedure {@code service/method}
	 * @return INVALID_ARGUMENT, with messages by paths as detail
	 */
	RpcException refusal(String procedure) {
		return RpcException.of(Code.INVALID_ARGUMENT, procedure + ": " + text()).withDetail(this.byPath);
	}

	/** All of them on one line. */
	String text() {
		StringBuilder text = new StringBuilder();
		for (Map.Entry<String, String> each : this.byPath.entrySet()) {
			text.append(text.isEmpty() ? "" : "; ").append(each.getKey());
			text.append(each.getKey().isEmpty() ? "" : " ").append(each.getValue());
		}
		return text.toString();
	}

}
