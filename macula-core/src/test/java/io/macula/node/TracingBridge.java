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

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import brave.Tracing;
import brave.baggage.BaggageField;
import brave.baggage.BaggagePropagation;
import brave.baggage.BaggagePropagationConfig.SingleBaggageField;
import brave.context.slf4j.MDCScopeDecorator;
import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.B3Propagation;
import brave.propagation.Propagation;
import brave.propagation.ThreadLocalCurrentTraceContext;
import brave.propagation.TraceContext;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.brave.bridge.BraveBaggageManager;
import io.micrometer.tracing.brave.bridge.BraveCurrentTraceContext;
import io.micrometer.tracing.brave.bridge.BravePropagator;
import io.micrometer.tracing.brave.bridge.BraveTracer;
import io.micrometer.tracing.brave.bridge.W3CPropagation;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.EventPublishingContextWrapper;
import io.micrometer.tracing.otel.bridge.OtelBaggageManager;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.micrometer.tracing.otel.propagation.BaggageTextMapPropagator;
import io.micrometer.tracing.propagation.Propagator;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/**
 * What Boot makes of a tracing bridge on the class path: a tracer behind a registry of
 * Observations, trace and span in the MDC, and one field of baggage that travels.
 *
 * @param name for people
 * @param registry for the nodes
 * @param tracer of the bridge
 * @param spans those that ended, in the order of their ends
 */
record TracingBridge(String name, ObservationRegistry registry, Tracer tracer, List<Finished> spans) {

	/** The field of baggage. */
	static final String USER = "user";

	static {
		ContextStorage.addWrapper(new EventPublishingContextWrapper(new Slf4JEventListener()::onEvent));
	}

	/** Brave with the headers of W3C, as Boot does by default. */
	static TracingBridge brave() {
		BraveBaggageManager baggage = new BraveBaggageManager(List.of(), List.of(USER));
		return brave("Brave, W3C", new W3CPropagation(baggage, List.of()), baggage);
	}

	/** Brave with the headers of Zipkin, whose names have capitals. */
	static TracingBridge braveWithB3() {
		Propagation.Factory multiple = B3Propagation.newFactoryBuilder()
			.injectFormat(B3Propagation.Format.MULTI)
			.build();
		return brave("Brave, B3", multiple, new BraveBaggageManager(List.of(), List.of(USER)));
	}

	private static TracingBridge brave(String name, Propagation.Factory propagation, BraveBaggageManager baggage) {
		List<Finished> spans = new CopyOnWriteArrayList<>();
		ThreadLocalCurrentTraceContext current = ThreadLocalCurrentTraceContext.newBuilder()
			.addScopeDecorator(MDCScopeDecorator.get())
			.build();
		Tracing tracing = Tracing.newBuilder()
			.currentTraceContext(current)
			.traceId128Bit(true)
			.propagationFactory(BaggagePropagation.newFactoryBuilder(propagation)
				.add(SingleBaggageField.remote(BaggageField.create(USER)))
				.build())
			.addSpanHandler(new SpanHandler() {

				@Override
				public boolean end(TraceContext context, MutableSpan span, Cause cause) {
					spans.add(new Finished(span.name(), span.traceId(), span.id(), span.parentId(),
							(span.remoteIp() != null) ? span.remoteIp() + ":" + span.remotePort() : null));
					return true;
				}

			})
			.build();
		Tracer tracer = new BraveTracer(tracing.tracer(), new BraveCurrentTraceContext(current), baggage);
		return of(name, tracer, new BravePropagator(tracing), spans);
	}

	static TracingBridge otel() {
		List<Finished> spans = new CopyOnWriteArrayList<>();
		SdkTracerProvider provider = SdkTracerProvider.builder()
			.addSpanProcessor(SimpleSpanProcessor.create(new Collector(spans)))
			.build();
		io.opentelemetry.api.trace.Tracer sdk = provider.get("test");
		OtelCurrentTraceContext current = new OtelCurrentTraceContext();
		OtelBaggageManager baggage = new OtelBaggageManager(current, List.of(USER), List.of());
		Tracer tracer = new OtelTracer(sdk, current, (event) -> {
		}, baggage);
		TextMapPropagator propagator = TextMapPropagator.composite(W3CTraceContextPropagator.getInstance(),
				W3CBaggagePropagator.getInstance(), new BaggageTextMapPropagator(List.of(USER), baggage));
		return of("OpenTelemetry", tracer, new OtelPropagator(ContextPropagators.create(propagator), sdk), spans);
	}

	private static TracingBridge of(String name, Tracer tracer, Propagator propagator, List<Finished> spans) {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig()
			.observationHandler(new FirstMatchingCompositeObservationHandler(
					new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
					new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
					new DefaultTracingObservationHandler(tracer)));
		return new TracingBridge(name, registry, tracer, spans);
	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * A span that ended.
	 *
	 * @param name of it
	 * @param trace its id
	 * @param id its own
	 * @param parent that of the span above it, or {@code null}
	 * @param remote address of the other side, or {@code null} if unknown
	 */
	record Finished(String name, String trace, String id, String parent, String remote) {

	}

	private record Collector(List<Finished> spans) implements SpanExporter {

		@Override
		public CompletableResultCode export(java.util.Collection<SpanData> ended) {
			for (SpanData span : ended) {
				String parent = span.getParentSpanContext().isValid() ? span.getParentSpanId() : null;
				String address = span.getAttributes().get(AttributeKey.stringKey("network.peer.address"));
				Long port = span.getAttributes().get(AttributeKey.longKey("network.peer.port"));
				this.spans.add(new Finished(span.getName(), span.getTraceId(), span.getSpanId(), parent,
						(address != null) ? address + ":" + port : null));
			}
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode flush() {
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode shutdown() {
			return CompletableResultCode.ofSuccess();
		}

	}

}
