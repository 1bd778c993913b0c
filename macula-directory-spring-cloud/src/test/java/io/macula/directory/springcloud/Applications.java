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

package io.macula.directory.springcloud;

import io.macula.spring.MaculaService;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * What applications of these tests are made of.
 */
@Configuration(proxyBeanMethods = false)
class Applications {

	/** A contract. */
	interface Echo {

		String echo(String text);

	}

	/** Answers at once. */
	@MaculaService("test.echo")
	static class EchoBean implements Echo {

		@Override
		public String echo(String text) {
			return "echo " + text;
		}

	}

	/** Only calls. */
	@Configuration(proxyBeanMethods = false)
	static class Client {

	}

	/** Serves. */
	@Configuration(proxyBeanMethods = false)
	@Import(EchoBean.class)
	static class Provider {

	}

}
