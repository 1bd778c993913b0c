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

import java.time.Duration;

import io.macula.Processed;
import io.macula.RpcException;
import io.macula.spring.MaculaClient;
import io.macula.test.FakeProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;

import static io.macula.test.Behaviour.answer;
import static io.macula.test.Behaviour.die;
import static io.macula.test.Behaviour.refuse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * An application with a client alone, tested against scripted providers.
 */
@SpringBootTest
@AutoConfigureMaculaRealm
class FakeInApplicationTests {

	@MaculaClient("test.greeter")
	private Greeter greeter;

	@Autowired
	private MaculaTestRealm realm;

	@AfterEach
	void eachTestHasItsOwnProviders() {
		this.realm.reset();
	}

	@Test
	void theClientFailsOver() {
		FakeProvider<Greeter> first = this.realm.fake("first", "test.greeter", Greeter.class);
		FakeProvider<Greeter> second = this.realm.fake("second", "test.greeter", Greeter.class);
		first.on("greet").will(refuse());
		second.on("greet").will(answer("second"));
		for (int i = 0; i < 4; i++) {
			assertThat(this.greeter.greet("you")).isEqualTo("second");
		}
		assertThat(second.calls("greet")).hasSize(4);
	}

	@Test
	void theClientSurvivesItsProvider() {
		FakeProvider<Greeter> fake = this.realm.fake("first", "test.greeter", Greeter.class);
		fake.on("greet").will(answer("first"));
		assertThat(this.greeter.greet("you")).isEqualTo("first");
		fake.die();
		fake.revive();
		assertThat(this.greeter.greet("you")).isEqualTo("first");
		assertThat(fake.awaitCalls("greet", 2, Duration.ofSeconds(1))).hasSize(2);
	}

	@Test
	void aDeathInACallIsToldAsOne() {
		FakeProvider<Greeter> fake = this.realm.fake("first", "test.greeter", Greeter.class);
		fake.on("greet").will(die());
		assertThat(catchThrowableOfType(RpcException.class, () -> this.greeter.greet("you")))
			.satisfies((failure) -> assertThat(failure.status().processed()).isEqualTo(Processed.UNKNOWN));
	}

	interface Greeter {

		String greet(String name);

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
