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

package io.macula.docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.MaculaMethod;
import io.macula.RpcException;
import io.macula.node.RealmNode;
import io.macula.test.FakeProvider;
import io.macula.test.TestRealm;
import io.macula.test.TestRealmExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

import static io.macula.test.Behaviour.answering;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Those recipes of docs/cookbook.md that no test of a module shows.
 */
@ExtendWith(TestRealmExtension.class)
@Timeout(60)
class RecipesTests {

	@TempDir
	private Path folder;

	@Test
	void aStreamIsSentAtThePaceOfItsReader(TestRealm realm) {
		AtomicLong made = new AtomicLong();
		realm.provide("node1", "test.ticker", Ticker.class,
				(article) -> Flux.generate((sink) -> sink.next(new Tick(article, made.incrementAndGet()))));
		Ticker ticker = realm.client("test.ticker", Ticker.class);
		assertThat(ticker.ticks("pen").take(3).map(Tick::cents).collectList().block()).containsExactly(1L, 2L, 3L);
		assertThat(made).hasValueLessThan(10_000);
	}

	@Test
	void aLargeFileIsUploadedInParts(TestRealm realm) throws Exception {
		byte[] content = new byte[20 * 1024 * 1024];
		new Random(1).nextBytes(content);
		Path file = Files.write(this.folder.resolve("plan.pdf"), content);
		realm.provide("node1", "test.archive", Archive.class, new ArchiveBean(this.folder));
		Archive archive = realm.client("test.archive", Archive.class);
		Flux<byte[]> parts = DataBufferUtils.read(file, DefaultDataBufferFactory.sharedInstance, 64 * 1024)
			.map((part) -> {
				byte[] bytes = new byte[part.readableByteCount()];
				part.read(bytes);
				DataBufferUtils.release(part);
				return bytes;
			});
		Stored stored = archive.upload(parts).block();
		assertThat(stored).isNotNull();
		assertThat(stored.size()).isEqualTo(content.length);
		assertThat(this.folder.resolve(stored.id())).hasBinaryContent(content);
	}

	@Test
	void aPaymentWhoseAnswerWasLostIsMadeOnce(TestRealm realm) {
		PaymentsBean ledger = new PaymentsBean();
		FakeProvider<Payments> first = realm.fake("node1", "test.payments", Payments.class);
		first.on("pay").will(answering((call) -> {
			Paid paid = ledger.pay(call.argument(0, String.class), call.argument(1, Long.class));
			first.die();
			return paid;
		}));
		Payments payments = realm.client("test.payments", Payments.class);
		FakeProvider<Payments> second = realm.fake("node2", "test.payments", Payments.class);
		second.otherwise(ledger);
		for (int i = 0; i < 2; i++) {
			String key = UUID.randomUUID().toString();
			Paid paid = payments.pay(key, 499);
			assertThat(paid.cents()).isEqualTo(499);
		}
		assertThat(first.calls("pay")).hasSize(1);
		assertThat(second.calls("pay")).hasSize(2);
		assertThat(ledger.charged).hasValue(2);
	}

	@Test
	void oneProcessCallsTwoRealms(TestRealm shop) {
		try (TestRealm partners = TestRealm.start()) {
			shop.provide("node1", "test.quotes", Quotes.class, (article) -> 499);
			partners.provide("node1", "test.quotes", Quotes.class, (article) -> 450);
			RealmNode ours = shop.node();
			RealmNode theirs = partners.node();
			Quotes own = ours.client().proxy(Quotes.class, "test.quotes");
			Quotes partner = theirs.client().proxy(Quotes.class, "test.quotes");
			assertThat(own.cents("pen")).isEqualTo(499);
			assertThat(partner.cents("pen")).isEqualTo(450);
		}
	}

	@Test
	void aCallMayHaveAShorterDeadline(TestRealm realm) {
		realm.fake("node1", "test.quotes", Quotes.class)
			.on("cents")
			.will(answering((call) -> 499).after(Duration.ofSeconds(10)));
		Quotes quotes = realm.client("test.quotes", Quotes.class);
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> MaculaCall.deadline(Duration.ofMillis(200)).call(() -> quotes.cents("pen")))
			.satisfies((failure) -> assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
	}

	@Test
	void aHandlerSeesWhatIsLeftOfTheDeadlineAndWhoCalls(TestRealm realm) {
		realm.provide("node1", "test.quotes", Quotes.class, (article) -> {
			CallContext call = CallContext.current();
			assertThat(call.metadata().get("tenant")).isEqualTo("a");
			return 499;
		});
		Quotes quotes = realm.client("test.quotes", Quotes.class);
		try (var scope = MaculaCall.with("tenant", "a").open()) {
			assertThat(quotes.cents("pen")).isEqualTo(499);
		}
	}

	/** A stream of results. */
	public interface Ticker {

		Flux<Tick> ticks(String article);

	}

	/** An element of it. */
	public record Tick(String article, long cents) {

	}

	/** Takes files. */
	public interface Archive {

		Mono<Stored> upload(Flux<byte[]> parts);

	}

	/** Where a file is. */
	public record Stored(String id, long size) {

	}

	static class ArchiveBean implements Archive {

		private final Path folder;

		ArchiveBean(Path folder) {
			this.folder = folder;
		}

		@Override
		public Mono<Stored> upload(Flux<byte[]> parts) {
			String id = UUID.randomUUID().toString();
			Path target = this.folder.resolve(id);
			return DataBufferUtils.write(parts.map(DefaultDataBufferFactory.sharedInstance::wrap), target)
				.then(Mono.fromCallable(() -> new Stored(id, Files.size(target)))
					.subscribeOn(Schedulers.boundedElastic()));
		}

	}

	/** Pays once for each key. */
	public interface Payments {

		@MaculaMethod(idempotent = true)
		Paid pay(String key, long cents);

	}

	/** What was paid. */
	public record Paid(String key, long cents) {

	}

	static class PaymentsBean implements Payments {

		private final Map<String, Paid> paid = new ConcurrentHashMap<>();

		private final AtomicInteger charged = new AtomicInteger();

		@Override
		public Paid pay(String key, long cents) {
			return this.paid.computeIfAbsent(key, (any) -> charge(key, cents));
		}

		private Paid charge(String key, long cents) {
			this.charged.incrementAndGet();
			return new Paid(key, cents);
		}

	}

	/** Prices of others. */
	public interface Quotes {

		int cents(String article);

	}

}
