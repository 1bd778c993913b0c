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

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.util.context.Context;

/**
 * Answers a call with the value of a {@code Mono}; signals come in turn, on any threads.
 * The context is written above this subscriber where the call is observed, so that
 * Reactor restores what belongs to it on the threads of the handler's operators.
 */
final class MonoAnswer implements CoreSubscriber<Object>, Disposable {

	private final NonBlockingCall call;

	private final Context context;

	private volatile @Nullable Subscription subscription;

	MonoAnswer(NonBlockingCall call) {
		this.call = call;
		this.context = call.reactorContext();
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.subscription = subscription;
		if (this.call.ended()) {
			subscription.cancel();
		}
		else {
			subscription.request(Long.MAX_VALUE);
		}
	}

	@Override
	public void onNext(Object value) {
		this.call.answer(value);
	}

	@Override
	public void onError(Throwable thrown) {
		this.call.failThrown(thrown);
	}

	@Override
	public void onComplete() {
		if (!this.call.ended()) {
			this.call.answer(null);
		}
	}

	/** Cancel the {@code Mono}; by whoever ended the call early. */
	@Override
	public void dispose() {
		Subscription present = this.subscription;
		if (present != null) {
			try {
				present.cancel();
			}
			catch (Throwable ex) {
				this.call.servedMethod().failures().notCancellable(ex);
			}
		}
	}

}
