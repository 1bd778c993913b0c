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

package io.macula.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.RpcException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Load on real nodes. */
@Timeout(30)
class LoadCommandTests {

	@TempDir
	static Path home;

	private static LoopbackRealm realm;

	private static final Handler first = new Handler();

	private static final Handler second = new Handler();

	@BeforeAll
	static void start() throws IOException {
		realm = new LoopbackRealm(home);
		realm.add("work-1", (node) -> node.service("shop.work", Work.class, first));
		realm.add("work-2", (node) -> node.service("shop.work", Work.class, second));
	}

	@AfterAll
	static void close() {
		realm.close();
	}

	@Test
	void aStallOfOneInstanceShowsInItsHighPercentiles() {
		first.stallAt.set(100);
		CommandRun run = realm.run("load", "shop.work/steady", "x", "--rate", "500", "--for", "2s", "--warm-up",
				"500ms", "--instance", "work-1", "-o", "json");
		assertThat(run.code()).as(run.err()).isZero();
		JsonNode json = run.json();
		assertThat(json.get("scheduled").asInt()).isEqualTo(1000);
		assertThat(json.at("/codes/OK").asInt()).isEqualTo(1000);
		assertThat(json.at("/latencyMillis/p99").asDouble()).isGreaterThan(100);
		assertThat(json.at("/latencyMillis/p50").asDouble()).isLessThan(json.at("/latencyMillis/p99").asDouble() / 2);
		assertThat(json.get("instances")).hasSize(1);
	}

	@Test
	void percentilesAreToldOfEachInstance() {
		CommandRun run = realm.run("load", "shop.work/answer", "x", "--rate", "200", "--for", "1s", "--warm-up", "0s");
		assertThat(run.code()).as(run.err()).isZero();
		assertThat(run.out()).contains("shop.work/answer, 200 calls/s for 1.0 s: 200 were to start, 200 ended", "P99.9",
				"\nall ", "\nwork-1 ", "\nwork-2 ", "Outcomes: {OK=200}");
	}

	@Test
	void linesOfAFileAreTakenInTurn() throws IOException {
		Files.writeString(home.resolve("ids.txt"), "a\n\"b\"\n\n7\n");
		first.seen.clear();
		second.seen.clear();
		CommandRun run = realm.run("load", "shop.work/answer", "@ids.txt", "--rate", "100", "--for", "500ms",
				"--warm-up", "0s", "-o", "json");
		assertThat(run.code()).as(run.err()).isZero();
		Set<String> seen = ConcurrentHashMap.newKeySet();
		seen.addAll(first.seen);
		seen.addAll(second.seen);
		assertThat(seen).containsExactlyInAnyOrder("a", "b", "7");
	}

	@Test
	void failuresAreCountedByCodeAndMayBreakAPromise() {
		CommandRun run = realm.run("load", "shop.work/answer", "none", "--rate", "100", "--for", "500ms", "--warm-up",
				"0s", "--max-failures", "1%");
		assertThat(run.code()).isEqualTo(ExitCode.FAILED.number());
		assertThat(run.out()).contains("Outcomes: {NOT_FOUND=50}");
		assertThat(run.err()).contains("50 of 50 calls failed or could not start, 1 % allowed");
	}

	@Test
	void aLatencyMayBreakAPromise() {
		CommandRun run = realm.run("load", "shop.work/slow", "x", "--rate", "50", "--for", "500ms", "--warm-up", "0s",
				"--max-p99", "10ms");
		assertThat(run.code()).isEqualTo(ExitCode.FAILED.number());
		assertThat(run.err()).contains("the 99th percentile is ", "10 ms allowed");
	}

	@Test
	void whatCannotStartIsCounted() {
		CommandRun run = realm.run("load", "shop.work/slow", "x", "--rate", "200", "--for", "500ms", "--warm-up", "0s",
				"--concurrency", "2", "-o", "json");
		assertThat(run.code()).isZero();
		assertThat(run.json().get("notStarted").asInt()).isBetween(50, 98);
		CommandRun promised = realm.run("load", "shop.work/slow", "x", "--rate", "200", "--for", "500ms", "--warm-up",
				"0s", "--concurrency", "2", "--max-p99", "10s");
		assertThat(promised.code()).isEqualTo(ExitCode.FAILED.number());
		assertThat(promised.err()).contains("could not start, so that their 99th percentile is not known");
	}

	@Test
	void whatIsNoLoadIsWrongUsage() {
		assertThat(realm.run("load", "shop.work/slow", "x", "--rate", "0").err())
			.contains("--rate 0.0 is not valid: expected more than 0");
		assertThat(realm.run("load", "shop.work/sum", "x").err()).contains("shop.work/sum takes a stream");
		assertThat(realm.run("load", "shop.work/answer", "@nowhere").err()).contains("cannot be read from 'nowhere'");
		assertThat(realm.run("load", "shop.work/answer", "x", "--max-failures", "few").err())
			.contains("expected a number such as 10, or a share such as 0.1%");
	}

	@Test
	void theLastAnswersAreWaitedForAsLongAsTheContractLetsThem() {
		assertThat(LoadCommand.patience(null)).isEqualTo(Duration.ofSeconds(31));
		assertThat(LoadCommand.patience(Duration.ofMinutes(2))).isEqualTo(Duration.ofSeconds(121));
	}

	/** A contract. */
	interface Work {

		@MaculaMethod(idempotent = true)
		String answer(String id);

		String steady(String id);

		String slow(String id);

		Mono<Integer> sum(Flux<Integer> numbers);

	}

	/** Stalls when it is told to. */
	static final class Handler implements Work {

		private final AtomicInteger stallAt = new AtomicInteger(-1);

		private final Set<String> seen = ConcurrentHashMap.newKeySet();

		@Override
		public String answer(String id) {
			this.seen.add(id);
			if (id.equals("none")) {
				throw RpcException.of(Code.NOT_FOUND, "no such work");
			}
			return id;
		}

		/** All wait while one stalls. */
		@Override
		public synchronized String steady(String id) {
			// Within what is measured.
			if (this.stallAt.decrementAndGet() == -250) {
				pause(200);
			}
			return id;
		}

		@Override
		public String slow(String id) {
			pause(50);
			return id;
		}

		@Override
		public Mono<Integer> sum(Flux<Integer> numbers) {
			return numbers.reduce(0, Integer::sum);
		}

		private static void pause(int millis) {
			long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
			while (System.nanoTime() < until) {
				LockSupport.parkNanos(until - System.nanoTime());
			}
		}

	}

}
