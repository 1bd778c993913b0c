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

package io.macula.spring.autoconfigure;

import java.util.Map;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.client.ErrorMapper;
import io.macula.spring.MaculaAdvice;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaExceptionHandler;
import io.macula.spring.MaculaService;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.web.bind.annotation.ControllerAdvice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Errors of an application as it is: all auto-configurations, beans that are found, a
 * client that is injected.
 */
@DirtiesContext
@SpringBootTest(webEnvironment = WebEnvironment.NONE,
		properties = { "macula.realm.name=errors", "macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
				"macula.provider.port=0", "macula.provider.address=127.0.0.1" })
class ErrorsOfApplicationTests {

	@MaculaClient("test.stock")
	private Stock stock;

	@Test
	void anAdviceTellsTheProviderAndAMapperTheClient() {
		assertThatExceptionOfType(SoldOutException.class).isThrownBy(() -> this.stock.reserve("A-1"))
			.withMessage("A-1 is sold out at test.stock")
			.withCauseInstanceOf(RpcException.class);
	}

	@Test
	void anAdviceOfControllersHoldsAsWell() {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.stock.reserve("A-2"))
			.withMessage("UNAVAILABLE: test.stock/reserve failed");
	}

	@Test
	void argumentsAreValidated() {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.stock.reserve(" ")).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(Code.INVALID_ARGUMENT);
			assertThat(ex.detail()).containsExactly(Map.entry("sku", "must not be blank"));
		});
	}

	interface Stock {

		int reserve(@NotBlank String sku);

	}

	@MaculaService("test.stock")
	static class StockBean implements Stock {

		@Override
		public int reserve(String sku) {
			throw sku.equals("A-1") ? new IllegalStateException(sku) : new UnsupportedOperationException(sku);
		}

	}

	@MaculaAdvice
	static class StockAdvice {

		@MaculaExceptionHandler
		RpcException soldOut(IllegalStateException thrown) {
			return RpcException.of(Code.APPLICATION, "sold out").withDetail("sku", thrown.getMessage());
		}

	}

	@ControllerAdvice
	static class WebAdvice {

		@MaculaExceptionHandler(UnsupportedOperationException.class)
		Code unavailable() {
			return Code.UNAVAILABLE;
		}

	}

	static class SoldOutException extends RuntimeException {

		SoldOutException(String message) {
			super(message);
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ StockBean.class, StockAdvice.class, WebAdvice.class })
	static class Application {

		@Bean
		ErrorMapper stockErrors() {
			return (failure) -> (failure.code() == Code.APPLICATION)
					? new SoldOutException(failure.detail().get("sku") + " is sold out at " + failure.service()) : null;
		}

	}

}
