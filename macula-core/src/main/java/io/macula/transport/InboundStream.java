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

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * A streaming call that arrived, on a stream of its own.
 */
public interface InboundStream extends InboundCall {

	/**
	 * Whether the caller sends elements.
	 * @return true if {@link #elements()} carries any
	 */
	boolean sendsElements();

	/**
	 * Whether the caller expects a stream of results; otherwise one result answers.
	 * @return true if {@link #respond} is the answer
	 */
	boolean expectsElements();

	/**
	 * The caller's elements, encoded, with back-pressure up to the caller; for one
	 * subscriber.
	 * @return empty where the caller sends none; fails if the caller failed or gave up
	 */
	Flux<byte[]> elements();

	/**
	 * Answer with a stream of results: an error becomes a failure (see
	 * {@link FailureException}), completion the end. Cancelled when the caller gives up.
	 * @param results encoded results
	 */
	void respond(Publisher<byte[]> results);

}
