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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.CallContext;
import io.macula.Deadline;
import io.macula.spring.MaculaService;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * A provider of {@link Ordeal}, and of the calculator where {@code stand-in.calculator}
 * says so.
 */
final class StandInProvider {

	private StandInProvider() {
	}

	/**
	 * Start the provider.
	 * @param args settings of the application
	 */
	static void run(String[] args) {
		new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.config.name=seed")
			.run(args);
	}

	/** The provider's application. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(WithCalculator.class)
	static class Application {

		@Bean
		OrdealBean ordeal() {
			return new OrdealBean();
		}

	}

	/** What serves the calculator, too. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("stand-in.calculator")
	@Import(JournalingCalculator.class)
	static class WithCalculator {

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

}
