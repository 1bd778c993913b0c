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

package io.macula.benchmarks.start;

import io.macula.benchmarks.stack.BlockingCalculator;
import io.macula.spring.MaculaClient;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * A small application with the starter, which makes one call.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class MaculaApplication {

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(MaculaApplication.class, args)) {
			byte[] answer = context.getBean(Caller.class).calculator().echo(StartBenchmark.QUESTION.getBytes());
			System.out.println(StartBenchmark.ANSWER + new String(answer));
		}
	}

	@Bean
	Caller caller(@MaculaClient("bench.calculator") BlockingCalculator calculator) {
		return new Caller(calculator);
	}

	/**
	 * What a user's bean would be.
	 *
	 * @param calculator the client
	 */
	record Caller(BlockingCalculator calculator) {

	}

}
