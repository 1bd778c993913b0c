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

package io.macula.test;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.client.ServiceSettings;
import io.macula.client.ServiceSettings.Failover;
import io.macula.node.RealmNode;
import io.macula.selection.SelectionStrategies;
import io.macula.server.ProviderSettings;
import io.macula.test.Shop.SoldOutException;
import io.macula.tls.RealmSecret;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static io.macula.test.Behaviour.answer;
import static io.macula.test.Behaviour.answering;
import static io.macula.test.Behaviour.die;
import static io.macula.test.Behaviour.emit;
import static io.macula.test.Behaviour.emitEvery;
import static io.macula.test.Behaviour.emitting;
import static io.macula.test.Behaviour.fail;
import static io.macula.test.Behaviour.refuse;
import static io.macula.test.Behaviour.silence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a client makes of a {@link FakeProvider}, over QUIC.
 */
@ExtendWith(TestRealmExtension.class)
@Timeout(30)
class FakeProviderTests {

	private static final String SERVICE = "test.shop";

	private FakeProvider<Shop> fake;

	private TestRealm realm;

	private Shop shop;

	@BeforeEach
	void aClientAndItsProvider(TestRealm realm) {
		this.realm = realm;
		this.shop = realm.client(SERVICE, Shop.class);
		this.fake = realm.fake("node1", SERVICE, Shop.class);
	}

	@Test
	void eachShapeIsAnswered() throws Exception {
		this.fake.on("order")
			.will(answering((call) -> call.argument(1, Integer.class) + " " + call.arguments().get(0)));
		this.fake.on("find").will(answer("found"), answer(null));
		this.fake.on("cancel").will(answer(null));
		this.fake.on("later").will(answer("late").after(Duration.ofMillis(20)));
		this.fake.on("count").will(answer(3));
		this.fake.on("articles").will(emit("a", "b"));
		assertThat(this.shop.order("pen", 2)).isEqualTo("2 pen");
		assertThat(this.shop.find("pen")).hasValue("found");
		assertThat(this.shop.find("pen")).isEmpty();
		this.shop.cancel("1");
		assertThat(this.shop.later("pen").block()).isEqualTo("late");
		assertThat(this.shop.count().get(5, TimeUnit.SECONDS)).isEqualTo(3);
		assertThat(this.shop.articles().collectList().block()).containsExactly("a", "b");
	}

	@Test
	void whatWasAskedIsRecorded() throws Exception {
		this.fake.on("order").will(answer("1"));
		this.fake.on("upload").will(answer(2));
		this.shop.order("pen", 2);
		this.shop.order("ink", 1);
		assertThat(this.shop.upload(Flux.just("x", "y")).block()).isEqualTo(2);
		assertThat(this.fake.calls("order")).extracting(RecordedCall::arguments)
			.containsExactly(List.of("pen", 2), List.of("ink", 1));
		assertThat(this.fake.calls()).hasSize(3);
		RecordedCall upload = this.fake.awaitCalls("upload", 1, Duration.ofSeconds(1)).get(0);
		assertThat(upload.elements()).containsExactly("x", "y");
		assertThat(upload.callerNodeId()).isEqualTo("test");
		this.fake.reset();
		assertThat(this.fake.calls()).isEmpty();
	}

