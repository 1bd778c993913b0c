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

import java.util.function.Supplier;

/**
 * Receiver of the outcome of a unary call. Exactly one method is called, once, on any
 * thread; neither may block.
 */
interface CallOutcome {

	/**
	 * The call succeeded.
	 * @param payload the encoded result
	 * @param sender whose it is: large results of one take turns with those of others
	 */
	void succeeded(byte[] payload, Object sender);

	/**
	 * The call failed.
	 * @param error makes the exception, on the thread that throws it
	 */
	void failed(Supplier<Throwable> error);

}
