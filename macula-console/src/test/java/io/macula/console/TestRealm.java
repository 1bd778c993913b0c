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

package io.macula.console;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.MaculaMethod;
import io.macula.client.ServiceSettings;
import io.macula.node.RealmNode;
import io.macula.node.RealmNodeBuilder;
import io.macula.operations.OperationsAccess;
import io.macula.operations.OperationsAccess.Level;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import reactor.core.publisher.Flux;

/**
 * Nodes of a realm in this process: two that take orders, and a shop that calls them.
 */
final class TestRealm implements AutoCloseable {

	static final String SECRET = "Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";

	private final List<RealmNode> nodes = new ArrayList<>();

	private final Orders orders;

	TestRealm() {
		start("orders-1", Level.WRITE);
		start("orders-2", Level.READ);
		RealmNode shop = builder("shop-1", Level.WRITE).service("shop.web", Shop.class, (Shop) () -> "open").build();
		start(shop);
		this.orders = shop.client().proxy(Orders.class, "shop.orders");
	}

	String seed() {
		return "127.0.0.1:" + this.nodes.get(0).port();
	}

	/** The shop calls. */
	Orders orders() {
		return this.orders;
	}

	RealmNode start(String nodeId, Level level) {
		RealmNode node = builder(nodeId, level).service("shop.orders", Orders.class, new Taken(nodeId)).build();
		start(node);
		return node;
	}

	private void start(RealmNode node) {
		this.nodes.add(node);
		node.start();
		node.advertise();
	}

	private RealmNodeBuilder builder(String nodeId, Level level) {
		return RealmNode.builder("shop")
			.nodeId(nodeId)
			.secret(RealmSecret.of(SECRET, "the test"))
			.seeds(this.nodes.isEmpty() ? new String[0] : new String[] { seed() })
			.operations(OperationsAccess.of(level))
			.application("shop-" + nodeId.substring(0, nodeId.indexOf('-')), "1.0")
			.defaults(ServiceSettings.defaults().withDeadline(Duration.ofSeconds(5)))
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of("stage", "test"), 10, 100, 1000,
					Duration.ofSeconds(1)));
	}

	@Override
	public void close() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	/** A contract with all shapes. */
	public interface Orders {

		@MaculaMethod(idempotent = true, deadline = "3s")
		Receipt place(Order order, int copies);

		Flux<Receipt> history(int count);

		long total(Flux<Order> orders);

		void refuse(String reason);

	}

	/** Another one. */
	@FunctionalInterface
	public interface Shop {

		String open();

	}

	/** What is ordered. */
	public record Order(String sku, BigDecimal price, List<String> notes) {

	}

	/** That it is. */
	public record Receipt(String node, String sku, BigDecimal price) {

	}

	private record Taken(String nodeId) implements Orders {

		@Override
		public Receipt place(Order order, int copies) {
			return new Receipt(this.nodeId, order.sku(), order.price().multiply(BigDecimal.valueOf(copies)));
		}

		@Override
		public Flux<Receipt> history(int count) {
			return Flux.range(1, count).map((each) -> new Receipt(this.nodeId, "sku-" + each, BigDecimal.ONE));
		}

		@Override
		public long total(Flux<Order> orders) {
			return orders.count().block();
		}

		@Override
		public void refuse(String reason) {
			throw new IllegalStateException(reason);
		}

	}

}
