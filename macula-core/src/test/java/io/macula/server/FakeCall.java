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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.Status;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.transport.FailureException;
import io.macula.transport.InboundStream;
import io.macula.transport.NodeInfo;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call without a transport: remembers its answer, and complains of a second one. As in
 * the transport the first answer wins: while a publisher answers, nothing else can.
 */
class FakeCall implements InboundStream {

	static final PayloadCodec CODEC = JacksonPayloadCodec.json();

	private static final NodeInfo PEER = new NodeInfo(new Realm("test"), "caller", 1, List.of("json"));

	final AtomicInteger answers = new AtomicInteger();

	final List<String> elements = new ArrayList<>();

	private final String procedure;

	private final String payload;

	private final CountDownLatch answered = new CountDownLatch(1);

	private @Nullable Object target;

	private Metadata metadata = Metadata.EMPTY;

	private long deadline = StreamCall.NO_DEADLINE;

	private String codec = "json";

	private boolean expectsElements;

	private @Nullable Flux<byte[]> sent;

	/** Whether the one outcome is decided: by an answer, a publisher, or the caller. */
	private final AtomicBoolean settled = new AtomicBoolean();

	private volatile boolean cancelled;

	private volatile @Nullable Runnable onCancel;

	private volatile @Nullable Response response;

	private volatile byte @Nullable [] result;

	private volatile @Nullable Failure failure;

	FakeCall(String procedure, String payload) {
		this.procedure = procedure;
		this.payload = payload;
	}

	FakeCall deadline(long nanoTime) {
		this.deadline = nanoTime;
		return this;
	}

	FakeCall codec(String codec) {
		this.codec = codec;
		return this;
	}

	FakeCall metadata(String key, String value) {
		this.metadata = Metadata.of(Map.of(key, value));
		return this;
	}

	FakeCall sending(Flux<String> json) {
		this.sent = json.map(String::getBytes);
		return this;
	}

	FakeCall expectingElements() {
		this.expectsElements = true;
		return this;
	}

	/** Arrives alone, as the only call of its read. */
	FakeCall arrive(Dispatcher dispatcher) {
		deliver(dispatcher);
		dispatcher.onReadComplete();
		return this;
	}

	FakeCall deliver(Dispatcher dispatcher) {
		this.target = dispatcher.resolve(this.procedure, this.codec);
		if (this.expectsElements || this.sent != null) {
			dispatcher.onStream(this);
		}
		else {
			dispatcher.onCall(this);
		}
		return this;
	}

	void cancel() {
		this.settled.set(true);
		this.cancelled = true;
		Runnable action = this.onCancel;
		if (action != null) {
			action.run();
		}
		Response response = this.response;
		if (response != null) {
			response.dispose();
		}
	}

	String awaitResult() throws InterruptedException {
		await();
		byte[] result = this.result;
		assertThat(this.failure).isNull();
		return new String((result != null) ? result : new byte[0]);
	}

	Failure awaitFailure() throws InterruptedException {
		await();
		Failure failure = this.failure;
		assertThat(failure).as("failure").isNotNull();
		return (failure != null) ? failure : Failure.of(Status.processed(Code.OK, ""));
	}

	void awaitFailure(Code code, Processed processed, String... parts) throws InterruptedException {
		Failure failure = awaitFailure();
		assertThat(failure.status().code()).as(failure.toString()).isEqualTo(code);
		assertThat(failure.status().processed()).isEqualTo(processed);
		assertThat(failure.status().message()).contains(parts);
	}

	void await() throws InterruptedException {
		assertThat(this.answered.await(5, TimeUnit.SECONDS)).as("answered").isTrue();
		assertThat(this.answers).hasValue(1);
	}

	boolean answered() {
		return this.answered.getCount() == 0;
	}

	@Override
	public String procedure() {
		return this.procedure;
	}

	@Override
	public String codec() {
		return this.codec;
	}

	@Override
	public @Nullable Object target() {
		return this.target;
	}

	@Override
	public byte[] payload() {
		return this.payload.getBytes();
	}

	@Override
	public Metadata metadata() {
		return this.metadata;
	}

	@Override
	public NodeInfo peer() {
		return PEER;
	}

	@Override
	public long deadlineNanoTime() {
		return this.deadline;
	}

	@Override
	public boolean cancelled() {
		return this.cancelled;
	}

	@Override
	public void onCancel(Runnable action) {
		this.onCancel = action;
		if (this.cancelled) {
			action.run();
		}
	}

	@Override
	public void result(byte[] payload) {
		if (this.settled.compareAndSet(false, true) || this.response == null) {
			answered(payload, null);
		}
	}

	@Override
	public void fail(Failure failure) {
		if (this.settled.compareAndSet(false, true) || this.response == null) {
			answered(null, failure);
		}
	}

	private void answered(byte @Nullable [] result, @Nullable Failure failure) {
		this.result = result;
		this.failure = failure;
		this.answers.incrementAndGet();
		this.answered.countDown();
	}

	@Override
	public boolean sendsElements() {
		return this.sent != null;
	}

	@Override
	public boolean expectsElements() {
		return this.expectsElements;
	}

	@Override
	public Flux<byte[]> elements() {
		Flux<byte[]> sent = this.sent;
		return (sent != null) ? sent : Flux.empty();
	}

	@Override
	public void respond(Publisher<byte[]> results) {
		if (this.settled.compareAndSet(false, true)) {
			Response response = new Response();
			this.response = response;
			results.subscribe(response);
		}
	}

	/** Does what the transport does with the elements: unbounded demand. */
	private final class Response extends BaseSubscriber<byte[]> {

		@Override
		protected void hookOnNext(byte[] element) {
			FakeCall.this.elements.add(new String(element));
		}

		@Override
		protected void hookOnError(Throwable thrown) {
			answered(null, (thrown instanceof FailureException failed) ? failed.failure()
					: Failure.of(Status.processed(Code.INTERNAL, "unexpected " + thrown)));
		}

		@Override
		protected void hookOnComplete() {
			answered(new byte[0], null);
		}

	}

}
