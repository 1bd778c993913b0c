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

package io.macula.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.RpcException;
import io.macula.client.ServiceSettings;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryState;
import io.macula.directory.InMemoryDirectory;
import io.macula.selection.SelectionStrategies;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link RealmNode}: whole nodes over real QUIC on loopback.
 */
@Timeout(60)
class RealmNodeTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	private RealmNode provider(String nodeId, String... seeds) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.calculator", Calculator.class, new CalculatorHandler(nodeId))
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private RealmNode client(String... seeds) {
		RealmNode node = RealmNode.builder("test").nodeId("client").secret(SECRET).seeds(seeds).build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	private static String seed(RealmNode node) {
		return "127.0.0.1:" + node.port();
	}

	private void awaitInstances(RealmNode client, int count) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> client.report().clients().get(0).instances().size() == count);
	}

	@Test
	void callsReachProviderInEveryShape() throws Exception {
		RealmNode provider = provider("node1");
		Calculator calculator = client(seed(provider)).client().proxy(Calculator.class, "test.calculator");
		assertThat(calculator.multiply(new Question(6, 7))).isEqualTo(new Answer("node1", 42));
		assertThat(calculator.maybe("nothing")).isEmpty();
		assertThat(calculator.maybe("something")).contains("something");
		calculator.nothing();
		assertThat(calculator.later(List.of(1, 2, 3)).get()).isEqualTo(6);
		assertThat(calculator.soon(Map.of("a", new Question(1, 2))).block()).containsEntry("a", 3L);
		StepVerifier.create(calculator.count(1000), 10)
			.expectNextCount(10)
			.thenRequest(Long.MAX_VALUE)
			.expectNextCount(990)
			.verifyComplete();
		assertThat(calculator.sum(Flux.range(1, 1000)).block()).isEqualTo(500500);
		StepVerifier.create(calculator.doubled(Flux.range(1, 100)).takeLast(1)).expectNext(200).verifyComplete();
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void anotherEngineStandsInPlaceOfTheEmbeddedDirectory() {
		InMemoryDirectory shared = new InMemoryDirectory();
		RealmNode provider = over(shared, RealmNode.builder("test")
			.nodeId("node1")
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.calculator", Calculator.class, new CalculatorHandler("node1")));
		RealmNode client = over(shared, RealmNode.builder("test").nodeId("client"));
		Calculator calculator = client.client().proxy(Calculator.class, "test.calculator");
		assertThat(calculator.multiply(new Question(6, 7))).isEqualTo(new Answer("node1", 42));
		assertThat(provider.report().provider().lease()).isEqualTo("granted");
		assertThat(client.report().directory()).isEqualTo(DirectoryState.EMPTY);
		assertThatThrownBy(() -> client.client().call("macula.directory", "watch", null, Map.class))
			.isInstanceOf(RuntimeException.class);
		provider.close();
		awaitInstances(client, 0);
		assertThatThrownBy(() -> calculator.multiply(new Question(6, 7))).hasMessageContaining("a map in this process");
	}

	private RealmNode over(InMemoryDirectory directory, RealmNodeBuilder builder) {
		RealmNode node = builder.secret(SECRET)
			.directory(DirectoryEngine.of(directory, directory, "a map in this process"))
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	@Test
	void declaredExceptionComesBackTypedAndOthersAsRpcException() {
		RealmNode provider = provider("node1");
		Calculator calculator = client(seed(provider)).client().proxy(Calculator.class, "test.calculator");
		assertThatThrownBy(() -> calculator.divide(1, 0)).isInstanceOf(DivisionException.class)
			.hasMessage("division of 1 by zero");
		assertThatThrownBy(() -> calculator.maybe("fail")).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(Code.UNKNOWN);
			assertThat(ex.remoteType()).isNull();
			assertThat(ex).hasMessageContaining("macula.provider.expose-messages");
			assertThat(ex.getMessage()).doesNotContain("told to fail");
		});
	}

	@Test
	void dynamicCallNeedsNoInterface() {
		RealmNode provider = provider("node1");
		Map<?, ?> answer = client(seed(provider)).client()
			.call("test.calculator", "multiply", Map.of("x", 21, "y", 2), Map.class);
		assertThat(answer.get("result")).isEqualTo(42);
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void unknownMethodAndUnknownServiceAreNamed() {
		RealmNode provider = provider("node1");
		RealmNode client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds(seed(provider))
			.defaults(ServiceSettings.defaults().withPatience(Duration.ofSeconds(4)))
			.build();
		this.nodes.add(client);
		client.start();
		assertThatThrownBy(() -> client.client().call("test.calculator", "mutiply", 1, Map.class))
			.isInstanceOfSatisfying(RpcException.class, (ex) -> assertThat(ex.code()).isEqualTo(Code.UNIMPLEMENTED))
			.hasMessageContaining("mutiply")
			.hasMessageContaining("multiply");
		assertThatThrownBy(() -> client.client().call("test.nothing", "x", 1, Map.class))
			.isInstanceOfSatisfying(RpcException.class, (ex) -> assertThat(ex.code()).isEqualTo(Code.NOT_FOUND))
			.hasMessageContaining("test.nothing");
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void whenTheSeedAnswersThenACallOfAnUnknownServiceIsNotToldThatItDoesNot() {
		RealmNode provider = provider("node1");
		RealmNode client = client(seed(provider));
		client.client().proxy(Calculator.class, "test.calculator").multiply(new Question(1, 1));
		Calculator mistyped = client.client()
			.proxy(Calculator.class, "test.calculatr", "mistyped",
					ServiceSettings.defaults().withPatience(Duration.ZERO));
		List<String> told = new ArrayList<>();
		Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
			RpcException failure = catchThrowableOfType(RpcException.class,
					() -> mistyped.multiply(new Question(1, 1)));
			told.add(failure.getMessage());
			assertThat(failure.code()).isEqualTo(Code.NOT_FOUND);
		});
		assertThat(told.get(0))
			.contains("no provider of service 'test.calculatr' is known in the realm 'test' yet: seed " + seed(provider)
					+ " has run for less than a lease");
		assertThat(told).noneMatch((message) -> message.contains("has not answered"));
	}

	@Test
	void roundRobinSpreadsCallsEvenlyOverProvidersThatKnowEachOther() {
		RealmNode first = provider("node1");
		provider("node2", seed(first));
		provider("node3", seed(first));
		RealmNode client = client(seed(first));
		Calculator calculator = client.client().proxy(Calculator.class, "test.calculator");
		awaitInstances(client, 3);
		Map<String, Integer> nodes = new TreeMap<>();
		for (int i = 0; i < 9; i++) {
			nodes.merge(calculator.multiply(new Question(1, 1)).node(), 1, Integer::sum);
		}
		assertThat(nodes).isEqualTo(Map.of("node1", 3, "node2", 3, "node3", 3));
		assertThat(client.report().connections()).hasSize(3);
	}

	@Test
	void providerThatClosesIsUnknownToClientsAtOnceAndLosesNoCall() {
		RealmNode first = provider("node1");
		RealmNode second = provider("node2", seed(first));
		RealmNode client = client(seed(first));
		Calculator calculator = client.client().proxy(Calculator.class, "test.calculator");
		awaitInstances(client, 2);
		List<CompletableFuture<Integer>> open = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			open.add(calculator.later(List.of(i)));
			if (i == 100) {
				CompletableFuture.runAsync(second::close);
			}
		}
		open.forEach(CompletableFuture::join);
		Awaitility.await()
			.atMost(Duration.ofSeconds(1))
			.until(() -> client.report().clients().get(0).instances().size() == 1);
		assertThat(calculator.multiply(new Question(1, 1)).node()).isEqualTo("node1");
	}

	@Test
	void clientMayStartBeforeItsProvider() throws Exception {
		RealmNode first = provider("node1");
		int port = first.port();
		first.close();
		RealmNode client = client("127.0.0.1:" + port);
		Calculator calculator = client.client().proxy(Calculator.class, "test.calculator");
		CompletableFuture<Integer> early = calculator.later(List.of(1));
		RealmNode again = RealmNode.builder("test")
			.nodeId("node1")
			.secret(SECRET)
			.provider(new ProviderSettings("127.0.0.1", port, null, 0, 100, Map.of(), 20, 1000, 1000,
					Duration.ofSeconds(2)))
			.service("test.calculator", Calculator.class, new CalculatorHandler("node1"))
			.build();
		this.nodes.add(again);
		again.start();
		again.advertise();
		assertThat(early.get()).isEqualTo(1);
	}

	@Test
	void firstStrategyPrefersTheSmallestNodeId() {
		RealmNode first = provider("node1");
		provider("node2", seed(first));
		RealmNode client = client(seed(first));
		Calculator calculator = client.client()
			.proxy(Calculator.class, "test.calculator", "preferred",
					ServiceSettings.defaults().withStrategy("first", SelectionStrategies.first()));
		awaitInstances(client, 2);
		for (int i = 0; i < 6; i++) {
			assertThat(calculator.multiply(new Question(1, 1)).node()).isEqualTo("node1");
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void anotherSecretIsRefusedInTheHandshakeWithAClearError() {
		RealmNode provider = provider("node1");
		RealmNode stranger = RealmNode.builder("test")
			.nodeId("stranger")
			.secret(RealmSecret.of("m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=", "the test"))
			.seeds(seed(provider))
			.build();
		this.nodes.add(stranger);
		stranger.start();
		assertThatThrownBy(() -> stranger.client().call("test.calculator", "multiply", Map.of("x", 1), Map.class))
			.isInstanceOf(RpcException.class);
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.until(() -> stranger.report().directory().seeds().toString().contains("secret"));
	}

	@Test
	void reportTellsWhatIsServedAndCalled() {
		RealmNode provider = provider("node1");
		RealmNode client = client(seed(provider));
		client.client().proxy(Calculator.class, "test.calculator").multiply(new Question(2, 2));
		NodeReport served = provider.report();
		assertThat(served.provider().lease()).isEqualTo("granted");
		// A call is counted when its answer is on its way.
		await().untilAsserted(() -> assertThat(provider.report().provider().services().get(0).calls()).isEqualTo(1));
		NodeReport called = client.report();
		NodeReport.ClientService service = called.clients().get(0);
		assertThat(service.instances().get(0).state()).isEqualTo("ready");
		assertThat(service.instances().get(0).calls()).isEqualTo(1);
		assertThat(service.instances().get(0).p99()).isPositive();
		assertThat(called.connections()).hasSize(1);
		assertThat(called.toString()).doesNotContain("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=");
	}

	/** A question. */
	public record Question(long x, long y) {

	}

	/** An answer. */
	public record Answer(String node, long result) {

	}

	/** A declared exception. */
	public static class DivisionException extends Exception {

		private static final long serialVersionUID = 1L;

		public DivisionException(String message) {
			super(message);
		}

	}

	/** A contract. */
	public interface Calculator {

		@MaculaMethod(idempotent = true)
		Answer multiply(Question question);

		Optional<String> maybe(String text);

		void nothing();

		@MaculaMethod(idempotent = true)
		CompletableFuture<Integer> later(List<Integer> numbers);

		Mono<Map<String, Long>> soon(Map<String, Question> questions);

		int divide(int dividend, int divisor) throws DivisionException;

		Flux<Integer> count(int limit);

		Mono<Integer> sum(Flux<Integer> numbers);

		Flux<Integer> doubled(Flux<Integer> numbers);

	}

	/** A handler. */
	static final class CalculatorHandler implements Calculator {

		private final String node;

		CalculatorHandler(String node) {
			this.node = node;
		}

		@Override
		public Answer multiply(Question question) {
			return new Answer(this.node, question.x() * question.y());
		}

		@Override
		public Optional<String> maybe(String text) {
			if (text.equals("fail")) {
				throw new IllegalStateException("told to fail");
			}
			return Optional.of(text).filter((word) -> !Set.of("nothing").contains(word));
		}

		@Override
		public void nothing() {
		}

		@Override
		public CompletableFuture<Integer> later(List<Integer> numbers) {
			return CompletableFuture.completedFuture(numbers.stream().mapToInt(Integer::intValue).sum());
		}

		@Override
		public Mono<Map<String, Long>> soon(Map<String, Question> questions) {
			Map<String, Long> sums = new TreeMap<>();
			questions.forEach((name, question) -> sums.put(name, question.x() + question.y()));
			return Mono.just(sums);
		}

		@Override
		public int divide(int dividend, int divisor) throws DivisionException {
			if (divisor == 0) {
				throw new DivisionException("division of " + dividend + " by zero");
			}
			return dividend / divisor;
		}

		@Override
		public Flux<Integer> count(int limit) {
			return Flux.range(1, limit);
		}

		@Override
		public Mono<Integer> sum(Flux<Integer> numbers) {
			return numbers.reduce(0, Integer::sum);
		}

		@Override
		public Flux<Integer> doubled(Flux<Integer> numbers) {
			return numbers.map((number) -> number * 2);
		}

	}

}
