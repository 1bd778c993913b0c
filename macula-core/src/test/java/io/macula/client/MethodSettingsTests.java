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

package io.macula.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.contract.Hedge;
import io.macula.transport.FakeConnection;
import io.macula.transport.OutboundCall;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MethodSettingsTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private final ClientFixture fixture = new ClientFixture();

	private Calls calls(Map<String, MethodSettings> methods) {
		this.fixture.settings = this.fixture.settings.withMethods(methods);
		this.fixture.known(1, 2, 3);
		return this.fixture.client().proxy(Calls.class, Calls.SERVICE);
	}

	private static MethodSettings only(@Nullable Duration deadline, int maxAttempts) {
		return new MethodSettings(deadline, (deadline != null) ? deadline : LONG, maxAttempts, null);
	}

	private Duration timeOf(FakeConnection connection) {
		OutboundCall call = connection.open.get(0);
		return Duration.ofNanos(connection.deadlineNanoTime(call) - this.fixture.now.get());
	}

	private FakeConnection only() {
		assertThat(this.fixture.connections).hasSize(1);
		return this.fixture.connections.values().iterator().next();
	}

	@Test
	void theDeadlineOfTheSettingsReplacesThatOfTheContract() {
		Calls calls = calls(Map.of("brief", only(Duration.ofSeconds(5), 3)));
		CompletableFuture<String> result = calls.brief("x");
		this.fixture.pass(Duration.ofSeconds(4));
		assertThat(result).isNotDone();
		this.fixture.pass(Duration.ofMillis(1001));
		assertThat(failure(result).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
	}

	@Test
	void theDeadlineOfTheCallReplacesThatOfTheSettings() throws Exception {
		Calls calls = calls(Map.of("brief", only(Duration.ofSeconds(5), 3)));
		CompletableFuture<String> result = MaculaCall.deadline(Duration.ofSeconds(2)).call(() -> calls.brief("x"));
		this.fixture.pass(Duration.ofMillis(2001));
		assertThat(failure(result).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
	}

	@Test
	void withoutOneOfTheSettingsTheDeadlineOfTheContractHolds() {
		Calls calls = calls(Map.of("brief", only(null, 2)));
		CompletableFuture<String> result = calls.brief("x");
		this.fixture.pass(Duration.ofMillis(1001));
		assertThat(failure(result).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
	}

	@Test
	void aStreamIsBoundedByADeadlineOfTheSettings() {
		long[] deadlines = new long[2];
		this.fixture.onConnect = (connection) -> connection.onStream = (call) -> {
			deadlines[(deadlines[0] == 0) ? 0 : 1] = call.deadlineNanoTime();
			return Flux.never();
		};
		Calls calls = calls(Map.of("many", only(Duration.ofSeconds(5), 3)));
		calls.many("x").subscribe();
		calls.once("x").subscribe();
		assertThat(deadlines[0] - this.fixture.now.get()).isEqualTo(Duration.ofSeconds(5).toNanos());
		assertThat(deadlines[1]).isEqualTo(StreamCall.NO_DEADLINE);
	}

	@Test
	void theTimeOfAnAttemptIsThatOfTheMethod() {
		Calls calls = calls(Map.of("future", new MethodSettings(null, Duration.ofSeconds(2), 3, null)));
		calls.future("x");
		assertThat(timeOf(only())).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void aMethodWithOneAttemptIsNotRepeatedAndOthersAre() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.fail(call,
				Status.notProcessed(Code.RESOURCE_EXHAUSTED, "full"));
		Calls calls = calls(Map.of("future", only(null, 1), "brief", only(Duration.ofSeconds(30), 5)));
		CompletableFuture<String> once = calls.future("x");
		assertThat(failure(once).attempts()).hasSize(1);
		CompletableFuture<String> often = calls.brief("x");
		this.fixture.pass(Duration.ofSeconds(20));
		assertThat(failure(often).attempts()).hasSize(5);
		assertThat(this.fixture.retries.retry(Calls.SERVICE + "/brief").getRetryConfig().getMaxAttempts()).isEqualTo(5);
		assertThat(this.fixture.retries.retry(Calls.SERVICE).getRetryConfig().getMaxAttempts()).isEqualTo(3);
	}

	@Test
	void retriesOfAllMethodsShareTheBudgetAndTheFigures() {
		this.fixture.settings = ClientFixture.withoutBudget();
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.fail(call,
				Status.notProcessed(Code.RESOURCE_EXHAUSTED, "full"));
		this.fixture.settings = this.fixture.settings.withMethods(Map.of("brief", only(Duration.ofSeconds(30), 5)));
		this.fixture.known(1, 2, 3);
		RealmClient client = this.fixture.client();
		CompletableFuture<String> result = client.proxy(Calls.class, Calls.SERVICE).brief("x");
		this.fixture.pass(Duration.ofSeconds(20));
		assertThat(failure(result).attempts()).hasSize(1);
		assertThat(client.clients().get(0).retries().budgetRefused()).isPositive();
	}

	@Test
	void aHedgeOfTheSettingsIsStarted() {
		Calls calls = calls(Map.of("future", new MethodSettings(null, LONG, 3, Hedge.after(Duration.ofMillis(100)))));
		calls.future("x");
		this.fixture.pass(Duration.ofMillis(101));
		assertThat(this.fixture.connections).hasSize(2);
	}

	@Test
	void aHedgeOfTheContractIsSwitchedOff() {
		Calls calls = calls(Map.of("hedged", new MethodSettings(null, LONG, 3, Hedge.NEVER)));
		calls.hedged("x");
		this.fixture.pass(Duration.ofSeconds(5));
		assertThat(this.fixture.connections).hasSize(1);
	}

	@Test
	void aHedgeOfWhatMustNotRunTwiceIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> calls(Map.of("many", new MethodSettings(null, null, 3, Hedge.after(Duration.ofMillis(1))))))
			.withMessageContaining("have a hedge, but it carries a stream: only calls with one answer can be hedged");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ClientFixture().client()
				.proxy(Unsafe.class, "test.unsafe", "test.unsafe",
						ServiceSettings.defaults()
							.withMethods(Map.of("write",
									new MethodSettings(null, null, 3, Hedge.after(Duration.ofMillis(1)))))))
			.withMessageContaining("have a hedge, but it is not idempotent");
	}

	@Test
	void aDynamicCallHasTheSettingsOfItsMethod() {
		this.fixture.settings = this.fixture.settings
			.withMethods(Map.of("say", new MethodSettings(Duration.ofSeconds(2), null, 3, null)));
		this.fixture.known(1);
		CompletableFuture<Object> result = this.fixture.client().callAsync("test.any", "say", "x", String.class);
		this.fixture.pass(Duration.ofMillis(2001));
		assertThat(failure(result).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
	}

	@Test
	void aNameIsFoundWithoutUpperCaseAndSigns() {
		ServiceSettings settings = ServiceSettings.defaults()
			.withMethods(Map.of("find-order", only(null, 1), "other", only(null, 2)));
		assertThat(settings.methodName("findOrder")).contains("find-order");
		assertThat(settings.methodName("other")).contains("other");
		assertThat(settings.methodName("none")).isEmpty();
		assertThat(ServiceSettings.defaults().methodName("other")).isEmpty();
	}

	@Test
	void namesWithoutAsciiLettersAreNotTheSame() {
		ServiceSettings settings = ServiceSettings.defaults()
			.withMethods(Map.of("s\u00fc\u00df", only(null, 1), "+", only(null, 2)));
		assertThat(settings.methodName("s\u00fc\u00df")).contains("s\u00fc\u00df");
		assertThat(settings.methodName("S\u00dc-\u00df")).contains("s\u00fc\u00df");
		assertThat(settings.methodName("s")).isEmpty();
		assertThat(settings.methodName("+")).contains("+");
		assertThat(settings.methodName("-")).isEmpty();
	}

	@Test
	void theRetryOfAMethodIsNotThatOfAnotherClientService() {
		this.fixture.settings = this.fixture.settings.withMethods(Map.of("future", only(null, 1)));
		RealmClient client = this.fixture.client();
		client.proxy(Calls.class, Calls.SERVICE, "shop", this.fixture.settings);
		client.proxy(Calls.class, Calls.SERVICE, "shop.future", ServiceSettings.defaults());
		assertThat(this.fixture.retries.find("shop/future")).get()
			.extracting((retry) -> retry.getRetryConfig().getMaxAttempts())
			.isEqualTo(1);
		assertThat(this.fixture.retries.find("shop.future")).get()
			.extracting((retry) -> retry.getRetryConfig().getMaxAttempts())
			.isEqualTo(3);
	}

	@Test
	void impossibleValuesAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> only(Duration.ZERO, 1))
			.withMessage("deadline 0s is not valid: expected more than 0 and at most 365d");
		assertThatIllegalArgumentException().isThrownBy(() -> new MethodSettings(Duration.ofSeconds(5), LONG, 1, null))
			.withMessage("attemptTimeout 20s is not valid: expected more than 0 and at most the deadline 5s");
		assertThatIllegalArgumentException().isThrownBy(() -> only(null, 21))
			.withMessage("maxAttempts 21 is not valid: expected 1 to 20");
	}

	private static RpcException failure(CompletableFuture<?> result) {
		Throwable[] thrown = new Throwable[1];
		assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join)
			.satisfies((ex) -> thrown[0] = ex.getCause());
		return (RpcException) thrown[0];
	}

	interface Unsafe {

		String write(String text);

	}

}
