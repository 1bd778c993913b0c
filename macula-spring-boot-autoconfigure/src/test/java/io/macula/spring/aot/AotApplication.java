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

package io.macula.spring.aot;

import java.util.concurrent.atomic.AtomicInteger;

import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.spring.Calculator;
import io.macula.spring.ImportMaculaClients;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.stereotype.Component;

/** An application that is processed ahead of time, and then calls itself. */
@SpringBootApplication
@ImportMaculaClients(types = Calculator.class, service = "test.calculator", name = "imported")
public class AotApplication {

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(AotApplication.class, args)) {
			Shop shop = context.getBean(Shop.class);
			System.out.println("product " + shop.calculator.multiply(6, 7) + ", answer " + shop.hidden.answer("why")
					+ ", alone " + shop.absent.answer("why") + ", counted " + context.getBean(Counting.class).counted);
		}
	}

	/** A contract that its own package can see only. */
	@MaculaClient("test.hidden")
	interface Hidden {

		String answer(String question);

	}

	/** Calls. */
	@Component
	static class Shop {

		private final Calculator calculator;

		@MaculaClient
		private Hidden hidden;

		@MaculaClient(service = "test.absent", fallback = Spare.class)
		private Hidden absent;

		Shop(@MaculaClient(service = "test.calculator", name = "shop") Calculator calculator) {
			this.calculator = calculator;
		}

	}

	/** Made before the node, and calls by a client of its own. */
	@Component
	static class Counting implements ClientInterceptor {

		private final AtomicInteger counted = new AtomicInteger();

		@MaculaClient
		private Hidden hidden;

		@Override
		public @Nullable Object intercept(ClientInvocation call) throws Throwable {
			if (!call.service().is("test.hidden") && this.hidden.answer("who").equals("who not")) {
				this.counted.incrementAndGet();
			}
			return call.proceed();
		}

	}

	/** Provides. */
	@MaculaService("test.calculator")
	static class CalculatorBean implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	/** Answers where nobody provides. */
	@Component
	static class Spare implements Hidden {

		@Override
		public String answer(String question) {
			return question + " me";
		}

	}

	/** Provides. */
	@MaculaService("test.hidden")
	static class HiddenBean implements Hidden {

		@Override
		public String answer(String question) {
			return question + " not";
		}

	}

}
