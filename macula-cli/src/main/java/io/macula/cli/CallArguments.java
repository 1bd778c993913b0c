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
package io.macula.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

import io.macula.codec.ArgumentsCodec;
import io.macula.codec.JsonTrees;
import io.macula.codec.PayloadCodec;
import io.macula.log.NearestName;
import io.macula.log.Printable;
import io.macula.operations.ServiceDescriptions.MethodDescription;
import io.macula.operations.ServiceDescriptions.Parameter;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Arguments of a method as they were typed: checked against its schema before anything is
 * sent. Forgiving where only one thing can be meant: texts without quotation marks, one
 * array or one object of named arguments in the place of several, a field of the name of
 * the one parameter.
 */
final class CallArguments {

	private final MethodDescription method;

	private final Surroundings surroundings;

	private final boolean checked;

	private boolean inputTaken;

	CallArguments(MethodDescription method, Surroundings surroundings, boolean checked) {
		this.method = method;
		this.surroundings = surroundings;
		this.checked = checked;
	}

	/**
	 * The arguments as they are sent.
	 * @param typed one JSON for each, {@code @file} or {@code -}
	 * @throws CommandException if they do not fit; names the path of the field
	 */
	byte[] encode(List<String> typed) {
		List<Parameter> parameters = this.method.parameters();
		List<JsonNode> values = values(typed, parameters);
		PayloadCodec codec = JsonTrees.codec();
		return ArgumentsCodec
			.of(codec, this.method.name(), Collections.nCopies(parameters.size(), JsonNode.class),
					parameters.stream().map(Parameter::name).toList())
			.encode(values.toArray());
	}

