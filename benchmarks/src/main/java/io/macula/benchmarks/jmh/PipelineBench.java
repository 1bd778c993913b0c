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

package io.macula.benchmarks.jmh;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.benchmarks.stack.Answer;
import io.macula.benchmarks.stack.AsyncCalculator;
import io.macula.benchmarks.stack.Question;
import io.macula.client.ClientContext;
import io.macula.client.ClientLife;
import io.macula.client.RealmClient;
import io.macula.client.ServiceSettings;
import io.macula.codec.Codecs;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.directory.Directory;
import io.macula.directory.Snapshot;
import io.macula.pool.ConnectionPool;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.pool.Timer;
import io.micrometer.observation.ObservationRegistry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The whole client without a network: from the proxy through codec, retry, selection and
 * pool to a connection that answers at once, and back.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PipelineBench {

	private static final Timer TIMER = (action, delay) -> Schedulers.parallel()
		.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);

	private final Question question = new Question(1L << 40, 100_000, 21, "twelve chars");

	private final AsyncCalculator calculator = calculator();

	@Benchmark
	public CompletableFuture<Answer> call() {
		return this.calculator.multiply(this.question);
	}

	private static AsyncCalculator calculator() {
		byte[] result = JacksonPayloadCodec.cbor()
			.forType(Answer.class)
			.encode(new Answer(1L << 40, 2_100_000, "node1"));
		Directory directory = new Directory() {

			@Override
			public Flux<Snapshot> watch(ServiceName service) {
				return Flux.<Snapshot>never()
					.startWith(new Snapshot(service, List.of(Instance.of("node1", new Endpoint("10.0.0.1", 9443))),
							System.nanoTime()));
			}

		};
		ConnectionPool pool = new ConnectionPool(PoolSettings.defaults(),
				(endpoint, timeout) -> Mono.just(new AnsweringConnection(endpoint, result)), TIMER, System::nanoTime,
				PoolListener.SILENT);
		RealmClient client = new RealmClient(
				new ClientContext(new Realm("bench"), null, System::nanoTime, Codecs.defaults(),
						RetryRegistry.ofDefaults(), ObservationRegistry.NOOP, ServiceSettings.defaults()),
				new ClientLife(directory, "", pool, TIMER));
		return client.proxy(AsyncCalculator.class, "bench.calculator");
	}

}