	@Test
	void theScriptIsPlayedInTurnAndItsLastStepStays() throws Exception {
		this.fake.on("order").will(answer("1"), fail(new SoldOutException("no pens")), fail(Code.NOT_FOUND, "no shop"));
		assertThat(this.shop.order("pen", 1)).isEqualTo("1");
		assertThatExceptionOfType(SoldOutException.class).isThrownBy(() -> this.shop.order("pen", 1))
			.withMessage("no pens");
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.shop.order("pen", 1))
				.satisfies((failure) -> assertThat(failure.code()).isEqualTo(Code.NOT_FOUND))
				.withMessageContaining("no shop");
		}
	}

	@Test
	void aRefusedCallGoesToAnotherInstance() throws Exception {
		FakeProvider<Shop> other = this.realm.fake("node2", SERVICE, Shop.class);
		this.fake.on("order").will(refuse());
		other.on("order").will(answer("2"));
		for (int i = 0; i < 4; i++) {
			assertThat(this.shop.order("pen", 1)).isEqualTo("2");
		}
		assertThat(other.calls("order")).hasSize(4);
	}

	@Test
	void aRefusalByAllIsNotProcessed() {
		this.fake.on("order").will(refuse(Code.RESOURCE_EXHAUSTED, "no room in the fake"));
		Shop once = this.realm.client(SERVICE, Shop.class, ServiceSettings.defaults()
			.withFailover(new Failover(1, Duration.ofMillis(50), Duration.ofSeconds(2), 0.2, 10)));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> once.order("pen", 1))
			.satisfies((failure) -> assertThat(failure.status().processed()).isEqualTo(Processed.NO))
			.withMessageContaining("no room in the fake");
	}

	@Test
	void whoDiesInACallTakesItAlong() throws Exception {
		FakeProvider<Shop> other = this.realm.fake("node2", SERVICE, Shop.class);
		this.fake.on("price").will(die());
		other.on("price").will(answer("5"));
		// Idempotent: the attempt that died is made again elsewhere.
		for (int i = 0; i < 4; i++) {
			assertThat(this.shop.price("pen")).isEqualTo("5");
		}
		assertThat(this.fake.calls("price")).hasSize(1);
	}

	@Test
	void whoDiedComesBack() throws Exception {
		this.fake.on("order").will(answer("1"));
		assertThat(this.shop.order("pen", 1)).isEqualTo("1");
		this.fake.die();
		this.fake.die();
		this.fake.revive();
		assertThat(this.shop.order("pen", 1)).isEqualTo("1");
		this.fake.leave();
		this.realm.awaitInstances(SERVICE, 0);
		this.fake.revive();
		assertThat(this.shop.order("pen", 1)).isEqualTo("1");
	}

	@Test
	void aRefusalMayTakeItsTime() {
		this.fake.on("order").will(refuse().after(Duration.ofMillis(20)));
		this.fake.on("later").will(refuse().after(Duration.ofMillis(20)));
		this.fake.on("articles").will(refuse());
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.shop.order("pen", 1))
			.satisfies((failure) -> assertThat(failure.status().processed()).isEqualTo(Processed.NO));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.shop.later("pen").block())
			.satisfies((failure) -> assertThat(failure.status().processed()).isEqualTo(Processed.NO));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.shop.articles().blockLast())
			.satisfies((failure) -> assertThat(failure.status().processed()).isEqualTo(Processed.NO));
	}

	@Test
	void callsOfTheSameKeyGoToTheSameFake() {
		FakeProvider<Shop> other = this.realm.fake("node2", SERVICE, Shop.class);
		this.fake.on("basket").will(answer("1"));
		other.on("basket").will(answer("2"));
		Shop sticky = this.realm.client(SERVICE, Shop.class, ServiceSettings.defaults()
			.withStrategy(SelectionStrategies.CONSISTENT_HASH, SelectionStrategies.consistentHash()));
		Map<String, String> first = baskets(sticky);
		assertThat(first.values()).contains("1", "2");
		assertThat(baskets(sticky)).isEqualTo(first);
		String one = first.get("customer-0");
		for (int i = 0; i < 20; i++) {
			String customer = "customer-" + i;
			MaculaCall.key("customer-0").run(() -> assertThat(sticky.basket(customer)).isEqualTo(one));
		}
	}

	private static Map<String, String> baskets(Shop shop) {
		Map<String, String> baskets = new HashMap<>();
		for (int i = 0; i < 20; i++) {
			baskets.put("customer-" + i, shop.basket("customer-" + i));
		}
		return baskets;
	}

	@Test
	void silenceEndsAtTheDeadline() {
		this.fake.on("order").will(silence());
		Shop hasty = this.realm.client(SERVICE, Shop.class,
				ServiceSettings.defaults().withDeadline(Duration.ofMillis(200)));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> hasty.order("pen", 1))
			.satisfies((failure) -> assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
		assertThat(this.fake.calls("order")).hasSize(1);
	}

	@Test
	void streamsAreSlowAndBreak() {
		this.fake.on("articles")
			.will(emitEvery(Duration.ofMillis(5), "a", "b").thenFail(new IllegalStateException("torn")),
					emitting((call) -> Flux.range(0, 3).map((i) -> call.method() + i)));
		StepVerifier.create(this.shop.articles())
			.expectNext("a", "b")
			.expectErrorSatisfies((error) -> assertThat(error).isInstanceOf(RpcException.class))
			.verify(Duration.ofSeconds(5));
		assertThat(this.shop.articles().collectList().block()).containsExactly("articles0", "articles1", "articles2");
	}

	@Test
	void whatHasNoScriptIsServedOtherwise() throws Exception {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.shop.order("pen", 1))
			.satisfies((failure) -> assertThat(failure.code()).isEqualTo(Code.UNIMPLEMENTED))
			.withMessageContaining(
					"the fake provider has no script for test.shop/order: give it one by " + "on(\"order\").will(...)");
	}

	@Test
	void scriptsThatDoNotSuitAreRefusedWhereTheyAreWritten() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.fake.on("ordr"))
			.withMessageContaining("has no method 'ordr': expected one of '")
			.withMessageContaining("'order'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.fake.on("order").will())
			.withMessage("The script of test.shop/order is empty: give a behaviour for each call, such as "
					+ "Behaviour.answer(value)");
		assertThatIllegalArgumentException().isThrownBy(() -> this.fake.on("order").will(answer(1)))
			.withMessage("answer(1) does not suit Shop.order(String, int): a java.lang.Integer is no java.lang.String");
		assertThatIllegalArgumentException().isThrownBy(() -> this.fake.on("order").will(emit("1")))
			.withMessage("emit(1 elements) does not suit Shop.order(String, int), which has one result: "
					+ "use answer(...) or answering(...)");
		assertThatIllegalArgumentException().isThrownBy(() -> this.fake.on("articles").will(answer("1")))
			.withMessageContaining("which returns a Flux: use emit(...), emitEvery(...) or emitting(...)");
		assertThatIllegalArgumentException().isThrownBy(() -> this.fake.on("cancel").will(answer("1")))
			.withMessageContaining("it has no result, use answer(null)");
		assertThatIllegalArgumentException().isThrownBy(() -> answer("1").after(Duration.ZERO))
			.withMessage("delay PT0S is not valid: expected more than zero");
		assertThatIllegalArgumentException().isThrownBy(() -> fail(Code.OK, ""))
			.withMessage("OK is no failure: expected any other code, or answer(value)");
	}

	@Test
	void aCheckedExceptionThatNoHandlerCouldThrowIsRefusedWhereTheScriptIsWritten() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.fake.on("order").will(answer("1"), fail(new IOException("broken"))))
			.withMessage("fail(java.io.IOException: broken) does not suit Shop.order(String, int): no handler in Java"
					+ " can throw a java.io.IOException there, since it declares " + SoldOutException.class.getName()
					+ "; use one that it declares, or an unchecked one, or add it to the contract");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.fake.on("price").will(fail(new IOException("broken")).after(Duration.ofMillis(1))))
			.withMessageContaining("since it declares no exception; use");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.fake.on("price").will(answer("1").thenFail(new IOException("broken"))))
			.withMessageContaining("no handler in Java can throw a java.io.IOException there");
	}

	@Test
	void aCheckedExceptionWhereAHandlerCanGiveItIsToldAsARealProviderTellsIt() {
		this.fake.on("later").will(fail(new IOException("broken")));
		this.fake.on("count").will(fail(new IOException("broken")));
		this.fake.on("articles").will(emit("a").thenFail(new IOException("broken")));
		Map<String, Callable<?>> calls = Map.of("later", () -> this.shop.later("pen").block(), "count",
				() -> this.shop.count().join(), "articles", () -> this.shop.articles().blockLast());
		RealmNode real = RealmNode.builder("real")
			.secret(RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "the test"))
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 4, 100, 100, Duration.ofSeconds(1)))
			.service(SERVICE, Shop.class, broken())
			.build();
		try (real) {
			real.start();
			Shop shop = real.client().proxy(Shop.class, SERVICE);
			Map<String, Callable<?>> same = Map.of("later", () -> shop.later("pen").block(), "count",
					() -> shop.count().join(), "articles", () -> shop.articles().blockLast());
			calls.forEach((method, call) -> {
				String told = failure(call);
				assertThat(told).as(method)
					.startsWith("UNKNOWN: test.shop/" + method + " failed with what its contract does not declare")
					.isEqualTo(failure(same.get(method)));
			});
		}
	}

	private static String failure(Callable<?> call) {
		Throwable thrown = catchThrowable(call::call);
		return String.valueOf(((thrown instanceof CompletionException) ? thrown.getCause() : thrown).getMessage());
	}

	/**
	 * Each method of a real provider fails, as far as it can, with a checked exception.
	 */
	private static Shop broken() {
		return (Shop) Proxy.newProxyInstance(Shop.class.getClassLoader(), new Class<?>[] { Shop.class },
				(proxy, method, arguments) -> {
					IOException broken = new IOException("broken");
					return switch (method.getName()) {
						case "later" -> Mono.error(broken);
						case "count" -> CompletableFuture.failedFuture(broken);
						case "articles" -> Flux.concat(Mono.just("a"), Mono.error(broken));
						case "hashCode" -> 1;
						case "equals" -> proxy == arguments[0];
						default -> null;
					};
				});
	}

	@Test
	void whatAMethodWithoutTimeOrNullCannotDoIsRefused() {
		try (TestRealm realm = TestRealm.start()) {
			FakeProvider<Counter> fake = realm.fake("node1", "test.counter", Counter.class);
			assertThatIllegalArgumentException().isThrownBy(() -> fake.on("count").will(answer(null)))
				.withMessage("answer(null) does not suit Counter.count(): its result is never null");
			for (Behaviour slow : List.of(answer(1).after(Duration.ofMillis(1)), silence(),
					refuse().after(Duration.ofMillis(1)))) {
				assertThatIllegalArgumentException().isThrownBy(() -> fake.on("count").will(slow))
					.withMessage(slow + " does not suit Counter.count(), which is declared nonBlocking and answers at"
							+ " once");
			}
			assertThatIllegalArgumentException().isThrownBy(() -> Behaviour.emit("a", null))
				.withMessage("element 1 is null: a Flux has none of these");
		}
	}

	@Test
	void aProviderCannotTakeThePlaceOfTheNodeThatCallsNorJoinAClosedRealm() {
		TestRealm realm = TestRealm.start();
		assertThatIllegalArgumentException().isThrownBy(() -> realm.fake("test", "test.counter", Counter.class))
			.withMessageStartingWith("Node id 'test' is that of the node that calls in this realm");
		realm.close();
		assertThatIllegalStateException().isThrownBy(() -> realm.fake("node1", "test.counter", Counter.class))
			.withMessageStartingWith("The test realm is closed");
		realm.close();
	}

	interface Counter {

		@MaculaMethod(nonBlocking = true)
		int count();

	}

}
