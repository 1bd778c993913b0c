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

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.client.RealmClient;
import io.macula.spring.MaculaService;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Valid;
import jakarta.validation.Validation;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.validation.annotation.Validated;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests of the constraints of jakarta.validation at a contract, from a bean to a caller
 * over QUIC.
 */
@Timeout(60)
class MethodValidationTests {

	private static final AtomicInteger ran = new AtomicInteger();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaErrorAutoConfiguration.class, MaculaAutoConfiguration.class,
				ValidationAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + Applications.randomSecret(),
				"macula.provider.port=0", "macula.provider.address=127.0.0.1", "macula.provider.grace=2s",
				"macula.client.warm-up=false");

	@BeforeEach
	void nothingRan() {
		ran.set(0);
	}

	private void calling(ApplicationContextRunner runner, Consumer<Calculator> call) {
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			call.accept(context.getBean(RealmClient.class).proxy(Calculator.class, "calculator"));
		});
	}

	private static RpcException failed(CompletableFuture<?> future) {
		Throwable thrown = catchThrowable(future::join);
		Throwable told = (thrown instanceof CompletionException) ? thrown.getCause() : thrown;
		assertThat(told).isInstanceOf(RpcException.class);
		return (RpcException) told;
	}

	private static RpcException failed(Supplier<?> call) {
		Throwable told = catchThrowable(call::get);
		assertThat(told).isInstanceOf(RpcException.class);
		return (RpcException) told;
	}

	@Test
	void whatIsNotValidIsToldByItsPathAndTheMethodDoesNotRun() {
		calling(this.runner.withUserConfiguration(Bean.class), (calculator) -> {
			RpcException told = failed(() -> calculator.multiply(new Question(0, 2, "x")));
			assertThat(told.code()).isEqualTo(Code.INVALID_ARGUMENT);
			assertThat(told.status().processed()).isEqualTo(Processed.NO);
			assertThat(told.status().message())
				.matches("\\Qcalculator/multiply: question.x must be greater than 0 ('multiply' of service 'calculator'"
						+ " at \\E.*; not processed\\)");
			assertThat(told.detail()).containsExactly(Map.entry("question.x", "must be greater than 0"));
			assertThat(told.attempts()).hasSize(1);
			assertThat(calculator.multiply(new Question(3, 2, "x"))).isEqualTo(6);
			assertThat(ran).hasValue(1);
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void constraintsThatNobodyChecksAreWarnedOf(CapturedOutput output) {
		ApplicationContextRunner without = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(MaculaErrorAutoConfiguration.class, MaculaAutoConfiguration.class,
					SslAutoConfiguration.class))
			.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + Applications.randomSecret(),
					"macula.provider.port=0", "macula.provider.address=127.0.0.1", "macula.provider.grace=2s",
					"macula.client.warm-up=false");
		without.withUserConfiguration(Applications.EchoBean.class).run((context) -> assertThat(context).hasNotFailed());
		without.withUserConfiguration(Bean.class)
			.withPropertyValues("macula.provider.validation=false")
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner.withUserConfiguration(Bean.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("is provided without validation");
		without.withUserConfiguration(Bean.class, NestedBean.class)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("Service calculator is provided without validation: method Calculator.")
			.contains(" of " + Calculator.class.getName() + " has constraints, but there is no Validator bean. Add the"
					+ " dependency spring-boot-starter-validation, or set macula.provider.validation=false if they are"
					+ " not to be checked")
			.containsOnlyOnce("Service nested is provided without validation: ");
	}

	@Test
	void allViolationsAreToldInOrder() {
		calling(this.runner.withUserConfiguration(Bean.class), (calculator) -> {
			RpcException told = failed(() -> calculator.multiply(new Question(-1, 1000, " ")));
			assertThat(told.status().message()).startsWith("calculator/multiply: question.label must not be blank;"
					+ " question.x must be greater than 0; question.y must be less than or equal to 100");
			assertThat(told.detail().keySet()).containsExactly("question.label", "question.x", "question.y");
			assertThat(failed(() -> calculator.multiply(null)).detail())
				.containsExactly(Map.entry("question", "must not be null"));
			assertThat(failed(() -> calculator.sum(List.of(new Question(1, 1, "a"), new Question(0, 1, "b")), -1))
				.detail()).containsExactly(Map.entry("most", "must be greater than or equal to 1"),
						Map.entry("questions[1].x", "must be greater than 0"));
			assertThat(ran).hasValue(0);
		});
	}

	@Test
	void everyShapeIsValidated() {
		calling(this.runner.withUserConfiguration(Bean.class), (calculator) -> {
			Question bad = new Question(0, 2, "x");
			assertThat(failed(calculator.future(bad)).detail()).containsOnlyKeys("question.x");
			assertThat(failed(calculator.later(bad).toFuture()).detail()).containsOnlyKeys("question.x");
			assertThat(failed(calculator.all(bad).collectList().toFuture()).detail()).containsOnlyKeys("question.x");
			assertThat(failed(calculator.echo(0, Flux.just(1), bad).collectList().toFuture()).detail())
				.containsOnlyKeys("least", "question.x");
			assertThat(ran).hasValue(0);
		});
	}

	@Test
	void aResultThatIsNotValidIsTheProvidersFault() {
		String hidden = " is not valid; the provider's log says more (its macula.provider.expose-messages is false)";
		calling(this.runner.withUserConfiguration(Bean.class), (calculator) -> {
			assertThat(failed(() -> calculator.result(-5)))
				.hasMessage("INTERNAL: the result of calculator/result" + hidden);
			assertThat(calculator.result(5)).isEqualTo(5);
			assertThat(failed(calculator.laterResult(-5).toFuture()))
				.hasMessage("INTERNAL: the result of calculator/laterResult" + hidden);
			assertThat(calculator.laterResult(5).block()).isEqualTo(new Question(5, 1, "x"));
		});
	}

	@Test
	void constraintsOfResultsMayStandAtTheBean() {
		this.runner.withUserConfiguration(Plainly.class).run((context) -> {
			Plain plain = context.getBean(RealmClient.class).proxy(Plain.class, "plain");
			assertThat(failed(() -> plain.half(-2)).code()).isEqualTo(Code.INTERNAL);
			assertThat(plain.half(4)).isEqualTo(2);
		});
	}

	@Test
	void groupsOfValidatedCount() {
		this.runner.withUserConfiguration(GroupedBean.class).run((context) -> {
			Grouped grouped = context.getBean(RealmClient.class).proxy(Grouped.class, "grouped");
			assertThat(grouped.half(0)).isZero();
			assertThat(failed(() -> grouped.half(200)).detail()).containsOnlyKeys("value");
		});
	}

	@Test
	void itIsSwitchedOffByTheSettingOrWithoutAValidator() {
		calling(this.runner.withUserConfiguration(Bean.class).withPropertyValues("macula.provider.validation=false"),
				(calculator) -> assertThat(calculator.multiply(new Question(0, 2, "x"))).isZero());
		calling(new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(MaculaErrorAutoConfiguration.class, MaculaAutoConfiguration.class,
					SslAutoConfiguration.class))
			.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + Applications.randomSecret(),
					"macula.provider.port=0", "macula.provider.address=127.0.0.1", "macula.client.warm-up=false")
			.withUserConfiguration(Bean.class),
				(calculator) -> assertThat(calculator.multiply(new Question(0, 2, "x"))).isZero());
		calling(this.runner.withUserConfiguration(Bean.class)
			.withClassLoader(new FilteredClassLoader("jakarta.validation")),
				(calculator) -> assertThat(calculator.multiply(new Question(0, 2, "x"))).isZero());
	}

	@Test
	void violationsThatAHandlerThrowsAreTold() {
		calling(this.runner.withUserConfiguration(Bean.class), (calculator) -> {
			RpcException told = failed(() -> calculator.inner(0));
			assertThat(told).hasMessage("INVALID_ARGUMENT: calculator/inner: x must be greater than 0");
			assertThat(told.detail()).containsExactly(Map.entry("x", "must be greater than 0"));
			assertThat(told.status().processed()).isEqualTo(Processed.YES);
		});
	}

	@Test
	void constraintsOfElementsAloneCount() {
		this.runner.withUserConfiguration(TagBean.class).run((context) -> {
			Tags tags = context.getBean(RealmClient.class).proxy(Tags.class, "tags");
			assertThat(failed(() -> tags.join(List.of("a", " "))).detail())
				.containsExactly(Map.entry("tags[1]", "must not be blank"));
			assertThat(failed(() -> tags.joinAll(Map.of("k", List.of(0)))).detail())
				.containsExactly(Map.entry("tags[k][0]", "must be greater than 0"));
			assertThat(ran).hasValue(0);
			assertThat(failed(() -> tags.first("")).code()).isEqualTo(Code.INTERNAL);
			assertThat(tags.first("a")).contains("a");
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			Unfit     | unfit | Streams.all(Flux<Question>)  | HV000197
			Redefined | plain | Plain.half(int)              | HV000151
			Sized     | sized | SizedStreams.all(Flux<String>) | @Size cannot be checked of the Flux.
			SizedLater | sized | SizedResults.later() | @NotBlank cannot be checked of what comes later.
			""")
	void constraintsThatCannotHoldStopTheStart(String bean, String service, String method, String why) {
		Class<?> type = switch (bean) {
			case "Unfit" -> Unfit.class;
			case "Redefined" -> Redefined.class;
			case "Sized" -> Sized.class;
			default -> SizedLater.class;
		};
		this.runner.withUserConfiguration(type)
			.run((context) -> assertThat(context).getFailure()
				.cause()
				.asInstanceOf(InstanceOfAssertFactories.type(FailureAnalyzedException.class))
				.satisfies((refused) -> {
					assertThat(refused.analysis().getDescription())
						.startsWith("The bean 'methodValidationTests." + bean + "' cannot provide the service '"
								+ service + "': the constraints of method " + method + " are not valid: " + why)
						.endsWith(
								" Those of parameters belong to the interface, and what is inside of a Flux, a Mono or"
										+ " a future cannot have any. Correct them, or set macula.provider.validation=false");
				}));
	}

	record Question(@Positive int x, @Max(100) int y, @NotBlank String label) {

	}

	interface Calculator {

		int multiply(@NotNull @Valid Question question);

		int sum(List<@Valid Question> questions, @Min(1) int most);

		CompletableFuture<Integer> future(@Valid Question question);

		Mono<Integer> later(@Valid Question question);

		Flux<Integer> all(@Valid Question question);

		Flux<Integer> echo(@Min(1) int least, Flux<Integer> numbers, @Valid Question question);

		@Min(0)
		int result(int value);

		@Valid
		Mono<Question> laterResult(int value);

		int inner(int value);

	}

	interface Nested {

		int size(List<@NotNull String> names);

	}

	@MaculaService("nested")
	static class NestedBean implements Nested {

		@Override
		public int size(List<String> names) {
			return names.size();
		}

	}

	@MaculaService("calculator")
	static class Bean implements Calculator {

		@Override
		public int multiply(Question question) {
			ran.incrementAndGet();
			return question.x() * question.y();
		}

		@Override
		public int sum(List<Question> questions, int most) {
			return ran.incrementAndGet();
		}

		@Override
		public CompletableFuture<Integer> future(Question question) {
			return CompletableFuture.completedFuture(ran.incrementAndGet());
		}

		@Override
		public Mono<Integer> later(Question question) {
			return Mono.just(ran.incrementAndGet());
		}

		@Override
		public Flux<Integer> all(Question question) {
			return Flux.just(ran.incrementAndGet());
		}

		@Override
		public Flux<Integer> echo(int least, Flux<Integer> numbers, Question question) {
			ran.incrementAndGet();
			return numbers;
		}

		@Override
		public int result(int value) {
			return value;
		}

		@Override
		public Mono<Question> laterResult(int value) {
			return Mono.just(new Question(value, 1, "x"));
		}

		@Override
		public int inner(int value) {
			throw new ConstraintViolationException(
					Validation.buildDefaultValidatorFactory().getValidator().validate(new Question(value, 1, "x")));
		}

	}

	interface Plain {

		int half(int value);

	}

	@MaculaService("plain")
	static class Plainly implements Plain {

		@Override
		@Min(0)
		public int half(int value) {
			return value / 2;
		}

	}

	@MaculaService("plain")
	static class Redefined implements Plain {

		@Override
		public int half(@Min(1) int value) {
			return value / 2;
		}

	}

	interface Tags {

		String join(List<@NotBlank String> tags);

		String joinAll(Map<String, List<@Positive Integer>> tags);

		Optional<@NotBlank String> first(String tag);

	}

	@MaculaService("tags")
	static class TagBean implements Tags {

		@Override
		public String join(List<String> tags) {
			return "ran " + ran.incrementAndGet();
		}

		@Override
		public String joinAll(Map<String, List<Integer>> tags) {
			return "ran " + ran.incrementAndGet();
		}

		@Override
		public Optional<String> first(String tag) {
			return Optional.of(tag);
		}

	}

	interface SizedStreams {

		String all(@NotNull @Size(max = 3) Flux<String> texts);

	}

	@MaculaService("sized")
	static class Sized implements SizedStreams {

		@Override
		public String all(Flux<String> texts) {
			return "";
		}

	}

	interface SizedResults {

		@NotBlank
		Mono<String> later();

	}

	@MaculaService("sized")
	static class SizedLater implements SizedResults {

		@Override
		public Mono<String> later() {
			return Mono.just("a");
		}

	}

	interface Strict {

	}

	interface Grouped {

		int half(@Min(1) @Max(value = 100, groups = Strict.class) int value);

	}

	@MaculaService("grouped")
	@Validated(Strict.class)
	static class GroupedBean implements Grouped {

		@Override
		public int half(int value) {
			return value / 2;
		}

	}

	interface Streams {

		Flux<Integer> all(Flux<@Valid Question> questions);

	}

	@MaculaService("unfit")
	static class Unfit implements Streams {

		@Override
		public Flux<Integer> all(Flux<Question> questions) {
			return Flux.empty();
		}

	}

}
