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

import java.time.Duration;
import java.util.function.BiFunction;

import io.macula.FailedCall;
import io.macula.Priority;
import io.macula.contract.Hedge;
import io.macula.selection.LatencyWindow;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A method as the pipeline sees it: its name on the wire and its rules. Immutable.
 *
 * @param wireName {@code service/method}
 * @param service name of the service
 * @param method name of the method on the wire
 * @param mark what tells which instances may have the method, see
 * {@link io.macula.Fingerprint}; {@code null} if all may
 * @param codec name of the payload codec
 * @param idempotent whether an attempt of unknown fate may be repeated
 * @param deadline bound of the whole call
 * @param priority how important calls are of which nothing else is said
 * @param hedge when a second attempt starts beside the first
 * @param latency recent latencies of the method, over all instances
 * @param rules settings of the method, or {@code null} if those of its service hold
 * @param exceptions turns a failure of a call into what the caller is thrown
 */
record Procedure(String wireName, String service, String method, @Nullable String mark, String codec,
		boolean idempotent, Duration deadline, Priority priority, @Nullable Hedge hedge, LatencyWindow latency,
		@Nullable MethodRules rules, BiFunction<Failure, FailedCall, Throwable> exceptions) {

}
