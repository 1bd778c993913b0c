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

package io.macula.spring.autoconfigure;

import io.macula.codec.JacksonCodecBuilder;

/**
 * Changes how values are coded, for types that need a module or names of their own. Each
 * bean of this type is called once for CBOR and once for JSON, in the order of the beans.
 *
 * <p>
 * Nothing else of the application reaches the payloads: not {@code spring.jackson.*}, not
 * its mappers, not its module beans, for the wire format belongs to the contract. What is
 * set here has to be set at the other end, too, and is part of the codec's name: a client
 * that has it calls with {@code cbor-1a2b3c4d} instead of {@code cbor}, and a provider
 * that has not refuses the call. The plain codecs are served beside it.
 */
@FunctionalInterface
public interface MaculaCodecCustomizer {

	/**
	 * Customize a codec.
	 * @param builder of the codec; the caller builds it
	 */
	void customize(JacksonCodecBuilder builder);

}
