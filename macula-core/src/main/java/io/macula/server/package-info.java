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

/**
 * Served calls: from a connection to the method of a handler. Start at
 * {@link io.macula.server.RealmServer}. The path of a call: {@code QuicListener} decodes
 * it, {@link io.macula.server.Dispatcher} finds its {@link io.macula.server.ServedMethod}
 * and asks {@link io.macula.server.Admission}; a {@link io.macula.server.NonBlockingCall}
 * serves itself there, a {@link io.macula.server.BlockingCall} on the
 * {@link io.macula.server.HandlerExecutor}; both are
 * {@link io.macula.server.ServedCall}s, which answer once.
 */
@NullMarked
package io.macula.server;

import org.jspecify.annotations.NullMarked;
