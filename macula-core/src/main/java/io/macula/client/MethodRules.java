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

import io.macula.Priority;
import io.macula.contract.Hedge;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one method at work. Immutable; made once for a client service, so that
 * a call only looks whether its method has some.
 *
 * @param deadline bound of the whole call, or {@code null} for that of contract or
 * service
 * @param attemptTimeout bound of an attempt, or {@code null} if it is learned
 * @param retries how much may be repeated; shares the budget of its service
 * @param hedge when a second attempt starts beside the first, or {@code null} for what
 * the contract declares
 * @param priority how important the calls are, or {@code null} for that of contract or
 * service
 */
record MethodRules(@Nullable Duration deadline, @Nullable Duration attemptTimeout, RetryPolicy retries,
		@Nullable Hedge hedge, @Nullable Priority priority) {

}
