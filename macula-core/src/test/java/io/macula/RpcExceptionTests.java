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

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests for {@link RpcException}.
 */
class RpcExceptionTests {

	private static final Attempt ATTEMPT = new Attempt(1, "provider", new Endpoint("10.0.0.7", 9443),
			Status.unknown(Code.UNAVAILABLE, "gone\n"));

	@Test
	void aHandlerThrowsAStatusWithDetailInItsOrder() {
		IllegalStateException suppressed = new IllegalStateException("beside");
		RpcException plain = RpcException.of(Code.NOT_FOUND, "no such order");
		plain.addSuppressed(suppressed);
		RpcException told = plain.withDetail("b", "1").withDetail("a", "2").withDetail("b", "3");
		assertThat(told).hasMessage("NOT_FOUND: no such order").hasSuppressedException(suppressed);
		assertThat(told.status()).isEqualTo(Status.processed(Code.NOT_FOUND, "no such order"));
		assertThat(told.detail()).containsExactly(Map.entry("b", "3"), Map.entry("a", "2"));
		assertThat(told.getStackTrace()).isEqualTo(plain.getStackTrace());
		assertThat(plain.detail()).isEmpty();
		assertThat(told.service()).isNull();
		assertThat(told.method()).isNull();
		assertThat(told.attempts()).isEmpty();
	}

	@Test
	void nothingOfItCanBeChanged() {
		Map<String, String> given = new LinkedHashMap<>(Map.of("a", "1"));
		RpcException told = new RpcException(ATTEMPT.status(), null, null, given,
				new FailedCall("shop", "order", List.of(ATTEMPT)));
		given.put("b", "2");
		assertThat(told.detail()).containsOnlyKeys("a");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> told.detail().clear());
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> told.attempts().clear());
		assertThatNullPointerException().isThrownBy(() -> told.withDetail("a", null));
		Map<String, String> odd = new LinkedHashMap<>();
		odd.put("a", null);
		assertThatNullPointerException().isThrownBy(() -> told.withDetail(odd)).withMessage("detail of 'a'");
	}

	@Test
	void itTravelsByJavasOwnSerialization() throws Exception {
		RpcException told = new RpcException(ATTEMPT.status(), "com.acme.Lost", null, Map.of("a", "1"),
				new FailedCall("shop", "order", List.of(ATTEMPT)));
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(told);
		}
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			assertThat(in.readObject()).isInstanceOfSatisfying(RpcException.class, (read) -> {
				assertThat(read.detail()).isEqualTo(told.detail());
				assertThat(read.service()).isEqualTo("shop");
				assertThat(read.attempts()).containsExactly(ATTEMPT);
			});
		}
	}

	@Test
	void anAttemptIsReadableAndEscaped() {
		assertThat(ATTEMPT).hasToString("1: provider at 10.0.0.7:9443 -> UNAVAILABLE: gone\\n");
	}

}
