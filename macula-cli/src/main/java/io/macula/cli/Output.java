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

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * What the command says: tables for people or JSON for programs to the standard output,
 * warnings to the standard error. What nodes tell is escaped, so that nobody steers the
 * terminal. Used by one thread at a time.
 */
final class Output {

	private final PrintWriter out;

	private final PrintWriter err;

	private final boolean json;

	private final boolean colours;

	Output(PrintWriter out, PrintWriter err, boolean json, boolean colours) {
		this.out = out;
		this.err = err;
		this.json = json;
		this.colours = colours;
	}

	/** Whether programs read it. */
	boolean json() {
		return this.json;
	}

	/** A value for programs, over several lines. */
	void value(Object value) {
		text(Json.pretty(value));
	}

	/** A value for programs, in one line. */
	void line(Object value) {
		text(Json.line(value));
	}

	/** A line for people; not escaped. */
	void text(String line) {
		this.out.println(line);
		this.out.flush();
	}

	/** A sentence beside the answer. */
	void warn(String sentence) {
		this.err.println("macula: " + Printable.text(sentence, Integer.MAX_VALUE));
		this.err.flush();
	}

	/** Whether nobody reads the answer any more. */
	boolean gone() {
		// The stream below the writer keeps to itself that nobody reads it.
		return this.out.checkError() | System.out.checkError();
	}

	/** A question, to the standard error. */
	void prompt(String question) {
		this.err.print(question);
		this.err.flush();
	}

	/** A line that takes the place of the one before it, on a terminal. */
	void progress(String line) {
		this.err.print("\r\u001b[K" + line);
		this.err.flush();
	}

	/** What happens meanwhile, to the standard error. */
	void note(String line) {
		this.err.println(line);
		this.err.flush();
	}

	/** A table of escaped cells. */
	void table(Table table) {
		int[] widths = table.widths();
		this.out.println(styled("1", row(table.head, widths)));
		table.rows.forEach((row) -> this.out.println(row(row, widths)));
		this.out.flush();
	}

	private static String row(List<String> cells, int[] widths) {
		StringBuilder line = new StringBuilder();
		for (int i = 0; i < cells.size(); i++) {
			line.append(cells.get(i));
			if (i < cells.size() - 1) {
				line.append(" ".repeat(widths[i] - cells.get(i).length() + 2));
			}
		}
		return line.toString().stripTrailing();
	}

	/** With a style of ECMA-48 where there are colours. */
	String styled(String style, String text) {
		return this.colours ? "\u001b[" + style + "m" + text + "\u001b[0m" : text;
	}

	/** Rows below a head. */
	static final class Table {

		private final List<String> head;

		private final List<List<String>> rows = new ArrayList<>();

		Table(String... head) {
			this.head = Arrays.stream(head).map((each) -> Printable.text(each, Integer.MAX_VALUE)).toList();
		}

		Table row(@Nullable Object... cells) {
			List<String> row = new ArrayList<>();
			for (Object cell : cells) {
				row.add((cell == null || cell.toString().isEmpty()) ? "-"
						: Printable.text(cell.toString(), Integer.MAX_VALUE));
			}
			this.rows.add(row);
			return this;
		}

		private int[] widths() {
			int[] widths = new int[this.head.size()];
			for (int i = 0; i < widths.length; i++) {
				int column = i;
				widths[i] = Math.max(this.head.get(i).length(),
						this.rows.stream().mapToInt((row) -> row.get(column).length()).max().orElse(0));
			}
			return widths;
		}

	}

	/** A share or a time with few digits. */
	static String number(double value) {
		return (value >= 100) ? String.format(Locale.ROOT, "%.0f", value) : String.format(Locale.ROOT, "%.1f", value);
	}

}
