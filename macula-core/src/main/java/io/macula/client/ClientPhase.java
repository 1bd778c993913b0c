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

import io.macula.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a client has at one moment: a life, or the reason why it has none. Immutable;
 * compared by identity.
 *
 * @param life what calls work with, or {@code null} if there is nothing
 * @param refusal what calls are told that come without a life
 */
record ClientPhase(@Nullable ClientLife life, Status refusal) {

}
