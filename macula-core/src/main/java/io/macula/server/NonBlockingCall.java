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

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.macula.transport.InboundCall;
import io.macula.transport.InboundStream;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * A call whose handler does not block: its method runs on the event loop where the call
 * arrived, and what it returned answers, perhaps later and on another thread. Safe for
 * all threads.
 */
final class NonBlockingCall extends ServedCall {

	/** What the handler returned, if it did not answer at once. */
	private volatile @Nullable Disposable pending;

	NonBlockingCall(Admission admission, ServedMethod method, InboundCall call) {
		super(admission, method, call);
	}

	/** On the event loop where the call arrived. */
	void serveHere(long now) {
		@Nullable Object[] arguments = start(now);
		if (arguments == null) {
			return;
		}
		try {
			Object result = invoke(arguments);
			switch (servedMethod().contract().shape()) {
				case VALUE, VOID, OPTIONAL -> answer(result);
				case FUTURE -> answerLater((CompletionStage<?>) present(result));
				case MONO -> answerLater((Publisher<?>) present(result));
				case FLUX -> answerMany((Publisher<?>) present(result));
			}
		}
		catch (Throwable ex) {
			failThrown(ex);
		}
	}

	private Object present(@Nullable Object result) {
		if (result == null) {
			throw new HandlerFault(servedMethod().contract().signature() + " returned null instead of a "
					+ servedMethod().contract().method().getReturnType().getSimpleName());
		}
		return result;
	}

	private void answerLater(CompletionStage<?> stage) {
		// The common case of a handler that does not wait needs none of the objects
		// below. Subclasses may refuse to be asked, such as
		// CompletableFuture.completedStage().
		if (stage.getClass() == CompletableFuture.class) {
			CompletableFuture<?> future = (CompletableFuture<?>) stage;
			if (future.isDone() && !future.isCompletedExceptionally()) {
				answer(future.getNow(null));
				return;
			}
		}
		FutureAnswer answer = new FutureAnswer(this, stage);
		this.pending = answer;
		stage.whenComplete(answer);
		watchCaller();
	}

	private void answerLater(Publisher<?> mono) {
		MonoAnswer answer = new MonoAnswer(this);
		this.pending = answer;
		Context observed = observedContext();
		if (observed == null) {
			mono.subscribe(answer);
		}
		else {
			Mono.<Object>from(mono).contextWrite(observed).subscribe(answer);
		}
		watchCaller();
	}

	private void answerMany(Publisher<?> results) {
		ResultStream stream = new ResultStream(this, results);
		this.pending = stream;
		admission().opened(this);
		call().onCancel(this::cancel);
		((InboundStream) call()).respond(stream);
	}

	/** The hook of a call that is answered already would cost for nothing. */
	private void watchCaller() {
		if (!ended()) {
			call().onCancel(this::cancel);
		}
	}

	/** The caller gave up. */
	private void cancel() {
		if (change(OPEN, DONE)) {
			dispose();
			release(GAVE_UP, null);
		}
	}

	/** This node ends an open stream: its caller is told, its handler is cancelled. */
	void endEarly(Failure failure) {
		fail(failure, null);
		dispose();
	}

	private void dispose() {
		Disposable pending = this.pending;
		if (pending != null) {
			pending.dispose();
		}
	}

	/** Once a publisher answers, the transport takes the answer from nobody else. */
	@Override
	void deliver(Failure failure) {
		if (this.pending instanceof ResultStream stream) {
			stream.fail(failure);
		}
		else {
			super.deliver(failure);
		}
	}

}
