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

package io.macula;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Fingerprint}.
 */
class FingerprintTests {

	private static final byte[] DIGEST = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

	@Test
	void whenAMethodIsThereThenItsMarkTellsSo() {
		String mark = Fingerprint.mark("find", 1, false, false);
		Fingerprint fingerprint = Fingerprint.of(DIGEST, List.of(Fingerprint.mark("place", 2, false, false), mark));
		assertThat(fingerprint.mayHave(mark)).isTrue();
		assertThat(new Fingerprint(fingerprint.text()).mayHave(mark)).isTrue();
		assertThat(fingerprint.mayHave(Fingerprint.mark("find", 2, false, false))).isFalse();
		assertThat(fingerprint.mayHave(Fingerprint.mark("find", 1, true, false))).isFalse();
		assertThat(fingerprint.mayHave(Fingerprint.mark("find", 1, false, true))).isFalse();
		assertThat(fingerprint.mayHave(Fingerprint.mark("added", 1, false, false))).isFalse();
	}

	@Test
	void whenMethodsAreLeftOpenThenEachMayBeThere() {
		Fingerprint fingerprint = Fingerprint.of(DIGEST, List.of()).withoutMethods();
		assertThat(fingerprint.mayHave(Fingerprint.mark("find", 1, false, false))).isTrue();
		assertThat(fingerprint.version()).isEqualTo(Fingerprint.of(DIGEST, List.of()).version());
		assertThat(new Fingerprint(fingerprint.text())).isEqualTo(fingerprint);
	}

	@Test
	void whenAContractHasManyMethodsThenTheirMarksDifferAndFit() {
		List<String> marks = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			marks.add(Fingerprint.mark("find" + i, 1, false, false));
		}
		Set<String> different = new HashSet<>(marks);
		assertThat(different).hasSize(200);
		assertThat(Fingerprint.of(DIGEST, marks).text()).hasSize(12 + 4 * 200);
		List<String> more = new ArrayList<>(marks);
		for (int i = 200; i <= Fingerprint.MAX_METHODS; i++) {
			more.add(Fingerprint.mark("find" + i, 1, false, false));
		}
		assertThat(Fingerprint.of(DIGEST, more).text()).hasSize(11);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "short", "0123456789", "0123456789a.abc", "0123456789a:abcd", "0123456789a.ab d",
			"0123456789a.abcd.", "0123456789\u00e4.abcd" })
	void whenATextIsNoFingerprintThenItIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> new Fingerprint(text))
			.withMessageContaining("Fingerprint of " + text.length() + " characters");
	}

	@Test
	void whenATextIsTooLongThenItIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Fingerprint("0123456789a." + "abcd".repeat(Fingerprint.MAX_METHODS + 1)));
	}

}