	private List<JsonNode> values(List<String> typed, List<Parameter> parameters) {
		int count = parameters.size();
		if (typed.size() == 1 && count != 1) {
			JsonNode all = parse(typed.get(0), null, "The arguments");
			List<JsonNode> several = several(all, parameters);
			if (several != null) {
				return several;
			}
		}
		if (typed.size() != count) {
			throw CommandException.usage("Method " + this.method.name() + " takes " + number(count)
					+ ((count > 0) ? " (" + names(parameters) + ")" : "") + ", but there "
					+ ((typed.size() == 1) ? "is 1" : "are " + typed.size()) + ": " + wanted(count));
		}
		List<JsonNode> values = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Parameter parameter = parameters.get(i);
			JsonNode value = parse(typed.get(i), Schema.of(parameter.schema()), "Argument " + parameter.name());
			values.add(fitting((count == 1) ? unwrapped(value, parameter) : value, parameter));
		}
		return values;
	}

	private @Nullable List<JsonNode> several(JsonNode all, List<Parameter> parameters) {
		List<JsonNode> values = new ArrayList<>();
		if (all.isArray() && all.size() == parameters.size()) {
			for (int i = 0; i < all.size(); i++) {
				values.add(fitting(all.get(i), parameters.get(i)));
			}
			return values;
		}
		List<String> names = parameters.stream().map(Parameter::name).toList();
		if (!all.isObject() || all.propertyNames().stream().noneMatch(names::contains)) {
			return null;
		}
		for (String given : all.propertyNames()) {
			if (!names.contains(given)) {
				throw CommandException.usage("Method " + this.method.name() + " has no argument '"
						+ Printable.text(given) + "': " + NearestName.question(given, names) + "expected "
						+ String.join(", ", names) + ". Nothing was sent");
			}
		}
		parameters.forEach((each) -> values.add(fitting(named(all, each), each)));
		return values;
	}

	/** What may be null may be left out by who names the others. */
	private JsonNode named(JsonNode all, Parameter parameter) {
		JsonNode value = all.get(parameter.name());
		if (value == null && !Schema.of(parameter.schema()).optional()) {
			throw CommandException.usage("Argument " + parameter.name() + " of " + this.method.name()
					+ " is missing in the object of arguments by name. Nothing was sent");
		}
		return (value != null) ? value : JsonNodeFactory.instance.nullNode();
	}

	private static String number(int count) {
		return (count == 0) ? "no arguments" : (count == 1) ? "1 argument" : count + " arguments";
	}

	private String wanted(int count) {
		String each = "expected one JSON for each, or one array of all";
		if (this.method.streamed() == null) {
			return (count > 0) ? each : "expected none";
		}
		return ((count > 0) ? each + ", and " : "expected ")
				+ "its stream, one JSON a line, from the standard input or --elements @FILE";
	}

	/**
	 * Of one parameter: {@code [value]} or {@code {"name": value}} where only that fits.
	 */
	private static JsonNode unwrapped(JsonNode value, Parameter parameter) {
		Schema schema = Schema.of(parameter.schema());
		if (schema.misfit(value) == null || value.size() != 1) {
			return value;
		}
		JsonNode inner = value.isArray() ? value.get(0) : value.get(parameter.name());
		return (inner != null && schema.misfit(inner) == null) ? inner : value;
	}

	private JsonNode fitting(JsonNode value, Parameter parameter) {
		String misfit = this.checked ? Schema.of(parameter.schema()).misfit(value) : null;
		if (misfit != null) {
			throw misfit("Argument " + parameter.name(), misfit);
		}
		return value;
	}

	private CommandException misfit(String what, String misfit) {
		return CommandException.usage(what + " of " + this.method.name() + " does not fit at " + misfit
				+ ". Nothing was sent; --unchecked sends it all the same");
	}

	private static String names(List<Parameter> parameters) {
		return String.join(", ", parameters.stream().map(Parameter::name).toList());
	}

	/**
	 * A value as it was typed.
	 * @param schema of its parameter: a text needs no quotation marks; or {@code null}
	 */
	private JsonNode parse(String typed, @Nullable Schema schema, String what) {
		boolean literal = !typed.equals("-") && !typed.startsWith("@");
		String text = literal ? typed : read(typed, what);
		boolean plain = literal && schema != null && schema.text();
		if (text.isBlank()) {
			if (plain) {
				return JsonNodeFactory.instance.stringNode(text);
			}
			throw CommandException.usage(what + " of " + this.method.name() + " is no JSON: it is empty");
		}
		try {
			JsonNode value = Json.tree(text);
			return (plain && value.isValueNode() && !value.isString() && !value.isNull())
					? JsonNodeFactory.instance.stringNode(text) : value;
		}
		catch (JacksonException ex) {
			if (plain && !text.strip().startsWith("\"")) {
				return JsonNodeFactory.instance.stringNode(text);
			}
			throw CommandException
				.usage(what + " of " + this.method.name() + " is no JSON: " + ex.getOriginalMessage() + place(ex)
						+ ((text.indexOf('"') < 0 && literal)
								? "; the shell takes quotation marks away," + " unless the whole stands in single ones"
								: ""));
		}
	}

	/** Whoever reads it reads all of it. */
	private void takeInput() {
		if (this.inputTaken) {
			throw CommandException
				.usage("The standard input (-) is there once, but two of the arguments and elements" + " of "
						+ this.method.name() + " are to come from it: name a file for one, @FILE. Nothing was sent");
		}
		this.inputTaken = true;
	}

	private static String place(JacksonException thrown) {
		return (thrown.getLocation() == null) ? ""
				: " (line " + thrown.getLocation().getLineNr() + ", column " + thrown.getLocation().getColumnNr() + ")";
	}

	private String read(String typed, String what) {
		if (typed.equals("-")) {
			takeInput();
		}
		try {
			return typed.equals("-") ? new String(this.surroundings.input().readAllBytes(), StandardCharsets.UTF_8)
					: Files.readString(path(typed));
		}
		catch (IOException | InvalidPathException ex) {
			throw CommandException.usage(what + " cannot be read from '" + Printable.text(typed) + "' ("
					+ ex.getMessage() + "): a text that begins with @ or is - needs quotation marks of JSON");
		}
	}

	private Path path(String typed) {
		return this.surroundings.directory().resolve(typed.substring(1));
	}

	/**
	 * The stream that is sent: one JSON a line, read as it is asked for.
	 * @param from {@code @file} or {@code -}
	 * @return fails with a {@link CommandException} at a line that does not fit
	 */
	Flux<byte[]> elements(String from) {
		if (from.equals("-")) {
			takeInput();
		}
		Schema schema = Schema.of(Objects.requireNonNull(this.method.streamed()));
		return Flux.<byte[], Lines>generate(() -> new Lines(reader(from)), (lines, sink) -> {
			try {
				String line = lines.next();
				if (line == null) {
					sink.complete();
				}
				else {
					sink.next(Json.bytes(element(line, lines.number, schema)));
				}
			}
			catch (IOException | UncheckedIOException ex) {
				sink.error(CommandException.usage("The elements cannot be read: " + ex.getMessage()));
			}
			catch (CommandException ex) {
				sink.error(ex);
			}
			return lines;
		}, Lines::close).subscribeOn(Schedulers.boundedElastic());
	}

	private JsonNode element(String line, int number, Schema schema) {
		String what = "The element in line " + number;
		JsonNode value = (line.equals("-") || line.startsWith("@")) ? JsonNodeFactory.instance.stringNode(line)
				: parse(line, schema, what);
		String misfit = this.checked ? schema.misfit(value) : null;
		if (misfit != null) {
			throw misfit(what, misfit);
		}
		return value;
	}

	private BufferedReader reader(String from) throws IOException {
		if (from.equals("-")) {
			return new BufferedReader(new InputStreamReader(this.surroundings.input(), StandardCharsets.UTF_8));
		}
		if (!from.startsWith("@")) {
			throw CommandException
				.usage("elements '" + Printable.text(from) + "' from --elements is not valid: expected @FILE or -");
		}
		try {
			return Files.newBufferedReader(path(from));
		}
		catch (IOException | InvalidPathException ex) {
			throw CommandException
				.usage("The elements cannot be read from '" + Printable.text(from) + "' (" + ex.getMessage() + ")");
		}
	}

	/** Lines that are not blank. */
	private static final class Lines {

		private final BufferedReader reader;

		private int number;

		Lines(BufferedReader reader) {
			this.reader = reader;
		}

		@Nullable String next() throws IOException {
			String line = this.reader.readLine();
			this.number++;
			while (line != null && line.isBlank()) {
				line = this.reader.readLine();
				this.number++;
			}
			return line;
		}

		void close() {
			try {
				this.reader.close();
			}
			catch (IOException ex) {
				// It was read to where it was wanted.
			}
		}

	}

}
