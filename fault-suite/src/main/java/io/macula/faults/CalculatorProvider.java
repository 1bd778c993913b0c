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

package io.macula.faults;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Import;

/**
 * A provider of the {@link JournalingCalculator} and of the {@link ParcelService}, and of
 * the {@link TrapService} where it is to be attacked, with the actuator over HTTP.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ JournalingCalculator.class, ParcelService.class, NodeOrders.class, TrapService.class })
class CalculatorProvider {

	/**
	 * Start the provider.
	 * @param args settings of the application
	 */
	static void run(String[] args) {
		new SpringApplicationBuilder(CalculatorProvider.class).properties("spring.config.name=provider").run(args);
	}

}
