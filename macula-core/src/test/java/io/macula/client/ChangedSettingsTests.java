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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.contract.Hedge;
import io.macula.interceptor.ClientInterceptor;
import io.macula.selection.EjectionSettings;
import io.macula.selection.SelectionStrategy;
import io.macula.transport.FakeConnection;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Settings of client services that change while calls run.
 */
class ChangedSettingsTests {

	private final ClientFixture fixture = new ClientFixture();

	private final List<String> chosen = new ArrayList<>();

	private SelectionStrategy strategy(String name) {
		return (candidates, context) -> {
			this.chosen.add(name);
			return candidates.get(0);
		};
	}

	private void change(RealmClient client, ServiceSettings settings) {
		client.change(settings, Map.of());
	}

	@Test
	void aCallEndsUnderTheDeadlineWithWhichItBegan() {
		this.fixture.known(1);
		RealmClient client = this.fixture.client();
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		CompletableFuture<String> before = calls.future("x");
		ServiceSettings changed = ClientFixture.settings(3, Duration.ofSeconds(1)).withDeadline(Duration.ofSeconds(2));
		change(client, changed);
		CompletableFuture<String> after = calls.future("x");
		assertThat(client.clients().get(0).settings()).isEqualTo(changed);
		this.fixture.pass(Duration.ofMillis(2001));
		assertThat(failure(after).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(before).isNotDone();
		FakeConnection connection = this.fixture.connection(1);
		connection.answer(connection.open.get(0), Calls.encoded("y"));
		assertThat(before).isCompletedWithValue("y");
	}

	@Test
	void theFurtherAttemptsOfACallAreChosenByTheStrategyWithWhichItBegan() {
		this.fixture.settings = this.fixture.settings.withStrategy("old", strategy("old"));
		this.fixture.known(1, 2, 3);
		RealmClient client = this.fixture.client();
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		CompletableFuture<String> before = calls.future("x");
		change(client, this.fixture.settings.withStrategy("new", strategy("new"))
			.withFailover(new ServiceSettings.Failover(1, Duration.ZERO, Duration.ZERO, 0, 0)));
		CompletableFuture<String> after = calls.future("x");
		assertThat(this.chosen).containsExactly("old", "new");
		for (FakeConnection connection : List.copyOf(this.fixture.connections.values())) {
			List.copyOf(connection.open)
				.forEach((call) -> connection.fail(call, Status.notProcessed(Code.RESOURCE_EXHAUSTED, "full")));
		}
		assertThat(this.chosen).containsExactly("old", "new", "old");
		assertThat(before).isNotDone();
		assertThat(failure(after).attempts()).hasSize(1);
	}

	@Test
	void whatIsKnownOfInstancesStays() {
		this.fixture.known(1, 2);
		RealmClient client = this.fixture.client();
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		calls.future("x");
		calls.future("x");
		ServiceClient service = client.clients().get(0);
		assertThat(service.eject("node1", "a test")).isNull();
		List<FakeConnection> connections = List.copyOf(this.fixture.connections.values());
		EjectionSettings ejection = new EjectionSettings(true, 1, 0.5, 20, Duration.ofSeconds(1), Duration.ofSeconds(1),
				Duration.ofSeconds(1), 0.9, 0, Duration.ZERO);
		ServiceSettings present = this.fixture.settings;
		change(client, new ServiceSettings("other", strategy("other"), "cbor", present.deadline(),
				present.attemptTimeout(), present.failover(), ejection, present.patience(), false));
		assertThat(service.instances()).extracting((each) -> each.instance().nodeId() + " " + each.ejected())
			.containsExactly("node1 true", "node2 false");
		calls.future("x");
		assertThat(this.fixture.connections.values()).containsExactlyElementsOf(connections);
		assertThat(this.fixture.connection(2).open).hasSize(2);
		assertThat(service.restore("node1")).isNull();
	}

	@Test
	void oneFailureEjectsOnceTheSettingsSaySo() {
		this.fixture.known(1, 2);
		RealmClient client = this.fixture.client();
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		ServiceSettings present = this.fixture.settings;
		change(client, new ServiceSettings("round_robin", present.strategy(), "cbor", present.deadline(),
				present.attemptTimeout(), present.failover(), new EjectionSettings(true, 1, 0.5, 20,
						Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofMinutes(5), 0.5, 0, Duration.ZERO),
				present.patience(), false));
		calls.future("x");
		FakeConnection connection = this.fixture.connections.values().iterator().next();
		connection.fail(connection.open.get(0), Status.unknown(Code.UNAVAILABLE, "broken"));
		assertThat(client.clients().get(0).ejections()).isEqualTo(1);
	}

	@Test
	void theBudgetThatWasSpentIsSpentUnderOtherBoundsToo() {
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> connection.fail(call,
				Status.notProcessed(Code.RESOURCE_EXHAUSTED, "full"));
		this.fixture.settings = this.fixture.settings
			.withFailover(new ServiceSettings.Failover(3, Duration.ofMillis(50), Duration.ofSeconds(2), 0, 1));
		this.fixture.known(1, 2, 3);
		RealmClient client = this.fixture.client();
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		for (int i = 0; i < 10; i++) {
			calls.future("x");
		}
		this.fixture.pass(Duration.ofMillis(500));
		RetryFigures before = client.clients().get(0).retries();
		assertThat(before.budgetRefused()).isPositive();
		change(client, this.fixture.settings
			.withFailover(new ServiceSettings.Failover(3, Duration.ofMillis(50), Duration.ofSeconds(2), 0, 0.5)));
		assertThat(client.clients().get(0).retries().budgetRefused()).isEqualTo(before.budgetRefused());
		assertThat(client.clients().get(0).retries().retries()).isEqualTo(before.retries());
		assertThat(client.clients().get(0).retries().budgetLeft()).isZero();
	}

	@Test
	void theRetryOfTheRegistryIsReplacedUnlessItIsTheUsers() {
		this.fixture.known(1);
		RealmClient client = this.fixture.client();
		client.proxy(Calls.class, Calls.SERVICE);
		Retry before = this.fixture.retries.retry(Calls.SERVICE);
		change(client, ClientFixture.settings(5, Duration.ofSeconds(10)));
		assertThat(this.fixture.retries.retry(Calls.SERVICE)).isNotSameAs(before);
		assertThat(this.fixture.retries.retry(Calls.SERVICE).getRetryConfig().getMaxAttempts()).isEqualTo(5);
		Retry present = this.fixture.retries.retry(Calls.SERVICE);
		change(client, ClientFixture.settings(5, Duration.ofSeconds(9)));
		assertThat(this.fixture.retries.retry(Calls.SERVICE)).isSameAs(present);
		RetryConfig own = RetryConfig.custom().maxAttempts(2).build();
		Retry users = this.fixture.retries.retry("users", own);
		client.proxy(Calls.class, Calls.SERVICE, "users", ServiceSettings.defaults());
		client.change(ServiceSettings.defaults(), Map.of("users", ClientFixture.settings(7, Duration.ofSeconds(10))));
		assertThat(this.fixture.retries.retry("users")).isSameAs(users);
	}

	@Test
	void settingsOfAMethodComeAndGo() {
		this.fixture.known(1, 2, 3);
		RealmClient client = this.fixture.client();
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		ServiceSettings without = this.fixture.settings;
		change(client, without.withMethods(Map.of("future",
				new MethodSettings(Duration.ofSeconds(5), null, 4, Hedge.after(Duration.ofMillis(100))))));
		assertThat(this.fixture.retries.retry(Calls.SERVICE + "/future").getRetryConfig().getMaxAttempts())
			.isEqualTo(4);
		CompletableFuture<String> hedged = calls.future("x");
		this.fixture.pass(Duration.ofMillis(101));
		assertThat(this.fixture.connections).hasSize(2);
		hedged.cancel(true);
		change(client, without);
		assertThat(this.fixture.retries.find(Calls.SERVICE + "/future")).isEmpty();
		CompletableFuture<String> plain = calls.future("x");
		this.fixture.pass(Duration.ofSeconds(6));
		assertThat(plain).isNotDone();
	}

	@Test
	void patienceIsThatOfTheMomentAtWhichACallBegan() {
		this.fixture.known();
		RealmClient client = this.fixture.client();
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		CompletableFuture<String> before = calls.future("x");
		change(client, this.fixture.settings.withPatience(Duration.ZERO));
		assertThat(failure(calls.future("x")).code()).isEqualTo(Code.NOT_FOUND);
		assertThat(client.clients().get(0).waiting().instance()).isEqualTo(1);
		this.fixture.known(1);
		assertThat(before).isNotDone();
		assertThat(this.fixture.connection(1).open).hasSize(1);
	}

	@Test
	void dynamicCallsFollowTheDefaultsAndClientsWithSettingsOfTheirOwnDoNot() {
		this.fixture.known(1);
		RealmClient client = this.fixture.client();
		client.callAsync("test.any", "say", "x", String.class);
		ServiceSettings own = ServiceSettings.defaults();
		client.proxy(Calls.class, Calls.SERVICE, "own", own);
		ServiceSettings changed = this.fixture.settings.withDeadline(Duration.ofSeconds(11))
			.withPatience(Duration.ofSeconds(1));
		change(client, changed);
		client.callAsync("test.other", "say", "x", String.class);
		assertThat(client.clients()).extracting((each) -> each.name() + " " + each.settings().deadline().toSeconds())
			.containsExactly("test.any 11", "own 30", "test.other 11");
		assertThat(client.defaults()).isEqualTo(changed);
	}

	@Test
	void whoeverNamesTheSettingsOfTheBeginningMeansTheSameClient() {
		this.fixture.known(1);
		RealmClient client = this.fixture.client();
		ServiceSettings begin = ServiceSettings.defaults();
		ServiceSettings later = begin.withDeadline(Duration.ofSeconds(3));
		client.proxy(Calls.class, Calls.SERVICE, "own", begin);
		client.change(this.fixture.settings, Map.of("own", later));
		client.proxy(Calls.class, Calls.SERVICE, "own", begin);
		client.proxy(Calls.class, Calls.SERVICE, "own", later);
		assertThat(client.clients()).hasSize(1);
		assertThat(client.clients().get(0).settings()).isEqualTo(later);
	}

	@Test
	void anotherCodecIsRefusedAndNothingChanges() {
		this.fixture.known(1);
		RealmClient client = this.fixture.client();
		client.proxy(Calls.class, Calls.SERVICE, "one", ServiceSettings.defaults());
		client.proxy(Calls.class, Calls.SERVICE, "two", ServiceSettings.defaults());
		ServiceSettings good = ServiceSettings.defaults().withDeadline(Duration.ofSeconds(3));
		ServiceSettings bad = new ServiceSettings("round_robin", good.strategy(), "json", good.deadline(), null,
				good.failover(), good.ejection());
		assertThatIllegalArgumentException()
			.isThrownBy(() -> client.change(this.fixture.settings, Map.of("one", good, "two", bad)))
			.withMessage("codec json is not valid: expected cbor, which client service 'two' has until the application"
					+ " is started again");
		assertThat(client.clients()).allMatch((each) -> each.settings().equals(ServiceSettings.defaults()));
	}

	@Test
	void aHedgeOfWhatMustNotRunTwiceIsRefusedAndNothingChanges() {
		this.fixture.known(1);
		RealmClient client = this.fixture.client();
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		ServiceSettings before = client.clients().get(0).settings();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> change(client,
					before.withMethods(
							Map.of("once", new MethodSettings(null, null, 3, Hedge.after(Duration.ofMillis(1)))))))
			.withMessageContaining("once(String) have a hedge, but it carries a stream: only calls with one answer can"
					+ " be hedged");
		assertThat(client.clients().get(0).settings()).isSameAs(before);
		assertThat(calls.future("x")).isNotDone();
	}

