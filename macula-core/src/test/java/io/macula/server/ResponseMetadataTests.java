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

package io.macula.server;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.macula.CallContext;
import io.macula.Metadata;
import io.macula.Realm;
import io.macula.codec.Codecs;
import io.macula.transport.NodeInfo;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of response metadata that a handler sets from another thread.
 */
@Timeout(60)
class ResponseMetadataTests {

	private static final NodeInfo NODE = new NodeInfo(new Realm("test"), "node1", 1, List.of("json"));

	private volatile @Nullable CallContext served;

	private volatile CompletableFuture<String> answer = new CompletableFuture<>();

	@Test
	void whateverIsSetBesideTheAnswerIsToldOrRefused() throws Exception {
		ExecutorService others = Executors.newFixedThreadPool(2);
		HandlerExecutor executor = HandlerExecutor.batching(1, 10);
		Dispatcher dispatcher = new Dispatcher(NODE, Codecs.of(List.of(FakeCall.CODEC)), executor, 10, false,
				ObservationRegistry.NOOP);
		dispatcher.register(ServiceDefinition.of("test.later", Later.class, (Later) () -> {
			this.served = CallContext.current();
			return this.answer;
		}));
		try {
			for (int i = 0; i < 20_000; i++) {
				this.answer = new CompletableFuture<>();
				Call call = new Call();
				call.arrive(dispatcher);
				CyclicBarrier both = new CyclicBarrier(2);
				Future<?> answering = others.submit(() -> {
					both.await();
					return this.answer.complete("a");
				});
				Future<Boolean> adding = others.submit(() -> {
					both.await();
					return added(this.served);
				});
				answering.get();
				assertThat(call.beside.get("k")).isEqualTo(adding.get() ? "v" : null);
			}
		}
		finally {
			others.shutdownNow();
			executor.close();
		}
	}

	private static boolean added(@Nullable CallContext call) {
		try {
			call.addResponseMetadata("k", "v");
			return true;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	interface Later {

		CompletableFuture<String> later();

	}

	/** Remembers what it was told beside its answer. */
	private static final class Call extends FakeCall {

		private volatile Metadata beside = Metadata.EMPTY;

		Call() {
			super("test.later/later", "");
		}

		@Override
		public void answerMetadata(Metadata metadata) {
			this.beside = metadata;
		}

	}

}
