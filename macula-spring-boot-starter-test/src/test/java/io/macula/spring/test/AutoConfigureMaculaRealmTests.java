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

import java.util.ArrayList;
import java.util.List;

import io.macula.node.RealmNode;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = { "macula.realm.name=production", "macula.realm.seeds=node1.example.org:9443",
		"macula.ssl.bundle=production", "macula.ssl.peer-name=nodes.example.org", "macula.ssl.verify-host=false",
		"macula.provider.port=9443", "macula.security.allow-call.test.greeter=spiffe://example.org/web",
		"macula.security.allow-provide[test.*][0]=spiffe://example.org/greeter" })
@AutoConfigureMaculaRealm
class AutoConfigureMaculaRealmTests {

	@MaculaClient("test.greeter")
	private Greeter greeter;

	@LocalMaculaServerPort
	private int port;

	@Autowired
	private MaculaTestRealm realm;

	@Autowired
	private RealmNode node;

	@Test
	void theApplicationCallsItselfInARealmOfItsOwn() {
		assertThat(this.greeter.greet("you")).isEqualTo("application greets you");
		assertThat(this.node.report().realm()).startsWith("test-");
		assertThat(this.port).isEqualTo(this.node.port()).isNotEqualTo(9443);
	}

	@Test
	void aTestAddsProviders() {
		try (RealmNode second = this.realm.provide("second", "test.greeter", Greeter.class,
				(name) -> "second greets " + name)) {
			assertThat(second.port()).isPositive();
			List<String> greetings = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				greetings.add(this.greeter.greet("you"));
			}
			assertThat(greetings).containsExactlyInAnyOrder("application greets you", "application greets you",
					"second greets you", "second greets you");
		}
		this.realm.awaitInstances("test.greeter", 1);
		assertThat(this.greeter.greet("you")).isEqualTo("application greets you");
	}

	@Test
	void aProviderOfAnIdThatWasAddedBeforeTakesItsPlace() {
		this.realm.provide("third", "test.greeter", Greeter.class, (name) -> "one greets " + name);
		try (RealmNode another = this.realm.provide("third", "test.greeter", Greeter.class,
				(name) -> "another greets " + name)) {
			assertThat(another.port()).isPositive();
			List<String> greetings = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				greetings.add(this.greeter.greet("you"));
			}
			assertThat(greetings).contains("another greets you").doesNotContain("one greets you");
		}
		this.realm.awaitInstances("test.greeter", 1);
	}

	interface Greeter {

		String greet(String name);

	}

	@MaculaService("test.greeter")
	static class GreeterBean implements Greeter {

		@Override
		public String greet(String name) {
			return "application greets " + name;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(GreeterBean.class)
	static class Application {

	}

}
