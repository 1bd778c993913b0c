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

import java.time.Duration;
import java.util.Map;

import io.macula.node.TracingBridge.Finished;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingAwareMeterObservationHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the timers of a call name its trace, with the handlers that Boot registers
 * where it has a tracer and Prometheus.
 */
@Timeout(60)
class ExemplarTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	@Test
	void theTimersOfACallNameItsTrace() {
		TracingBridge bridge = TracingBridge.otel();
		PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(),
				Clock.SYSTEM, new Spans(bridge.tracer()));
		bridge.registry()
			.observationConfig()
			.observationHandler(new TracingAwareMeterObservationHandler<>(new DefaultMeterObservationHandler(meters),
					bridge.tracer()));
		RealmNodeBuilder builder = RealmNode.builder("test")
			.nodeId("node1")
			.secret(SECRET)
			.observations(bridge.registry())
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(1)))
			.service("test.echo", Echo.class, (Echo) (text) -> text);
		try (RealmNode node = builder.build()) {
			node.start();
			Echo echo = node.client().proxy(Echo.class, "test.echo");
			Observation outer = Observation.start("outer", bridge.registry());
			assertThat(outer.scoped(() -> echo.echo("a"))).isEqualTo("a");
			outer.stop();
			Awaitility.await().untilAsserted(() -> assertThat(bridge.spans()).hasSize(4));
			String trace = bridge.spans().stream().map(Finished::trace).findFirst().orElseThrow();
			String scraped = meters.scrape("application/openmetrics-text; version=1.0.0");
			for (String timer : new String[] { "macula_client_call", "macula_client_attempt", "macula_server_call" }) {
				assertThat(scraped.lines()).as(scraped)
					.anyMatch((line) -> line.startsWith(timer + "_seconds_count{")
							&& line.contains("trace_id=\"" + trace + "\""));
			}
		}
	}

	/** A contract. */
	interface Echo {

		String echo(String text);

	}

	/** As Boot tells Prometheus of the current span. */
	private record Spans(Tracer tracer) implements SpanContext {

		@Override
		public String getCurrentTraceId() {
			Span span = this.tracer.currentSpan();
			return (span != null) ? span.context().traceId() : null;
		}

		@Override
		public String getCurrentSpanId() {
			Span span = this.tracer.currentSpan();
			return (span != null) ? span.context().spanId() : null;
		}

		@Override
		public boolean isCurrentSpanSampled() {
			Span span = this.tracer.currentSpan();
			return span != null && Boolean.TRUE.equals(span.context().sampled());
		}

		@Override
		public void markCurrentSpanAsExemplar() {
			// Nobody asks for it.
		}

	}

}
