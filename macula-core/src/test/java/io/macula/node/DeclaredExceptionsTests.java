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

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import javax.tools.ToolProvider;

import ch.qos.logback.classic.Level;
import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.codec.ExceptionCodecs;
import io.macula.server.ProviderSettings;
import io.macula.testing.LogLines;
import io.macula.tls.RealmSecret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests of exceptions that a contract declares, from the handler of one node to the
 * caller at another.
 */
@Timeout(30)
class DeclaredExceptionsTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	/** Known to the provider alone: its class loader is below that of the contract. */
	private static final String LATER = """
			package io.macula.node;
			public class SoldOut extends DeclaredExceptionsTests.OutOfStock {
				private final String until;
				public SoldOut(String sku, int left, String until) {
					super(sku, left);
					this.until = until;
				}
				public String getUntil() {
					return this.until;
				}
			}
			""";

	@RegisterExtension
	final LogLines log = LogLines.of(ExceptionCodecs.class);

	private final Handler handler = new Handler();

	private RealmNode provider;

	private RealmNode client;

	private Stock stock;

	@BeforeEach
	void start() {
		this.provider = RealmNode.builder("test")
			.nodeId("provider")
			.secret(SECRET)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.stock", Stock.class, this.handler)
			.build();
		this.provider.start();
		this.provider.advertise();
		this.client = RealmNode.builder("test")
			.nodeId("client")
			.secret(SECRET)
			.seeds("127.0.0.1:" + this.provider.port())
			.build();
		this.client.start();
		this.stock = this.client.client().proxy(Stock.class, "test.stock");
	}

	@AfterEach
	void close() {
		this.client.close();
		this.provider.close();
	}

	@Test
	void whenADeclaredExceptionIsThrownThenItArrivesWithItsFieldsInEveryShape() throws Exception {
		this.handler.fails = new OutOfStock("A-1", 3);
		for (Throwable arrived : failures()) {
			assertThat(arrived).isExactlyInstanceOf(OutOfStock.class)
				.isNotSameAs(this.handler.fails)
				.hasMessage("only 3 of A-1 left");
			assertThat(((OutOfStock) arrived).sku).isEqualTo("A-1");
			assertThat(((OutOfStock) arrived).left).isEqualTo(3);
		}
	}

	@Test
	void whenASubclassIsThrownThatTheClientKnowsThenItArrivesAsItself() throws Exception {
		this.handler.fails = new Discontinued("A-1", LocalDate.of(2026, 2, 28));
		for (Throwable arrived : failures()) {
			assertThat(arrived).isExactlyInstanceOf(Discontinued.class).hasMessage("only 0 of A-1 left");
			assertThat(((OutOfStock) arrived).sku).isEqualTo("A-1");
			assertThat(((Discontinued) arrived).since).isEqualTo(LocalDate.of(2026, 2, 28));
		}
	}

	@Test
	void whenASubclassIsThrownThatTheClientDoesNotKnowThenTheDeclaredOneArrivesAndNamesIt(@TempDir Path directory)
			throws Exception {
		this.handler.fails = soldOut(directory, "A-1", 2, "Monday");
		for (Throwable arrived : failures()) {
			assertThat(arrived).isExactlyInstanceOf(OutOfStock.class).hasMessage("only 2 of A-1 left");
			assertThat(((OutOfStock) arrived).sku).isEqualTo("A-1");
			assertThat(((OutOfStock) arrived).left).isEqualTo(2);
			assertThat(remote(arrived).remoteType()).isEqualTo("io.macula.node.SoldOut");
		}
	}

	private static Exception soldOut(Path directory, String sku, int left, String until) throws Exception {
		Path source = directory.resolve("SoldOut.java");
		Files.writeString(source, LATER);
		int result = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-parameters", "-proc:none", "-d", directory.toString(), source.toString());
		assertThat(result).isZero();
		ClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() },
				DeclaredExceptionsTests.class.getClassLoader());
		return (Exception) loader.loadClass("io.macula.node.SoldOut")
			.getConstructor(String.class, int.class, String.class)
			.newInstance(sku, left, until);
	}

	@Test
	void whenAConstructorDoesNotFitThenBothSidesAreWarnedAtTheStart() {
		assertThat(this.log.events()).hasSize(2).allSatisfy((line) -> {
			assertThat(line.getLevel()).isEqualTo(Level.WARN);
			assertThat(line.getFormattedMessage())
				.contains(Unfit.class.getName(), "method Stock.count(String) of contract " + Stock.class.getName(),
						"constructor with a parameter 'sku'", "@JsonProperty")
				.doesNotContain("\n");
		});
	}

	@Test
	void whenAConstructorDoesNotFitThenTypeAndMessageArriveAndNothingIsMadeUp() {
		this.handler.fails = new Unfit("A-1", "it leaks");
		assertThat(catchThrowable(() -> this.stock.count("A-1"))).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(Code.UNKNOWN);
			assertThat(ex.status().processed()).isEqualTo(Processed.YES);
			assertThat(ex.remoteType()).isEqualTo(Unfit.class.getName());
			assertThat(ex.getMessage()).contains("A-1: it leaks")
				.doesNotContain("null", "macula.provider.expose-messages");
		});
	}

	/** What each shape of a method fails with. */
	private List<Throwable> failures() throws OutOfStock {
		return List.of(catchThrowable(() -> this.stock.count("A-1")), failure(this.stock.later("A-1")),
				failure(this.stock.mono("A-1").toFuture()), failure(this.stock.all("A-1").collectList().toFuture()));
	}

	private static Throwable failure(CompletableFuture<?> result) {
		Throwable thrown = catchThrowable(result::join);
		return (thrown instanceof CompletionException) ? thrown.getCause() : thrown;
	}

	private static RpcException remote(Throwable arrived) {
		for (Throwable suppressed : arrived.getSuppressed()) {
			if (suppressed instanceof RpcException remote) {
				return remote;
			}
		}
		throw new AssertionError("does not tell what was thrown", arrived);
	}

	/** A contract. */
	public interface Stock {

		int count(String sku) throws OutOfStock, Unfit;

		CompletableFuture<Integer> later(String sku) throws OutOfStock;

		Mono<Integer> mono(String sku) throws OutOfStock;

		Flux<Integer> all(String sku) throws OutOfStock;

	}

	/** Fails as it is told. */
	private static final class Handler implements Stock {

		private volatile Exception fails = new IllegalStateException("not told");

		@Override
		public int count(String sku) throws OutOfStock, Unfit {
			if (this.fails instanceof Unfit unfit) {
				throw unfit;
			}
			throw (OutOfStock) this.fails;
		}

		@Override
		public CompletableFuture<Integer> later(String sku) {
			return CompletableFuture.failedFuture(this.fails);
		}

		@Override
		public Mono<Integer> mono(String sku) {
			return Mono.error(this.fails);
		}

		@Override
		public Flux<Integer> all(String sku) {
			return Flux.error(this.fails);
		}

	}

	/** Declared. */
	public static class OutOfStock extends Exception {

		private static final long serialVersionUID = 1L;

		private final String sku;

		private final int left;

		public OutOfStock(String sku, int left) {
			super("only " + left + " of " + sku + " left");
			this.sku = sku;
			this.left = left;
		}

	}

	/** Declared as its superclass only. */
	public static class Discontinued extends OutOfStock {

		private static final long serialVersionUID = 1L;

		private final LocalDate since;

		public Discontinued(String sku, LocalDate since) {
			super(sku, 0);
			this.since = since;
		}

	}

	/** Keeps nothing of what its constructor takes. */
	public static class Unfit extends Exception {

		private static final long serialVersionUID = 1L;

		public Unfit(String sku, String reason) {
			super(sku + ": " + reason);
		}

	}

}
