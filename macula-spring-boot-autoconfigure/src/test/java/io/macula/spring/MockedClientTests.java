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

package io.macula.spring;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import org.springframework.test.context.junit.jupiter.SpringExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willReturn;
import static org.mockito.Mockito.mockingDetails;

class MockedClientTests {

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = OneClient.class)
	class WithoutQualifier {

		@MockitoBean
		private Calculator calculator;

		@Autowired
		private Shop shop;

		@Autowired
		private RecordingProxies proxies;

		@Test
		void theMockIsInjected() {
			given(this.calculator.multiply(2, 3)).willReturn(7);
			assertThat(this.shop.calculator.multiply(2, 3)).isEqualTo(7);
			assertThat(this.proxies.made).isEmpty();
		}

	}

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = TwoClients.class)
	class WithQualifier {

		@MockitoBean
		@MaculaClient(service = "test.calculator", name = "slow")
		private Calculator slow;

		@Autowired
		private SlowShop slowShop;

		@Autowired
		private Shop shop;

		@Test
		void onlyTheQualifiedClientIsMocked() {
			given(this.slow.multiply(2, 3)).willReturn(8);
			assertThat(this.slowShop.calculator).isSameAs(this.slow);
			assertThat(this.shop.calculator).hasToString("Calculator of test.calculator as test.calculator");
		}

	}

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = WithFallback.class)
	class BesideAFallback {

		@MockitoBean
		private Calculator calculator;

		@Autowired
		private CautiousShop shop;

		@Test
		void theClientIsMockedAndTheFallbackIsNot() {
			given(this.calculator.multiply(2, 3)).willReturn(9);
			assertThat(this.shop.calculator.multiply(2, 3)).isEqualTo(9);
			assertThat(mockingDetails(this.shop.spare).isMock()).isFalse();
		}

	}

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = WithOwn.class)
	class BesideABeanOfTheInterface {

		@MockitoBean
		private Calculator calculator;

		@Autowired
		private Shop shop;

		@Test
		void thatBeanIsMockedAndTheClientIsNot() {
			assertThat(this.shop.calculator).hasToString("Calculator of test.calculator as test.calculator");
			assertThat(mockingDetails(this.calculator).isMock()).isTrue();
		}

	}

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = WithOwn.class)
	class BesideABeanOfTheInterfaceByItsService {

		@MockitoBean
		@MaculaClient("test.calculator")
		private Calculator client;

		@Autowired
		private Shop shop;

		@Autowired
		private OwnCalculator own;

		@Test
		void theClientIsMockedAndThatBeanIsNot() {
			given(this.client.multiply(2, 3)).willReturn(7);
			assertThat(this.shop.calculator).isSameAs(this.client);
			assertThat(this.own.multiply(2, 3)).isEqualTo(6);
		}

	}

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = WithOwn.class)
	class SpiedByItsService {

		@MockitoSpyBean
		@MaculaClient("test.calculator")
		private Calculator client;

		@Autowired
		private Shop shop;

		@Test
		void theClientIsSpied() {
			willReturn(7).given(this.client).multiply(2, 3);
			assertThat(this.shop.calculator).isSameAs(this.client);
			assertThat(this.shop.calculator.multiply(2, 3)).isEqualTo(7);
			then(this.client).should().multiply(2, 3);
		}

	}

	@Test
	void ofTwoClientsNoneIsMockedWithoutAQualifier() {
		assertThatIllegalStateException()
			.isThrownBy(() -> new TestContextManager(Unqualified.class).prepareTestInstance(new Unqualified()))
			.withStackTraceContaining("Unable to select a bean to override");
	}

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = Slice.class, initializers = ClientBeansInitializer.class)
	class InASlice {

		@MockitoBean
		private Calculator calculator;

		@Autowired
		private Shop shop;

		@Test
		void theMockIsInjectedWithoutTheAutoConfiguration() {
			assertThat(this.shop.calculator).isSameAs(this.calculator);
		}

	}

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = LateClient.class)
	class OfALateInjectionPoint {

		@MockitoBean
		@MaculaClient("test.calculator")
		private Calculator calculator;

		@Autowired
		private Object hidden;

		@Test
		void theMockIsInjected() {
			assertThat(((FieldShop) this.hidden).calculator).isSameAs(this.calculator);
		}

	}

	@Nested
	@ExtendWith(SpringExtension.class)
	@ContextConfiguration(classes = OneClient.class)
	class InTheTestItself {

		@MaculaClient("in.test")
		private Calculator field;

		private final Calculator parameter;

		InTheTestItself(@MaculaClient("in.constructor") Calculator parameter) {
			this.parameter = parameter;
		}

		@Test
		void clientsAreInjected(@MaculaClient("in.method") Calculator ofMethod) {
			assertThat(this.field).hasToString("Calculator of in.test as in.test");
			assertThat(this.parameter).hasToString("Calculator of in.constructor as in.constructor");
			assertThat(ofMethod).hasToString("Calculator of in.method as in.method");
		}

	}

	@ContextConfiguration(classes = TwoClients.class)
	static class Unqualified {

		@MockitoBean
		Calculator calculator;

	}

	@MaculaService("test.own")
	static class OwnCalculator implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	@Configuration
	@Import({ Proxies.class, Shop.class, OwnCalculator.class })
	static class WithOwn {

	}

	static class Shop {

		final Calculator calculator;

		Shop(@MaculaClient("test.calculator") Calculator calculator) {
			this.calculator = calculator;
		}

	}

	static class SpareCalculator implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return 0;
		}

	}

	static class CautiousShop {

		final Calculator calculator;

		final SpareCalculator spare;

		CautiousShop(@MaculaClient(service = "test.calculator", fallback = SpareCalculator.class) Calculator calculator,
				SpareCalculator spare) {
			this.calculator = calculator;
			this.spare = spare;
		}

	}

	@Configuration
	@Import({ Proxies.class, CautiousShop.class, SpareCalculator.class })
	static class WithFallback {

	}

	static class SlowShop {

		final Calculator calculator;

		SlowShop(@MaculaClient(service = "test.calculator", name = "slow") Calculator calculator) {
			this.calculator = calculator;
		}

	}

	static class FieldShop {

		@MaculaClient("test.calculator")
		Calculator calculator;

	}

	@Configuration
	static class Slice {

		@Bean
		Shop shop(@MaculaClient("test.calculator") Calculator calculator) {
			return new Shop(calculator);
		}

	}

	@Configuration
	static class Proxies {

		@Bean
		static ClientBeanPostProcessor clientBeanPostProcessor() {
			return new ClientBeanPostProcessor();
		}

		@Bean
		RecordingProxies proxies() {
			return new RecordingProxies();
		}

	}

	@Configuration
	@Import({ Proxies.class, Shop.class })
	static class OneClient {

	}

	@Configuration
	@Import({ Proxies.class, Shop.class, SlowShop.class })
	static class TwoClients {

	}

	@Configuration
	@Import(Proxies.class)
	static class LateClient {

		@Bean
		Object hidden() {
			return new FieldShop();
		}

	}

}
