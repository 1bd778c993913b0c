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

package io.macula.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param path where it is, from the root of the repository
 * @param lines its lines
 */
record Page(Path path, List<String> lines) {

	static final Path ROOT = Path.of("..");

	static Page of(String path) {
		try {
			return new Page(Path.of(path), Files.readAllLines(ROOT.resolve(path)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** README and all that is in docs, decisions included. */
	static List<Page> all() {
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"), 2)) {
			List<Page> pages = new ArrayList<>();
			pages.add(of("README.md"));
			docs.filter((path) -> path.toString().endsWith(".md"))
				.map((path) -> ROOT.relativize(path).toString())
				.sorted()
				.forEach((path) -> pages.add(of(path)));
			return pages;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What stands between fences, with the comment right before it. */
	List<Snippet> snippets() {
		List<Snippet> snippets = new ArrayList<>();
		int begin = -1;
		for (int line = 0; line < this.lines.size(); line++) {
			if (!this.lines.get(line).startsWith("```")) {
				continue;
			}
			if (begin < 0) {
				begin = line;
				continue;
			}
			snippets.add(new Snippet(this, begin + 1, this.lines.get(begin).substring(3), comment(begin - 1),
					this.lines.subList(begin + 1, line)));
			begin = -1;
		}
		return snippets;
	}

	private String comment(int last) {
		if (last < 0 || !this.lines.get(last).endsWith("-->")) {
			return "";
		}
		int first = last;
		while (!this.lines.get(first).startsWith("<!--")) {
			first--;
		}
		String comment = String.join(" ", this.lines.subList(first, last + 1));
		return comment.substring(4, comment.length() - 3).strip();
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

	/**
	 * What stands between fences.
	 *
	 * @param page where it stands
	 * @param line number of the line that opens it, from 1
	 * @param language what its fence says
	 * @param comment the comment right before it, empty where there is none
	 * @param lines the lines between the fences
	 */
	record Snippet(Page page, int line, String language, String comment, List<String> lines) {

		String text() {
			return String.join("\n", this.lines) + "\n";
		}

		@Override
		public String toString() {
			return this.page + ":" + this.line;
		}

	}

}
