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
package io.macula.directory;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Runs somebody else's code, which may block for ever, on a thread that nobody else uses:
 * those that Reactor has for blocking code may all be occupied by the application.
 */
final class OwnThread {

	private OwnThread() {
	}

	/**
	 * Subscribe on a thread of its own, which does not keep the process.
	 * @param name of the thread
	 * @param action gives what to subscribe to; may throw, and give nothing
	 * @return completes or fails with it; cancelling interrupts the thread
	 */
	static Mono<Void> run(String name, Supplier<@Nullable Mono<Void>> action) {
		return Mono.create((sink) -> {
			Runnable work = () -> {
				try {
					Mono<Void> given = action.get();
					if (given == null) {
						sink.success();
					}
					else {
						given.subscribe(null, sink::error, sink::success);
					}
				}
				catch (Throwable ex) {
					sink.error(ex);
				}
			};
			Thread thread = new Thread(work, name);
			thread.setDaemon(true);
			sink.onCancel(thread::interrupt);
			try {
				thread.start();
			}
			catch (OutOfMemoryError ex) {
				// No thread can be had: better on this one than not at all.
				work.run();
			}
		});
	}

}
