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
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/**
 * The elements that the caller sends, decoded for the handler. Signals come on the event
 * loop of the call, in turn.
 */
final class ArgumentElements extends Flux<Object> {

	private final ServedCall call;

	private final Flux<byte[]> encoded;

	ArgumentElements(ServedCall call, Flux<byte[]> encoded) {
		this.call = call;
		this.encoded = encoded;
	}

	@Override
	public void subscribe(CoreSubscriber<? super Object> actual) {
		this.encoded.subscribe(new Decoder(this.call, actual));
	}

	/**
	 * Decodes. Reactor does not signal what it takes for fatal but throws it through
	 * everything that is on the stack, which here is the transport with the calls of all
	 * others: so it ends at this place, and fails its own call only.
	 */
	private static final class Decoder implements CoreSubscriber<byte[]> {

		private final ServedCall call;

		private final CoreSubscriber<? super Object> actual;

		private @Nullable Subscription upstream;

		private boolean over;

		Decoder(ServedCall call, CoreSubscriber<? super Object> actual) {
			this.call = call;
			this.actual = actual;
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.upstream = subscription;
			this.actual.onSubscribe(subscription);
		}

		@Override
		public void onNext(byte[] payload) {
			if (this.over) {
				return;
			}
			Object element;
			try {
				element = this.call.servedMethod().decodeElement(payload);
			}
			catch (Throwable ex) {
				cancel();
				signal(this.call.elementFailure(ex));
				return;
			}
			try {
				this.actual.onNext(element);
			}
			catch (Throwable ex) {
				broken(ex);
			}
		}

		@Override
		public void onError(Throwable thrown) {
			if (!this.over) {
				this.over = true;
				signal(thrown);
			}
		}

		@Override
		public void onComplete() {
			if (this.over) {
				return;
			}
			this.over = true;
			try {
				this.actual.onComplete();
			}
			catch (Throwable ex) {
				broken(ex);
			}
		}

		/** An operator of the handler threw: it will not signal any more by itself. */
		private void broken(Throwable thrown) {
			cancel();
			signal(thrown);
			this.call.failTaking(thrown);
		}

		private void signal(Throwable thrown) {
			try {
				this.actual.onError(thrown);
			}
			catch (Throwable ex) {
				this.call.failTaking(ex);
			}
		}

		private void cancel() {
			this.over = true;
			Subscription present = this.upstream;
			if (present != null) {
				present.cancel();
			}
		}

	}

}
