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

package io.macula.harness;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Markdown}.
 */
class MarkdownTests {

	@Test
	void whenALineIsLongThenItIsWrappedBetweenWords() {
		String word = "x".repeat(50);
		assertThat(Markdown.wrap("- %s %s %s\n\nshort\n".formatted(word, word, word)))
			.isEqualTo("- %s %s\n  %s\n\nshort\n".formatted(word, word, word));
	}

	@Test
	void whenAWordOrATableIsLongThenItStays() {
		String word = "x".repeat(130);
		assertThat(Markdown.wrap(word + "\n| " + word + " y |\n")).isEqualTo(word + "\n| " + word + " y |\n");
	}

}
