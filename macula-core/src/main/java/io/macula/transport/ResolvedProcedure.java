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

package io.macula.transport;

import org.jspecify.annotations.Nullable;

/**
 * A procedure as the serving side knows it: an entry of a stream's procedure table.
 * Immutable.
 *
 * @param name name on the wire
 * @param codec name of the payload codec
 * @param target what the handler found, {@code null} if nothing serves it
 */
record ResolvedProcedure(String name, String codec, @Nullable Object target) {

}
