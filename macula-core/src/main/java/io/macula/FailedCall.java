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

package io.macula;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * What a failure says of the call that failed. Immutable.
 *
 * @param service name of the service
 * @param method name of the method on the wire
 * @param attempts the failed attempts by their numbers; none where the call failed before
 * its first attempt, or after an attempt that succeeded
 */
public record FailedCall(String service, String method, List<Attempt> attempts) implements Serializable {

	public FailedCall {
		Objects.requireNonNull(service, "service");
		Objects.requireNonNull(method, "method");
		attempts = List.copyOf(attempts);
	}

}
