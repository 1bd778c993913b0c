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

package io.macula.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.CallContext;
import io.macula.Deadline;
import io.macula.Metadata;
import io.macula.ServiceName;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the deadline of a served call bounds the calls which its handler makes.
 */
class DeadlinesTests {

	private static final long LEFT_NANOS = 50_000_000L;

	private final ClientFixture fixture = new ClientFixture();

	private final AtomicLong deadline = new AtomicLong();

	private final RealmClient client = this.fixture.client();

	private final Calls calls = this.client.proxy(Calls.class, Calls.SERVICE);

	private final CallContext served = new ServedCallStub(new Deadline(this.fixture.now.get() + LEFT_NANOS));

	@BeforeEach
	void answerAndNoteTheDeadline() {
		this.fixture.onConnect = (connection) -> {
			connection.onSend = (call) -> {
				this.deadline.set(connection.deadlineNanoTime(call));
				connection.answer(call, Calls.encoded("a"));
			};
			connection.onStream = (call) -> {
				this.deadline.set(call.deadlineNanoTime());
				return Flux.just(Calls.encoded("a"));
			};
		};
		this.fixture.known(1);
	}

	private void isBounded(Runnable call) {
		this.deadline.set(0);
		try (CallContext.Scope scope = this.served.open()) {
			call.run();
		}
		assertThat(this.deadline.get() - this.fixture.now.get()).isEqualTo(LEFT_NANOS);
	}

	@Test
	void theServedCallBoundsAValue() {
		isBounded(() -> this.calls.value("x"));
		isBounded(() -> this.calls.optional("x"));
	}

	@Test
	void theServedCallBoundsAFuture() {
		isBounded(() -> this.calls.future("x"));
	}

	@Test
	void theServedCallBoundsAMono() {
		isBounded(() -> this.calls.mono("x").block());
	}

	@Test
	void theServedCallBoundsAFlux() {
		isBounded(() -> this.calls.many("x").blockLast());
		isBounded(() -> this.calls.briefly("x").blockLast());
	}

	@Test
	void theServedCallBoundsAStreamOfTheClient() {
		isBounded(() -> this.calls.sum(Flux.just("x")));
		isBounded(() -> this.calls.blockingSum(Flux.just("x")));
		isBounded(() -> this.calls.monoSum(Flux.just("x")).block());
	}

	@Test
	void theServedCallBoundsStreamsInBothDirections() {
		isBounded(() -> this.calls.mirror(Flux.just("x")).blockLast());
	}

	@Test
	void theServedCallBoundsADynamicCall() {
		isBounded(() -> this.client.call(Calls.SERVICE, "value", "x", String.class));
		isBounded(() -> this.client.callAsync(Calls.SERVICE, "value", "x", String.class));
	}

	/** A handler that returns a Mono has left its thread when it is subscribed. */
	@Test
	void theServedCallOfAReactiveHandlerBoundsWhatItSubscribes() {
		Context context = Context.of(CallContext.KEY, this.served);
		for (Mono<?> call : List.<Mono<?>>of(this.calls.mono("x"), this.calls.monoSum(Flux.just("x")),
				this.calls.many("x").then(), this.calls.mirror(Flux.just("x")).then())) {
			this.deadline.set(0);
			call.contextWrite(context).block();
			assertThat(this.deadline.get() - this.fixture.now.get()).isEqualTo(LEFT_NANOS);
		}
	}

	@Test
	void anEarlierDeadlineOfTheCallItselfIsKept() {
		try (CallContext.Scope scope = new ServedCallStub(new Deadline(this.fixture.now.get() + 5_000_000_000L))
			.open()) {
			this.calls.briefly("x").blockLast();
		}
		assertThat(this.deadline.get() - this.fixture.now.get()).isEqualTo(1_000_000_000L);
	}

	@Test
	void aServedCallWithoutDeadlineBoundsNothing() {
		try (CallContext.Scope scope = new ServedCallStub(null).open()) {
			this.calls.many("x").blockLast();
		}
		assertThat(this.deadline.get()).isEqualTo(StreamCall.NO_DEADLINE);
	}

	/** A call that is being served. */
	private record ServedCallStub(@Nullable Deadline deadline) implements CallContext {

		@Override
		public ServiceName service() {
			return new ServiceName("test.outer");
		}

		@Override
		public String method() {
			return "outer";
		}

		@Override
		public Metadata metadata() {
			return Metadata.EMPTY;
		}

		@Override
		public String callerNodeId() {
			return "caller";
		}

		@Override
		public boolean cancelled() {
			return false;
		}

	}

}
