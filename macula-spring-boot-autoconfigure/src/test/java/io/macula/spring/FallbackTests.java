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

package io.macula.spring;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class FallbackTests {

	private static final Duration LIMIT = Duration.ofSeconds(10);

	private final Script script = new Script();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withBean(ClientProxies.class, () -> this.script)
		.withBean(ClientBeanPostProcessor.class);

	private void withCaller(Use test) {
		this.runner.withBean(Caller.class)
			.withBean(LocalStock.class)
			.run((context) -> test.of(context.getBean(Caller.class).stock));
	}

	@Test
	void whatSucceedsIsLeftAlone() {
		this.script.count = 3;
		withCaller((stock) -> {
			assertThat(stock.count("a")).isEqualTo(3);
			assertThat(stock.name("a")).contains("client a");
			assertThat(stock.future("a").join()).isEqualTo("client a");
			assertThat(stock.stage("a").toCompletableFuture().join()).isEqualTo("client a");
			assertThat(stock.mono("a").block(LIMIT)).isEqualTo("client a");
			assertThat(stock.flux("a").collectList().block(LIMIT)).containsExactly("client a");
			assertThat(stock).hasToString("client");
			assertThat(stock).isEqualTo(stock);
		});
	}

	@ParameterizedTest
	@EnumSource(value = Code.class, names = { "UNKNOWN", "DEADLINE_EXCEEDED", "NOT_FOUND", "RESOURCE_EXHAUSTED",
			"UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE" })
	void aFailedCallOfAnyShapeIsAnsweredByTheBean(Code code) {
		this.script.failure = RpcException.of(code, "no");
		withCaller((stock) -> {
			assertThat(stock.count("a")).isEqualTo(-1);
			assertThat(stock.name("a")).contains("local a");
			stock.touch("a");
			assertThat(stock.future("a").get()).isEqualTo("local a");
			assertThat(stock.future("a").join()).isEqualTo("local a");
			assertThat(stock.stage("a").toCompletableFuture().join()).isEqualTo("local a");
			assertThat(stock.mono("a").block(LIMIT)).isEqualTo("local a");
			assertThat(stock.flux("a").collectList().block(LIMIT)).containsExactly("local a");
		});
	}

	@ParameterizedTest
	@EnumSource(value = Code.class,
			names = { "CANCELLED", "INVALID_ARGUMENT", "PERMISSION_DENIED", "UNAUTHENTICATED", "APPLICATION" })
	void whatNoOtherAnswerWouldMendReachesTheCaller(Code code) {
		RpcException failure = RpcException.of(code, "no");
		this.script.failure = failure;
		withCaller((stock) -> {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> stock.count("a")).isSameAs(failure);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> stock.future("a").join())
				.havingCause()
				.isSameAs(failure);
			StepVerifier.create(stock.mono("a")).verifyErrorMatches((ex) -> ex == failure);
			StepVerifier.create(stock.flux("a")).verifyErrorMatches((ex) -> ex == failure);
		});
	}

	@Test
	void anExceptionThatTheContractDeclaresReachesTheCaller() {
		this.script.failure = new SoldOutException();
		withCaller((stock) -> {
			assertThatExceptionOfType(SoldOutException.class).isThrownBy(() -> stock.count("a"));
			StepVerifier.create(stock.mono("a")).verifyError(SoldOutException.class);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> stock.future("a").join())
				.withCauseInstanceOf(SoldOutException.class);
		});
	}

	@Test
	void aStreamThatHasBegunIsNotContinuedByAnother() {
		TestPublisher<String> elements = TestPublisher.create();
		this.script.elements = elements.flux();
		withCaller((stock) -> StepVerifier.create(stock.flux("a"))
			.then(() -> elements.next("one"))
			.expectNext("one")
			.then(() -> elements.error(RpcException.of(Code.UNAVAILABLE, "gone")))
			.verifyErrorMessage("UNAVAILABLE: gone"));
	}

	@Test
	void eachSubscriptionToAStreamHasItsOwnBeginning() {
		RpcException gone = RpcException.of(Code.UNAVAILABLE, "gone");
		AtomicInteger subscriptions = new AtomicInteger();
		this.script.elements = Flux.defer(() -> (subscriptions.getAndIncrement() == 0)
				? Flux.concat(Flux.just("one"), Flux.error(gone)) : Flux.error(gone));
		withCaller((stock) -> {
			Flux<String> flux = stock.flux("a");
			StepVerifier.create(flux).expectNext("one").verifyErrorMessage("UNAVAILABLE: gone");
			StepVerifier.create(flux).expectNext("local a").verifyComplete();
		});
	}

	@Test
	void aDefaultMethodCallsThroughTheFallback() {
		this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
		withCaller((stock) -> assertThat(stock.twice("a")).isEqualTo(-2));
	}

	@Test
	void cancellingTheFutureCancelsWhatIsUnderWay() {
		CompletableFuture<String> call = new CompletableFuture<>();
		this.script.future = call;
		withCaller((stock) -> {
			CompletableFuture<String> future = stock.future("a");
			assertThat(future.cancel(true)).isTrue();
			assertThat(call).isCancelled();
			CompletableFuture<String> next = new CompletableFuture<>();
			this.script.future = next;
			CompletableFuture<String> second = stock.future("endless");
			next.completeExceptionally(RpcException.of(Code.UNAVAILABLE, "no"));
			assertThat(second).isNotDone();
			second.cancel(true);
			assertThat(LocalStock.endless).isCancelled();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(second::join);
		});
	}

	@Test
	void whatTheFallbackThrowsTellsOfTheFailedCall() {
		RpcException failure = RpcException.of(Code.UNAVAILABLE, "no");
		this.script.failure = failure;
		withCaller((stock) -> {
			assertThatIllegalStateException().isThrownBy(() -> stock.count("bad"))
				.withMessage("local bad")
				.satisfies((ex) -> assertThat(ex.getSuppressed()).containsExactly(failure));
			StepVerifier.create(stock.mono("bad")).verifyErrorMessage("local bad");
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> stock.future("bad").join())
				.withCauseInstanceOf(IllegalStateException.class);
		});
	}

	@Test
	void whatTheFallbackFailsWithLaterTellsOfTheFailedCallToo() {
		RpcException failure = RpcException.of(Code.UNAVAILABLE, "no");
		this.script.failure = failure;
		withCaller((stock) -> {
			StepVerifier.create(stock.mono("late"))
				.verifyErrorSatisfies((ex) -> assertThat(ex.getSuppressed()).containsExactly(failure));
			StepVerifier.create(stock.flux("late"))
				.verifyErrorSatisfies((ex) -> assertThat(ex.getSuppressed()).containsExactly(failure));
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> stock.future("late").join())
				.satisfies((ex) -> assertThat(ex.getCause().getSuppressed()).containsExactly(failure));
		});
	}

	@Test
	void anExceptionThatIsThrownAgainAndAgainKeepsOneFailure() {
		withCaller((stock) -> {
			for (int i = 0; i < 10; i++) {
				this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
				assertThatIllegalStateException().isThrownBy(() -> stock.count("again"))
					.satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
			}
		});
	}

	@Test
	void aLookUpByTypeFindsTheClient() {
		this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
		this.runner.withBean(Caller.class).withBean(LocalStock.class).run((context) -> {
			Stock client = context.getBean(Caller.class).stock;
			assertThat(context.getBean(Stock.class)).isSameAs(client);
			assertThat(context.getBeanProvider(Stock.class).getIfUnique()).isSameAs(client);
			assertThat(context.getBean(LocalStock.class)).isNotNull();
		});
	}

	@Test
	void anyOtherBeanOfTheContractTakesThePlaceOfTheClient() {
		this.runner.withBean(Caller.class)
			.withBean(LocalStock.class)
			.withBean(OtherStock.class)
			.withUserConfiguration(ByType.class)
			.run((context) -> assertThat(context.getBean(ByType.class).stock).isInstanceOf(OtherStock.class));
	}

	@Test
	void theFallbackOfAContractThatIsAnnotatedAsAServiceIsNotProvided() {
		this.runner.withBean(Published.class).withBean(LocalShelf.class).run((context) -> {
			assertThat(ServiceBean.find(context.getBeanFactory())).isEmpty();
			ServiceBean.refuseUnseen(context.getBeanFactory(), List.of());
		});
		this.runner.withBean(Published.class)
			.withBean(LocalShelf.class)
			.withBean(ShelfBean.class)
			.run((context) -> assertThat(ServiceBean.find(context.getBeanFactory())).extracting(ServiceBean::beanName)
				.singleElement()
				.asString()
				.contains("ShelfBean"));
	}

	@Test
	void aFallbackThatSaysItselfThatItIsAServiceIsProvided() {
		this.runner.withBean(ServingCaller.class)
			.withBean(ServingShelf.class)
			.run((context) -> assertThat(ServiceBean.find(context.getBeanFactory())).hasSize(1));
	}

	@Test
	void aFallbackThatReturnsNullInsteadOfAPublisherIsNamed() {
		this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
		withCaller((stock) -> StepVerifier.create(stock.mono("null"))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("The fallback " + LocalStock.class.getName() + " returned null from ")
				.hasMessageEndingWith(": expected a Mono")));
	}

	@Test
	void aBlockingCallThatWasRefusedOnAnEventLoopIsNotAnsweredThere() {
		this.script.failure = RpcException.of(Code.INTERNAL, "blocking call on a non-blocking thread");
		withCaller((stock) -> assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> Mono.fromCallable(() -> stock.count("a")).subscribeOn(Schedulers.parallel()).block(LIMIT))
			.withMessageContaining("blocking call"));
	}

	@Test
	void aMaculaFallbackSeesTheFailureAndMayLetItPass() {
		this.runner.withBean(ByFactory.class).withBean(StockFallback.class).run((context) -> {
			Stock stock = context.getBean(ByFactory.class).stock;
			this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
			assertThat(stock.name("a")).contains("UNAVAILABLE a");
			this.script.failure = RpcException.of(Code.UNKNOWN, "broken");
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> stock.name("a"))
				.withMessage("UNKNOWN: broken");
		});
	}

	@Test
	void aContractAndAnImportNameFallbacksToo() {
		this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
		this.runner.withUserConfiguration(Imports.class)
			.withBean(LocalStock.class)
			.withBean(LocalNamed.class)
			.withBean(Plain.class)
			.run((context) -> {
				Plain plain = context.getBean(Plain.class);
				assertThat(plain.stock.count("a")).isEqualTo(-1);
				assertThat(plain.stock).isNotInstanceOf(LocalStock.class);
				assertThat(plain.stocks.orderedStream()).hasSize(1);
				assertThat(plain.local).isNotNull();
				assertThat(plain.named.say()).isEqualTo("local");
			});
	}

	/** Calls would never leave this application, and nobody would notice. */
	@Test
	void theFallbackThatAContractNamesIsNotInjectedInThePlaceOfAClientThatNobodyDeclares() {
		this.runner.withBean(LocalNamed.class)
			.withUserConfiguration(NamedByType.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(NoSuchBeanDefinitionException.class)
				.hasMessageContaining(Named.class.getName()));
	}

	@Test
	void aClientWithoutTheFallbackIsAnotherOne() {
		this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
		this.runner.withBean(Caller.class).withBean(LocalStock.class).withBean(Brave.class).run((context) -> {
			assertThat(context.getBean(Caller.class).stock.count("a")).isEqualTo(-1);
			assertThatExceptionOfType(RpcException.class)
				.isThrownBy(() -> context.getBean(Brave.class).stock.count("a"));
		});
	}

	@Test
	void aFallbackMayCallAnotherClient() {
		this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
		this.runner.withBean(Caller.class)
			.withBean("localStock", LocalStock.class, CallingStock::new)
			.run((context) -> assertThat(context.getBean(Caller.class).stock.name("a")).contains("local a"));
	}

	@Test
	void aFallbackThatIsNoBeanStopsTheStart() {
		assertRefused(this.runner.withBean(Caller.class),
				"io.macula.spring.FallbackTests$LocalStock, the fallback of the client 'test.stock' of "
						+ "io.macula.spring.FallbackTests$Stock, is no bean.",
				"Annotate LocalStock with @Component, where a component scan finds it, or declare it with @Bean as"
						+ " this type.");
	}

	@Test
	void severalFallbacksStopTheStartUnlessOneIsPrimary() {
		assertRefused(
				this.runner.withBean(Caller.class)
					.withBean("one", LocalStock.class, LocalStock::new)
					.withBean("two", LocalStock.class, LocalStock::new),
				"io.macula.spring.FallbackTests$LocalStock, the fallback of the client 'test.stock' of "
						+ "io.macula.spring.FallbackTests$Stock, stands for 2 beans: one, two.",
				"Name the class of one of them in @MaculaClient(fallback = ...), or mark one as @Primary.");
		this.runner.withBean(Caller.class).withBean(LocalStock.class).withBean(PrimaryStock.class).run((context) -> {
			this.script.failure = RpcException.of(Code.UNAVAILABLE, "no");
			assertThat(context.getBean(Caller.class).stock.count("a")).isEqualTo(-7);
		});
	}

	@Test
	void aFallbackOfAnotherTypeStopsTheStart() {
		assertRefused(this.runner.withBean(OfOtherType.class).withBean(String.class, () -> "text"),
				"java.lang.String, the fallback of the client 'test.stock' of io.macula.spring.FallbackTests$Stock,"
						+ " is neither a Stock nor a MaculaFallback<Stock>.",
				"Let it implement one of the two, or name another class in @MaculaClient(fallback = ...).");
		assertRefused(this.runner.withBean(OfOtherContract.class).withBean(NamedFallback.class),
				"io.macula.spring.FallbackTests$NamedFallback, the fallback of the client 'test.stock' of"
						+ " io.macula.spring.FallbackTests$Stock, is neither a Stock nor a MaculaFallback<Stock>.",
				"Let it implement one of the two, or name another class in @MaculaClient(fallback = ...).");
	}

	@Test
	void aFallbackThatIsAClientStopsTheStart() {
		assertRefused(this.runner.withBean(OfItself.class),
				"io.macula.spring.FallbackTests$Stock, the fallback of the client 'test.stock' of"
						+ " io.macula.spring.FallbackTests$Stock, is a client itself: bean"
						+ " 'maculaClient#test.stock#io.macula.spring.FallbackTests$Stock' calls a provider, too.",
				"Name a class of this application that implements Stock in @MaculaClient(fallback = ...); it may call"
						+ " another client.");
	}

	private static void assertRefused(ApplicationContextRunner runner, String description, String action) {
		runner.run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = analysis(context.getStartupFailure());
			assertThat(analysis.getDescription()).isEqualTo(description);
			assertThat(analysis.getAction()).isEqualTo(action);
		});
	}

	private static FailureAnalysis analysis(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof FailureAnalyzedException analyzed) {
				return analyzed.analysis();
			}
		}
		throw new AssertionError("not explained", failure);
	}

	@FunctionalInterface
	interface Use {

		void of(Stock stock) throws Exception;

	}

	public interface Stock {

		int count(String sku) throws SoldOutException;

		void touch(String sku);

		Optional<String> name(String sku);

		CompletableFuture<String> future(String sku);

		CompletionStage<String> stage(String sku);

		Mono<String> mono(String sku);

		Flux<String> flux(String sku);

		default int twice(String sku) throws SoldOutException {
			return 2 * count(sku);
		}

	}

	@MaculaClient(service = "test.named", fallback = LocalNamed.class)
	interface Named {

		String say();

	}

	static class LocalNamed implements Named {

		@Override
		public String say() {
			return "local";
		}

	}

	public static class SoldOutException extends Exception {

	}

	/** Plays the client: fails, or answers. */
	static final class Script implements ClientProxies {

		int count;

		Throwable failure;

		CompletableFuture<String> future;

		Flux<String> elements;

		@Override
		public Object proxy(Class<?> contract, String service, String name) {
			return Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] { contract },
					(proxy, method, arguments) -> switch (method.getName()) {
						case "count" -> thrown(this.count);
						case "touch" -> thrown(null);
						case "say" -> thrown("client");
						case "name" -> thrown(Optional.of("client " + arguments[0]));
						case "future", "stage" -> (this.future != null) ? this.future
								: Mono.fromCallable(() -> told("client " + arguments[0])).toFuture();
						case "mono" -> Mono.fromCallable(() -> told("client " + arguments[0]));
						case "flux" -> (this.elements != null) ? this.elements
								: Mono.fromCallable(() -> told("client " + arguments[0])).flux();
						case "twice" -> InvocationHandler.invokeDefault(proxy, method, arguments);
						case "toString" -> "client";
						case "hashCode" -> System.identityHashCode(proxy);
						case "equals" -> proxy == arguments[0];
						default -> throw new UnsupportedOperationException(method.getName());
					});
		}

		private Object thrown(Object answer) throws Throwable {
			if (this.failure != null) {
				throw this.failure;
			}
			return answer;
		}

		private String told(String answer) throws Exception {
			if (this.failure instanceof Exception ex) {
				throw ex;
			}
			return answer;
		}

	}

	static class LocalStock implements Stock {

		static volatile CompletableFuture<String> endless = new CompletableFuture<>();

		private static final IllegalStateException AGAIN = new IllegalStateException("again");

		private static String local(String sku) {
			if (sku.equals("again")) {
				throw AGAIN;
			}
			if (sku.equals("bad")) {
				throw new IllegalStateException("local bad");
			}
			return "local " + sku;
		}

		@Override
		public int count(String sku) {
			local(sku);
			return -1;
		}

		@Override
		public void touch(String sku) {
			local(sku);
		}

		@Override
		public Optional<String> name(String sku) {
			return Optional.of(local(sku));
		}

		@Override
		public CompletableFuture<String> future(String sku) {
			if (sku.equals("endless")) {
				endless = new CompletableFuture<>();
				return endless;
			}
			if (sku.equals("late")) {
				return mono(sku).toFuture();
			}
			return CompletableFuture.completedFuture(local(sku));
		}

		@Override
		public CompletionStage<String> stage(String sku) {
			return CompletableFuture.completedStage(local(sku));
		}

		@Override
		public Mono<String> mono(String sku) {
			if (sku.equals("late")) {
				return Mono.error(new IllegalStateException("late"));
			}
			return sku.equals("null") ? null : Mono.just(local(sku));
		}

		@Override
		public Flux<String> flux(String sku) {
			return sku.equals("late") ? mono(sku).flux() : Flux.just(local(sku));
		}

	}

	/** Stands in for nobody. */
	static class OtherStock implements Stock {

		@Override
		public int count(String sku) {
			return 0;
		}

		@Override
		public void touch(String sku) {
		}

		@Override
		public Optional<String> name(String sku) {
			return Optional.empty();
		}

		@Override
		public CompletableFuture<String> future(String sku) {
			return new CompletableFuture<>();
		}

		@Override
		public CompletionStage<String> stage(String sku) {
			return new CompletableFuture<>();
		}

		@Override
		public Mono<String> mono(String sku) {
			return Mono.empty();
		}

		@Override
		public Flux<String> flux(String sku) {
			return Flux.empty();
		}

	}

	static class ByType {

		@Autowired
		Stock stock;

	}

	static class NamedByType {

		@Autowired
		Named named;

	}

	@MaculaService("test.shelf")
	interface Shelf {

		int count();

	}

	static class LocalShelf implements Shelf {

		@Override
		public int count() {
			return -1;
		}

	}

	static class ShelfBean implements Shelf {

		@Override
		public int count() {
			return 1;
		}

	}

	@MaculaService("test.shelf")
	static class ServingShelf extends LocalShelf {

	}

	static class Published {

		@MaculaClient(service = "test.shelf", fallback = LocalShelf.class)
		Shelf shelf;

	}

	static class ServingCaller {

		@MaculaClient(service = "test.shelf", fallback = ServingShelf.class)
		Shelf shelf;

	}

	@Primary
	static class PrimaryStock extends LocalStock {

		@Override
		public int count(String sku) {
			return -7;
		}

	}

	/** Depends on a client of the same contract. */
	static class CallingStock extends LocalStock {

		@MaculaClient("other.stock")
		Stock other;

	}

	static class StockFallback implements MaculaFallback<Stock> {

		@Override
		public Stock fallback(RpcException cause) {
			Status status = cause.status();
			return (status.code() == Code.UNKNOWN) ? null : new LocalStock() {

				@Override
				public Optional<String> name(String sku) {
					return Optional.of(status.code() + " " + sku);
				}

			};
		}

	}

	static class NamedFallback implements MaculaFallback<Named> {

		@Override
		public Named fallback(RpcException cause) {
			return new LocalNamed();
		}

	}

	static class Caller {

		@MaculaClient(service = "test.stock", fallback = LocalStock.class)
		Stock stock;

	}

	static class ByFactory {

		@MaculaClient(service = "test.stock", fallback = StockFallback.class)
		Stock stock;

	}

	static class Brave {

		@MaculaClient("test.stock")
		Stock stock;

	}

	static class OfOtherType {

		@MaculaClient(service = "test.stock", fallback = String.class)
		Stock stock;

	}

	static class OfOtherContract {

		@MaculaClient(service = "test.stock", fallback = NamedFallback.class)
		Stock stock;

	}

	static class OfItself {

		@MaculaClient(service = "test.stock", fallback = Stock.class)
		Stock stock;

	}

	static class Plain {

		@Autowired
		Stock stock;

		@Autowired
		ObjectProvider<Stock> stocks;

		@Autowired
		LocalStock local;

		@Autowired
		Named named;

	}

	@Configuration(proxyBeanMethods = false)
	@ImportMaculaClients(types = Stock.class, service = "test.stock", fallback = LocalStock.class)
	@ImportMaculaClients(types = Named.class)
	static class Imports {

	}

}
