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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class MaculaCallTests {

	@Test
	void outsideOfAScopeNothingIsSaid() {
		assertThat(MaculaCall.current().metadata()).isEqualTo(Metadata.EMPTY);
		assertThat(MaculaCall.current().deadline()).isNull();
		assertThat(MaculaCall.from(Context.empty()).captures()).isEmpty();
	}

	@Test
	void scopesAreNestedAndTheInnerOneHasTheLastWord() {
		try (CallOptions.Scope outer = MaculaCall.with("tenant", "a").with("user", "u").open()) {
			MaculaCall.with("tenant", "b").deadline(Duration.ofSeconds(1)).run(() -> {
				assertThat(MaculaCall.current().metadata().asMap()).isEqualTo(Map.of("tenant", "b", "user", "u"));
				assertThat(MaculaCall.current().deadline()).isEqualTo(Duration.ofSeconds(1));
				MaculaCall.current().captures().forEach((capture) -> capture.answered(Metadata.of(Map.of("x", "y"))));
			});
			assertThat(outer.responseMetadata().get("x")).isEqualTo("y");
			assertThat(MaculaCall.current().metadata().get("tenant")).isEqualTo("a");
			assertThat(MaculaCall.current().deadline()).isNull();
		}
		assertThat(MaculaCall.current().metadata().isEmpty()).isTrue();
	}

	@Test
	void whatIsDoneInAScopeHasItsResult() throws Exception {
		assertThat(MaculaCall.with("a", "b").<String>call(() -> MaculaCall.current().metadata().get("a")))
			.isEqualTo("b");
		assertThat(MaculaCall.current().metadata().isEmpty()).isTrue();
	}

	/**
	 * The methods declare what their work throws: that they compile is half of the test.
	 */
	@Test
	void whatIsDoneInAScopeThrowsNoMoreThanItsWork() throws IOException {
		assertThat(quiet()).isEqualTo("b");
		assertThatExceptionOfType(IOException.class).isThrownBy(this::reading).withMessage("read");
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(this::failing);
		assertThat(MaculaCall.key("k").call(this::number)).isEqualTo(1);
		assertThat(MaculaCall.current().metadata().isEmpty()).isTrue();
	}

	private @Nullable String quiet() {
		String answer = MaculaCall.with("a", "b").call(() -> MaculaCall.current().metadata().get("a"));
		return answer;
	}

	private String reading() throws IOException {
		return MaculaCall.with("a", "b").call(() -> {
			throw new IOException("read");
		});
	}

	private String failing() {
		return MaculaCall.with("a", "b").call(() -> {
			throw new UncheckedIOException(new IOException("read"));
		});
	}

	private int number() throws IOException {
		if (MaculaCall.current().key() == null) {
			throw new IOException("no key");
		}
		return 1;
	}

	@Test
	void aCallableIsTakenToo() throws Exception {
		Callable<String> callable = () -> MaculaCall.current().metadata().get("a");
		assertThat(MaculaCall.with("a", "b").call(callable)).isEqualTo("b");
	}

	@Test
	void aContextMergesWithWhatIsThere() {
		Context context = MaculaCall.with("tenant", "a").with("user", "u").context().apply(Context.of("other", 1));
		CallOptions both = MaculaCall.from(MaculaCall.with("tenant", "b").context().apply(context));
		assertThat(both.metadata().asMap()).isEqualTo(Map.of("tenant", "b", "user", "u"));
	}

	@Test
	void aKeyThatNobodyShouldSetIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> MaculaCall.with("Tenant", "a"))
			.withMessage("Metadata key 'Tenant' is not valid: expected 1 to 128 characters of a-z, 0-9, '.', '_' and"
					+ " '-'; write it in lower case");
		assertThatIllegalArgumentException().isThrownBy(() -> MaculaCall.with("", "a"));
		assertThatIllegalArgumentException().isThrownBy(() -> MaculaCall.with("k".repeat(129), "a"));
		assertThatNullPointerException().isThrownBy(() -> MaculaCall.with("a", null))
			.withMessage("The value of the metadata entry 'a' is null");
		assertThatIllegalArgumentException().isThrownBy(() -> MaculaCall.with("a", "\ud800"))
			.withMessageContaining("half of a surrogate pair");
	}

	@Test
	void moreThanAFrameHasRoomForIsRefused() {
		CallOptions many = MaculaCall.with("k0", "");
		for (int i = 1; i < Metadata.MAX_ENTRIES; i++) {
			many = many.with("k" + i, "");
		}
		CallOptions full = many;
		assertThat(full.with("k0", "again").metadata().size()).isEqualTo(120);
		assertThatIllegalArgumentException().isThrownBy(() -> full.with("last", ""))
			.withMessage("Metadata entry 'last' is one too many: expected at most 120 entries; send what belongs"
					+ " together as one entry, or as an argument");
		assertThatIllegalArgumentException().isThrownBy(() -> full.and(MaculaCall.with("last", "")));
		assertThatIllegalArgumentException().isThrownBy(() -> MaculaCall.with("big", "\u20ac".repeat(20_480)))
			.withMessage("Metadata entry 'big' makes 61443 bytes of metadata: expected at most 61440; send what is"
					+ " large as an argument");
	}

	@Test
	void aDeadlineThatIsNoneIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> MaculaCall.deadline(Duration.ZERO))
			.withMessage("Deadline PT0S of a call is not valid: expected more than 0 and at most 365 days");
		assertThatIllegalArgumentException().isThrownBy(() -> MaculaCall.deadline(Duration.ofDays(366)));
	}

}
