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

package io.macula.benchmarks.stack;

import java.util.Arrays;
import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Applications of Spring Boot without a page, a file of settings or a log of their start.
 */
final class BootApplication {

	private BootApplication() {
	}

	/**
	 * Start one.
	 * @param source its configuration
	 * @param args its settings
	 * @return the context, to be closed by the caller
	 */
	static ConfigurableApplicationContext run(Class<?> source, String... args) {
		SpringApplication application = new SpringApplication(source);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setLogStartupInfo(false);
		return application.run(
				Stream
					.concat(Arrays.stream(args), Stream.of("--spring.main.banner-mode=off",
							"--spring.config.location=optional:none", "--logging.level.root=warn"))
					.toArray(String[]::new));
	}

}
