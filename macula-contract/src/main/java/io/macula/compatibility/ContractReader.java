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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.codec.CodedType;
import org.jspecify.annotations.Nullable;

/**
 * Reads a contract from its text. Used once.
 */
final class ContractReader {

	private final List<String> lines;

	private final String source;

	private int next;

	ContractReader(String text, String source) {
		// Some editors put a mark of the byte order before everything.
		String visible = text.startsWith("\ufeff") ? text.substring(1) : text;
		this.lines = visible.lines().map(String::stripTrailing).toList();
		this.source = source;
	}

	PublishedContract read() {
		LineReader first = heading();
		if (first == null) {
			throw new IllegalArgumentException(
					this.source + " is empty; take it back from version control, or write it anew");
		}
		first.expect("contract ");
		String name = first.name();
		first.expectEnd();
		List<PublishedMethod> methods = new ArrayList<>();
		Map<String, CodedType> types = new LinkedHashMap<>();
		for (LineReader line = heading(); line != null; line = heading()) {
			if (line.skips("method ")) {
				methods.add(method(line));
			}
			else {
				type(line, types);
			}
		}
		return new PublishedContract(name, methods, types);
	}

	/** The next line that is not indented, without comments. */
	private @Nullable LineReader heading() {
		while (this.next < this.lines.size()) {
			String line = this.lines.get(this.next++);
			if (!line.isEmpty() && !line.startsWith("#")) {
				return reader(line);
			}
		}
		return null;
	}

	/** The next line if it is indented. */
	private @Nullable LineReader indented() {
		if (this.next == this.lines.size() || !this.lines.get(this.next).startsWith(ContractWriter.INDENT)) {
			return null;
		}
		return reader(this.lines.get(this.next++).substring(ContractWriter.INDENT.length()));
	}

	private LineReader reader(String line) {
		return new LineReader(line, this.source + ", line " + this.next);
	}

	private PublishedMethod method(LineReader line) {
		String name = line.name();
		List<PublishedParameter> parameters = new ArrayList<>();
		line.expect("(");
		while (!line.skips(")")) {
			if (!parameters.isEmpty()) {
				line.expect(", ");
			}
			String parameter = line.name();
			line.expect(": ");
			boolean stream = line.skips("stream ");
			parameters.add(new PublishedParameter(parameter, line.type(), stream));
		}
		line.expect(": ");
		boolean stream = line.skips("stream ");
		String result = line.type();
		boolean idempotent = line.skips(" (idempotent)");
		line.expectEnd();
		List<String> exceptions = new ArrayList<>();
		for (LineReader below = indented(); below != null; below = indented()) {
			below.expect("throws ");
			exceptions.add(below.type());
			below.expectEnd();
		}
		return new PublishedMethod(name, parameters, result, stream, idempotent, exceptions);
	}

	private void type(LineReader line, Map<String, CodedType> types) {
		if (line.skips("type ") || line.skips("exception ")) {
			String name = line.type();
			boolean positional = line.skips(" (by position)");
			line.expectEnd();
			types.put(name, new CodedType.Properties(properties(), positional));
		}
		else if (line.skips("enum ")) {
			String name = line.type();
			line.expectEnd();
			types.put(name, constants());
		}
		else if (line.skips("choice ")) {
			types.put(line.type(), choice(line));
		}
		else if (line.skips("same ")) {
			String name = line.type();
			line.expect(": ");
			types.put(name, new CodedType.Same(line.type()));
			line.expectEnd();
		}
		else if (line.skips("own ")) {
			String name = line.type();
			line.expect(" (by ");
			types.put(name, new CodedType.Own(line.quoted()));
			line.expect(")");
			line.expectEnd();
		}
		else {
			throw line.failed("method, type, exception, enum, choice, same or own");
		}
	}

	private List<CodedType.Property> properties() {
		List<CodedType.Property> properties = new ArrayList<>();
		for (LineReader line = indented(); line != null; line = indented()) {
			String name = line.name();
			line.expect(": ");
			String type = line.type();
			Notes notes = new Notes(line);
			properties.add(new CodedType.Property(name, type, notes.also, notes.required, notes.written, notes.format));
		}
		return properties;
	}

	private CodedType.Constants constants() {
		List<CodedType.Named> constants = new ArrayList<>();
		String fallback = null;
		for (LineReader line = indented(); line != null; line = indented()) {
			String name = line.name();
			Notes notes = new Notes(line);
			constants.add(new CodedType.Named(name, notes.also));
			fallback = (notes.fallback != null) ? name : fallback;
		}
		return new CodedType.Constants(constants, fallback);
	}

	private CodedType.Choice choice(LineReader heading) {
		Notes about = new Notes(heading);
		List<CodedType.Case> cases = new ArrayList<>();
		for (LineReader line = indented(); line != null; line = indented()) {
			String name = line.name();
			line.expect(": ");
			String type = line.type();
			cases.add(new CodedType.Case(name, new Notes(line).also, type));
		}
		return new CodedType.Choice(about.toldBy, cases, about.fallback);
	}

	/** What follows in brackets at the end of a line. */
	private static final class Notes {

		private final List<String> also = new ArrayList<>();

		private boolean required;

		private boolean written = true;

		private @Nullable String format;

		private @Nullable String fallback;

		private String toldBy = "";

		Notes(LineReader line) {
			if (line.skips(" (")) {
				do {
					read(line);
				}
				while (line.skips(", "));
				line.expect(")");
			}
			line.expectEnd();
		}

		private void read(LineReader line) {
			if (line.skips("also ")) {
				this.also.add(line.quoted());
			}
			else if (line.skips("required")) {
				this.required = true;
			}
			else if (line.skips("never sent")) {
				this.written = false;
			}
			else if (line.skips("format ")) {
				this.format = line.quoted();
			}
			else if (line.skips("told by ")) {
				this.toldBy = line.quoted();
			}
			else if (line.skips("default")) {
				this.fallback = line.skips(" ") ? line.type() : "";
			}
			else {
				throw line.failed("also, required, never sent, format, told by or default");
			}
		}

	}

}
