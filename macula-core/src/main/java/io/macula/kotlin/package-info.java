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
 * Contracts in Kotlin: suspend functions, {@code Flow}, nullability and default
 * arguments, on top of what all others see of a contract. Start at
 * {@link io.macula.kotlin.KotlinMethod}. Kotlin is an optional dependency: only
 * {@code Coroutines}, {@code KotlinFunction}, {@code ServedCallElement} and
 * {@link io.macula.kotlin.CallOptionsElement} refer to its classes, and are loaded for
 * contracts in Kotlin only. So is {@code ThreadLocals}, for whose library the same holds.
 */
@NullMarked
package io.macula.kotlin;

import org.jspecify.annotations.NullMarked;
