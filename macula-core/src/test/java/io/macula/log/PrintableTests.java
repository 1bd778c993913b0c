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

package io.macula.log;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PrintableTests {

	@Test
	void whenATextIsPrintableThenItIsTheSame() {
		String text = "node 'größe-东京' 😀 answered \\n 100%";
		assertThat(Printable.text(text)).isSameAs(text);
		assertThat(Printable.printable(text)).isTrue();
	}

	@Test
	void whenALineEndsInATextThenItsEndIsEscaped() {
		assertThat(Printable.text("a\r\nb\tc\u000bd\u0085e\u2028f\u2029g"))
			.isEqualTo("a\\r\\nb\\tc\\u000bd\\u0085e\\u2028f\\u2029g");
	}

	@Test
	void whenATextColoursATerminalThenItDoesNotAnyMore() {
		assertThat(Printable.text("\u001b[31mred\u001b[0m\u0007\u009b1m\u0000\u007f"))
			.isEqualTo("\\u001b[31mred\\u001b[0m\\u0007\\u009b1m\\u0000\\u007f");
	}

	@Test
	void whenATextTurnsTheDirectionOfReadingOrHidesThenItIsShown() {
		assertThat(Printable.text("a\u202eb\u2066c\u200bd\ufeffe\u00adf\udb40\udc41g\ud800h\ue000i"))
			.isEqualTo("a\\u202eb\\u2066c\\u200bd\\ufeffe\\u00adf\\u{e0041}g\\ud800h\\ue000i");
	}

	@Test
	void whenATextIsTooLongThenItIsCut() {
		assertThat(Printable.text("abcdef", 3)).isEqualTo("abc...");
		assertThat(Printable.text("abc", 3)).isEqualTo("abc");
		assertThat(Printable.text("ab😀", 3)).isEqualTo("ab😀");
		assertThat(Printable.text("ab😀c", 3)).isEqualTo("ab😀...");
		assertThat(Printable.text("a\nbcdef", 3)).isEqualTo("a\\nb...");
		assertThat(Printable.text("x".repeat(10_000_000))).hasSize(Printable.CLAUSE + 3);
	}

	@Test
	void whenATextIsEscapedTwiceThenItIsLikeOnce() {
		String once = Printable.text("a\nb\u202e");
		assertThat(Printable.text(once)).isSameAs(once);
	}

	@Test
	void whenThereIsNoTextThenThatIsSaid() {
		assertThat(Printable.text(null)).isEqualTo("null");
	}

}
