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
package io.macula.server;

import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * Answers a call with the value of a future; completed once, on any thread.
 */
final class FutureAnswer implements BiConsumer<@Nullable Object, @Nullable Throwable>, Disposable {

	private final NonBlockingCall call;

	private final CompletionStage<?> stage;

	FutureAnswer(NonBlockingCall call, CompletionStage<?> stage) {
		this.call = call;
		this.stage = stage;
	}

	@Override
	public void accept(@Nullable Object value, @Nullable Throwable thrown) {
		if (thrown == null) {
			this.call.answer(value);
		}
		else {
			this.call.failThrown(thrown);
		}
	}

	/** Cancel the future; by whoever ended the call early. */
	@Override
	public void dispose() {
		try {
			this.stage.toCompletableFuture().cancel(true);
		}
		catch (Throwable ex) {
			this.call.servedMethod().failures().notCancellable(ex);
		}
	}

}
