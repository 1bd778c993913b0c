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

package io.macula.kotlin;

import io.macula.CallOptions;
import kotlin.coroutines.AbstractCoroutineContextElement;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.ThreadContextElement;

/**
 * Options of the calls that a coroutine makes, on whichever thread it runs:
 * {@code withContext(CallOptionsElement(MaculaCall.with("tenant", "a"))) { ... }}. What
 * holds outside of it holds inside, too. Immutable and safe for all threads.
 */
public final class CallOptionsElement extends AbstractCoroutineContextElement
		implements ThreadContextElement<CallOptions.Scope> {

	private final CallOptions options;

	/**
	 * An element of a coroutine's context.
	 * @param options hold for its calls
	 */
	public CallOptionsElement(CallOptions options) {
		// A key of its own, so that an inner element leaves those around it in place.
		super(new Key());
		this.options = options;
	}

	@Override
	public CallOptions.Scope updateThreadContext(CoroutineContext context) {
		return this.options.open();
	}

	@Override
	public void restoreThreadContext(CoroutineContext context, CallOptions.Scope scope) {
		scope.close();
	}

	@Override
	public String toString() {
		return "calls with " + this.options;
	}

	private static final class Key implements CoroutineContext.Key<CallOptionsElement> {

	}

}
