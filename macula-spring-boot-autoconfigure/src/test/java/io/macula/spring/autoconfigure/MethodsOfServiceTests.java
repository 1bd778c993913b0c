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

import io.macula.MaculaMethod;
import io.macula.client.RealmClient;
import io.macula.client.ServiceClient;
import io.macula.spring.MaculaClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the settings of single methods, against the contracts that have them.
 */
class MethodsOfServiceTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + Applications.randomSecret(),
				"macula.client.warm-up=false")
		.withBean(Caller.class);

	@ParameterizedTest
	@ValueSource(strings = { "findOrder", "find-order", "findorder", "[findOrder]", "place-all", "cancel" })
	void aMethodOfAnyContractOfTheServiceIsAccepted(String method) {
		String key = method.startsWith("[") ? method : "." + method;
		this.runner.withPropertyValues("macula.client.services.shop.orders.methods" + key + ".deadline=2s")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(RealmClient.class).clients()).extracting(ServiceClient::name)
					.containsOnly("shop.orders");
			});
	}

	@Test
	void anUnknownMethodIsRefusedWithTheNearestOne() {
		this.runner.withPropertyValues("macula.client.services.shop.orders.methods.findOrdr.deadline=2s")
			.run((context) -> {
				FailureAnalysis analysis = analysis(context.getStartupFailure());
				assertThat(analysis.getDescription()).isEqualTo(
						"The settings macula.client.services.shop.orders.methods.find-ordr.* are for a method that"
								+ " io.macula.spring.autoconfigure.MethodsOfServiceTests$Cancelling or"
								+ " io.macula.spring.autoconfigure.MethodsOfServiceTests$Orders does not have.");
				assertThat(analysis.getAction()).isEqualTo(
						"Did you mean findOrder? The methods are: cancel, findOrder, place-all. Correct the name,"
								+ " or remove the settings.");
			});
	}

	@Test
	void aSettingThatOnlyServicesHaveIsNotTakenForThatOfAnotherService() {
		String key = "macula.client.services.shop.orders.methods.cancel.failover.backoff";
		this.runner.withPropertyValues(key + "=1s").run((context) -> {
			FailureAnalysis analysis = analysis(context.getStartupFailure());
			assertThat(analysis.getDescription()).startsWith("There is no setting " + key);
			assertThat(analysis.getAction()).startsWith("Did you mean macula.client.services.<name>.methods.<method>.");
		});
	}

	@Test
	void aHedgeOfAMethodThatMustNotRunTwiceIsRefused() {
		this.runner.withPropertyValues("macula.client.services.shop.orders.methods.cancel.hedge=50ms")
			.run((context) -> {
				FailureAnalysis analysis = analysis(context.getStartupFailure());
				assertThat(analysis.getDescription()).startsWith("The client 'shop.orders' of ")
					.contains("cancel")
					.contains("have a hedge, but it is not idempotent");
			});
	}

	private static FailureAnalysis analysis(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof FailureAnalyzedException analyzed) {
				return analyzed.analysis();
			}
		}
		throw new AssertionError("not explained", failure);
	}

	interface Orders {

		@MaculaMethod(idempotent = true)
		String findOrder(String id);

		@MaculaMethod(name = "place-all")
		void place(String... skus);

	}

	interface Cancelling {

		void cancel(String id);

	}

	static class Caller {

		@MaculaClient("shop.orders")
		Orders orders;

		@MaculaClient("shop.orders")
		Cancelling cancelling;

	}

}