	@Test
	void aCallThatAnInterceptorHoldsUpHasTheSettingsWithWhichItBegan() {
		this.fixture.known(1);
		AtomicReference<RealmClient> started = new AtomicReference<>();
		ServiceSettings changed = this.fixture.settings.withAttemptTimeout(Duration.ofSeconds(2))
			.withDeadline(Duration.ofSeconds(2));
		ClientInterceptor changing = (call) -> {
			change(Objects.requireNonNull(started.get()), changed);
			return call.proceed();
		};
		ClientContext plain = this.fixture.context();
		RealmClient client = new RealmClient(
				new ClientContext(plain.realm(), null, plain.clock(), plain.codecs(), plain.retries(),
						plain.observationRegistry(), plain.defaults(), null, List.of(changing), List.of()),
				this.fixture.life());
		started.set(client);
		Calls calls = client.proxy(Calls.class, Calls.SERVICE);
		CompletableFuture<String> first = calls.future("x");
		CompletableFuture<String> second = calls.future("x");
		this.fixture.pass(Duration.ofMillis(2001));
		assertThat(failure(second).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(first).isNotDone();
	}

	@Test
	void callsShareTheSameThingsUntilTheSettingsAreOthers() {
		this.fixture.known(1);
		RealmClient client = this.fixture.client();
		client.proxy(Calls.class, Calls.SERVICE);
		ServiceCalls present = client.clients().get(0).calls();
		change(client, this.fixture.settings);
		assertThat(client.clients().get(0).calls()).isSameAs(present);
		change(client, this.fixture.settings.withDeadline(Duration.ofSeconds(20)));
		assertThat(client.clients().get(0).calls()).isNotSameAs(present);
		assertThat(client.clients().get(0).calls().waiting()).isSameAs(present.waiting());
	}

	@Test
	void theNextLifeHasThePresentSettings() {
		this.fixture.known(1);
		RealmClient client = this.fixture.client();
		client.proxy(Calls.class, Calls.SERVICE);
		client.stop(Status.notProcessed(Code.UNAVAILABLE, "stopped"));
		change(client, this.fixture.settings.withDeadline(Duration.ofSeconds(20)));
		client.start(this.fixture.nextLife());
		assertThat(client.clients().get(0).settings().deadline()).isEqualTo(Duration.ofSeconds(20));
		assertThat(client.clients().get(0).calls().rules().settings().deadline()).isEqualTo(Duration.ofSeconds(20));
	}

	private static RpcException failure(CompletableFuture<?> result) {
		try {
			result.join();
			throw new AssertionError("It failed");
		}
		catch (CompletionException ex) {
			return (RpcException) ex.getCause();
		}
	}

}
