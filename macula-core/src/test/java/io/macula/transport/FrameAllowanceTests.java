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

import java.time.Duration;

import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.ProtocolException;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

class FrameAllowanceTests {

	private final MockTicker ticker = Ticker.newMockTicker();

	private final FrameAllowance allowance = new FrameAllowance(this.ticker::nanoTime);

	@Test
	void whenABurstIsOverThenTimeAllowsAThousandASecond() {
		spend(FrameAllowance.BURST);
		refused();
		this.ticker.advance(Duration.ofSeconds(1).toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
		spend(FrameAllowance.PER_SECOND - 1);
		refused();
	}

	@Test
	void whenALongTimePassesThenItIsNoMoreThanABurst() {
		spend(FrameAllowance.BURST);
		this.ticker.advance(1, java.util.concurrent.TimeUnit.DAYS);
		spend(FrameAllowance.BURST);
		refused();
	}

	@Test
	void whenCallsComeThenWhatBelongsToThemIsAllowedForEver() {
		spend(FrameAllowance.BURST);
		for (int i = 0; i < 1_000_000; i++) {
			this.allowance.earn(FrameAllowance.PER_CALL);
			spend(FrameAllowance.PER_CALL);
		}
		refused();
	}

	@Test
	void whenManyCallsComeThenTheyBuyNoLongFlood() {
		for (int i = 0; i < 1_000_000; i++) {
			this.allowance.earn(FrameAllowance.PER_CALL);
		}
		spend(FrameAllowance.BURST);
		refused();
	}

	@Test
	void whenItIsOverThenTheReasonNamesWhatCameAndTheLimits() {
		spend(FrameAllowance.BURST);
		assertThatExceptionOfType(ProtocolException.class)
			.isThrownBy(() -> this.allowance.spend(1, new Frame.Ping(1).type()))
			.withMessageContaining("PING")
			.withMessageContaining("10000 at once")
			.withMessageContaining("1000 a second")
			.satisfies((ex) -> assertThat(ex.errorCode()).isEqualTo(ErrorCode.LIMIT));
	}

	private void spend(int frames) {
		assertThatNoException().isThrownBy(() -> {
			for (int i = 0; i < frames; i++) {
				this.allowance.spend(1, "test");
			}
		});
	}

	private void refused() {
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> this.allowance.spend(1, "test"));
	}

}
