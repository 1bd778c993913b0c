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

package io.macula.benchmarks.stack;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.macula.realm.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.transport.RealmSecret;
import reactor.core.publisher.Flux;

/**
 * The product through its plain Java API: asynchronous calls, handlers that do not block.
 */
final class MaculaCoreStack implements Stack {

	static final String SERVICE = "bench.calculator";

	static final String SECRET = "the secret of one benchmark";

	@Override
	public String name() {
		return "macula-async";
	}

	@Override
	public String description() {
		return "Macula's core API: asynchronous proxy, non-blocking handler, embedded directory, mutual TLS, "
				+ "everything at its default";
	}

	@Override
	public Set<Mode> modes() {
		return Set.of(Mode.ASYNC, Mode.STREAM);
	}

	@Override
	public boolean carriesLarge() {
		return true;
	}

	@Override
	public ServerEnd startServer(Tls tls) {
		ProviderSettings defaults = ProviderSettings.defaults();
		RealmNode node = RealmNode.builder("bench")
			.nodeId("server")
			.secret(RealmSecret.of(SECRET, "the benchmark"))
			.provider(new ProviderSettings("127.0.0.1", 0, "127.0.0.1", 0, 100, Map.of(), defaults.maxThreads(),
					defaults.queueCapacity(), defaults.maxInFlight(), defaults.grace()))
			.service(SERVICE, AsyncCalculator.class, new Handler())
			.build();
		node.start();
		node.advertise();
		return new ServerEnd(node.port(), node);
	}

	@Override
	public CalculatorClient connect(int port, Tls tls) {
		RealmNode node = RealmNode.builder("bench")
			.nodeId("client")
			.secret(RealmSecret.of(SECRET, "the benchmark"))
			.seeds("127.0.0.1:" + port)
			.build();
		node.start();
		return new MaculaClientEnd(node.client().proxy(AsyncCalculator.class, SERVICE), null, node);
	}

	static final class Handler implements AsyncCalculator {

		@Override
		public CompletableFuture<Answer> multiply(Question question) {
			return CompletableFuture.completedFuture(Payloads.answer(question));
		}

		@Override
		public CompletableFuture<byte[]> echo(byte[] body) {
			return CompletableFuture.completedFuture(body);
		}

		@Override
		public Flux<Element> count(int count) {
			return Flux.range(0, count).map(Payloads::element);
		}

	}

}
