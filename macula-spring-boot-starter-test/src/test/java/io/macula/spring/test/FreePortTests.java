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

package io.macula.spring.test;

import java.net.DatagramSocket;
import java.net.SocketException;

import io.macula.node.RealmNode;
import io.macula.spring.MaculaService;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of providers without a realm of their own: as contexts are cached, all of them
 * live at once in the end.
 */
class FreePortTests {

	/** The port of the contexts' file, {@code fixed-port.properties}. */
	private static final int CONFIGURED = 19443;

	@Nested
	@SpringBootTest(classes = Application.class, properties = "spring.application.name=first")
	class FirstContext {

		@LocalMaculaServerPort
		private int port;

		@Autowired
		private RealmNode node;

		@Test
		void listensAtAFreePort() {
			assertThat(this.port).isEqualTo(this.node.port()).isPositive().isNotEqualTo(9443);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = "spring.application.name=second")
	class SecondContext {

		@Autowired
		private RealmNode node;

		@Test
		void listensBesideTheFirst() {
			assertThat(this.node.port()).isPositive().isNotEqualTo(9443);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = "spring.config.name=fixed-port")
	class ContextWithAPortInItsFile {

		@Autowired
		private RealmNode node;

		@Test
		void listensAtAFreePortAllTheSame() {
			assertThat(this.node.port()).isPositive().isNotEqualTo(CONFIGURED);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class)
	class ContextWhoseTestNamesThePort {

		private static int free;

		@Autowired
		private RealmNode node;

		@DynamicPropertySource
		static void port(DynamicPropertyRegistry registry) throws SocketException {
			try (DatagramSocket socket = new DatagramSocket(0)) {
				free = socket.getLocalPort();
			}
			registry.add("macula.provider.port", () -> free);
		}

		@Test
		void listensThere() {
			assertThat(this.node.port()).isEqualTo(free);
		}

	}

	interface Greeter {

		String greet(String name);

	}

	@MaculaService("test.greeter")
	static class GreeterBean implements Greeter {

		@Override
		public String greet(String name) {
			return "hello " + name;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(GreeterBean.class)
	static class Application {

	}

}
