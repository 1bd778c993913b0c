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

package io.macula.faults;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.CallContext;
import io.macula.Deadline;
import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.Question;
import io.macula.spring.MaculaService;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/**
 * A provider of the suite's own: of {@link Ordeal}, and of a calculator where
 * {@code stand-in.calculator} says so.
 */
final class StandInProvider {

	private StandInProvider() {
	}

	/**
	 * Start the provider.
	 * @param args settings of the application
	 */
	static void run(String[] args) {
		new SpringApplicationBuilder(Configuration.class).web(WebApplicationType.NONE)
			.properties("spring.config.name=seed")
			.run(args);
	}

	/** The provider's application. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Configuration {

		@Bean
		OrdealBean ordeal() {
			return new OrdealBean();
		}

		@Bean
		@ConditionalOnProperty("stand-in.calculator")
		CalculatorBean calculator(@Value("${macula.node.id}") String node,
				@Value("${calculator.journal:}") String journal) throws IOException {
			return new CalculatorBean(node, journal.isEmpty() ? null : Path.of(journal));
		}

	}

	/** Hoards, and sleeps. */
	@MaculaService("test.ordeal")
	static final class OrdealBean implements Ordeal {

		private static final int BLOCK_BYTES = 256 << 10;

		/** The way from the last look at the deadline to the handler takes time, too. */
		private static final long TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

		private final AtomicLong begun = new AtomicLong();

		private final AtomicLong interrupted = new AtomicLong();

		private final AtomicLong begunLate = new AtomicLong();

		@Override
		public long hoard() {
			List<byte[]> hoard = new ArrayList<>();
			while (true) {
				hoard.add(new byte[BLOCK_BYTES]);
			}
		}

		@Override
		public Figures sleep(long millis) {
			this.begun.incrementAndGet();
			if (late(CallContext.current())) {
				this.begunLate.incrementAndGet();
			}
			try {
				TimeUnit.MILLISECONDS.sleep(millis);
			}
			catch (InterruptedException ex) {
				this.interrupted.incrementAndGet();
				Thread.currentThread().interrupt();
			}
			return figures();
		}

		private static boolean late(@Nullable CallContext call) {
			Deadline deadline = (call != null) ? call.deadline() : null;
			return deadline != null && deadline.remainingNanos(System.nanoTime()) < -TOLERANCE_NANOS;
		}

		@Override
		public Figures figures() {
			return new Figures(this.begun.get(), this.interrupted.get(), this.begunLate.get());
		}

	}

	/** Answers as the sample does, and keeps a journal in its form. */
	@MaculaService("test.calculator")
	static final class CalculatorBean implements Calculator {

		private final String node;

		/** No channel: an interrupted handler would close it for all. */
		private final @Nullable FileOutputStream journal;

		CalculatorBean(String node, @Nullable Path journal) throws IOException {
			this.node = node;
			this.journal = (journal != null) ? new FileOutputStream(journal.toFile(), true) : null;
		}

		@Override
		public Answer multiply(Question question) {
			return product(question, "multiply");
		}

		@Override
		public CompletionStage<Answer> multiplyLater(Question question) {
			return CompletableFuture.completedFuture(product(question, "multiply"));
		}

		@Override
		public Mono<Answer> multiplyLazily(Question question) {
			return Mono.fromSupplier(() -> product(question, "multiply"));
		}

		@Override
		public Answer add(Question question) {
			return product(question, "add");
		}

		@Override
		public CompletionStage<Answer> addLater(Question question) {
			return CompletableFuture.completedFuture(product(question, "add"));
		}

		@Override
		public Flux<Answer> table(Question question, int rows) {
			write(question.id(), "table");
			return Flux.range(1, rows).map((row) -> new Answer(this.node, question.x() * row));
		}

		@Override
		public Flux<Answer> multiplyAll(Flux<Question> questions) {
			return questions.map((question) -> new Answer(this.node, 2 * question.x()));
		}

		@Override
		public Mono<Answer> sum(Flux<Question> questions) {
			return questions.map(Question::x).reduce(0L, Long::sum).map((sum) -> new Answer(this.node, sum));
		}

		private Answer product(Question question, String method) {
			write(question.id(), method);
			return new Answer(this.node, 2 * question.x());
		}

		private void write(long id, String method) {
			if (this.journal == null) {
				return;
			}
			try {
				this.journal.write((id + " " + method + "\n").getBytes(StandardCharsets.US_ASCII));
			}
			catch (IOException ex) {
				throw new UncheckedIOException("Journal cannot be written", ex);
			}
		}

	}

}
