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

package io.macula.transport;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PayloadTurnsTests {

	private final PayloadTurns turns = new PayloadTurns();

	private final List<String> ran = new ArrayList<>();

	@Test
	void whenOneSenderHasManyThenThoseOfOthersComeInBetween() {
		Object many = new Object();
		Object few = new Object();
		add(many, "a1", "a2", "a3", "a4");
		add(few, "b1", "b2");
		add(new Object(), "c1");
		for (int i = 0; i < 7; i++) {
			this.turns.next().run();
		}
		assertThat(this.ran).containsExactly("a1", "b1", "c1", "a2", "b2", "a3", "a4");
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(this.turns::next);
	}

	@Test
	void whenASenderHadItsTurnThenItsNextPayloadWaitsBehindTheOthers() {
		Object first = new Object();
		add(first, "a1");
		this.turns.next().run();
		add(new Object(), "b1");
		add(first, "a2");
		this.turns.next().run();
		this.turns.next().run();
		assertThat(this.ran).containsExactly("a1", "b1", "a2");
	}

	private void add(Object sender, String... names) {
		for (String name : names) {
			this.turns.add(sender, () -> this.ran.add(name));
		}
	}

}
