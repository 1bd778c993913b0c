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
package io.macula.client;

import java.util.function.Supplier;

import io.macula.CallOptions;
import io.macula.MaculaCall;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.ContextView;

/**
 * Calls whose arguments and results are bytes on both sides of the pipeline. Begins with
 * a subscription; its cancellation cancels the call.
 */
final class EncodedCall {

	private EncodedCall() {
	}

	static Flux<byte[]> results(ServiceClient client, DescribedMethod method, byte[] payload,
			@Nullable Publisher<byte[]> elements) {
		byte[] sent = payload.clone();
		CallOptions options = MaculaCall.current();
		return Flux.deferContextual((context) -> {
			ServiceCalls calls = client.calls();
			Procedure procedure = method.procedure(client, calls.rules());
			CallTerms terms = CallTerms
				.of(Priorities.said(options.and(MaculaCall.from(context)), procedure.priority(), context));
			long deadline = Deadlines.of(calls.now(), terms, procedure, method.bounded(calls.rules()), context);
			if (elements != null || method.stream()) {
				return StreamingCall.results(calls, procedure, sent, elements, method.stream(), terms, null, deadline);
			}
			return one(calls, procedure, sent, terms, deadline, context);
		});
	}

	private static Mono<byte[]> one(ServiceCalls calls, Procedure procedure, byte[] payload, CallTerms terms,
			long deadlineNanos, ContextView context) {
		return Mono.create((sink) -> {
			UnaryCall call = new UnaryCall(calls, procedure, payload, terms, null, deadlineNanos, new Answer(sink),
					context);
			sink.onCancel(call::cancel);
			call.start();
		});
	}

	/**
	 * The answer as it came.
	 *
	 * @param sink the caller
	 */
	private record Answer(MonoSink<byte[]> sink) implements CallOutcome {

		@Override
		public void succeeded(byte[] payload, Object sender) {
			this.sink.success(payload);
		}

		@Override
		public void failed(Supplier<Throwable> error) {
			this.sink.error(error.get());
		}

	}

}
