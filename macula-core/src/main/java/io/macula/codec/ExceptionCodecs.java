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

package io.macula.codec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exceptions that a method declares, as payloads. Immutable and safe for all threads.
 *
 * <p>
 * An exception that cannot be coded does not keep its contract from being used: it
 * travels as one that is not declared.
 */
public final class ExceptionCodecs {

	private static final Logger logger = LoggerFactory.getLogger(ExceptionCodecs.class);

	private final Map<String, ValueCodec> codecs;

	private ExceptionCodecs(Map<String, ValueCodec> codecs) {
		this.codecs = codecs;
	}

	/**
	 * The codecs of a method's exceptions; warns of those that cannot be coded.
	 * @param codec codes the values
	 * @param contract the contract, for the warning
	 * @param method the method, for the warning
	 * @param exceptions the declared exceptions
	 * @return the codecs
	 */
	public static ExceptionCodecs of(PayloadCodec codec, Class<?> contract, String method,
			List<? extends Class<? extends Throwable>> exceptions) {
		Map<String, ValueCodec> codecs = new HashMap<>();
		for (Class<? extends Throwable> exception : exceptions) {
			try {
				codecs.put(exception.getName(), codec.forType(exception));
			}
			catch (IllegalArgumentException ex) {
				logger.warn(
						"Exception {} that method {} of contract {} declares cannot travel as itself: callers get an RpcException "
								+ "with code UNKNOWN, its type name and message. {}",
						exception.getName(), method, contract.getName(), ex.getMessage());
			}
		}
		return new ExceptionCodecs(Map.copyOf(codecs));
	}

	/**
	 * The codec of a declared exception.
	 * @param className name of its class
	 * @return the codec, or {@code null} if the exception travels by type name and
	 * message only
	 */
	public @Nullable ValueCodec find(String className) {
		return this.codecs.get(className);
	}

}
