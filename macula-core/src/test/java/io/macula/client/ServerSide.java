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

import java.util.ArrayList;
import java.util.List;

import io.macula.Code;
import io.macula.Status;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.transport.Connection.State;
import io.macula.transport.FailureException;
import io.macula.transport.FakeConnection;
import io.macula.transport.OutboundCall;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * The peers of a {@link ClientWorld} and the network before them: truthful, but free to
 * do anything. An attempt that the client gave up may still run.
 */
final class ServerSide {

	private static final ValueCodec TEXT = JacksonPayloadCodec.cbor().forType(String.class);

	private static final Status LOST = Status.unknown(Code.UNAVAILABLE, "connection lost");

	private final ClientFixture fixture;

	private final List<FakeConnection> connections = new ArrayList<>();

	private final List<Attempt> attempts = new ArrayList<>();

	ServerSide(ClientFixture fixture) {
		this.fixture = fixture;
		fixture.onConnect = (connection) -> {
			this.connections.add(connection);
			connection.onSend = (call) -> this.attempts.add(new Attempt(connection, call));
			connection.onStream = (call) -> stream(connection, call);
			connection.closed().subscribe((reason) -> endStreams(connection));
		};
	}

	private Flux<byte[]> stream(FakeConnection connection, StreamCall call) {
		return Flux.create((sink) -> {
			Attempt attempt = new Attempt(connection, call, sink);
			sink.onCancel(() -> attempt.over = true);
			this.attempts.add(attempt);
		});
	}

	int sent() {
		return this.attempts.size();
	}

	List<Attempt> attempts(int number) {
		return this.attempts.stream().filter((attempt) -> attempt.number == number).toList();
	}

	List<Attempt> open() {
		return this.attempts.stream().filter(Attempt::open).toList();
	}

	/** The method begins; perhaps nobody waits for it any more. */
	void run(int choice) {
		Attempt attempt = ClientWorld.choose(this.attempts, choice, (each) -> each.mayRun() && !each.ran);
		if (attempt != null) {
			attempt.ran = true;
		}
	}

	/** Whatever may still run, runs. */
	void runLate() {
		this.attempts.stream().filter(Attempt::mayRun).forEach((attempt) -> attempt.ran = true);
	}

	void answer(int choice) {
		choose(choice, Attempt::answer);
	}

	void fail(int choice) {
		choose(choice, (attempt) -> {
			attempt.ran = true;
			attempt.fail(Status.processed(Code.APPLICATION, "the method failed"));
		});
	}

	void refuse(int choice, int how) {
		Attempt attempt = ClientWorld.choose(this.attempts, choice, (each) -> each.open() && !each.ran);
		if (attempt != null) {
			attempt.refused = true;
			attempt.fail(Status.notProcessed((how % 2 == 0) ? Code.RESOURCE_EXHAUSTED : Code.UNAVAILABLE, "refused"));
		}
	}

	void lose(int choice) {
		FakeConnection connection = connection(choice);
		if (connection != null) {
			connection.lose(LOST);
		}
	}

	private void endStreams(FakeConnection connection) {
		open().stream()
			.filter((attempt) -> attempt.connection == connection && attempt.sink != null)
			.forEach((attempt) -> attempt.fail(LOST));
	}

	void suspect(int choice) {
		FakeConnection connection = connection(choice);
		if (connection == null || connection.state() != State.READY) {
			return;
		}
		connection.state(State.SUSPECTED);
		for (Attempt attempt : open()) {
			if (attempt.connection == connection && attempt.leavesSuspectedPeer()) {
				attempt.fail(Status.unknown(Code.UNAVAILABLE, "suspected"));
			}
		}
	}

	void alive(int choice) {
		FakeConnection connection = connection(choice);
		if (connection != null && connection.state() == State.SUSPECTED) {
			connection.state(State.READY);
		}
	}

	void goAway(int choice) {
		FakeConnection connection = connection(choice);
		if (connection != null) {
			connection.state(State.DRAINING);
		}
	}

	/** The client's transport gives up what is overdue. */
	void expire() {
		long now = this.fixture.now.get();
		for (Attempt attempt : List.copyOf(open())) {
			attempt.expire(now);
		}
	}

	private void choose(int choice, java.util.function.Consumer<Attempt> action) {
		Attempt attempt = ClientWorld.choose(this.attempts, choice, Attempt::open);
		if (attempt != null) {
			action.accept(attempt);
		}
	}

	private @Nullable FakeConnection connection(int choice) {
		return ClientWorld.choose(this.connections, choice, (each) -> each.state() != State.CLOSED);
	}

	/**
	 * An attempt as it reached a connection.
	 */
	static final class Attempt {

		final int number;

		private final FakeConnection connection;

		private final @Nullable OutboundCall call;

		private final @Nullable StreamCall streamCall;

		private final @Nullable FluxSink<byte[]> sink;

		/** The method was run. */
		boolean ran;

		/** The method will never run. */
		private boolean refused;

		/** The stream ended. */
		private boolean over;

		Attempt(FakeConnection connection, OutboundCall call) {
			this.number = number(connection.payload(call));
			this.connection = connection;
			this.call = call;
			this.streamCall = null;
			this.sink = null;
		}

		Attempt(FakeConnection connection, StreamCall call, FluxSink<byte[]> sink) {
			this.number = number(call.payload());
			this.connection = connection;
			this.call = null;
			this.streamCall = call;
			this.sink = sink;
		}

		private static int number(byte[] payload) {
			return Integer.parseInt((String) TEXT.decode(payload));
		}

		boolean mayRun() {
			return !this.refused;
		}

		boolean open() {
			return (this.call != null) ? this.connection.open.contains(this.call) : !this.over;
		}

		boolean leavesSuspectedPeer() {
			return (this.call != null) ? this.connection.leavesSuspectedPeer(this.call)
					: this.streamCall.leavesSuspectedPeer() && !this.ran;
		}

		void answer() {
			this.ran = true;
			if (this.call != null) {
				this.connection.answer(this.call, TEXT.encode("done"));
			}
			else if (this.sink.requestedFromDownstream() > 0) {
				this.sink.next(TEXT.encode("element"));
			}
			else {
				this.over = true;
				this.sink.complete();
			}
		}

		void fail(Status status) {
			if (this.call != null) {
				this.connection.fail(this.call, status);
			}
			else if (!this.over) {
				this.over = true;
				this.sink.error(new FailureException(Failure.of(status)));
			}
		}

		void expire(long now) {
			if (this.call != null) {
				while (open() && this.connection.deadlineNanoTime(this.call) - now <= 0) {
					this.connection.overdue(this.call);
				}
			}
			else if (this.streamCall.deadlineNanoTime() != StreamCall.NO_DEADLINE
					&& this.streamCall.deadlineNanoTime() - now <= 0) {
				fail(Status.unknown(Code.DEADLINE_EXCEEDED, "no answer in time"));
			}
		}

		@Override
		public String toString() {
			return "attempt at " + this.connection.endpoint() + ((this.ran) ? ", ran" : "")
					+ ((this.refused) ? ", refused" : "") + ((open()) ? ", open" : "");
		}

	}

}
