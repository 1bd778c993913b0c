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

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RetryTokensTests {

	private final AtomicLong now = new AtomicLong(-5);

	private final AtomicBoolean needed = new AtomicBoolean(true);

	private final AtomicBoolean admits = new AtomicBoolean(true);

	private final RetryTokens tokens = new RetryTokens((address) -> this.needed.get(), (address) -> this.admits.get(),
			this.now::get);

	private final InetSocketAddress client = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1234);

	private final ByteBuf id = Unpooled.wrappedBuffer(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 });

	@Test
	void aTokenHoldsForItsAddressAndPortAndTime() throws Exception {
		ByteBuf token = token();
		assertThat(token.readableBytes()).isLessThanOrEqualTo(this.tokens.maxTokenLength());
		InetSocketAddress stranger = new InetSocketAddress(InetAddress.getByName("10.0.0.9"), 1234);
		assertThat(this.tokens.validateToken(token, stranger)).isNegative();
		InetSocketAddress neighbour = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1235);
		assertThat(this.tokens.validateToken(token, neighbour)).isNegative();
		int offset = this.tokens.validateToken(token, this.client);
		assertThat(token.slice(offset, token.readableBytes() - offset)).isEqualTo(this.id);
		token = token();
		this.now.addAndGet(Duration.ofSeconds(11).toNanos());
		assertThat(this.tokens.validateToken(token, this.client)).isNegative();
	}

	@Test
	void aTokenHoldsAcrossARotationOfKeys() {
		this.now.addAndGet(Duration.ofSeconds(9).toNanos());
		ByteBuf token = token();
		this.now.addAndGet(Duration.ofSeconds(2).toNanos());
		token();
		assertThat(this.tokens.validateToken(token, this.client)).isPositive();
	}

	@Test
	void aChangedTokenIsInvalid() {
		ByteBuf token = token();
		for (int i = 0; i < token.readableBytes(); i++) {
			ByteBuf changed = token.copy();
			changed.setByte(i, changed.getByte(i) ^ 1);
			assertThat(this.tokens.validateToken(changed, this.client)).isNegative();
		}
		for (int i = 0; i < token.readableBytes(); i++) {
			assertThat(this.tokens.validateToken(token.slice(0, i), this.client)).isNegative();
		}
	}

	@Test
	void aTokenIsGoodForOneHandshake() {
		ByteBuf first = token();
		ByteBuf second = token();
		assertThat(this.tokens.validateToken(first, this.client)).isPositive();
		assertThat(this.tokens.validateToken(first, this.client)).isNegative();
		assertThat(this.tokens.validateToken(second, this.client)).isPositive();
		assertThat(this.tokens.validateToken(second, this.client)).isNegative();
	}

	@Test
	void aTokenThatIsRefusedForWantOfRoomMayComeAgain() {
		ByteBuf token = token();
		this.admits.set(false);
		assertThat(this.tokens.validateToken(token, this.client)).isNegative();
		this.admits.set(true);
		assertThat(this.tokens.validateToken(token, this.client)).isPositive();
	}

	@Test
	void usedTokensStayUsedWhileOthersAreWritten() {
		ByteBuf used = token();
		assertThat(this.tokens.validateToken(used, this.client)).isPositive();
		for (int i = 0; i < 1000; i++) {
			token();
		}
		assertThat(this.tokens.validateToken(used, this.client)).isNegative();
	}

	@Test
	void noTokenIsWrittenWhileNoneIsNeeded() {
		this.needed.set(false);
		assertThat(this.tokens.writeToken(Unpooled.buffer(), this.id, this.client)).isFalse();
	}

	private ByteBuf token() {
		ByteBuf out = Unpooled.buffer();
		assertThat(this.tokens.writeToken(out, this.id, this.client)).isTrue();
		return out;
	}

}
