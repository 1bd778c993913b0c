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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.MaculaMethod;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.client.ServiceSettings;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.StaticDirectory;
import io.macula.operations.Counted;
import io.macula.operations.KnownNodes.KnownNode;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeChange;
import io.macula.operations.NodeStatus;
import io.macula.operations.OperationsAccess;
import io.macula.operations.OperationsAccess.Level;
import io.macula.operations.OperationsClient;
import io.macula.operations.RealmCrawl;
import io.macula.operations.RealmView;
import io.macula.operations.ServiceDescriptions.MethodDescription;
import io.macula.operations.ServiceDescriptions.ServiceDescription;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.macula.transport.TransportSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import org.reactivestreams.Subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of the reserved service of nodes, over real connections.
 */
@Timeout(60)
class NodeOperationsTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	@Test
	void reportTellsWhoTheNodeIsWhatItServesAndWhoCallsIt() {
		RealmNode provider = provider("node1", Level.READ);
		RealmNode client = client("caller");
		OperationsClient operations = client.operations();
		Greeter greeter = greeter(client);
		// Latencies are counted from the first report on.
		assertThat(operations.report(at(provider)).block().services()).hasSize(1);
		for (int i = 0; i < 10; i++) {
			assertThat(greeter.greet(new Name("Ada", 1))).isEqualTo("Hello Ada");
		}
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> greeter.greet(new Name("", 0)));
		Awaitility.await().untilAsserted(() -> {
			NodeStatus status = operations.report(at(provider)).block();
			assertThat(status.node()).satisfies((node) -> {
				assertThat(node.nodeId()).isEqualTo("node1");
				assertThat(node.realm()).isEqualTo("operated");
				assertThat(node.application()).isEqualTo("greetings");
				assertThat(node.applicationVersion()).isEqualTo("1.2");
				assertThat(node.endpoint()).isEqualTo("127.0.0.1:" + provider.port());
				assertThat(node.metadata()).containsEntry("stage", "test");
			});
			assertThat(status.life()).satisfies((life) -> {
				assertThat(life.state()).isEqualTo("serving");
				assertThat(life.access()).isEqualTo("read");
				assertThat(life.age()).isPositive();
				assertThat(life.connections()).isEqualTo(1);
			});
			assertThat(status.services()).singleElement().satisfies((service) -> {
				assertThat(service.name()).isEqualTo("greeter");
				assertThat(service.version()).hasSize(11);
				assertThat(service.calls()).isEqualTo(11);
				assertThat(service.failures()).containsEntry("UNKNOWN", 1L);
				assertThat(service.methods()).filteredOn((method) -> method.name().equals("greet"))
					.singleElement()
					.satisfies((method) -> assertThat(method.counted().calls()).isEqualTo(11));
			});
			assertThat(status.callers()).singleElement().satisfies((caller) -> {
				assertThat(caller.nodeId()).isEqualTo("caller");
				assertThat(caller.service()).isEqualTo("greeter");
				assertThat(caller.counted().calls()).isEqualTo(11);
				assertThat(caller.counted().failures()).isEqualTo(1);
				assertThat(caller.counted().quantile(0.99)).isPositive().isLessThan(Duration.ofSeconds(5));
				assertThat(caller.counted().since(caller.counted()).calls()).isZero();
			});
		});
	}

	@Test
	void reportOfProviderThatCallsTellsItsInstancesAndConnections() {
		RealmNode provider = provider("node1", Level.READ);
		RealmNode middle = provider("node2", Level.READ, "middle", at(provider).endpoint());
		Greeter greeter = greeter(middle);
		assertThat(greeter.greet(new Name("Ada", 1))).isEqualTo("Hello Ada");
		NodeStatus status = client("tool").operations().report(at(middle)).block();
		assertThat(status.clients()).extracting(NodeStatus.ClientStatus::service).containsExactly("greeter");
		assertThat(status.instances()).singleElement().satisfies((instance) -> {
			assertThat(instance.nodeId()).isEqualTo("node1");
			assertThat(instance.attempts()).isEqualTo(1);
			assertThat(instance.state()).isEqualTo("ready");
		});
		assertThat(status.connections()).extracting(NodeStatus.ConnectionStatus::nodeId).contains("node1");
	}

	@Test
	void reservedServiceIsNoServiceOfTheUser() {
		RealmNode provider = provider("node1", Level.READ);
		RealmNode client = client("caller");
		assertThat(greeter(client).greet(new Name("Ada", 1))).isEqualTo("Hello Ada");
		assertThat(provider.report().provider().services()).extracting(NodeReport.ServedService::name)
			.containsExactly("greeter");
		assertThat(client.operations().known(at(provider)).collectList().block()).singleElement()
			.extracting(KnownNode::services)
			.satisfies((services) -> assertThat(services).containsOnlyKeys("greeter"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> RealmNode.builder("operated").service("macula.node", Greeter.class, new Hello()))
			.withMessage("Service name 'macula.node' is not valid: expected a name that does not start with 'macula.'");
		assertThatIllegalArgumentException().isThrownBy(() -> client.client().proxy(Greeter.class, "macula.node"))
			.withMessage("Service name 'macula.node' is not valid: expected a name that does not start with 'macula.'");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> client.client().call("macula.node", "report", null, String.class))
			.withMessage("Service name 'macula.node' is not valid: expected a name that does not start with 'macula.'");
	}

	@Test
	void describeTellsTheContractOfEachMethod() {
		RealmNode provider = provider("node1", Level.READ);
		OperationsClient operations = client("tool").operations();
		ServiceDescription described = operations.describe(at(provider), "greeter").block().services().get(0);
		assertThat(described.contract()).isEqualTo(Greeter.class.getName());
		assertThat(described.fingerprint())
			.startsWith(operations.report(at(provider)).block().services().get(0).version());
		assertThat(described.methods()).extracting(MethodDescription::name).containsExactly("chat", "greet");
		assertThat(described.methods().get(0).shape()).isEqualTo("stream-both");
		assertThat(described.methods().get(1)).satisfies((greet) -> {
			assertThat(greet.shape()).isEqualTo("unary");
			assertThat(greet.idempotent()).isTrue();
			assertThat(greet.deadline()).isEqualTo(Duration.ofSeconds(3));
			assertThat(greet.result()).isEqualTo("{\"type\":\"string\"}");
			assertThat(greet.parameters()).singleElement().satisfies((parameter) -> {
				assertThat(parameter.name()).isEqualTo("name");
				assertThat(parameter.schema()).contains("\"$ref\":\"#/$defs/Name\"", "\"text\":{\"type\":\"string\"}",
						"\"times\":{\"type\":\"integer\"}");
			});
		});
		assertThat(operations.describe(at(provider), "unknown").block().services()).isEmpty();
	}

	@Test
	void accessNoneTellsNothing() {
		RealmNode provider = provider("node1", Level.NONE);
		OperationsClient operations = client("tool").operations();
		List<org.reactivestreams.Publisher<?>> all = List.of(operations.report(at(provider)),
				operations.known(at(provider)), operations.describe(at(provider), null),
				operations.watch(at(provider), null), operations.drain(at(provider)),
				operations.weight(at(provider), 5));
		assertThat(all).allSatisfy((question) -> assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> Flux.from(question).blockLast())
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.PERMISSION_DENIED))
			.withMessageContaining("since its macula.operations.access is 'none'"));
	}

	@Test
	void accessReadRefusesToSteer() {
		RealmNode provider = provider("node1", Level.READ);
		OperationsClient operations = client("tool").operations();
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> operations.drain(at(provider)).block())
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.PERMISSION_DENIED))
			.withMessageContaining("it can be looked at, but not steered, since its macula.operations.access is 'read';"
					+ " expected 'write'");
		assertThat(provider.report().provider().suspended()).isFalse();
	}

	@Test
	void identitiesDecideWhoMayReadAndWhoMayWrite() {
		RealmNode provider = provider("node1",
				OperationsAccess.of(Level.WRITE, List.of("macula://operated/reader", "macula://operated/operator"),
						List.of("macula://operated/operator")),
				"greeter");
		OperationsClient reader = client("reader").operations();
		assertThat(reader.report(at(provider)).block().life().state()).isEqualTo("serving");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> reader.weight(at(provider), 5).block())
			.withMessageContaining("its macula.operations.allow-write does not name this caller");
		OperationsClient operator = client("operator").operations();
		operator.weight(at(provider), 5).block();
		assertThat(provider.report().provider().weight()).isEqualTo(5);
		OperationsClient stranger = client("stranger").operations();
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> stranger.report(at(provider)).block())
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.PERMISSION_DENIED))
			.withMessageContaining("its macula.operations.allow-read does not name this caller");
	}

	@Test
	void drainResumeAndWeight() {
		RealmNode provider = provider("node1", Level.WRITE);
		OperationsClient operations = client("tool").operations();
		operations.weight(at(provider), 7).block();
		operations.drain(at(provider)).block();
		NodeStatus drained = operations.report(at(provider)).block();
		assertThat(drained.life().state()).isEqualTo("drained");
		assertThat(drained.life().weight()).isEqualTo(7);
		operations.resume(at(provider)).block();
		assertThat(operations.report(at(provider)).block().life().state()).isEqualTo("serving");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> operations.resume(at(provider)).block())
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.INVALID_ARGUMENT))
			.withMessageContaining("node 'node1' is not drained by an operator");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> operations.weight(at(provider), 0).block())
			.withMessageContaining("weight 0 of node 'node1' is not valid: expected 1 to 10000");
	}

	@Test
	void ejectAndRestoreAtTheNodeThatCalls() {
		RealmNode first = provider("node1", Level.READ);
		RealmNode second = provider("node2", Level.READ, "greeter", at(first).endpoint());
		RealmNode middle = provider("node3", Level.WRITE, "middle", at(first).endpoint());
		Greeter greeter = greeter(middle);
		Awaitility.await().untilAsserted(() -> {
			greeter.greet(new Name("Ada", 1));
			assertThat(middle.report("greeter").instances()).hasSize(2);
		});
		OperationsClient operations = client("tool").operations();
		operations.eject(at(middle), null, "node2", "a test").block();
		assertThat(operations.report(at(middle)).block().instances())
			.filteredOn((instance) -> instance.nodeId().equals("node2"))
			.singleElement()
			.satisfies((instance) -> {
				assertThat(instance.state()).isEqualTo("ejected");
				assertThat(instance.detail()).contains("a test", "node 'tool'", "127.0.0.1");
			});
		operations.restore(at(middle), "greeter", "node2").block();
		assertThat(operations.report(at(middle)).block().instances()).extracting(NodeStatus.InstanceStatus::state)
			.doesNotContain("ejected");
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> operations.eject(at(middle), null, "nobody", null).block())
			.withMessageContaining("no client service has an instance 'nobody'");
		assertThat(second.report().provider().suspended()).isFalse();
	}

	@Test
	void watchTellsTheWholeFirstAndThenChangesOnly() {
		RealmNode provider = provider("node1", Level.READ);
		RealmNode client = client("caller");
		Greeter greeter = greeter(client);
		List<NodeChange> changes = new CopyOnWriteArrayList<>();
		Disposable watch = client.operations()
			.watch(at(provider), Duration.ofMillis(200))
			.subscribe(changes::add, (ex) -> {
			});
		Awaitility.await().untilAsserted(() -> assertThat(changes).isNotEmpty());
		assertThat(changes.get(0).number()).isZero();
		assertThat(changes.get(0).status().services()).hasSize(1);
		greeter.greet(new Name("Ada", 1));
		Awaitility.await()
			.untilAsserted(() -> assertThat(state(changes).callers()).singleElement()
				.satisfies((caller) -> assertThat(caller.counted().calls()).isEqualTo(1)));
		// Nothing of what stays the same is told again.
		Awaitility.await().untilAsserted(() -> assertThat(changes.get(changes.size() - 1).quiet()).isTrue());
		watch.dispose();
	}

	@Test
	void watcherThatLeavesIsForgotten() {
		RealmNode provider = provider("node1", Level.READ);
		OperationsClient operations = client("tool").operations();
		// Keeps the connection, so that the others need none of their own.
		Disposable lasting = operations.watch(at(provider), Duration.ofMinutes(1)).subscribe();
		// More than a node lets watch it at once.
		for (int i = 0; i < 80; i++) {
			assertThat(operations.watch(at(provider), null).blockFirst().number()).isZero();
		}
		List<Disposable> watches = new ArrayList<>();
		List<Throwable> refused = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 80; i++) {
			watches.add(operations.watch(at(provider), Duration.ofMinutes(1)).subscribe((change) -> {
			}, refused::add));
		}
		Awaitility.await()
			.untilAsserted(() -> assertThat(refused).hasSizeGreaterThanOrEqualTo(64)
				.allSatisfy((ex) -> assertThat(ex)
					.hasMessageContaining("node 'node1' is watched 16 times already from 127.0.0.1")));
		watches.forEach(Disposable::dispose);
		lasting.dispose();
	}

	@Test
	void slowWatcherMissesNothingOfWhatChangesAddUpTo() {
		RealmNode provider = provider("node1", Level.READ);
		RealmNode client = client("caller");
		Greeter greeter = greeter(client);
		List<NodeChange> changes = new CopyOnWriteArrayList<>();
		BaseSubscriber<NodeChange> slow = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.request(1);
			}

			@Override
			protected void hookOnNext(NodeChange change) {
				changes.add(change);
			}

		};
		client.operations().watch(at(provider), Duration.ofMillis(200)).subscribe(slow);
		Awaitility.await().untilAsserted(() -> assertThat(changes).hasSize(1));
		for (int i = 0; i < 200; i++) {
			greeter.greet(new Name("Ada", 1));
		}
		Awaitility.await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
			slow.request(1);
			assertThat(state(changes).services().get(0).calls()).isEqualTo(200);
			assertThat(state(changes).callers().get(0).counted().calls()).isEqualTo(200);
		});
		for (int i = 0; i < changes.size(); i++) {
			assertThat(changes.get(i).number()).isEqualTo(i);
		}
		slow.cancel();
	}

	@Test
	void watchOfNodeThatClosesTellsItsLastStateAndEnds() {
		RealmNode provider = provider("node1", Level.READ);
		List<NodeChange> changes = new CopyOnWriteArrayList<>();
		AtomicBoolean ended = new AtomicBoolean();
		client("tool").operations()
			.watch(at(provider), Duration.ofMillis(200))
			.subscribe(changes::add, (ex) -> ended.set(true), () -> ended.set(true));
		Awaitility.await().untilAsserted(() -> assertThat(changes).isNotEmpty());
		provider.close();
		Awaitility.await().untilTrue(ended);
		assertThat(state(changes).life().state()).isEqualTo("stopping");
	}

	@Test
	void slowWatcherOfNodeThatClosesIsToldItsLastState() {
		RealmNode provider = provider("node1", Level.READ);
		List<NodeChange> changes = new CopyOnWriteArrayList<>();
		AtomicBoolean ended = new AtomicBoolean();
		BaseSubscriber<NodeChange> slow = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.request(1);
			}

			@Override
			protected void hookOnNext(NodeChange change) {
				changes.add(change);
			}

			@Override
			protected void hookOnComplete() {
				ended.set(true);
			}

		};
		client("tool").operations().watch(at(provider), Duration.ofMillis(200)).subscribe(slow);
		Awaitility.await().untilAsserted(() -> assertThat(changes).hasSize(1));
		Thread closing = new Thread(provider::close);
		closing.start();
		Awaitility.await().until(() -> provider.state() != NodeState.STARTED);
		slow.request(1);
		Awaitility.await().untilTrue(ended);
		assertThat(state(changes).life().state()).isEqualTo("stopping");
	}

	@Test
	void watchTellsEvents() {
		RealmNode first = provider("node1", Level.READ);
		RealmNode middle = provider("node3", Level.WRITE, "middle", at(first).endpoint());
		greeter(middle).greet(new Name("Ada", 1));
		List<NodeChange> changes = new CopyOnWriteArrayList<>();
		OperationsClient operations = client("tool").operations();
		operations.watch(at(middle), Duration.ofMillis(200)).subscribe(changes::add, (ex) -> {
		});
		Awaitility.await().untilAsserted(() -> assertThat(changes).isNotEmpty());
		provider("node2", Level.READ, "greeter", at(first).endpoint());
		Awaitility.await()
			.untilAsserted(() -> assertThat(changes).flatExtracting(NodeChange::events).anySatisfy((event) -> {
				assertThat(event.kind()).isEqualTo("instance-joined");
				assertThat(event.service()).isEqualTo("greeter");
				assertThat(event.nodeId()).isEqualTo("node2");
			}));
	}

	@Test
	void answersLargerThanALaneTakesArrive() {
		RealmNode provider = withServices(200);
		OperationsClient operations = client("tool").operations();
		assertThat(operations.report(at(provider)).block().services()).hasSize(200);
		assertThat(operations.describe(at(provider), null).block().services()).hasSize(200);
		assertThat(operations.known(at(provider)).collectList().block()).singleElement()
			.satisfies((known) -> assertThat(known.services()).hasSize(200));
		RealmView realm = operations.crawl(RealmCrawl.Bounds.defaults()).block();
		assertThat(realm.silent()).isEmpty();
		assertThat(realm.nodes()).hasSize(1);
	}

	@Test
	void crawlIsNotCompleteWhereNobodyTellsWhomItKnows() {
		StaticDirectory many = StaticDirectory.empty();
		for (int i = 0; i < 1000; i++) {
			many = many.with(new ServiceName("far-" + i), new Endpoint("127.0.0.1", 9));
		}
		RealmNode provider = builder("node1").directories(List.of(DirectoryEngineFactory.fixed(many)))
			.service("greeter", Greeter.class, new Hello())
			.build();
		start(provider);
		RealmNode tool = RealmNode.builder("operated").nodeId("tool").secret(SECRET).transport(smallAnswers()).build();
		this.nodes.add(tool);
		tool.start();
		RealmView realm = tool.operations().crawl(List.of(at(provider)), RealmCrawl.Bounds.defaults()).block();
		assertThat(realm.nodes()).hasSize(1);
		assertThat(realm.silent()).singleElement()
			.satisfies((silent) -> assertThat(silent.reason()).contains("exceeds the limit"));
		assertThat(realm.complete()).isFalse();
	}

	@Test
	void crawlFindsNodesOfFixedInstancesWhateverTheseCallThem() {
		RealmNode first = provider("node1", Level.READ);
		RealmNode second = provider("node2", Level.READ);
		RealmNode tool = RealmNode.builder("operated")
			.nodeId("tool")
			.secret(SECRET)
			.directories(List.of(DirectoryEngineFactory.fixed(StaticDirectory.empty()
				.with(new ServiceName("greeter"), Endpoint.parse(at(first).endpoint()),
						Endpoint.parse(at(second).endpoint())))))
			.build();
		this.nodes.add(tool);
		tool.start();
		RealmView realm = tool.operations().crawl(RealmCrawl.Bounds.defaults()).block();
		assertThat(realm.nodes()).extracting((node) -> node.node().nodeId()).containsExactly("node1", "node2");
		assertThat(realm.silent()).isEmpty();
	}

	@Test
	void crawlFindsAllNodesAndTellsWhoDoesNotAnswer() {
		RealmNode first = provider("node1", Level.READ);
		provider("node2", Level.READ, "middle", at(first).endpoint());
		RealmNode shut = provider("node3", Level.NONE, "greeter", at(first).endpoint());
		RealmNode tool = client("tool", at(first).endpoint());
		Greeter greeter = greeter(tool);
		greeter.greet(new Name("Ada", 1));
		NodeAddress dead = NodeAddress.of(Endpoint.parse("127.0.0.1:9"));
		Awaitility.await().untilAsserted(() -> {
			RealmView realm = tool.operations()
				.crawl(List.of(at(first), dead),
						new RealmCrawl.Bounds(100, 4, Duration.ofSeconds(2), Duration.ofSeconds(20)))
				.block();
			assertThat(realm.nodes()).extracting((node) -> node.node().nodeId()).containsExactly("node1", "node2");
			assertThat(realm.complete()).isTrue();
			assertThat(realm.silent()).hasSize(2).anySatisfy((silent) -> {
				assertThat(silent.address().nodeId()).isEqualTo("node3");
				assertThat(silent.reason()).contains("macula.operations.access is 'none'");
			}).anySatisfy((silent) -> assertThat(silent.address()).isEqualTo(dead));
		});
		greeter.greet(new Name("Ada", 1));
		Awaitility.await().untilAsserted(() -> {
			greeter.greet(new Name("Ada", 1));
			assertThat(tool.operations().crawl(RealmCrawl.Bounds.defaults()).block().edges()).anySatisfy((edge) -> {
				assertThat(edge.from()).isEqualTo("tool");
				assertThat(edge.to()).isEqualTo("node1");
				assertThat(edge.counted()).isNotEqualTo(Counted.NONE);
			});
		});
		assertThat(shut.report().state()).isEqualTo("started");
	}

	@Test
	void addressThatIsOutOfDateEndsNoConnection() {
		RealmNode provider = provider("node1", Level.READ);
		RealmNode client = client("caller", at(provider).endpoint());
		Greeter greeter = greeter(client);
		for (int i = 0; i < 50; i++) {
			greeter.greet(new Name("Ada", 1));
		}
		// No two take the same time.
		Duration handshake = client.report().connections().get(0).handshake();
		NodeAddress stale = new NodeAddress(at(provider).endpoint(), List.of(), "node1", 1, null);
		assertThat(client.operations().report(stale).block().node().nodeId()).isEqualTo("node1");
		assertThat(client.report().connections()).singleElement()
			.satisfies((connection) -> assertThat(connection.handshake()).isEqualTo(handshake));
		NodeAddress forged = new NodeAddress(at(provider).endpoint(), List.of(), "node1", 0, "0".repeat(64));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> client.operations().report(forged).block())
			.withMessageContaining("another node is at");
		assertThat(client.report().connections()).singleElement()
			.satisfies((connection) -> assertThat(connection.handshake()).isEqualTo(handshake));
	}

	@Test
	void instancesThatServeDifferentVersionsAreTold() {
		RealmNode first = provider("node1", Level.READ);
		RealmNode middle = provider("node3", Level.READ, "middle", at(first).endpoint());
		greeter(middle).greet(new Name("Ada", 1));
		OperationsClient operations = client("tool").operations();
		assertThat(operations.report(at(middle)).block().skews()).isEmpty();
		List<NodeChange> changes = new CopyOnWriteArrayList<>();
		operations.watch(at(middle), Duration.ofMillis(200)).subscribe(changes::add, (ex) -> {
		});
		Awaitility.await().untilAsserted(() -> assertThat(changes).isNotEmpty());
		RealmNode newer = RealmNode.builder("operated")
			.nodeId("node2")
			.secret(SECRET)
			.seeds(at(first).endpoint())
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 10, 100, 1000, Duration.ofSeconds(1)))
			.service("greeter", NewGreeter.class, (NewGreeter) (name, loud) -> "Hello")
			.build();
		this.nodes.add(newer);
		newer.start();
		newer.advertise();
		Awaitility.await().untilAsserted(() -> {
			assertThat(operations.report(at(middle)).block().skews()).singleElement().satisfies((skew) -> {
				assertThat(skew.service()).isEqualTo("greeter");
				assertThat(skew.versions().values()).containsExactlyInAnyOrder(List.of("node1"), List.of("node2"));
			});
			assertThat(changes).flatExtracting(NodeChange::events)
				.anySatisfy((event) -> assertThat(event.kind()).isEqualTo("contracts-differ"));
			assertThat(operations.crawl(List.of(at(first), at(newer)), RealmCrawl.Bounds.defaults()).block().skews())
				.extracting(NodeStatus.Skew::service)
				.containsExactly("greeter");
		});
	}

	private static NodeStatus state(List<NodeChange> changes) {
		NodeStatus state = null;
		for (NodeChange change : changes) {
			state = change.after(state);
		}
		return state;
	}

	private static NodeAddress at(RealmNode node) {
		return NodeAddress.of(new Endpoint("127.0.0.1", node.port()));
	}

	private static Greeter greeter(RealmNode node) {
		return node.client().proxy(Greeter.class, "greeter");
	}

	private RealmNode provider(String nodeId, Level level) {
		return provider(nodeId, level, "greeter");
	}

	private RealmNode provider(String nodeId, Level level, String service, String... seeds) {
		return provider(nodeId, OperationsAccess.of(level), service, seeds);
	}

	private RealmNode provider(String nodeId, OperationsAccess access, String service, String... seeds) {
		RealmNode node = RealmNode.builder("operated")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seeds)
			.operations(access)
			.application("greetings", "1.2")
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of("stage", "test"), 10, 100, 1000,
					Duration.ofSeconds(1)))
			.service(service, Greeter.class, new Hello())
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private RealmNode withServices(int count) {
		RealmNodeBuilder builder = builder("node1");
		for (int i = 0; i < count; i++) {
			builder.service("a.service.with.a.long.name.that.fills.an.answer.until.it.does.not.fit." + i, Greeter.class,
					new Hello());
		}
		RealmNode node = builder.build();
		start(node);
		return node;
	}

	private static RealmNodeBuilder builder(String nodeId) {
		return RealmNode.builder("operated")
			.nodeId(nodeId)
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 10, 100, 1000, Duration.ofSeconds(1)));
	}

	private void start(RealmNode node) {
		this.nodes.add(node);
		node.start();
		node.advertise();
	}

	private static TransportSettings smallAnswers() {
		TransportSettings usual = TransportSettings.defaults();
		return new TransportSettings(usual.idleTimeout(), usual.keepAlive(), usual.suspicion(), 4096,
				usual.laneThresholdBytes(), usual.lanes(), usual.maxConnections(), usual.maxInFlightPerConnection(),
				usual.maxStreamsPerConnection(), usual.eventLoops(), usual.spin());
	}

	private RealmNode client(String nodeId) {
		return client(nodeId,
				this.nodes.stream()
					.filter((node) -> node.port() > 0)
					.map((node) -> "127.0.0.1:" + node.port())
					.toArray(String[]::new));
	}

	private RealmNode client(String nodeId, String... seeds) {
		RealmNode node = RealmNode.builder("operated")
			.nodeId(nodeId)
			.secret(SECRET)
			.seeds(seeds)
			.defaults(ServiceSettings.defaults().withDeadline(Duration.ofSeconds(10)))
			.build();
		this.nodes.add(node);
		node.start();
		return node;
	}

	/** Something to call. */
	public interface Greeter {

		@MaculaMethod(idempotent = true, deadline = "3s")
		String greet(Name name);

		Flux<String> chat(Flux<String> words);

	}

	/** The next version of it. */
	@FunctionalInterface
	public interface NewGreeter {

		String greet(Name name, boolean loud);

	}

	/** A value. */
	public record Name(String text, int times) {

	}

	private static final class Hello implements Greeter {

		@Override
		public String greet(Name name) {
			if (name.text().isEmpty()) {
				throw new IllegalStateException("nobody");
			}
			return "Hello " + name.text();
		}

		@Override
		public Flux<String> chat(Flux<String> words) {
			return words;
		}

	}

}
