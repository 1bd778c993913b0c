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

package io.macula.spring.error;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.spring.autoconfigure.MaculaErrorAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/** With controllers of both kinds of web applications. */
@ExtendWith(OutputCaptureExtension.class)
class RpcExceptionHandlerTests {

	private static final String SETTING = "macula.client.problem-details.enabled=true";

	private final AutoConfigurations errors = AutoConfigurations.of(MaculaErrorAutoConfiguration.class);

	private static MockMvcTester servlet(Object... advice) {
		return MockMvcTester.create(MockMvcBuilders.standaloneSetup(new Failing()).setControllerAdvice(advice).build());
	}

	private static WebTestClient reactive(Object... advice) {
		return WebTestClient.bindToController(new Failing()).controllerAdvice(advice).build();
	}

	@ParameterizedTest
	@CsvSource({ "INVALID_ARGUMENT, YES, 400", "INVALID_ARGUMENT, NO, 400", "UNAUTHENTICATED, YES, 401",
			"UNAUTHENTICATED, NO, 500", "PERMISSION_DENIED, YES, 403", "PERMISSION_DENIED, NO, 500",
			"NOT_FOUND, YES, 404", "NOT_FOUND, NO, 503", "APPLICATION, YES, 409", "RESOURCE_EXHAUSTED, NO, 429",
			"UNIMPLEMENTED, NO, 501", "CANCELLED, UNKNOWN, 503", "UNAVAILABLE, NO, 503", "UNAVAILABLE, UNKNOWN, 503",
			"DEADLINE_EXCEEDED, UNKNOWN, 504", "UNKNOWN, YES, 500", "INTERNAL, YES, 500" })
	void aFailedCallIsAProblemDetailOfAFittingStatusAndNothingElse(Code code, Processed processed, int status,
			CapturedOutput output) {
		for (String path : new String[] { "value", "later", "soon", "joined" }) {
			String uri = "/" + path + "/" + code + "/" + processed;
			String problem = "{\"status\":" + status + ",\"title\":\"" + HttpStatus.valueOf(status).getReasonPhrase()
					+ "\",\"instance\":\"" + uri + "\"}";
			assertThat(servlet(new RpcExceptionHandler()).get().uri(uri)).hasStatus(status)
				.hasContentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
				.bodyText()
				.doesNotContain("10.0.0.7", "secret");
			assertThat(servlet(new RpcExceptionHandler()).get().uri(uri)).bodyJson().isLenientlyEqualTo(problem);
			byte[] body = reactive(new RpcExceptionHandler()).get()
				.uri(uri)
				.exchange()
				.expectStatus()
				.isEqualTo(status)
				.expectHeader()
				.contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.json(problem)
				.returnResult()
				.getResponseBody();
			assertThat(new String(body)).doesNotContain("10.0.0.7", "secret");
		}
		if (status >= 500) {
			assertThat(output).contains("A request is answered with " + status + ", since a call failed");
		}
	}

	@Test
	void whatTheApplicationSaysByAnExceptionOfItsOwnStands() {
		assertThat(servlet(new RpcExceptionHandler()).get().uri("/own")).hasStatus(HttpStatus.GONE);
		reactive(new RpcExceptionHandler()).get().uri("/own").exchange().expectStatus().isEqualTo(HttpStatus.GONE);
	}

	@Test
	void adviceOfTheApplicationComesFirst() {
		String uri = "/value/NOT_FOUND/YES";
		assertThat(servlet(new Own(), new RpcExceptionHandler()).get().uri(uri)).hasStatus(418);
		reactive(new Own(), new RpcExceptionHandler()).get().uri(uri).exchange().expectStatus().isEqualTo(418);
	}

	@Test
	void itIsThereIfItIsAskedForInAWebApplication() {
		new WebApplicationContextRunner().withConfiguration(this.errors)
			.run((context) -> assertThat(context).doesNotHaveBean(RpcExceptionHandler.class));
		new WebApplicationContextRunner().withConfiguration(this.errors)
			.withPropertyValues(SETTING)
			.run((context) -> assertThat(context).hasSingleBean(RpcExceptionHandler.class));
		new ReactiveWebApplicationContextRunner().withConfiguration(this.errors)
			.withPropertyValues(SETTING)
			.run((context) -> assertThat(context).hasSingleBean(RpcExceptionHandler.class));
		new ApplicationContextRunner().withConfiguration(this.errors)
			.withPropertyValues(SETTING)
			.run((context) -> assertThat(context).doesNotHaveBean(RpcExceptionHandler.class));
	}

	/** Its calls fail. */
	@RestController
	static class Failing {

		private static RpcException failure(Code code, Processed processed) {
			return new RpcException(new Status(code, "node1 at 10.0.0.7:9443 said a secret", processed))
				.withDetail("table", "secret");
		}

		@GetMapping("/value/{code}/{processed}")
		String value(@PathVariable("code") Code code, @PathVariable("processed") Processed processed) {
			throw failure(code, processed);
		}

		@GetMapping("/later/{code}/{processed}")
		Mono<String> later(@PathVariable("code") Code code, @PathVariable("processed") Processed processed) {
			return Mono.error(failure(code, processed));
		}

		@GetMapping("/soon/{code}/{processed}")
		CompletionStage<String> soon(@PathVariable("code") Code code, @PathVariable("processed") Processed processed) {
			return CompletableFuture.failedFuture(failure(code, processed));
		}

		@GetMapping("/joined/{code}/{processed}")
		String joined(@PathVariable("code") Code code, @PathVariable("processed") Processed processed) {
			throw new CompletionException(failure(code, processed));
		}

		@GetMapping("/own")
		String own() {
			throw new GoneException(failure(Code.NOT_FOUND, Processed.YES));
		}

	}

	/** What an error mapper made of a failure. */
	@ResponseStatus(HttpStatus.GONE)
	static class GoneException extends RuntimeException {

		GoneException(RpcException cause) {
			super(cause);
		}

	}

	/** Has no order, as most have none: auto-configured beans come later. */
	@RestControllerAdvice
	static class Own {

		@ExceptionHandler
		ProblemDetail failed(RpcException failure) {
			return ProblemDetail.forStatus(418);
		}

	}

}
