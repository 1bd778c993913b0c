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
import io.macula.RoutingKey;
import io.macula.client.RealmClient;
import io.macula.client.ServiceClient;
import io.macula.spring.MaculaClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

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

	@ParameterizedTest
	@ValueSource(strings = { ".shop.orders.methods.cancel.selection", ".shop.orders.methods.cancel.ejection.enabled",
			"[shop.orders].methods.cancel.failover.backoff", ".shop.orders.methods[findOrder].selection" })
	void whatAMethodCannotHaveIsRefusedAndWhatItCanIsTold(String key) {
		String setting = key.substring(key.indexOf("methods") + "methods".length() + 1).split("[.\\]]+", 2)[1];
		String value = key.endsWith("selection") ? "random" : key.endsWith("backoff") ? "1ms" : "true";
		for (String unused : new String[] { "false", "true" }) {
			this.runner.withPropertyValues("macula.client.services" + key + "=" + value,
					"macula.client.allow-unused-settings=" + unused, "macula.client.services.shop.orders.deadline=2s")
				.run((context) -> {
					FailureAnalysis analysis = analysis(context.getStartupFailure());
					assertThat(analysis.getDescription()).startsWith("The setting macula.client.services")
						.endsWith(" is for one method, which cannot have a " + setting
								+ " of its own. What can be set for one method: attempt-timeout, deadline,"
								+ " failover.max-attempts, hedge, priority.");
					assertThat(analysis.getAction()).startsWith("Set macula.client.services")
						.endsWith("." + setting + " for all methods of this client service, or remove the setting.");
				});
		}
	}

	@Test
	void whatAMethodCannotHaveIsRefusedInTheEnvironmentToo() {
		this.runner.withSystemProperties("macula.client.services.shop.orders.methods.cancel.selection=random")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("is for one method, which cannot have a selection of its own."));
	}

	@Test
	void whatAMethodCannotHaveIsRefusedWithoutAnyOtherSetting() {
		this.runner.withPropertyValues("macula.client.services.shop.orders.methods.cancel.selection=random")
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("is for one method, which cannot have a selection of its own."));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void consistentHashWithoutAnyRoutingKeyIsTold(CapturedOutput output) {
		this.runner.withPropertyValues("macula.client.selection=consistent_hash")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Client service shop.orders selects by consistent_hash, but no method of "
				+ Cancelling.class.getName() + " or " + Orders.class.getName()
				+ " has a parameter with @RoutingKey: calls without a MaculaCall.key(...) go round");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void consistentHashWithARoutingKeyIsNotWorthALine(CapturedOutput output) {
		this.runner.withBean(KeyedCaller.class)
			.withPropertyValues("macula.client.services.shop.keyed.selection=consistent_hash")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("@RoutingKey");
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

	interface Keyed {

		String find(@RoutingKey String id);

	}

	static class KeyedCaller {

		@MaculaClient("shop.keyed")
		Keyed keyed;

	}

	static class Caller {

		@MaculaClient("shop.orders")
		Orders orders;

		@MaculaClient("shop.orders")
		Cancelling cancelling;

	}

}
