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

package io.macula.multinode;

import org.jspecify.annotations.Nullable;

/**
 * One call as its caller saw it. Immutable.
 *
 * @param number number of the call in its scenario, from 1
 * @param node id of the node that answered, or {@code null} if none did
 * @param attempts attempts that the call took, or 0 if they were not observed
 * @param micros from the proxy's call to its return, in microseconds
 * @param failure how it failed, or {@code null}
 */
record Call(long number, @Nullable String node, int attempts, long micros, @Nullable String failure) {

}
