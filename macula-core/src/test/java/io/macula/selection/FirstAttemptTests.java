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

package io.macula.selection;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.ServiceName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an instance counts is made by its first attempt.
 */
class FirstAttemptTests {

	private static final int THREADS = 4;

	private final Roster roster = new Roster(new ServiceName("orders"), EjectionSettings.defaults(), null,
			System::nanoTime, ThreadLocalRandom::current);

	private InstanceTracker tracker(String nodeId) {
		return new InstanceTracker(this.roster,
				new Instance(nodeId, 1, new Endpoint("127.0.0.1", 7000), null, 0, 100, Map.of()),
				new LatencyWindow(System::nanoTime));
	}

	@Test
	void firstAttemptsOfSeveralThreadsAllCount() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			for (int round = 0; round < 500; round++) {
				InstanceTracker tracker = tracker("a");
				CyclicBarrier together = new CyclicBarrier(THREADS);
				List<? extends Future<?>> all = IntStream.range(0, THREADS).mapToObj((i) -> threads.submit(() -> {
					together.await();
					tracker.started();
					return null;
				})).toList();
				for (Future<?> each : all) {
					each.get();
				}
				assertThat(tracker.calls()).isEqualTo(THREADS);
				assertThat(tracker.inFlight()).isEqualTo(THREADS);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void anAttemptOfOneInstanceIsNoneOfAnother() {
		InstanceTracker called = tracker("called");
		InstanceTracker idle = tracker("idle");
		idle.recentLatency().fade(System.nanoTime());
		idle.recentLatency().forget();
		called.started();
		called.succeeded(1000);
		called.started();
		called.failed(Code.INTERNAL, Processed.YES, 1000);
		assertThat(called.calls()).isEqualTo(2);
		assertThat(called.failures()).isEqualTo(Map.of(Code.INTERNAL, 1L));
		assertThat(idle.calls()).isZero();
		assertThat(idle.inFlight()).isZero();
		assertThat(idle.latencyNanos()).isZero();
		assertThat(idle.failures()).isEmpty();
	}

}
