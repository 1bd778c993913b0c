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

import io.macula.CallContext;
import kotlin.coroutines.AbstractCoroutineContextElement;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.ThreadContextElement;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the call that a coroutine serves the present one of whichever thread it runs on,
 * its handler's class loader that of the thread, and what else its first thread held.
 */
final class ServedCallElement extends AbstractCoroutineContextElement
		implements ThreadContextElement<ServedCallElement.@Nullable Before> {

	private static final Key KEY = new Key();

	private final @Nullable CallContext call;

	private final ClassLoader classLoader;

	private final ThreadLocals threadLocals;

	private ServedCallElement(@Nullable CallContext call, ClassLoader classLoader, ThreadLocals threadLocals) {
		super(KEY);
		this.call = call;
		this.classLoader = classLoader;
		this.threadLocals = threadLocals;
	}

	/** What holds on the present thread. */
	static ServedCallElement present() {
		return new ServedCallElement(CallContext.current(), Thread.currentThread().getContextClassLoader(),
				ThreadLocals.capture());
	}

	@Override
	public Before updateThreadContext(CoroutineContext context) {
		Thread thread = Thread.currentThread();
		Before before = new Before((this.call != null) ? this.call.open() : null, thread.getContextClassLoader(),
				this.threadLocals.open());
		thread.setContextClassLoader(this.classLoader);
		return before;
	}

	@Override
	public void restoreThreadContext(CoroutineContext context, @Nullable Before before) {
		if (before != null) {
			if (before.threadLocals() != null) {
				before.threadLocals().run();
			}
			Thread.currentThread().setContextClassLoader(before.classLoader());
			if (before.scope() != null) {
				before.scope().close();
			}
		}
	}

	/** Of a thread. */
	record Before(CallContext.@Nullable Scope scope, ClassLoader classLoader, @Nullable Runnable threadLocals) {

	}

	private static final class Key implements CoroutineContext.Key<ServedCallElement> {

	}

}
