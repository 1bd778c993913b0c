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

package io.macula.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.macula.codec.Codecs;

/**
 * The codecs of a node that was given none, made by another thread while the node makes
 * its keys: either loads hundreds of classes, and takes a third of the time to the first
 * call of a cold virtual machine. Used once.
 */
final class DefaultCodecs {

	private final CompletableFuture<Codecs> made = new CompletableFuture<>();

	private DefaultCodecs() {
	}

	/**
	 * Begin to make them.
	 * @param next what the same thread loads after them
	 */
	static DefaultCodecs begin(Runnable next) {
		DefaultCodecs codecs = new DefaultCodecs();
		Thread thread = new Thread(() -> codecs.make(next), "macula-codecs");
		thread.setDaemon(true);
		thread.start();
		return codecs;
	}

	private void make(Runnable next) {
		try {
			this.made.complete(Codecs.defaults());
		}
		catch (RuntimeException | Error ex) {
			this.made.completeExceptionally(ex);
			return;
		}
		next.run();
	}

	/** Waits for them. */
	Codecs get() {
		try {
			return this.made.join();
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : ex;
		}
	}

}
