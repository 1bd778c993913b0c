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

import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.transport.FailureException;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Answers a call with the elements of a {@code Flux}: stands between the handler's
 * publisher and the transport, encodes each element, and sees to it that the transport is
 * told one end, whatever the publisher throws.
 */
final class ResultStream implements Publisher<byte[]>, CoreSubscriber<Object>, Subscription, Disposable {

	/*
	 * The publisher signals in turn, on any threads; the transport requests and cancels
	 * on its event loop. The end may come from a third thread, when the node drains: then
	 * it overtakes elements, and the transport drops what comes after it. The state of
	 * the call tells whether the stream is open; who ended the call tells the transport.
	 *
	 * Reactor does not signal what it takes for fatal (LinkageError, VirtualMachineError)
	 * but throws it through everything that is on the stack. Thrown into the transport it
	 * would end the connection with all its calls, so it is caught at each way in. What
	 * is thrown on a thread of the handler's own never comes here; such a call ends when
	 * its caller gives up.
	 */

	private final NonBlockingCall call;

	private final Publisher<?> results;

	private final Context context;

	private final AtomicBoolean told = new AtomicBoolean();

	/** The transport, once it has subscribed. */
	private volatile @Nullable Subscriber<? super byte[]> downstream;

	/** The publisher's, once it is subscribed to. */
	private volatile @Nullable Subscription upstream;

	/** What the call failed with; written before the transport is looked for. */
	private volatile @Nullable Failure failure;

	ResultStream(NonBlockingCall call, Publisher<?> results) {
		this.call = call;
		this.results = results;
		this.context = call.reactorContext();
	}

	@Override
	public void subscribe(Subscriber<? super byte[]> transport) {
		this.downstream = transport;
		Failure failed = this.failure;
		if (failed != null) {
			// Whoever failed the call may have found no transport.
			tell(transport, failed);
			return;
		}
		try {
			Flux<Object> elements = Flux.from(this.results);
			Context observed = this.call.observedContext();
			((observed != null) ? elements.contextWrite(observed) : elements).subscribe((Subscriber<Object>) this);
		}
		catch (Throwable ex) {
			broken(ex);
		}
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		if (!Operators.validate(this.upstream, subscription)) {
			return;
		}
		this.upstream = subscription;
		Subscriber<? super byte[]> transport = this.downstream;
		if (this.call.ended() || transport == null) {
			dispose();
		}
		else {
			transport.onSubscribe(this);
		}
	}

	@Override
	public void request(long elements) {
		Subscription present = this.upstream;
		if (present != null && !this.call.ended()) {
			try {
				present.request(elements);
			}
			catch (Throwable ex) {
				broken(ex);
			}
		}
	}

	@Override
	public void onNext(Object element) {
		Subscriber<? super byte[]> transport = this.downstream;
		if (this.call.ended() || transport == null) {
			return;
		}
		if (this.upstream == null) {
			// Nothing that the transport could ask or cancel.
			broken(new HandlerFault("The publisher of " + this.call.servedMethod().contract().signature()
					+ " emitted an element before onSubscribe"));
			return;
		}
		byte[] payload;
		try {
			payload = this.call.servedMethod().encodeResult(element);
		}
		catch (Throwable ex) {
			dispose();
			this.call.failEncoding(element, ex);
			return;
		}
		this.call.tellMetadata();
		transport.onNext(payload);
	}

	@Override
	public void onError(Throwable thrown) {
		this.call.failThrown(thrown);
	}

	@Override
	public void onComplete() {
		Subscriber<? super byte[]> transport = this.downstream;
		if (transport != null) {
			this.call.complete(transport);
		}
	}

	/** The publisher or an operator of the handler threw instead of signalling. */
	private void broken(Throwable thrown) {
		dispose();
		this.call.failThrown(thrown);
	}

	/** The call failed; by whoever made it so. */
	void fail(Failure failed) {
		this.failure = failed;
		Subscriber<? super byte[]> transport = this.downstream;
		if (transport != null) {
			tell(transport, failed);
		}
		else {
			this.call.call().fail(failed);
		}
	}

	private void tell(Subscriber<? super byte[]> transport, Failure failed) {
		if (!this.told.compareAndSet(false, true)) {
			return;
		}
		if (this.upstream == null) {
			transport.onSubscribe(Operators.emptySubscription());
		}
		transport.onError(new FailureException(failed));
	}

	/**
	 * The transport wants no more elements: the caller gave up, or a limit was broken.
	 */
	@Override
	public void cancel() {
		this.call.giveUp();
		dispose();
	}

	/** Cancel the publisher; by whoever ended the call early. */
	@Override
	public void dispose() {
		Subscription present = this.upstream;
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
