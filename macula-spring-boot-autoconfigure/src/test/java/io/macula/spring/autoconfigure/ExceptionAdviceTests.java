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

package io.macula.spring.autoconfigure;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.client.ErrorMapper;
import io.macula.client.RealmClient;
import io.macula.server.ExceptionMapper;
import io.macula.spring.MaculaAdvice;
import io.macula.spring.MaculaExceptionHandler;
import io.macula.spring.MaculaService;
import io.micrometer.context.ContextRegistry;
import org.aopalliance.intercept.MethodInterceptor;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests of {@link MaculaExceptionHandler}, and of what is understood without it, from a
 * bean to a caller over QUIC.
 */
@Timeout(60)
class ExceptionAdviceTests {

	/**
	 * They are read once in a process, and not as long as a part of them is hidden.
	 */
	@BeforeAll
	static void readThreadLocalAccessors() {
		ContextRegistry.getInstance();
	}

	private static final String HIDDEN = "UNKNOWN: test.shop/order failed with what its contract does not declare; the"
			+ " provider's log says more (its macula.provider.expose-messages is false)";

	private static volatile Supplier<? extends RuntimeException> failure = IllegalStateException::new;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaErrorAutoConfiguration.class, MaculaAutoConfiguration.class,
				SslAutoConfiguration.class))
		.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + Applications.randomSecret(),
				"macula.provider.port=0", "macula.provider.address=127.0.0.1", "macula.provider.grace=2s",
				"macula.client.warm-up=false");

	private void calling(ApplicationContextRunner runner, Consumer<Shop> call) {
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			call.accept(context.getBean(RealmClient.class).proxy(Shop.class, "test.shop"));
		});
	}

	private static RpcException failed(Shop shop, Supplier<? extends RuntimeException> thrown) {
		failure = thrown;
		Throwable told = catchThrowable(() -> shop.order("A-1"));
		assertThat(told).isInstanceOf(RpcException.class);
		return (RpcException) told;
	}

	@Test
	void withoutAMethodNothingIsTold() {
		calling(this.runner.withUserConfiguration(ShopBean.class),
				(shop) -> assertThat(failed(shop, () -> new IllegalStateException("table ORDERS"))).hasMessage(HIDDEN));
	}

	@Test
	void theBeanOfTheServiceComesBeforeAdvicesAndThoseInTheirOrder() {
		calling(this.runner.withUserConfiguration(OwnBean.class, Late.class, Early.class, Plain.class), (shop) -> {
			assertThat(failed(shop, () -> new IllegalStateException("x"))).hasMessage("NOT_FOUND: own: x");
			assertThat(failed(shop, () -> new IllegalArgumentException("x"))).hasMessage("UNAVAILABLE: early: x");
			assertThat(failed(shop, () -> new UnsupportedOperationException("x")))
				.hasMessage("UNIMPLEMENTED: test.shop/order failed");
			assertThat(failed(shop, () -> new ArithmeticException("x"))).hasMessage("INTERNAL: late: x");
			assertThat(failed(shop, () -> new NullPointerException("x"))).hasMessage(HIDDEN);
		});
	}

	@Test
	void anAdviceHoldsForEveryShape() {
		calling(this.runner.withUserConfiguration(ShopBean.class, Early.class), (shop) -> {
			failure = () -> new IllegalArgumentException("x");
			assertThat(Stream.of(catchThrowable(() -> shop.order("A-1")), thrown(shop.future("A-1")),
					thrown(shop.later("A-1").toFuture()), thrown(shop.all("A-1").collectList().toFuture()),
					thrown(shop.echo(Flux.just("A-1")).collectList().toFuture())))
				.allSatisfy((told) -> assertThat(told).isInstanceOf(RpcException.class)
					.hasMessage("UNAVAILABLE: early: x"));
		});
	}

	private static Throwable thrown(CompletableFuture<?> future) {
		Throwable thrown = catchThrowable(future::join);
		return (thrown instanceof CompletionException) ? thrown.getCause() : thrown;
	}

	@Test
	void theNearestClassCountsAndTheExceptionBeforeItsCauses() {
		calling(this.runner.withUserConfiguration(ShopBean.class, Classes.class), (shop) -> {
			assertThat(failed(shop, () -> new NumberFormatException("x"))).hasMessage("INVALID_ARGUMENT: number: x");
			assertThat(failed(shop, () -> new IllegalArgumentException("x")))
				.hasMessage("INVALID_ARGUMENT: argument: x");
			assertThat(failed(shop, () -> new RuntimeException("outer", new NumberFormatException("x"))))
				.hasMessage("INVALID_ARGUMENT: number: x");
			assertThat(failed(shop, () -> new IllegalArgumentException("outer", new NumberFormatException("inner"))))
				.hasMessage("INVALID_ARGUMENT: argument: outer");
		});
	}

	@Test
	void aStatusOfTheHandlerIsGivenToMethodsThatNameItOnly() {
		calling(this.runner.withUserConfiguration(ShopBean.class, All.class), (shop) -> {
			assertThat(failed(shop, () -> RpcException.of(Code.NOT_FOUND, "no such order")))
				.hasMessage("NOT_FOUND: no such order");
			assertThat(failed(shop, () -> new IllegalStateException("x"))).hasMessage("INTERNAL: all: x");
		});
		calling(this.runner.withUserConfiguration(ShopBean.class, Statuses.class),
				(shop) -> assertThat(failed(shop, () -> RpcException.of(Code.NOT_FOUND, "no such order")))
					.hasMessage("UNAVAILABLE: downstream: no such order"));
	}

	@Test
	void everyReturnTypeIsToldWithItsDetail() {
		calling(this.runner.withUserConfiguration(ShopBean.class, Returning.class), (shop) -> {
			RpcException rpc = failed(shop, () -> new IllegalStateException("x"));
			assertThat(rpc).hasMessage("APPLICATION: sold out");
			assertThat(rpc.detail()).containsExactly(Map.entry("method", "order"), Map.entry("message", "x"));
			assertThat(rpc.service()).isEqualTo("test.shop");
			assertThat(rpc.attempts()).hasSize(1);
			assertThat(failed(shop, () -> new IllegalArgumentException("x")).status())
				.isEqualTo(Status.processed(Code.NOT_FOUND, "a status"));
			assertThat(failed(shop, () -> new ArithmeticException("x")))
				.hasMessage("RESOURCE_EXHAUSTED: test.shop/order failed");
			assertThat(failed(shop, () -> new NullPointerException("x"))).hasMessage("APPLICATION: taken");
			RpcException problem = failed(shop, () -> new UnsupportedOperationException("x"));
			assertThat(problem).hasMessage("NOT_FOUND: no such order");
			assertThat(problem.detail()).containsExactly(Map.entry("type", "https://acme.example/lost"),
					Map.entry("order", "7"));
			assertThat(failed(shop, () -> new IndexOutOfBoundsException("x"))).as("null: the next").hasMessage(HIDDEN);
		});
	}

	@Test
	void whatAMethodThrowsIsNotTold() {
		calling(this.runner.withUserConfiguration(ShopBean.class, Throwing.class),
				(shop) -> assertThat(failed(shop, () -> new IllegalStateException("x"))).hasMessage(HIDDEN));
	}

	@Test
	void methodsOfProxiedBeansAreReachedWhateverTheirVisibility() {
		calling(this.runner.withUserConfiguration(Proxied.class), (shop) -> {
			assertThat(failed(shop, () -> new IllegalStateException("x"))).hasMessage("NOT_FOUND: own: x");
			assertThat(failed(shop, () -> new ArithmeticException("x"))).hasMessage("INTERNAL: late: x");
		});
	}

	@Test
	void mappersOfTheApplicationComeAfterMethodsAndBeforeWhatIsUnderstood() {
		calling(this.runner.withUserConfiguration(ShopBean.class, Early.class)
			.withBean(ExceptionMapper.class, () -> (call, thrown) -> RpcException.of(Code.INTERNAL, "mapper")),
				(shop) -> {
					assertThat(failed(shop, () -> new IllegalArgumentException("x")))
						.hasMessage("UNAVAILABLE: early: x");
					assertThat(failed(shop, () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "gone")))
						.hasMessage("INTERNAL: mapper");
				});
	}

	@Test
	void errorMapperBeansMakeExceptionsOfTheApplication() {
		failure = () -> RpcException.of(Code.NOT_FOUND, "no such order");
		calling(this.runner.withUserConfiguration(ShopBean.class)
			.withBean(ErrorMapper.class,
					() -> (failed) -> (failed.code() == Code.NOT_FOUND) ? new IllegalStateException("not here") : null),
				(shop) -> assertThat(catchThrowable(() -> shop.order("A-1")))
					.isExactlyInstanceOf(IllegalStateException.class)
					.hasMessage("not here")
					.hasCauseInstanceOf(RpcException.class));
	}

	@Test
	void aServiceOfAChildContextHasTheAdvicesOfItsContextFirst() {
		this.runner.withPropertyValues("macula.provider.enabled=true")
			.withUserConfiguration(Late.class, Early.class)
			.run((parent) -> {
				try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
					child.setParent(parent.getSourceApplicationContext());
					child.register(ShopBean.class, ChildAdvice.class);
					child.refresh();
					Shop shop = parent.getBean(RealmClient.class).proxy(Shop.class, "test.shop");
					assertThat(failed(shop, () -> new ArithmeticException("x"))).hasMessage("CANCELLED: child: x");
					assertThat(failed(shop, () -> new IllegalArgumentException("x")))
						.hasMessage("UNAVAILABLE: early: x");
				}
			});
	}

	@ParameterizedTest
	@CsvSource({ "400, INVALID_ARGUMENT", "401, UNAUTHENTICATED", "403, PERMISSION_DENIED", "404, NOT_FOUND",
			"405, UNIMPLEMENTED", "408, DEADLINE_EXCEEDED", "409, APPLICATION", "410, NOT_FOUND", "412, APPLICATION",
			"413, INVALID_ARGUMENT", "415, INVALID_ARGUMENT", "418, INVALID_ARGUMENT", "422, INVALID_ARGUMENT",
			"423, APPLICATION", "428, APPLICATION", "429, RESOURCE_EXHAUSTED", "499, CANCELLED", "500, INTERNAL",
			"501, UNIMPLEMENTED", "502, UNAVAILABLE", "503, UNAVAILABLE", "504, DEADLINE_EXCEEDED", "505, INTERNAL",
			"507, RESOURCE_EXHAUSTED", "302, UNKNOWN" })
	void aStatusOfHttpHasACode(int http, Code code) {
		RpcException told = new io.macula.spring.error.HttpExceptionMapper().map(new Call(),
				new ResponseStatusException(HttpStatusCode.valueOf(http), "said so"));
		assertThat(told).isNotNull().hasMessage(code + ": said so");
	}

	@Test
	void exceptionsOfSpringAreUnderstood() {
		calling(this.runner.withUserConfiguration(ShopBean.class), (shop) -> {
			RpcException reason = failed(shop, () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "no order A-1"));
			assertThat(reason).hasMessage("NOT_FOUND: no order A-1");
			assertThat(reason.status().processed()).isEqualTo(Processed.YES);
			assertThat(failed(shop, () -> new ResponseStatusException(HttpStatus.NOT_FOUND)))
				.hasMessage("NOT_FOUND: test.shop/order failed with HTTP status 404 Not Found");
			assertThat(failed(shop, () -> new AccessDeniedException("role AUDITOR is missing")))
				.hasMessage("PERMISSION_DENIED: test.shop/order is not allowed for this caller");
			assertThat(failed(shop, () -> new BadCredentialsException("user root")))
				.hasMessage("UNAUTHENTICATED: test.shop/order needs a caller that is authenticated");
		});
	}

	@Test
	void withoutTheirClassesNothingIsUnderstoodAndEverythingWorks() {
		calling(this.runner
			.withClassLoader(new FilteredClassLoader(ErrorResponse.class, AccessDeniedException.class,
					jakarta.validation.Validator.class))
			.withUserConfiguration(ShopBean.class, Early.class), (shop) -> {
				assertThat(failed(shop, () -> new IllegalArgumentException("x"))).hasMessage("UNAVAILABLE: early: x");
				assertThat(failed(shop, () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "gone")))
					.hasMessage(HIDDEN);
				assertThat(failed(shop, () -> new AccessDeniedException("x"))).hasMessage(HIDDEN);
			});
	}

	static Stream<Arguments> mistakes() {
		return Stream.of(
				Arguments.of(TwoForOne.class,
						"The bean 'advice' has two @MaculaExceptionHandler methods for"
								+ " java.lang.IllegalStateException: first(IllegalStateException) and"
								+ " second(RuntimeException).",
						"Remove one of them, or let it be for another exception."),
				Arguments.of(OddParameter.class,
						"The @MaculaExceptionHandler method odd(IllegalStateException, String) of the bean 'advice'"
								+ " has a parameter of type java.lang.String in vain.",
						"It may have a parameter for the exception and one of type CallContext, in any order, and each"
								+ " may be left out."),
				Arguments.of(OddReturn.class,
						"The @MaculaExceptionHandler method odd(IllegalStateException) of the bean 'advice' returns"
								+ " void.",
						"It may return RpcException, Status, Code, ErrorResponse or ProblemDetail."),
				Arguments.of(ForNothing.class,
						"The @MaculaExceptionHandler method odd(CallContext) of the bean 'advice' does not say which"
								+ " exceptions it is for.",
						"Name them in the annotation, or give it a parameter of their type."),
				Arguments.of(Forgetful.class,
						"The bean 'advice' is a @MaculaAdvice, but no method of " + Forgetful.class.getName()
								+ " is annotated with @MaculaExceptionHandler, so that it maps nothing.",
						"Annotate the methods that say what callers are told with @MaculaExceptionHandler of"
								+ " io.macula.spring, or remove @MaculaAdvice."),
				Arguments.of(Narrow.class,
						"The @MaculaExceptionHandler method odd(IllegalStateException) of the bean 'advice' is for"
								+ " java.lang.IllegalArgumentException, which its parameter of type"
								+ " java.lang.IllegalStateException cannot take.",
						"Let the parameter be of a type that all of its exceptions have."));
	}

	@ParameterizedTest
	@MethodSource("mistakes")
	void aMistakeStopsTheStart(Class<?> advice, String description, String action) {
		this.runner.withUserConfiguration(ShopBean.class)
			.withBean("advice", advice)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.asInstanceOf(InstanceOfAssertFactories.type(FailureAnalyzedException.class))
				.satisfies((refused) -> {
					assertThat(refused.analysis().getDescription()).isEqualTo(description);
					assertThat(refused.analysis().getAction()).isEqualTo(action);
				}));
	}

	interface Shop {

		String order(String sku);

		CompletableFuture<String> future(String sku);

		Mono<String> later(String sku);

		Flux<String> all(String sku);

		Flux<String> echo(Flux<String> skus);

	}

	@MaculaService("test.shop")
	static class ShopBean implements Shop {

		@Override
		public String order(String sku) {
			throw failure.get();
		}

		@Override
		public CompletableFuture<String> future(String sku) {
			return CompletableFuture.failedFuture(failure.get());
		}

		@Override
		public Mono<String> later(String sku) {
			return Mono.error(failure.get());
		}

		@Override
		public Flux<String> all(String sku) {
			return Flux.concat(Flux.just("first"), Flux.error(failure.get()));
		}

		@Override
		public Flux<String> echo(Flux<String> skus) {
			return skus.flatMap((sku) -> Flux.error(failure.get()));
		}

	}

	static class OwnBean extends ShopBean {

		@MaculaExceptionHandler
		Status own(IllegalStateException thrown) {
			return Status.processed(Code.NOT_FOUND, "own: " + thrown.getMessage());
		}

	}

	@Order(1)
	@MaculaAdvice
	static class Early {

		@MaculaExceptionHandler({ IllegalArgumentException.class, IllegalStateException.class })
		RpcException early(RuntimeException thrown) {
			return RpcException.of(Code.UNAVAILABLE, "early: " + thrown.getMessage());
		}

	}

	@Order(2)
	@MaculaAdvice
	static class Late {

		@MaculaExceptionHandler
		private RpcException late(IllegalArgumentException thrown) {
			return RpcException.of(Code.INTERNAL, "late: " + thrown.getMessage());
		}

		@MaculaExceptionHandler
		public RpcException late(ArithmeticException thrown) {
			return RpcException.of(Code.INTERNAL, "late: " + thrown.getMessage());
		}

	}

	@Component
	static class Plain {

		@MaculaExceptionHandler(UnsupportedOperationException.class)
		Code plain() {
			return Code.UNIMPLEMENTED;
		}

	}

	@MaculaAdvice
	static class ChildAdvice {

		@MaculaExceptionHandler
		RpcException child(ArithmeticException thrown) {
			return RpcException.of(Code.CANCELLED, "child: " + thrown.getMessage());
		}

	}

	@MaculaAdvice
	static class Classes {

		@MaculaExceptionHandler
		RpcException argument(IllegalArgumentException thrown) {
			return RpcException.of(Code.INVALID_ARGUMENT, "argument: " + thrown.getMessage());
		}

		@MaculaExceptionHandler
		RpcException number(NumberFormatException thrown) {
			return RpcException.of(Code.INVALID_ARGUMENT, "number: " + thrown.getMessage());
		}

	}

	@MaculaAdvice
	static class All {

		@MaculaExceptionHandler
		RpcException all(Exception thrown) {
			return RpcException.of(Code.INTERNAL, "all: " + thrown.getMessage());
		}

	}

	@MaculaAdvice
	static class Statuses {

		@MaculaExceptionHandler
		RpcException status(RpcException thrown) {
			return RpcException.of(Code.UNAVAILABLE, "downstream: " + thrown.status().message());
		}

	}

	@MaculaAdvice
	static class Returning {

		@MaculaExceptionHandler(IllegalStateException.class)
		RpcException rpc(CallContext call, Exception thrown) {
			return RpcException.of(Code.APPLICATION, "sold out")
				.withDetail("method", call.method())
				.withDetail("message", thrown.getMessage());
		}

		@MaculaExceptionHandler
		Status status(IllegalArgumentException thrown, CallContext call) {
			return Status.processed(Code.NOT_FOUND, "a status");
		}

		@MaculaExceptionHandler(ArithmeticException.class)
		Code code() {
			return Code.RESOURCE_EXHAUSTED;
		}

		@MaculaExceptionHandler
		ErrorResponse response(NullPointerException thrown) {
			return ErrorResponse.create(thrown, HttpStatus.CONFLICT, "taken");
		}

		@MaculaExceptionHandler
		ProblemDetail problem(UnsupportedOperationException thrown) {
			ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, "no such order");
			problem.setType(URI.create("https://acme.example/lost"));
			problem.setProperty("order", 7);
			return problem;
		}

		@MaculaExceptionHandler
		@Nullable RpcException nothing(IndexOutOfBoundsException thrown) {
			return null;
		}

	}

	@MaculaAdvice
	static class Throwing {

		@MaculaExceptionHandler
		RpcException odd(IllegalStateException thrown) {
			throw new IllegalArgumentException("secret");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Proxied {

		@Bean
		OwnBean shop() {
			return proxied(new OwnBean());
		}

		@Bean
		Late late() {
			return proxied(new Late());
		}

		@SuppressWarnings("unchecked")
		private static <T> T proxied(T bean) {
			ProxyFactory factory = new ProxyFactory(bean);
			factory.setProxyTargetClass(true);
			factory.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed());
			return (T) factory.getProxy();
		}

	}

	static class TwoForOne {

		@MaculaExceptionHandler
		RpcException first(IllegalStateException thrown) {
			throw thrown;
		}

		@MaculaExceptionHandler({ IllegalArgumentException.class, IllegalStateException.class })
		RpcException second(RuntimeException thrown) {
			throw thrown;
		}

	}

	static class OddParameter {

		@MaculaExceptionHandler
		RpcException odd(IllegalStateException thrown, String odd) {
			throw thrown;
		}

	}

	static class OddReturn {

		@MaculaExceptionHandler
		void odd(IllegalStateException thrown) {
			throw thrown;
		}

	}

	static class ForNothing {

		@MaculaExceptionHandler
		Code odd(CallContext call) {
			return Code.UNKNOWN;
		}

	}

	@MaculaAdvice
	static class Forgetful {

		Code forgotten(IllegalStateException ex) {
			return Code.INTERNAL;
		}

	}

	static class Narrow {

		@MaculaExceptionHandler({ IllegalStateException.class, IllegalArgumentException.class })
		RpcException odd(IllegalStateException thrown) {
			throw thrown;
		}

	}

	/** The call of a unit test. */
	private static final class Call implements CallContext {

		@Override
		public io.macula.ServiceName service() {
			return new io.macula.ServiceName("test.shop");
		}

		@Override
		public String method() {
			return "order";
		}

		@Override
		public io.macula.Metadata metadata() {
			return io.macula.Metadata.EMPTY;
		}

		@Override
		public io.macula.@Nullable Deadline deadline() {
			return null;
		}

		@Override
		public String callerNodeId() {
			return "client";
		}

		@Override
		public boolean cancelled() {
			return false;
		}

	}

}
